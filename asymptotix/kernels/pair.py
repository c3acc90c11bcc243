r"""A pair of centred Gaussians (u, v), described so that nothing is lost near $\rho = \pm 1$.

Every dual kernel of a kinked activation has square-root singularities at $\rho = \pm 1$, so the correlation rounded to
float64 is not enough: $1 - \rho$ and $1 + \rho$ are both carried with full relative accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["Correlation", "GaussianPair"]

FloatArray = NDArray[np.float64]

# Inner products of rounded vectors exceed the Cauchy-Schwarz bound by their rounding error (about d eps); more is an error.
CAUCHY_SCHWARZ_SLACK = 1e-10
_SPLITTER = 134217729.0  # 2^27 + 1: Veltkamp's splitting of a float64 into two halves of 26 bits


@dataclass(frozen=True)
class Correlation:
    r"""`minus` $= 1 - \rho$, `plus` $= 1 + \rho$ and `rho`, each with full relative accuracy."""

    minus: FloatArray
    plus: FloatArray
    rho: FloatArray

    @classmethod
    def from_angle(cls, angle: FloatArray) -> Correlation:
        r"""$\rho = \cos(\text{angle})$, angle in $[0, \pi]$."""
        return cls(2.0 * np.sin(0.5 * angle) ** 2, 2.0 * np.cos(0.5 * angle) ** 2, np.cos(angle))

    @property
    def gap(self) -> FloatArray:
        r"""$1 - |\rho|$."""
        return np.asarray(np.minimum(self.minus, self.plus))

    @cached_property
    def acute(self) -> FloatArray:
        r"""$\arccos |\rho|$, with full relative accuracy."""
        return np.asarray(2.0 * np.arcsin(np.sqrt(0.5 * self.gap)))

    @property
    def angle(self) -> FloatArray:
        r"""$\theta = \arccos \rho$."""
        return np.where(self.rho < 0, np.pi - self.acute, self.acute)

    @property
    def coangle(self) -> FloatArray:
        r"""$\pi - \theta$, accurate near $\rho = -1$ too."""
        return np.where(self.rho < 0, self.acute, np.pi - self.acute)

    @property
    def sine(self) -> FloatArray:
        r"""$\sin \theta$."""
        return np.asarray(np.sqrt(self.minus * self.plus))

    def flipped(self) -> Correlation:
        r"""The correlation of (u, -v)."""
        return Correlation(self.plus, self.minus, -self.rho)


@dataclass(frozen=True, slots=True)
class GaussianPair:
    """(u, v) with E u^2 = q1, E v^2 = q2, E uv = c; `difference` = q1 - q2.

    c and the correlation have the full shape; q1 and q2 broadcast against it, so that what depends on them alone stays small.
    """

    q1: FloatArray
    q2: FloatArray
    c: FloatArray
    difference: FloatArray
    correlation: Correlation

    @classmethod
    def given(cls, q1: ArrayLike, q2: ArrayLike, c: ArrayLike | None, angle: ArrayLike | None) -> GaussianPair:
        """By the covariance or by the angle, whichever is not None.

        Raises:
            InvalidInputError: neither or both are given, or a value is out of range.
        """
        if c is not None and angle is None:
            return cls.from_covariance(q1, q2, c)
        if c is None and angle is not None:
            return cls.from_angle(q1, q2, angle)
        raise InvalidInputError("c", c, "given, or angle, and not both")

    @classmethod
    def from_covariance(cls, q1: ArrayLike, q2: ArrayLike, c: ArrayLike) -> GaussianPair:
        """The pair with the given variances and covariance, broadcast.

        Raises:
            InvalidInputError: a value that is not finite, a negative variance, or |c| > sqrt(q1 q2) beyond rounding.
        """
        one, two, cross = _checked(q1, q2, c=c)
        correlation = _correlation(one, two, cross)
        return cls(one, two, np.broadcast_to(cross, correlation.rho.shape), one - two, correlation)

    @classmethod
    def from_angle(cls, q1: ArrayLike, q2: ArrayLike, angle: ArrayLike) -> GaussianPair:
        """The pair with the given variances and angle arccos(rho) in [0, pi], broadcast.

        Raises:
            InvalidInputError: a value that is not finite, a negative variance, or an angle outside [0, pi].
        """
        one, two, theta = _checked(q1, q2, angle=angle)
        if ((theta < 0) | (theta > np.pi)).any():
            raise InvalidInputError("angle", theta[(theta < 0) | (theta > np.pi)].flat[0], "between 0 and pi")
        shape = np.broadcast_shapes(one.shape, two.shape, theta.shape)
        correlation = Correlation.from_angle(np.broadcast_to(theta, shape))
        return cls(one, two, np.sqrt(one) * np.sqrt(two) * correlation.rho, one - two, correlation)

    @property
    def determinant(self) -> FloatArray:
        """q1 q2 - c^2."""
        return np.asarray(self.q1 * self.q2 * self.correlation.minus * self.correlation.plus)

    @property
    def distance(self) -> FloatArray:
        """E (u - v)^2 = q1 + q2 - 2c."""
        return self._spread(self.correlation.minus)

    @property
    def total(self) -> FloatArray:
        """E (u + v)^2 = q1 + q2 + 2c."""
        return self._spread(self.correlation.plus)

    def _spread(self, gap: FloatArray) -> FloatArray:
        root1, root2 = np.sqrt(self.q1), np.sqrt(self.q2)
        size = root1 + root2
        roots = self.difference / np.where(size > 0, size, 1.0)
        return np.asarray(roots**2 + 2.0 * root1 * root2 * gap)


def _checked(q1: ArrayLike, q2: ArrayLike, **cross: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The three arrays as float64, checked, not yet broadcast."""
    ((name, third),) = cross.items()
    arrays = {"q1": q1, "q2": q2, name: third}
    found = {key: _real(key, value) for key, value in arrays.items()}
    for key, value in found.items():
        if not np.isfinite(value).all():
            raise InvalidInputError(key, value[~np.isfinite(value)].flat[0], "finite")
        if key != name and (value < 0).any():
            raise InvalidInputError(key, value[value < 0].flat[0], "a variance, zero or positive")
    try:
        np.broadcast_shapes(*(value.shape for value in found.values()))
    except ValueError:
        shapes = ", ".join(f"{key} {value.shape}" for key, value in found.items())
        raise InvalidInputError(name, found[name].shape, f"of a shape that broadcasts with the others ({shapes})") from None
    return found["q1"], found["q2"], found[name]


