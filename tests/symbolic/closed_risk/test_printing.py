"""LaTeX that compiles and reads back to its value; Python and Wolfram sources that run by themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.closed_risk.printing import root_clause
from tests.latex_reader import read
from tests.latex_tools import NODE, PDFLATEX, katex_errors, overfull_points
from tests.symbolic.closed_risk.risk_cases import CASES
from tests.symbolic.wolfram_reader import definitions

POINTS: dict[str, dict[str, float]] = {case.name: case.at | ({"ridge": 0.3} if "ridge" in case.at else {}) for case in CASES}
POINTS |= {
    "critical_regime": {"ratio": 0.7, "zeta": 0.4, "energy": 0.5, "energy_above": 0.2, "noise_variance": 0.3},
    "ridge_peak": {"n_samples": 80, "ridge": 0.01, "inverse_trace": 110, "noise_variance": 0.3},
    "random_features_peak": {"n_samples": 80, "ridge": 0.01, "nu": 0.3, "unlearned_energy": 0.2, "noise_variance": 0.3},
}
READABLE = ((r"\simeq", "="), (r"\mathrm{df}", "h"), (r"\mathcal{B}", "B"), (r"\mathcal{V}", "V"))


def forms(name: str) -> list[ax.ClosedForm]:
    return [ax.closed_form(name, quantity) for quantity in ax.closed_forms()[name]]


def own(form: ax.ClosedForm) -> dict[str, float]:
    return {argument: POINTS[form.law.name][argument] for argument in form.arguments}


def letters(form: ax.ClosedForm) -> dict[str, Any]:
    """Values by the letters of the page: a squared letter is read as its root."""
    found = {}
    for p in form.law.parameters:
        letter = p.latex or re.sub(r"^([a-zA-Z]+)(\d)$", r"\1_\2", p.symbol.name)
        value = mpmath.mpf(POINTS[form.law.name][p.argument])
        squared = re.fullmatch(r"\{?\\?([A-Za-z]+)\}?(_\{[^}]*\})?\^2", letter)
        name = letter.lstrip("\\") if squared is None else squared[1] + (squared[2] or "").replace("{", "").replace("}", "")
        found[name.replace("\\", "")] = value if squared is None else mpmath.sqrt(value)
    return found


def text_of(form: ax.ClosedForm) -> str:
    """The page without the equation of an implicit root, which the reader does not solve."""
    text = form.latex()
    if form.law.root is not None:
        joined = re.sub(r"\s*\\\\\n&\\qquad(\\quad)?\s*", " ", text)
        text = joined.replace(root_clause(form.law), "").replace(", ,", ",").replace(r", \qquad , ", ", ")
        text = re.sub(r",\s*(\\qquad)?\s*,", ",", text)
        text = re.sub(r",\s*(\\qquad)?\s*(\\end\{aligned\})?\s*$", r"\2", text)
    for old, new in READABLE:
        text = text.replace(old, new)
    return text


def reads_back(form: ax.ClosedForm) -> bool:
    """Whether the printed text has the value, to 28 digits; an implicit root is given to the reader."""
    root = form.law.root
    with mpmath.workdps(45):
        values = letters(form)
        if root is not None:
            solved = ax.closed_form(form.law.name, "effective_ridge")
            values[root.symbol.name] = solved.mp(**own(solved), digits=42)
        found = read(text_of(form))(**values)
        exact = form.mp(**own(form), digits=40)
        return bool(abs(found - exact) <= mpmath.mpf(10) ** -28 * abs(exact))


@pytest.mark.parametrize("name", sorted(POINTS))
def test_the_page_reads_back_to_the_value(name: str) -> None:
    assert reads_back(ax.closed_form(name))


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(POINTS))
def test_every_quantity_reads_back_to_its_value(name: str) -> None:
    for form in forms(name):
        if form.law.root is None or form.expression != form.law.root.symbol:
            assert reads_back(form), form.name


@pytest.mark.parametrize("name", ["linear_features", "proportional_regime", "power_law_2_ridge"])
def test_an_implicit_root_is_printed_as_its_equation(name: str) -> None:
    form = ax.closed_form(name, "effective_ridge")
    assert re.search(r"=(\{\})? 0,", form.latex())
    assert form.law.root is not None
    assert form.law.root.branch in form.latex()


def test_the_reader_sees_a_factor_and_a_sign() -> None:
    form = ax.closed_form("isotropic_ridge")
    for old, new in (("2 n", "n"), ("p - n", "p + n"), (r"\sigma^2", r"\sigma"), ("4", "2")):
        wrong = form.latex().replace(old, new, 1)
        assert wrong != form.latex()
        with mpmath.workdps(30):
            assert reads_back(form)
            assert abs(read(wrong)(**letters(form)) / form.mp(**own(form)) - 1) > 1e-4, old


def shown() -> list[str]:
    return [form.latex() for name in POINTS for form in (forms(name)[0], ax.closed_form(name))]


def everything() -> list[str]:
    return [form.latex() for name in POINTS for form in forms(name)]


@pytest.mark.skipif(PDFLATEX is None, reason="no pdflatex in PATH")
def test_the_formulas_compile_with_amsmath_and_fit_the_page(tmp_path: Path) -> None:
    assert [entry for entry in overfull_points(shown(), tmp_path) if entry[0] > 40] == []


@pytest.mark.long
@pytest.mark.skipif(PDFLATEX is None, reason="no pdflatex in PATH")
def test_every_quantity_compiles_and_fits_the_page(tmp_path: Path) -> None:
    assert [entry for entry in overfull_points(everything(), tmp_path) if entry[0] > 40] == []


@pytest.mark.skipif(NODE is None, reason="no Node in PATH")
def test_the_formulas_parse_in_strict_katex(tmp_path: Path) -> None:
    assert katex_errors(everything(), tmp_path) == []


@pytest.mark.parametrize("name", sorted(POINTS))
def test_exported_python_runs_by_itself(name: str) -> None:
    for form in (ax.closed_form(name), ax.closed_form(name, ax.closed_forms()[name][0])):
        namespace: dict[str, Any] = {}
        source = form.python()
        assert "asymptotix" not in source
        exec(source, namespace)
        with np.errstate(all="ignore"):  # the ends of the interval overflow
            found = namespace[f"{name}_{form.quantity}"](**own(form))
        assert float(found) == pytest.approx(float(form.evaluate(**own(form))), rel=1e-8, abs=0), form.name


def test_exported_wolfram_definitions_have_the_value() -> None:
    for name in ("isotropic_ridge", "two_level_ridge", "critical_regime", "proportional_wide"):
        form = ax.closed_form(name)
        with mpmath.workdps(60):
            (function,) = definitions(form.mathematica()).values()
            found = function(*(mpmath.mpf(value) for value in own(form).values()))
            exact = form.mp(**own(form), digits=30)
        assert abs(found - exact) < mpmath.mpf(10) ** -25 * abs(exact)


def test_a_form_over_an_implicit_root_has_no_wolfram_definition() -> None:
    with pytest.raises(NotInClosedClassError, match=r"use \.python"):
        ax.closed_form("proportional_regime").mathematica()
