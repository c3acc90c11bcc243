"""The polynomial out of reach: values, distance, and a check that is not always true."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from scipy.special import eval_gegenbauer

from asymptotix.spectra.harmonics import multiplicity
from asymptotix.symbolic.learnability.counterexample import D, T, orthogonality, zonal


@pytest.mark.parametrize("k", [0, 1, 2, 3, 7])
def test_the_polynomial_and_the_distance(k: int) -> None:
    example = zonal(k)
    for d in (3, 10):
        index = d / 2 - 1
        expected = eval_gegenbauer(k, index, 0.3) / eval_gegenbauer(k, index, 1.0)
        assert float(example.expression.subs({D: d, T: Fraction(3, 10)})) == pytest.approx(float(expected), rel=1e-12, abs=0)
        assert float(example.distance.subs(D, d)) == pytest.approx(multiplicity(d, k) ** -0.5, rel=1e-14, abs=0)


def test_orthogonality_is_checked_and_a_wrong_polynomial_is_noticed() -> None:
    (step,) = orthogonality(5)
    assert step.check().kind == "exact"
    wrong = step.claim.lhs.xreplace({D: D + 1})
    changed = type(step)(sp.Eq(wrong, 0, evaluate=False), step.why, step.environment)
    assert not changed.check().ok


def test_huge_degrees_are_named_and_not_written_out() -> None:
    example = zonal(10**40)
    assert "about 10^40" in example.description or "10^39" in example.description
    assert orthogonality(10**40) == ()
