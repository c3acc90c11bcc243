"""A derivation prints nothing while a step fails, and says what was proved and what was only checked."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.derivation import Derivation, DerivationError, Step, resolve

X = sp.Symbol("x", positive=True)
F = sp.Function("f")
GOOD = Step(sp.Eq(sp.Derivative(F(X), X), 2 * X, evaluate=False), "Power rule.", {F: sp.Lambda((X,), X**2)}, "rule")
WRONG = Step(sp.Eq(sp.sin(X) ** 2 + sp.cos(X) ** 2, 2, evaluate=False), "Not Pythagoras.")
# Gamma functions are opaque to the canonical form: the numbers agree, nothing is proved
NUMERIC = Step(sp.Eq(sp.gamma(X + 1) * sp.gamma(X + 2), X * (X + 1) * X * sp.gamma(X) ** 2, evaluate=False), "Twice x Gamma(x).")


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
