r"""The effective ridge at complex ridges: the root $\kappa(\lambda)$ of $\frac\lambda\kappa+\mathrm{df}_1(\kappa)=n$.

For $\mathrm{Im}\,\lambda>0$ the map $\kappa\mapsto\frac1n\big(\lambda+\sum_im_i\frac{s_i\kappa}{s_i+\kappa}\big)$ takes the
upper half plane into itself, so that by the theorem of Denjoy and Wolff it has at most one fixed point there: a root with
$\mathrm{Im}\,\kappa>0$ is the right one, however it was found. It is found by following the root from the real ridge
$|\lambda|$ along the arc, with a predictor from $d\log\kappa/d\log\lambda$ and Newton steps in $\log\kappa$, in the split form of
the real equation (`level_sums`), which subtracts no large numbers.

Source: [SilversteinChoi1995] for the equation and its one solution in the half plane.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.roots import find_roots
from asymptotix.errors import ConvergenceError

__all__ = ["complex_effective_ridge"]

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_STEP = 0.25  # radians on the way
_CORRECTIONS, _POLISHES = 2, 12
_TOLERANCE = 1e-13  # of the last Newton step in log kappa; the next one would be its square
_BLOCK = 1 << 15  # entries of a temporary


def complex_effective_ridge(levels: SortedLevels, n_samples: FloatArray, ridge: ComplexArray) -> ComplexArray:
    """Kappa at ridges with a positive imaginary part, of the shape of both arguments.

    Raises:
        ConvergenceError: no root was found to 1e-13, or not in the upper half plane.
    """
    n, lam = n_samples.ravel(), ridge.ravel()
    modulus, angle = np.abs(lam), np.angle(lam)
    log_kappa = find_roots(levels, n, np.full_like(n, np.inf), modulus).log_kappa.astype(np.complex128)
    count = max(1, int(np.ceil(angle.max(initial=0.0) / _STEP)))
    here = np.log(modulus).astype(np.complex128)
    _, slope = _residual_and_slope(levels, n, np.exp(here), log_kappa)
    for step in range(1, count + 1):
        there = np.log(modulus) + 1j * angle * (step / count)
        log_kappa = log_kappa + (np.exp(here - log_kappa) / slope) * (there - here)
        here = there
        for _ in range(_CORRECTIONS):
            residual, slope = _residual_and_slope(levels, n, np.exp(here), log_kappa)
            log_kappa = log_kappa + residual / slope
    return _polished(levels, n, lam, log_kappa).reshape(ridge.shape)


def _polished(levels: SortedLevels, n: FloatArray, lam: ComplexArray, log_kappa: ComplexArray) -> ComplexArray:
    """The last Newton steps, and the proof that the roots are the right ones."""
    change = np.full(n.shape, np.inf)
    for _ in range(_POLISHES):
        residual, slope = _residual_and_slope(levels, n, lam, log_kappa)
        update = residual / slope
        log_kappa, change = log_kappa + update, np.abs(update)
        if np.all(change < _TOLERANCE):
            break
    kappa = np.exp(log_kappa)
    wrong = ~((change < _TOLERANCE) & (kappa.imag > 0))
    if np.any(wrong):
        worst = int(np.flatnonzero(wrong)[0])
        raise ConvergenceError(
            f"the effective ridge at the complex ridge {lam[worst]:.3g} with n_samples = {n[worst]:g} was not found to "
            f"{_TOLERANCE:g}; a shorter or longer time avoids it"
        )
    return kappa


def _residual_and_slope(
    levels: SortedLevels, n: FloatArray, lam: ComplexArray, log_kappa: ComplexArray
) -> tuple[ComplexArray, ComplexArray]:
    """lam / kappa + df1 - n, and minus its derivative by log kappa."""
    kappa = np.exp(log_kappa)
    split, count = levels.split(log_kappa.real)
    signed, spread = np.empty_like(kappa), np.empty_like(kappa)
    index, size = np.arange(levels.values.size), max(1, _BLOCK // max(levels.values.size, 1))
    for start in range(0, kappa.size, size):
        part = slice(start, start + size)
        inverse = 1.0 / (levels.values + kappa[part, None])
        left, learned = kappa[part, None] * inverse, levels.values * inverse
        signed[part] = np.where(index < split[part, None], -left, learned) @ levels.multiplicities
        spread[part] = (learned * left) @ levels.multiplicities
    endless = (lam + levels.tail) / kappa
    return (count - n) + signed + endless, spread + endless
