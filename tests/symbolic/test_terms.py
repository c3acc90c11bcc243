"""The closed class: products, distributional derivatives."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.terms import Cdf, Dirac, Step, Term, collect, differentiate, is_recurring, is_settled, multiply, term

HALF = sp.S.Half


def test_derivatives_of_relu_are_step_and_dirac() -> None:
    relu = term(1, 1, factor=Step(sp.S.Zero))
    step = differentiate(relu)
    assert step == term(1, factor=Step(sp.S.Zero))
    assert differentiate(step) == term(1, factor=Dirac(sp.S.Zero))


def test_a_smooth_factor_of_a_dirac_derivative_is_absorbed() -> None:
    # x^2 delta''(x) = 2 delta(x), x delta'(x) = -delta(x)
    assert collect(term(1, 2, factor=Dirac(sp.S.Zero, 2))) == term(2, factor=Dirac(sp.S.Zero))
    assert collect(term(1, 1, factor=Dirac(sp.S.Zero, 1))) == term(-1, factor=Dirac(sp.S.Zero))


def test_steps_merge_and_other_pairs_are_refused() -> None:
    one, two = term(1, factor=Step(HALF)), term(1, factor=Step(-HALF))
    assert multiply(one, two) == one
    with pytest.raises(NotInClosedClassError, match="Phi \\* step"):
        multiply(one, term(1, factor=Cdf(sp.S.One, sp.S.Zero)))


def test_derivative_against_sympy() -> None:
    x = sp.Symbol("x", real=True)
    f = collect((Term(sp.Integer(3), 2, -HALF, sp.S.One), Term(sp.Integer(2), 1, factor=Cdf(sp.Integer(2), HALF))))
    ours, theirs = sum(t.expression(x) for t in differentiate(f)), sp.diff(sum(t.expression(x) for t in f), x)
    assert abs(sp.N((ours - theirs).subs(x, sp.Rational(3, 7)), 30)) < sp.Float("1e-28")


def test_which_functions_end_a_chain() -> None:
    exponential, polynomial = term(1, factor=Step(sp.S.Zero), linear=sp.S.One), term(1, 3)
    diracs = collect((*term(2, factor=Dirac(sp.S.Zero)), *term(5)))
    assert [is_settled(t) for t in (diracs, exponential, polynomial)] == [True, False, False]
    assert [is_recurring(t) for t in (diracs, exponential, polynomial)] == [True, True, False]
