"""Hypergeometric sums: the half-power moments, and proofs that notice a wrong term or ratio."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

from asymptotix.symbolic.coefficients.gegenbauer_series import SYMBOLIC, Degree, half_power, hypergeometric_sums, summed
from asymptotix.symbolic.coefficients.power_series import PowerSeries
from asymptotix.symbolic.coefficients.sphere_moments import moment_route
from asymptotix.symbolic.derivation import Derivation, DerivationError

D = sp.Symbol("d")


@pytest.mark.parametrize(("n", "k", "d"), [(0, 0, 3), (1, 2, 5), (3, 3, 4), (2, 5, 10), (1, 3, 7), (4, 7, 2)])
def test_half_power_against_moments(n: int, k: int, d: int) -> None:
    rational = moment_route(n, k, Fraction(d))
    value = half_power(sp.Integer(n), sp.Integer(k), sp.Integer(d))
    first = sp.gamma(sp.Rational(d, 2)) / (2 * sp.sqrt(sp.pi) * sp.gamma(sp.Rational(d + 1, 2))) if (n + k) % 2 else 1
    assert sp.simplify(value - sp.Rational(rational.numerator, rational.denominator) * first) == 0


@pytest.mark.parametrize("degree", [*SYMBOLIC, Degree.number(0), Degree.number(5)], ids=str)
@pytest.mark.parametrize("half", [False, True])
def test_every_step_is_exact_and_a_mutation_is_noticed(degree: Degree, half: bool) -> None:
    series = PowerSeries(sp.S.One, 1, half, sp.Rational(1, 3), 1)
    sums = hypergeometric_sums(series, degree, D, sp.S.One)
    assert sums
    for one in sums:
        assert Derivation("right", one.steps).proved
        for step in one.steps:
            wrong = replace(step, claim=sp.Eq(step.claim.lhs, -step.claim.rhs, evaluate=False))
            with pytest.raises(DerivationError):
                Derivation("wrong", (wrong,)).verify()


def test_conjugate_exponentials_are_one_real_sum() -> None:
    sine = [PowerSeries(sign * sp.I / 2, 0, False, -sign * sp.I, 1) for sign in (1, -1)]
    even, odd = (summed(tuple(s for one in sine for s in hypergeometric_sums(one, degree, D, sp.S.One))) for degree in SYMBOLIC)
    assert even == 0
    assert not odd.has(sp.I)
