"""Every closed form is proved; a factor or a sign in it is noticed; names, metadata and refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.references import REFERENCES
from asymptotix.symbolic.closed_risk.closed_form import _family
from asymptotix.symbolic.derivation import DerivationError, Step, equation

NAMES = sorted(ax.closed_forms())


@pytest.mark.parametrize("name", NAMES)
def test_every_quantity_is_proved_to_be_the_general_formula(name: str) -> None:
    for quantity in ax.closed_forms()[name]:
        form = ax.closed_form(name, quantity)
        assert form.status.kind == "proved", quantity
        assert form.derivation is not None
        assert [step.label for step in form.derivation.statement] == [quantity]


SLOW = ("two_level_ridge", "linear_features", "proportional_regime", "proportional_wide", "proportional_narrow")


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long) if n in SLOW else n for n in NAMES])
def test_a_wrong_closed_form_is_not_proved(name: str) -> None:
    law = _family(name)
    quantity = "test_error" if "test_error" in law.textbook else ""
    if not quantity:  # the peak laws and their kin: the claim stands in the facts
        step = next(fact for fact in law.facts if fact.label == "test_error")
        wrong = replace(step, claim=sp.Eq(step.claim.lhs, 2 * step.claim.rhs, evaluate=False))
        assert not wrong.check().ok
        return
    noise = sp.Symbol("sigma2", nonnegative=True)
    true = law.quantities[quantity]
    for mutant in (2 * true, true.subs(noise, -noise)):
        broken = replace(law, quantities={**law.quantities, quantity: mutant}).derivation(quantity)
        with pytest.raises(DerivationError, match="test_error"):
            broken.verify()


@pytest.mark.parametrize("name", ["isotropic_ridge", "two_level_ridge", "critical_regime", "proportional_wide"])
def test_a_wrong_root_is_not_proved(name: str) -> None:
    law = _family(name)
    step = next(fact for fact in law.facts if fact.label in ("quadratic", "effective_ridge"))
    assert step.check().ok
    ridge = next(s for s in (*step.claim.free_symbols, *step.environment) if str(s) in ("b", "a0", "T", "a2"))
    wrong = replace(step, claim=step.claim.subs(ridge, 2 * ridge))
    assert not wrong.check().ok


def test_the_object_says_what_it_is() -> None:
    form = ax.closed_form("proportional_regime", "bias")
    assert repr(form).startswith("<Formula closed_form('proportional_regime', 'bias')")
    assert list(form.arguments) == ["features_ratio", "samples_ratio", "ridge", "zeta", "linear_energy", "nonlinear_energy"]
    assert "@article{MeiMontanari2022," in form.citations()
    assert any("Branch" in sentence for sentence in form.hypotheses)
    assert form.law.root is not None
    assert form.law.root.branch == "the largest root"
    assert sp.degree(sp.expand(form.law.root.polynomial), form.law.root.symbol) == 4
    assert str(form.assumptions[0]) == "lambda > 0"
    assert form.to_json()
    markdown = form.derivation.to_markdown() if form.derivation else ""
    assert markdown.count("*proved*") == 6


@pytest.mark.parametrize("name", NAMES)
def test_families_are_documented(name: str) -> None:
    law = _family(name)
    assert law.hypotheses
    assert law.premises
    assert set(law.sources) <= set(REFERENCES)
    assert len({p.argument for p in law.parameters} | {p.symbol.name for p in law.parameters}) >= len(law.parameters)
    used = set().union(*(law.parameters_of(expression) for expression in law.quantities.values()))
    assert used == set(law.parameters)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(InvalidInputError, match="two_level_ridge"):
        ax.closed_form("isotropic")
    with pytest.raises(InvalidInputError, match="effective_ridge"):
        ax.closed_form("isotropic_ridge", "risk")
    with pytest.raises(InvalidInputError, match="proportional_wide"):
        ax.closed_form(None)  # type: ignore[arg-type] # a mistake of the caller


def test_the_test_error_is_bias_variance_and_noise() -> None:
    for name, quantities in ax.closed_forms().items():
        if {"bias", "variance", "test_error"} <= set(quantities) and name not in SLOW:
            law = _family(name)
            noise = sp.Symbol("sigma2", nonnegative=True)
            difference = law.quantities["test_error"] - law.quantities["bias"] - law.quantities["variance"] - noise
            assert Step(equation(difference, sp.S.Zero), "split", law.elimination).check().kind == "exact", name
