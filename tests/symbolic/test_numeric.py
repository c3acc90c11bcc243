"""Kernels without a closed form: the reason, the defining integral, honest bounds, and digits that hold."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.kernels.rectified_power import RectifiedPowerKernel
from asymptotix.symbolic.arc_cosine import arc_cosine_kernel
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.high_precision import settled_value
from asymptotix.symbolic.network import tangent_kernel
from asymptotix.symbolic.printing.line_breaking import LINE, visible_width

GRID = json.loads((Path(__file__).parents[1] / "reference" / "dual_kernels_grid.json").read_text())["rows"]
NUMERIC = {
    "tanh(x)": "tanh", "1/(1 + exp(-x))": "exponent -1", "log(1 + exp(x))": "log", "x/(1 + exp(-x))": "exponent -1",
    "x*tanh(log(1 + exp(x)))": "log", "x/(1 + abs(x))": "exponent -1", "atan(x)": "atan", "sqrt(abs(x))": "sqrt",
    "log(1 + x**2)": "log", "relu(x)*Phi(x)": "orthant", "(x*Phi(x))**2": "orthant",
}  # fmt: skip


def covariance(row: dict[str, str]) -> tuple[Fraction, Fraction, mpmath.mpf]:
    q1, q2, rho = (Fraction(row[name]) for name in ("q11", "q22", "rho"))
    with mpmath.workdps(70):
        root = mpmath.sqrt(mpmath.mpf((q1 * q2).numerator) / (q1 * q2).denominator)
        return q1, q2, mpmath.mpf(rho.numerator) / rho.denominator * root


@pytest.mark.parametrize("text", NUMERIC)
def test_reason_definition_and_bound(text: str) -> None:
    formula = dual_kernel(text)
    assert formula.status.kind == "numeric"
    assert NUMERIC[text] in formula.status.reason
    assert "no closed form known to the engine" in formula.status.reason
    assert formula.derivation is None
    assert isinstance(formula.expression, sp.Integral)
    assert r"\mathbb{E}\left[s(u)\, s(v)\right]" in formula.latex()
    assert "[numeric]" in repr(formula)
    with pytest.raises(NotInClosedClassError, match="no closed form"):
        formula.python()
    with pytest.raises(NotInClosedClassError, match="no closed form known"):
        dual_kernel(text, allow_numeric=False)
    assert pickle.loads(pickle.dumps(formula.kernel)) == formula.kernel


@pytest.mark.parametrize("name", ["tanh", "softplus"])
def test_float_values_keep_within_the_stated_bound(name: str) -> None:
    rows = [row for row in GRID if row["activation"] == name]
    assert len(rows) == 28
    for derivative, column in ((False, "E_ss"), (True, "E_dsds")):
        formula = dual_kernel({"tanh": "tanh(x)", "softplus": "log(1 + exp(x))"}[name], derivative=derivative)
        for row in rows:
            point = [float(value) for value in covariance(row)]
            error = abs(float(formula.evaluate(*point)) - float(row[column]))
            bound = float(formula.error_bound(*point))
            assert error <= bound
            assert bound <= 1e-10 * float(formula.evaluate(3.0, 3.0, 3.0))


def test_the_bound_would_notice_a_wrong_kernel() -> None:
    formula = dual_kernel("tanh(x)")
    other = dual_kernel("tanh(1001/1000*x)")
    assert abs(formula.evaluate(1, 1, 0.5) - other.evaluate(1, 1, 0.5)) > 1e3 * formula.error_bound(1, 1, 0.5)


@pytest.mark.parametrize("index", [0, 5, 6])
def test_high_precision_of_tanh(index: int) -> None:
    row = [row for row in GRID if row["activation"] == "tanh"][index]
    value = dual_kernel("tanh(x)").mp(*covariance(row), digits=30)
    with mpmath.workdps(40):
        assert abs(value / mpmath.mpf(row["E_ss"]) - 1) < mpmath.mpf("1e-28")
        assert abs(2 * value / mpmath.mpf(row["E_ss"]) - 1) > mpmath.mpf("0.5")


@pytest.mark.long
@pytest.mark.parametrize("column", ["E_ss", "E_dsds"])
@pytest.mark.parametrize(
    "row", [r for r in GRID if r["activation"] in ("tanh", "softplus")], ids=lambda r: "-".join([*r.values()][:4])
)
def test_high_precision_on_the_whole_grid(row: dict[str, str], column: str) -> None:
    """The stored values are doubly confirmed to 31 digits."""
    text = {"tanh": "tanh(x)", "softplus": "log(1 + exp(x))"}[row["activation"]]
    value = dual_kernel(text, derivative=column == "E_dsds").mp(*covariance(row), digits=32)
    with mpmath.workdps(50):
        reference = mpmath.mpf(row[column])
        assert abs(value - reference) <= mpmath.mpf("1e-31") * max(abs(reference), mpmath.mpf("0.1"))


def test_no_numbers_either() -> None:
    with pytest.raises(NotInClosedClassError, match="no numeric kernel either"):
        dual_kernel("tanh(x)*exp(x**2/8)")


def test_values_of_a_closed_form_and_where_it_is_indeterminate() -> None:
    relu = dual_kernel("relu")
    with mpmath.workdps(45):
        half = mpmath.mpf("0.304498890522114679044498291244909027016013")
        assert abs(relu.mp(1, 1, "0.5", digits=40) / half - 1) < mpmath.mpf("1e-39")
    threshold = dual_kernel("relu(x - 7/10)")
    equal = threshold.mp(1, 1, 1, digits=20)  # 0/0 in the printed form
    with mpmath.workdps(30):
        b = mpmath.mpf(7) / 10
        expected = (1 + b**2) * mpmath.ncdf(-b) - b * mpmath.npdf(b)
        assert abs(equal / expected - 1) < mpmath.mpf("1e-18")


def test_bad_points() -> None:
    formula = dual_kernel("tanh")
    for point in [(1, 1, 2), (-1, 1, 0), (1, 1), (1, 1, "x")]:
        with pytest.raises(InvalidInputError):
            formula.mp(*point)
    for digits in (0, 101, 2.5):
        with pytest.raises(InvalidInputError, match="digits"):
            formula.mp(1, 1, 0, digits=digits)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInputError, match="quadrature"):
        dual_kernel("relu").error_bound(1, 1, 0.5)
    with pytest.raises(HypothesisError, match="infinite"):
        dual_kernel("exp(x**2/4)").mp(3, 3, 0)
    assert np.isfinite(formula.evaluate(1, 1, [0.1, 0.2])).all()


@pytest.mark.parametrize("order", [3, 12])
def test_digits_that_cancel_near_correlation_minus_one_are_found_again(order: int) -> None:
    rho = Fraction(1, 10**12) - 1
    value = arc_cosine_kernel(order).mp(1, 1, rho, digits=30)
    with mpmath.workdps(60):
        expected = RectifiedPowerKernel(order).mp(1, 1, mpmath.mpf(rho.numerator) / rho.denominator)  # one positive term
        assert abs(expected) < mpmath.mpf(10) ** (-11 * order)
        assert abs(value / expected - 1) < mpmath.mpf("1e-29")


def test_a_value_without_settled_digits_is_refused() -> None:
    def drifting(working: int) -> sp.Expr:
        return sp.Float(1, working) + sp.Float(working, working) / 1000

    with pytest.raises(ConvergenceError, match="cancel"):
        settled_value(sp.pi, drifting, 10)
    assert settled_value(sp.pi, lambda working: sp.N(sp.pi, working), 10) == sp.N(sp.pi, 45)
    assert settled_value(sp.pi, lambda working: sp.Float(10, working) ** -working, 10, smallest=sp.Float("1e-300")) == 0


def test_symbolic_order_where_its_two_terms_cancel() -> None:
    expected = float(RectifiedPowerKernel(6.5)(1.0, 1.0, -1 + 2.0**-20))
    assert float(arc_cosine_kernel(sp.Symbol("n")).evaluate(1, 1, -1 + 2.0**-20, n=6.5)) == pytest.approx(
        expected, rel=1e-11, abs=0
    )


def test_coefficients_beyond_float64_are_refused() -> None:
    huge = hermite_coefficient("exp(x)**64", 0)
    with pytest.raises(HypothesisError, match="1e308"):
        huge.evaluate()
    with mpmath.workdps(30):
        assert abs(huge.mp() / mpmath.exp(2048) - 1) < mpmath.mpf("1e-28")


def test_a_long_definition_is_broken_and_said_once() -> None:
    kernel = dual_kernel("gelu_tanh").latex()
    assert kernel.startswith(r"\begin{aligned}")
    assert "\\\\\n&\\qquad (u, v) \\sim" in kernel
    assert visible_width(max(kernel.splitlines(), key=visible_width)) <= LINE + 4
    network = tangent_kernel("gelu_tanh", depth=2).latex()
    assert network.count("s(x) =") == network.count(r"\sim") == 1
    assert r"\dot{k}(q_1, q_2, c) &= \mathbb{E}\left[s'(u)\, s'(v)\right]" in network
    assert r"\text{ without its Dirac measures}" not in network
