"""Sums of normal probabilities folded, and densities recognised: the same value with fewer terms."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from asymptotix.symbolic.canonical import difference_is_zero
from asymptotix.symbolic.functions import Phi, Phi2
from asymptotix.symbolic.printing.normal_laws import Density, fold_probabilities, recognise_densities, without_densities

X, Y, A, B = sp.symbols("x y a b", positive=True)
R = sp.Symbol("r", real=True)
SUMS = {
    "complement": (1 - Phi(X), [Phi(-X)]),
    "difference": (A * (Phi(X) - Phi(-X)), [2 * A * Phi(X), -A]),
    "one of two": (Phi(X) - Phi2(X, Y, R), [Phi2(X, -Y, -R)]),
    "both of two": (B - B * Phi(X) - B * Phi(Y) + B * Phi2(X, Y, R), [B * Phi2(-X, -Y, R)]),
}


@pytest.mark.parametrize("name", SUMS)
def test_sums_are_folded_into_fewer_terms(name: str) -> None:
    total, expected = SUMS[name]
    folded = fold_probabilities(sp.Add.make_args(sp.expand(total)))
    assert set(folded) == set(expected)
    assert difference_is_zero(sp.Add(*folded), total)


@pytest.mark.parametrize("name", SUMS)
def test_the_identities_hold_to_forty_digits(name: str) -> None:
    total, expected = SUMS[name]
    at = {X: sp.Rational(3, 7), Y: sp.Rational(5, 4), A: 2, B: 3, R: sp.Rational(-2, 5)}
    left, right = (sp.N(value.subs(at), 50) for value in (total, sp.Add(*expected)))
    assert abs(left - right) < sp.Float("1e-40")
    assert abs(left) > 0.01


def test_sums_without_such_terms_stay() -> None:
    terms = [A * Phi(X) * Phi(Y), Phi2(X, Y, R), -2 * Phi(X), sp.sqrt(A)]
    assert sorted(fold_probabilities(terms), key=str) == sorted(terms, key=str)


def test_densities_are_recognised_and_written_out_again() -> None:
    terms = [sp.exp(-(B**2) / (2 * A)) * sp.sqrt(A) / sp.sqrt(2 * sp.pi), sp.exp(A) / sp.sqrt(sp.pi), sp.exp(-A) / sp.pi]
    found = recognise_densities(terms)
    assert found[0] == sp.sqrt(A) * Density(B / sp.sqrt(A))
    assert found[1:] == terms[1:]  # a growing exponential and a density of two variables
    assert sp.simplify(without_densities(found[0]) - terms[0]) == 0
    value = without_densities(Density(sp.Integer(1)))
    assert float(value) == pytest.approx(float(mpmath.npdf(1)), rel=1e-14, abs=0)
