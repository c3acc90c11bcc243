"""LaTeX as a paper prints it, checked equal to its input."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import AsymptotixError
from asymptotix.symbolic import presentation
from asymptotix.symbolic.arc_cosine import arc_cosine_kernel
from asymptotix.symbolic.canonical import difference_is_zero
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.presentation import Arrangement, Group, arrange, latex

THETA = r", \qquad \theta = \arccos\frac{c}{\sqrt{q_1 q_2}}"
SNAPSHOTS = {
    "step(x)": r"k(q_1, q_2, c) = \frac{\pi - \theta}{2 \pi}" + THETA,
    "relu": r"k(q_1, q_2, c) = \frac{1}{2 \pi}\left[\sqrt{q_1 q_2 - c^2} + c\,(\pi - \theta)\right]" + THETA,
    "erf(x)": r"k(q_1, q_2, c) = \frac{2}{\pi} \arcsin\frac{2 c}{\sqrt{(2 q_1 + 1) (2 q_2 + 1)}}",
    "sin(x)": r"k(q_1, q_2, c) = e^{-(q_1 + q_2)/2} \sinh c",
    "exp(-x**2/2)": r"k(q_1, q_2, c) = \frac{1}{\sqrt{(q_1 + 1) (q_2 + 1) - c^2}}",
    "x**2": r"k(q_1, q_2, c) = q_1 q_2 + 2 c^2",
}


@pytest.mark.parametrize("text", SNAPSHOTS)
def test_snapshot(text: str) -> None:
    assert dual_kernel(text).latex() == SNAPSHOTS[text]


def test_arc_cosine_sheet() -> None:
    body = "\\begin{aligned}\n" + r"\mathbb{E}[u_+^3 v_+^3] &= \frac{1}{2 \pi}\left[(4 q_1 q_2 + 11 c^2) \sqrt{q_1 q_2 - c^2} + "
    body += r"3 c (3 q_1 q_2 + 2 c^2)\,(\pi - \theta)\right]"
    angle = ", \\\\\n" + r"&\qquad \theta = \arccos\frac{c}{\sqrt{q_1 q_2}}" + "\n\\end{aligned}"
    assert arc_cosine_kernel(3).latex() == body + angle


@pytest.mark.parametrize("text", ["relu", "x*Phi(x)", "max(-1, min(1, x))", "elu", "cos(x)", "relu(x - 1)", "abs(x)"])
def test_printed_form_equals_its_input_and_is_plain_amsmath(text: str) -> None:
    formula = dual_kernel(text)
    arrangement = arrange(formula.expression)
    assert difference_is_zero(arrangement.expression(), formula.expression)
    printed = formula.latex()
    for unwanted in (r"\operatorname", r"\left(\right)", "asin", "begin{matrix}", "{ }", "I "):
        assert unwanted not in printed
    for opening, closing in (("{", "}"), (r"\left", r"\right")):
        assert printed.count(opening) == printed.count(closing)


def test_a_wrong_arrangement_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [Group(sp.S.One, (sp.Symbol("c"),))]
    monkeypatch.setattr(presentation, "_groups", lambda terms: wrong)
    with pytest.raises(AsymptotixError, match="nothing is printed"):
        arrange(sp.Symbol("c") * 2)


def test_zero_and_single_terms() -> None:
    assert Arrangement((), None).latex() == "0"
    assert latex(sp.Symbol("d") + 1) == "d + 1"
    assert latex(sp.asin(sp.Symbol("rho"))) == r"\arcsin \rho"
    assert latex(sp.sqrt(2) / 2) == r"\frac{\sqrt{2}}{2}"