def _real(name: str, value: ArrayLike) -> FloatArray:
    try:
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            return array.astype(np.float64, copy=False)
        if array.dtype.kind == "O":  # fractions, mpmath numbers
            return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidInputError(name, value, "a real number or an array of them")


def _correlation(q1: FloatArray, q2: FloatArray, c: FloatArray) -> Correlation:
    """1 - rho and 1 + rho from q1 q2 - c^2 in twice the working precision; powers of four are taken out of q1 and q2 first."""
    mantissa1, exponent1 = _by_powers_of_four(q1)
    mantissa2, exponent2 = _by_powers_of_four(q2)
    cross = np.ldexp(c, -(exponent1 + exponent2))
    _check_degenerate(q1, q2, c)
    first, first_error = _two_product(np.where(q1 > 0, mantissa1, 1.0), np.where(q2 > 0, mantissa2, 1.0))
    second, second_error = _two_product(cross, cross)
    # two exact products: the error is a few units in the last place of the difference
    sine_squared = ((first - second) + (first_error - second_error)) / first
    if (sine_squared < -CAUCHY_SCHWARZ_SLACK).any():
        one, two, third, bad = np.broadcast_arrays(q1, q2, c, sine_squared < -CAUCHY_SCHWARZ_SLACK)
        bound = np.sqrt(one[bad].flat[0]) * np.sqrt(two[bad].flat[0])
        raise InvalidInputError("c", float(third[bad].flat[0]), f"at most sqrt(q1 q2) = {bound:.17g} in size (Cauchy-Schwarz)")
    rho = np.clip(cross / np.sqrt(first), -1.0, 1.0)
    larger = 1.0 + np.abs(rho)
    smaller = np.maximum(sine_squared, 0.0) / larger
    negative = rho < 0
    return Correlation(np.where(negative, larger, smaller), np.where(negative, smaller, larger), rho)


def _check_degenerate(q1: FloatArray, q2: FloatArray, c: FloatArray) -> None:
    if (q1 > 0).all() and (q2 > 0).all():
        return
    zero, third = np.broadcast_arrays((q1 == 0) | (q2 == 0), c)
    if (third[zero] != 0).any():
        raise InvalidInputError("c", float(third[zero & (third != 0)].flat[0]), "0 where q1 or q2 is 0")


def _by_powers_of_four(q: FloatArray) -> tuple[FloatArray, NDArray[np.int_]]:
    """(m, k) with q = m 4^k and m in [1/4, 1), or m = 0."""
    mantissa, exponent = np.frexp(q)
    power = (exponent + 1) // 2
    return np.ldexp(mantissa, exponent - 2 * power), power


def _two_product(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The rounded product and its error (Dekker)."""
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = (a_high, a_low) if b is a else _split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: FloatArray) -> tuple[FloatArray, FloatArray]:
    shifted = _SPLITTER * a
    high = shifted - (shifted - a)
    return high, a - high
