r"""Targets of several directions by their Hermite tensors, $f=\sum_n\langle T_n,\mathrm{He}_n(x)\rangle$, $T_n$ symmetric.

With $c_\alpha=\mathbb E[f\,\mathrm{He}_\alpha]$ the entries of $T_n$ are $c_\alpha/n!$, and the energy of degree n is
$\sum_{|\alpha|=n}c_\alpha^2/\alpha!=n!\,\|T_n\|^2$. A rotation acts on every index alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.polynomial_text import polynomial_target
from asymptotix.spectra.arguments import whole_number

__all__ = ["HermiteTensors", "hermite_tensors"]

FloatArray = NDArray[np.float64]
VectorFunction = Callable[[FloatArray], FloatArray]

_LARGEST = 1_000_000  # entries of one tensor, points of one rule
_NODES = 40  # a direction, for functions that are no polynomials


@dataclass(frozen=True, eq=False)
class HermiteTensors:
    """`tensors[n]` has n axes of length `n_directions`; `energies[n]` is the energy of degree n, `beyond` of those above."""

    name: str
    tensors: tuple[FloatArray, ...]
    energies: FloatArray
    beyond: float

    @property
    def n_directions(self) -> int:
        """The directions that the target is written in."""
        return int(self.tensors[1].shape[0])


def hermite_tensors(
    target: str | VectorFunction, *, n_directions: int | None = None, max_degree: int | None = None
) -> HermiteTensors:
    r"""The Hermite tensors of a function of a few coordinates, by a Gauss-Hermite rule (exact for polynomials).

    Args:
        target: a polynomial such as "x1 + He3(x1)*x2", or a vectorised smooth function of an array of shape (..., r).
        n_directions: r, for a function only.
        max_degree: of the tensors; that of the polynomial, or 6 for a function.

    Raises:
        InvalidInputError: a text that is no polynomial in x1, x2, ..., too many directions or degrees.
        HypothesisError: the function is not finite.
    """
    if isinstance(target, str):
        polynomial = polynomial_target(target)
        function, r, degree, name = polynomial.values, polynomial.n_directions, polynomial.degree, target
        top = degree if max_degree is None else whole_number("max_degree", max_degree, 1)
        nodes = max(degree, top) + 1
    else:
        if not callable(target):
            raise InvalidInputError("target", target, "a polynomial in x1, x2, ... or a function of an array (..., r)")
        function, r, name = target, whole_number("n_directions", n_directions, 1), getattr(target, "__name__", "function")
        top, nodes = (6 if max_degree is None else whole_number("max_degree", max_degree, 1)), _NODES
    top = max(top, 1)
    if r ** max(top, 1) > _LARGEST or nodes**r > _LARGEST:
        raise InvalidInputError("target", target, f"small: {r} directions to degree {top} are tensors of more than 1e6 entries")
    coefficients, square = _coefficients(function, r, top, nodes)
    degrees = reduce(np.add.outer, [np.arange(top + 1)] * r)
    masses = coefficients**2 / reduce(np.multiply.outer, [_factorials(top)] * r)
    energies = np.array([float(np.sum(masses[degrees == n])) for n in range(top + 1)])
    beyond = max(square - float(energies.sum()), 0.0)
    beyond = beyond if beyond > 1e-12 * square else 0.0  # else rounding of the sum
    return HermiteTensors(name, tuple(_tensor(coefficients, n) for n in range(top + 1)), energies, beyond)


def _coefficients(function: VectorFunction, r: int, top: int, nodes: int) -> tuple[FloatArray, float]:
    """E[f He_alpha] for every alpha up to `top` in each direction, and E f^2."""
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    w = w / np.sum(w)
    points = np.stack(np.meshgrid(*[x] * r, indexing="ij"), axis=-1)
    values = np.asarray(function(points), dtype=np.float64)
    if values.shape != points.shape[:-1] or not np.all(np.isfinite(values)):
        raise HypothesisError(f"the target must give one finite number for each point, here {values.shape} for {points.shape}")
    square = float(np.sum(values**2 * reduce(np.multiply.outer, [w] * r)))
    basis = np.polynomial.hermite_e.hermevander(x, top) * w[:, None]
    for _ in range(r):  # each turn consumes the first axis and appends its degrees
        values = np.tensordot(values, basis, axes=(0, 0))
    return values, square


def _tensor(coefficients: FloatArray, degree: int) -> FloatArray:
    r = coefficients.ndim
    indices = np.indices((r,) * degree).reshape(degree, r**degree)
    alpha = tuple(np.sum(indices == i, axis=0) for i in range(r))
    return np.asarray(coefficients[alpha].reshape((r,) * degree) / math.factorial(degree))


def _factorials(top: int) -> FloatArray:
    return np.array([float(math.factorial(k)) for k in range(top + 1)])
