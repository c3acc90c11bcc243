r"""How much of a ReLU neuron lies beyond degree l, in closed form and without cancellation.

For $f(x)=\max(\langle u,x\rangle,0)$, $\|u\|=1$, $x\sim N(0,I)$, the energies are $\tfrac1{2\pi}$, $\tfrac14$, 0 in odd
degrees above 1, and $t_j/2\pi$ in degree $2j$, $t_j=\binom{2j}j\frac{4^{-j}}{(2j-1)^2}$. With $m=\lfloor l/2\rfloor$, $l\ge1$,

.. math:: \|P_{>l}f\|^2=\frac1{2\pi}\sum_{j>m}t_j
          =\frac{t_{m+1}}{2\pi}\,{}_3F_2\big(1,m+\tfrac12,m+\tfrac12;\,m+\tfrac32,m+2;\,1\big)
          \sim\frac{\sqrt2}{6\pi^{3/2}}\,(l+0.3)^{-3/2}\quad(l\text{ even}).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_array, real_number

__all__ = ["RECTIFIED_CONSTANT", "rectified_degree", "rectified_energies", "rectified_tail"]

FloatArray = NDArray[np.float64]

RECTIFIED_CONSTANT = math.sqrt(2.0) / (6.0 * math.pi**1.5)  # of (l + 0.3)^(-3/2)
_SHIFT = 0.3
_STIRLING = 16
_FAR = 64  # from this term on the series below is used: its ninth term is 64^-9 of the first
# sum_(i >= j) t_i = t_j F(j) with F(j) - (2j-1)^2/((2j+1)(2j+2)) F(j+1) = 1; the expansion 2j/3 + c_0 + c_1/j + ... solves it
_EXPANSION = (4 / 15, 6 / 35, 1 / 15, -29 / 2310, -2071 / 60060, 1 / 17160, 155257 / 4084080, 1287509 / 155195040)


def rectified_energies(max_degree: int) -> FloatArray:
    """Energies of a ReLU neuron of norm 1 in the degrees 0 to `max_degree`, Gaussian inputs."""
    energies = np.zeros(max_degree + 1)
    half = np.arange(max_degree // 2 + 1)
    energies[::2] = _terms(half) / (2.0 * math.pi)
    energies[1:2] = 0.25
    return energies


def rectified_tail(degree: ArrayLike) -> FloatArray:
    r"""$\|P_{>l}f\|^2$ of a ReLU neuron of norm 1, Gaussian inputs, to 15 digits of itself; any shape.

    Raises:
        InvalidInputError: a degree that is not a whole number >= 0.

    >>> rectified_tail([1, 2, 64])
    array([9.08450569e-02, 1.12675854e-02, 8.20869696e-05])
    """
    l = real_array("degree", degree)  # noqa: E741 the degree is called l in the formulas
    if not np.all((l >= 0) & (l == np.floor(l)) & (l < 2**53)):
        raise InvalidInputError("degree", degree, "whole numbers >= 0")
    tail = _sum_from(np.floor(l / 2) + 1.0) / (2.0 * math.pi)
    return np.where(l == 0, tail + 0.25, tail)


def rectified_degree(error: float) -> int:
    r"""The smallest l with $\|P_{>l}f\|^2\le$ `error`: a kernel needs about $d^l$ samples to come below.

    Raises:
        InvalidInputError: an error that is not above 0.

    >>> [rectified_degree(e) for e in (0.1, 0.09, 0.01, 0.0001)]
    [1, 2, 4, 58]
    """
    target = real_number("error", error, lambda v: 1e-20 < v < np.inf, "above 1e-20 and finite")
    if rectified_tail(1) <= target:
        return 0 if rectified_tail(0) <= target else 1
    # the asymptotic form is right to one step
    near = 2 * max(1, round(((RECTIFIED_CONSTANT / target) ** (2 / 3) - _SHIFT) / 2))
    candidates = [max(near + 2 * step, 2) for step in range(-3, 4)]
    return int(next(k for k in candidates if rectified_tail(k) <= target))


def _terms(j: FloatArray | NDArray[np.int64]) -> FloatArray:
    """t_j; binom(2j, j) 4^-j by Stirling's series from 16 on, where logarithms of Gamma functions would lose two digits."""
    x = np.asarray(j, dtype=np.float64)
    small = np.cumprod(np.append(1.0, (2.0 * np.arange(1, _STIRLING) - 1.0) / (2.0 * np.arange(1, _STIRLING))))
    far = np.maximum(x, _STIRLING)
    series = np.exp((-1 / 8 + (1 / 192 + (-1 / 640 + (17 / 14336 - 31 / 18432 / far**2) / far**2) / far**2) / far**2) / far)
    central = np.where(x < _STIRLING, small[np.minimum(x, _STIRLING - 1).astype(np.int64)], series / np.sqrt(math.pi * far))
    return np.asarray(central / (2.0 * x - 1.0) ** 2)


def _sum_from(first: FloatArray) -> FloatArray:
    """sum_(j >= first) t_j: term by term up to 64, then by the expansion."""
    start = np.maximum(first, _FAR)
    factor = 2.0 * start / 3.0 + sum(c * start**-k for k, c in enumerate(_EXPANSION))
    near = _terms(np.arange(_FAR, dtype=np.float64))
    from_below = np.append(np.cumsum(near[::-1])[::-1], 0.0)
    return np.asarray(from_below[np.minimum(first, _FAR).astype(np.int64)] + _terms(start) * factor)
