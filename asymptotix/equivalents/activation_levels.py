r"""The Gaussian coefficients of an activation, degree by degree, as the limits of high dimension see them.

$\mu_k=E[\sigma(G)\,\mathrm{He}_k(G)]$; degree k has the mass $\mu_k^2/k!$, and $\sum_k\mu_k^2/k!=E\,\sigma(G)^2$. On the sphere
in d dimensions it is the limit of $B(d,k)\,\xi_k^2$.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_array

__all__ = ["ActivationLevels", "activation_levels", "checked_energies"]

FloatArray = NDArray[np.float64]

_NOTHING = 1e-14  # of E s^2: a mass below it is rounding of a coefficient that vanishes


@dataclass(frozen=True, eq=False)
class ActivationLevels:
    """`masses[k]` = mu_k^2 / k! up to the degree asked for, exactly 0 where mu_k vanishes; `beyond` is the mass above them."""

    activation: Activation
    coefficients: FloatArray
    masses: FloatArray
    beyond: float

    @property
    def null_degrees(self) -> tuple[int, ...]:
        """Degrees without mass: never learned."""
        return tuple(int(k) for k in np.flatnonzero(self.masses == 0))


def activation_levels(activation: Activation | str, degree: int) -> ActivationLevels:
    """Masses up to a degree, and what lies beyond it by the difference to E s(G)^2, taken in 20 digits.

    Raises:
        InvalidInputError: not an activation.
        ExpressionError: a text that is none.
        HypothesisError: a moment is infinite.
    """
    return _levels(as_activation(activation), degree)


@lru_cache(maxsize=64)  # a closed form may take a second to be found and compared
def _levels(sigma: Activation, degree: int) -> ActivationLevels:
    from asymptotix.symbolic.activation_constants import activation_constants
    from asymptotix.symbolic.coefficients.hermite import hermite_coefficient

    square: Any = activation_constants(sigma)[2].value
    with mpmath.workdps(20):
        coefficients = [hermite_coefficient(sigma, k).mp(digits=20) for k in range(degree + 1)]
        masses = [c**2 / math.factorial(k) for k, c in enumerate(coefficients)]
        masses = [mass if mass > _NOTHING * square else mpmath.mpf(0) for mass in masses]
        beyond = square - mpmath.fsum(masses)
        beyond = beyond if beyond > _NOTHING * square else mpmath.mpf(0)
    numbers = np.array([float(c) if mass else 0.0 for c, mass in zip(coefficients, masses, strict=True)])
    shares = np.array([float(mass) for mass in masses])
    for array in (numbers, shares):
        array.setflags(write=False)
    return ActivationLevels(sigma, numbers, shares, float(beyond))


def checked_energies(energies: ArrayLike) -> FloatArray:
    """Energies per degree, `[F_0^2, F_1^2, ...]`."""
    array = real_array("energies", energies)
    if array.ndim != 1 or array.size == 0 or not np.all((array >= 0) & np.isfinite(array)):
        raise InvalidInputError("energies", energies, "a nonempty list of finite numbers >= 0, one a degree")
    return array
