"""Rules of any number of digits integrate the moments of their law."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest

from asymptotix.spectra.cube import CubeRecurrence, cube_rule
from asymptotix.spectra.gauss_rule import gauss_rule
from asymptotix.spectra.harmonics import SphereRecurrence
from asymptotix.spectra.integer_rule import Rule, coefficients
from asymptotix.spectra.panel_rule import panel_rule
from asymptotix.spectra.trapezoidal_rule import trapezoidal_rule

BITS = 200
RULES: dict[str, tuple[Callable[[], Rule], Callable[[int], Fraction]]] = {
    "gauss, even": (lambda: gauss_rule(SphereRecurrence(3), 10, BITS), lambda p: sphere_moment(3, p)),
    "gauss, odd": (lambda: gauss_rule(SphereRecurrence(10**6), 11, BITS), lambda p: sphere_moment(10**6, p)),
    "panels, few dimensions": (lambda: panel_rule(4, 0, 10, BITS, BITS, (mpmath.mpf(1) / 3,)), lambda p: sphere_moment(4, p)),
    "panels, many dimensions": (lambda: panel_rule(10**5, 0, 10, BITS, BITS), lambda p: sphere_moment(10**5, p)),
    "trapezoidal": (lambda: trapezoidal_rule(900, 0, 10, BITS, BITS), lambda p: sphere_moment(900, p)),
    "cube": (lambda: cube_rule(9, 9, BITS, BITS), lambda p: cube_moment(9, p)),
}


def sphere_moment(d: int, power: int) -> Fraction:
    """E x^power, x = sqrt(d) t."""
    value = Fraction(1)
    for j in range(0, power, 2):
        value *= Fraction((j + 1) * d, j + d)
    return value


def cube_moment(d: int, power: int) -> Fraction:
    law = [1]
    for _ in range(d):
        law = [a + b for a, b in zip([*law, 0], [0, *law], strict=True)]
    return sum((Fraction(c * (d - 2 * j) ** power, 2**d * d ** (power // 2)) for j, c in enumerate(law)), Fraction(0))


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("power", [0, 2, 4, 10])
def test_even_moments(name: str, power: int) -> None:
    make, moment = RULES[name]
    rule, exact = make(), moment(power)
    with mpmath.workprec(BITS + 40):
        value = mpmath.fsum(w * x**power for x, w in zip(rule.points, rule.weights, strict=True))
        error = abs(value * exact.denominator / exact.numerator - 1)
    assert error < mpmath.mpf(2) ** (20 - BITS)


def test_one_point_less_is_not_exact() -> None:
    rule = gauss_rule(SphereRecurrence(3), 5, BITS)
    error = sum(w * x**10 for x, w in zip(rule.points, rule.weights, strict=True)) / mpmath.mpf(float(sphere_moment(3, 10))) - 1
    assert abs(error) > 1e-4


@pytest.mark.parametrize(("squares", "rule"), [
    (SphereRecurrence(7), lambda: gauss_rule(SphereRecurrence(7), 12, BITS)),
    (CubeRecurrence(11), lambda: cube_rule(11, 11, BITS, BITS)),
])  # fmt: skip
def test_the_polynomials_are_orthonormal(squares: Callable[[int], tuple[int, int]], rule: Callable[[], Rule]) -> None:
    made = rule()
    with mpmath.workprec(BITS):
        # x^3 has the levels 1 and 3 alone
        cubes = [x**3 for x in made.points]
        found = coefficients(made, cubes, [-c for c in cubes], squares, 9)
        second = mpmath.fsum(w * c * c for w, c in zip(made.weights, cubes, strict=True))
        assert abs(sum(c * c for c in found) - second) < mpmath.mpf(2) ** (10 - BITS) * second
        assert all(abs(found[k]) < mpmath.mpf(2) ** (10 - BITS) for k in (0, 2, 4, 5, 6, 7, 8, 9))
