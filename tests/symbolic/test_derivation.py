"""A derivation prints nothing while a step fails, and says what was proved and what was only checked."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.derivation import Derivation, DerivationError, Step, equation, generic_function, resolve

X = sp.Symbol("x", positive=True)
F = sp.Function("f")
GOOD = Step(sp.Eq(sp.Derivative(F(X), X), 2 * X, evaluate=False), "Power rule.", {F: sp.Lambda((X,), X**2)}, "rule")
WRONG = Step(sp.Eq(sp.sin(X) ** 2 + sp.cos(X) ** 2, 2, evaluate=False), "Not Pythagoras.")
# the triplication formula is not among the rules: the numbers agree, nothing is proved
TRIPLE = sp.gamma(X) * sp.gamma(X + sp.Rational(1, 3)) * sp.gamma(X + sp.Rational(2, 3)) * 3 ** (3 * X - sp.S.Half) / (2 * sp.pi)
NUMERIC = Step(sp.Eq(sp.gamma(3 * X), TRIPLE, evaluate=False), "Gauss's multiplication formula.")


def test_exact_numeric_and_failing_steps() -> None:
    assert GOOD.check().kind == "exact"
    assert NUMERIC.check().kind == "numeric"
    outcome = WRONG.check()
    assert (outcome.ok, outcome.kind) == (False, "error")


@pytest.mark.parametrize("render", ["to_markdown", "to_latex"])
def test_refuses_to_print_a_failing_derivation(render: str) -> None:
    with pytest.raises(DerivationError, match="step 2"):
        getattr(Derivation("Broken", (GOOD, WRONG)), render)()


def test_text_distinguishes_proved_from_checked() -> None:
    derivation = Derivation("Mixed", (GOOD, NUMERIC), ("A premise.",), ("Price1958",))
    text = derivation.to_markdown()
    assert "*proved*" in text
    assert "*numerically checked, " in text
    assert "1 of 2 steps proved by reducing the difference of both sides to 0; 1 checked numerically only." in text
    assert "Used without proof:" in text
    assert not derivation.proved
    assert Derivation("One", (GOOD,)).proved


def test_the_claim_that_is_printed_is_the_claim_that_is_checked() -> None:
    changed = Step(sp.Eq(GOOD.claim.lhs, 3 * X, evaluate=False), GOOD.why, GOOD.environment)
    assert not changed.check().ok
    assert r"\frac{d}{d x} f(x) = 2 x" in Derivation("One", (GOOD,)).to_markdown()
    assert r"f(x) = x^2" in Derivation("One", (GOOD,)).to_latex()


def test_uses_must_name_an_earlier_step() -> None:
    later = Step(GOOD.claim, "", GOOD.environment, "later", ("missing",))
    with pytest.raises(InvalidInputError, match="uses"):
        Derivation("Dangling", (GOOD, later))
    with pytest.raises(InvalidInputError, match="steps"):
        Derivation("Empty", ())


def test_names_resolve_through_names() -> None:
    g, a = sp.Function("g"), sp.Symbol("a")
    environment = {F: sp.Lambda((X,), g(X) + a), g: sp.Lambda((X,), X**3), a: sp.Integer(5)}
    assert resolve(sp.Derivative(F(X), X) + a, environment) == 3 * X**2 + 5


def test_a_claim_that_is_no_number_is_an_error() -> None:
    unbound = Step(sp.Eq(F(X), sp.Function("h")(X), evaluate=False), "Unbound names.")
    assert unbound.check().kind == "error"


def test_matrices_are_multiplied_out_and_never_commuted() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    a, b = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    assert Step(equation((a + b) * (a - b), a * a - a * b + b * a - b * b), "").check().kind == "exact"
    assert Step(equation((a * b).T, b.T * a.T), "").check().kind == "exact"
    for wrong in (equation(a * b, b * a), equation((a * b).T, a.T * b.T), equation((a + b) * (a - b), a * a - b * b)):
        assert not Step(wrong, "").check().ok


def test_symbols_that_do_not_commute_keep_their_order() -> None:
    """The algebra of the canonical form commutes: it may not decide about them."""
    a, b = sp.symbols("a b", commutative=False)
    assert not Step(equation(a * b, b * a), "").check().ok
    assert Step(equation((a + b) * a, a * a + b * a), "").check().kind == "exact"


def test_a_generic_function_knows_its_derivatives_and_no_more() -> None:
    s, slope, curvature = generic_function("s", 2)
    assert sp.diff(X * s(X**2), X) == s(X**2) + 2 * X**2 * slope(X**2)
    assert sp.diff(slope(X), X) == curvature(X)
    assert sp.diff(curvature(X), X) == sp.Derivative(curvature(X), X)
    assert not Step(equation(s(X), slope(X)), "").check().ok


def test_the_claim_at_the_top_is_that_of_the_theorem() -> None:
    other = Step(equation(F(X), X**2), "Its square.", GOOD.environment, "value")
    derivation = Derivation("Two", (GOOD, other), (), ("Price1958",), ("rule",), ("$x > 0$.",))
    assert derivation.statement == (GOOD,)
    assert Derivation("Two", (GOOD, other)).statement == (other,)
    head, _, proof = derivation.to_markdown().partition("**Step 1**")
    assert r"\frac{d}{d x} f(x) = 2 x" in head
    assert "rule (step 1):" in head
    assert "- $x > 0$." in head
    assert "f(x) = x^2" in proof
    document = derivation.to_document()
    assert document.count(r"\begin{document}") == 1
    assert r"\cite{Price1958}" in document
    assert r"\bibitem{Price1958} Price, Robert (1958)." in document
    with pytest.raises(InvalidInputError, match="theorem"):
        Derivation("Two", (GOOD, other), theorem=("missing",))
    with pytest.raises(InvalidInputError, match="label"):
        Derivation("Twice", (GOOD, GOOD))


def test_a_derivative_is_printed_with_brackets_and_behind_its_factors() -> None:
    claim = equation(sp.exp(X) * sp.Derivative(X * F(X), X), sp.S.Zero)
    assert (
        r"e^x\,\frac{d}{d x} \bigl(x f(x)\bigr)" in Derivation("D", (Step(claim, "", {F: sp.Lambda((X,), 1 / X)}),)).to_markdown()
    )


def test_wide_sums_are_broken_and_huge_definitions_named() -> None:
    terms = sp.symbols("term_1:31")
    name, huge = sp.symbols("N H")
    wide = Derivation("Wide", (Step(equation(name, sp.Add(*terms)), "", {name: sp.Add(*terms)}),)).to_latex()
    assert r"\begin{aligned}" in wide
    many = sp.Add(*(sp.Symbol(f"symbol_{i}") for i in range(400)))
    text = Derivation(
        "Huge", (Step(equation(huge, many), "", {huge: sp.Function("h")(X), sp.Function("h"): sp.Lambda((X,), many)}),)
    )
    assert "a sum of 400 terms, too long to print" in text.to_markdown()
    assert "a sum of 400 terms, too long to print" in text.to_latex()
