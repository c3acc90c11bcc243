from __future__ import annotations

import json

import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.symbolic.functions import Phi, Phi2


def test_the_expression_is_read_back_from_its_text() -> None:
    formula = ax.dual_kernel("shifted_relu")
    content = json.loads(formula.to_json())
    symbols = {symbol.name: symbol for symbol in formula.symbols}
    read = sp.parse_expr(content["expression"], local_dict={**symbols, "Phi": Phi, "Phi2": Phi2})
    point = dict(zip(formula.symbols, (1.2, 0.8, 0.3), strict=True))
    assert float(read.subs(point)) == pytest.approx(float(formula.evaluate(1.2, 0.8, 0.3)), rel=1e-13, abs=0)
    assert content["symbol_assumptions"] == {"q1": ["positive"], "q2": ["positive"], "c": ["real"]}
    assert content["status"]["kind"] == "proved"


def test_sources_are_those_of_the_methods_and_null_where_refused() -> None:
    formula = ax.tangent_kernel("relu", depth=2)
    content = json.loads(formula.to_json())
    assert content["python"] == formula.python()
    assert content["mathematica"] == formula.mathematica()
    assert next(iter(content["bindings"])) == "Q1_0"
    numeric = json.loads(ax.dual_kernel("tanh").to_json())
    assert numeric["python"] is None
    assert numeric["mathematica"] is None
    assert "tanh" in numeric["status"]["reason"]


def test_cases_of_a_symbolic_degree() -> None:
    cases = json.loads(ax.hermite_coefficient("relu", sp.Symbol("k")).to_json())["cases"]
    assert cases[0] == {"value": "1/2", "condition": "Eq(k, 1)"}
    assert len(cases) == 3
