"""Where x lives: the sphere or the hypercube, as a symmetric law of <x, x'>/d with its polynomials and their multiplicities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import expm1, log, sqrt
from typing import Any

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.cube import CubeRecurrence, binomials, checked_cube_dimension, cube_rule
from asymptotix.spectra.gauss_rule import gauss_rule
from asymptotix.spectra.harmonics import SphereRecurrence, checked_dimension, multiplicities
from asymptotix.spectra.integer_rule import Rule, Squares, lightest
from asymptotix.spectra.panel_rule import panel_rule
from asymptotix.spectra.trapezoidal_rule import trapezoidal_rule

__all__ = ["MANY_DIMENSIONS", "Domain", "domain_of"]

# (step of refinement, degrees, bits, bits of weight at the ends) -> rule
Rules = Callable[[int, int, int, int], Rule]

_GAUSS_STEPS = 6  # the last has 7 times as many points as the first
_PANEL_STEPS = 6
_TRAPEZOIDAL_STEPS = 5
MANY_DIMENSIONS = 500  # from here on the ends of the interval have no weight, and the trapezoidal rule is the fastest
_GROWTH = 1.5
_BITS_BLOCK = 128  # precisions are rounded up, so that rules are found again


@dataclass(frozen=True)
class Domain:
    """The sphere or the hypercube of a dimension; `last` is the largest degree there is, None if there is no such degree."""

    name: str
    dimension: int
    squares: Squares
    last: int | None

    @property
    def is_sphere(self) -> bool:
        """Whether it is the sphere."""
        return self.last is None

    def multiplicities(self, top: int) -> list[int]:
        """Dimensions of the spaces of degree 0..top, exactly; 0 beyond the last degree."""
        return (multiplicities if self.is_sphere else binomials)(self.dimension, top)

    def smooth_rules(self, *, costly: bool = False) -> tuple[Rules, int]:
        """Rules for functions analytic around the interval, and how many steps there are; few points for `costly` functions."""
        if not self.is_sphere:
            return lambda step, top, bits, ends: cube_rule(self.dimension, top, bits, ends), 1
        if self.dimension >= MANY_DIMENSIONS and not costly:
            return lambda step, top, bits, ends: trapezoidal_rule(self.dimension, step, top, bits, ends), _TRAPEZOIDAL_STEPS
        return self._gauss, _GAUSS_STEPS

    def broken_rules(self, breaks: Callable[[int], Sequence[Any]]) -> tuple[Rules, int]:
        """Rules for functions analytic between the breaks: bits -> values of |x| in mpmath, x of variance 1."""
        if not self.is_sphere:
            return self.smooth_rules()
        return lambda step, top, bits, ends: panel_rule(self.dimension, step, top, bits, ends, breaks(bits)), _PANEL_STEPS

    def end(self, top: int, bits: int) -> float:
        """The x beyond which the weight times p_k, k <= top, is below 2^-bits."""
        fall = 2 * log(2.0) * lightest(top, bits)
        if self.is_sphere:
            return sqrt(-self.dimension * expm1(-fall / (self.dimension - 2)))
        return sqrt(min(fall, self.dimension))

    def _gauss(self, step: int, top: int, bits: int, ends: int) -> Rule:
        size = 2 * int((0.625 * top + 20) * _GROWTH**step)
        return gauss_rule(self.squares, size, -(-bits // _BITS_BLOCK) * _BITS_BLOCK)


def domain_of(name: str, dimension: int) -> Domain:
    """The domain of that name.

    Raises:
        InvalidInputError: another name, or a dimension out of range (from 3 to 1e12 on the sphere, from 1 to 1e6 on the cube).
    """
    if name == "sphere":
        d = checked_dimension(dimension)
        return Domain(name, d, SphereRecurrence(d), None)
    if name == "cube":
        d = checked_cube_dimension(dimension)
        return Domain(name, d, CubeRecurrence(d), d)
    raise InvalidInputError("domain", name, "'sphere' or 'cube'")
