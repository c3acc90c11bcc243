r"""Kernels that are no network kernels: a function of $\langle x,x'\rangle/d$, powers, the Gaussian and the Laplace kernel.

All are functions of $q_1 = |x|^2/d$, $q_2 = |x'|^2/d$, $c = \langle x,x'\rangle/d$; $r^2 = |x-x'|^2/d = q_1 + q_2 - 2c$.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.arity import require_arity
from asymptotix.kernels.pair import GaussianPair

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = [
    "ExponentialKernel",
    "InnerProductKernel",
    "LaplaceKernel",
    "PolynomialKernel",
    "RBFKernel",
    "exponential_kernel",
    "inner_product_kernel",
    "laplace_kernel",
    "polynomial_kernel",
    "rbf_kernel",
]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class InnerProductKernel:
    """k(x, x') = h(<x, x'>/d); picklable when h is."""

    h: Callable[[FloatArray], ArrayLike]

    def __call__(self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike) -> FloatArray:
        """h(c), broadcast against q1 and q2.

        Raises:
            InvalidInputError: h does not return a real number for every entry.
        """
        q1, q2, t = np.broadcast_arrays(np.asarray(q1, np.float64), np.asarray(q2, np.float64), np.asarray(c, np.float64))
        value = np.asarray(self.h(t))
        if value.shape not in (t.shape, ()) or value.dtype.kind not in "fiu":
            raise InvalidInputError(
                "h", value, f"a vectorised real function: h of shape {t.shape} gave {value.dtype} {value.shape}"
            )
        return np.array(np.broadcast_to(value, t.shape), dtype=np.float64)


@dataclass(frozen=True)
class ExponentialKernel:
    """exp(<x, x'>/d)."""

    def __call__(self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike) -> FloatArray:
        """exp(c), broadcast against q1 and q2."""
        return np.array(np.exp(np.broadcast_arrays(np.asarray(c, np.float64), q1, q2)[0]))

    def mp(self, q1: Any, q2: Any, c: Any) -> mpf:
        """exp(c) in mpmath's current precision."""
        import mpmath

        return mpmath.exp(c)


@dataclass(frozen=True)
class PolynomialKernel:
    """(<x, x'>/d + offset)^degree."""

    degree: int
    offset: float

    def __post_init__(self) -> None:
        if isinstance(self.degree, bool) or not isinstance(self.degree, int | np.integer) or not 1 <= self.degree <= 64:
            raise InvalidInputError("degree", self.degree, "an integer from 1 to 64")
        if not (math.isfinite(self.offset) and self.offset >= 0):
            raise InvalidInputError(
                "offset", self.offset, "zero or positive (else the kernel is not positive semidefinite), and finite"
            )

    def __call__(self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike) -> FloatArray:
        """(c + offset)^degree, broadcast against q1 and q2."""
        return np.array((np.broadcast_arrays(np.asarray(c, np.float64), q1, q2)[0] + self.offset) ** int(self.degree))

    def mp(self, q1: Any, q2: Any, c: Any) -> mpf:
        """The kernel in mpmath's current precision."""
        import mpmath

        return (mpmath.mpf(c) + mpmath.mpf(self.offset)) ** int(self.degree)


@dataclass(frozen=True)
class RBFKernel:
    """exp(-r^2 / (2 bandwidth^2)), r^2 = |x - x'|^2/d = q1 + q2 - 2c."""

    bandwidth: float

    def __post_init__(self) -> None:
        _check_bandwidth(self.bandwidth)

    def __call__(self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike) -> FloatArray:
        """The kernel at q1, q2, c, broadcast."""
        return self.of_pair(GaussianPair.from_covariance(q1, q2, c))

    def of_pair(self, pair: GaussianPair) -> FloatArray:
        """The kernel of a prepared pair, which knows r^2 without cancellation."""
        return np.asarray(np.exp(-pair.distance / (2.0 * self.bandwidth**2)))

    def mp(self, q1: Any, q2: Any, c: Any) -> mpf:
        """The kernel in mpmath's current precision."""
        import mpmath

        q1, q2, c = mpmath.mpf(q1), mpmath.mpf(q2), mpmath.mpf(c)
        return mpmath.exp(-(q1 + q2 - 2 * c) / (2 * mpmath.mpf(self.bandwidth) ** 2))


@dataclass(frozen=True)
class LaplaceKernel:
    """exp(-r / bandwidth), r = |x - x'|/sqrt(d) = sqrt(q1 + q2 - 2c)."""

    bandwidth: float

    def __post_init__(self) -> None:
        _check_bandwidth(self.bandwidth)

    def __call__(self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike) -> FloatArray:
        """The kernel at q1, q2, c, broadcast."""
        return self.of_pair(GaussianPair.from_covariance(q1, q2, c))

    def of_pair(self, pair: GaussianPair) -> FloatArray:
        """The kernel of a prepared pair, which knows r without cancellation."""
        return np.asarray(np.exp(-np.sqrt(pair.distance) / self.bandwidth))

    def mp(self, q1: Any, q2: Any, c: Any) -> mpf:
        """The kernel in mpmath's current precision."""
        import mpmath

        q1, q2, c = mpmath.mpf(q1), mpmath.mpf(q2), mpmath.mpf(c)
        return mpmath.exp(-mpmath.sqrt(max(q1 + q2 - 2 * c, mpmath.mpf(0))) / mpmath.mpf(self.bandwidth))


def inner_product_kernel(h: Callable[[FloatArray], ArrayLike]) -> InnerProductKernel:
    """The kernel h(<x, x'>/d) of a vectorised function h.

    Raises:
        InvalidInputError: h is no function of one argument.

    >>> float(inner_product_kernel(np.exp)(1.0, 1.0, 0.0))
    1.0
    """
    if not callable(h):
        raise InvalidInputError("h", h, "a vectorised function of t = <x, x'>/d")
    require_arity("h", h, ("t",))
    return InnerProductKernel(h)


def exponential_kernel() -> ExponentialKernel:
    """exp(<x, x'>/d)."""
    return ExponentialKernel()


def polynomial_kernel(degree: int = 2, offset: float = 1.0) -> PolynomialKernel:
    """(<x, x'>/d + offset)^degree; degree an integer from 1 to 64, offset >= 0.

    >>> float(polynomial_kernel(2)(1.0, 1.0, 0.5))
    2.25
    """
    return PolynomialKernel(degree, float(offset))


def rbf_kernel(bandwidth: float = 1.0) -> RBFKernel:
    """exp(-|x - x'|^2 / (2 d bandwidth^2)); bandwidth > 0."""
    return RBFKernel(float(bandwidth))


def laplace_kernel(bandwidth: float = 1.0) -> LaplaceKernel:
    """exp(-|x - x'| / (sqrt(d) bandwidth)); bandwidth > 0."""
    return LaplaceKernel(float(bandwidth))


def _check_bandwidth(bandwidth: float) -> None:
    if not (math.isfinite(bandwidth) and bandwidth > 0):
        raise InvalidInputError("bandwidth", bandwidth, "positive and finite")
