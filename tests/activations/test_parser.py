"""The safe parser: what it accepts, and that nothing hostile runs, hangs or exhausts memory."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from asymptotix.activations import CATALOGUE, activation, parse, unparse
from asymptotix.activations.functions import FUNCTION_NAMES
from asymptotix.activations.parser import LIMITS
from asymptotix.activations.tree import Number, Sum, Variable, walk
from asymptotix.errors import ExpressionError, InvalidInputError

from ..hostile_texts import ACCEPTED_BOMBS, BOMBS, CODE

SINGULAR = ["1/x", "1/(x - 1/3)", "log(x)", "log(abs(x))", "sqrt(x)", "x**0.5", "x**(-1)", "tan(x)", "1/sin(x)", "1/0", "x/(x-x)",
            "log(-1)", "sqrt(-2)", "(-8)**(1/3)", "1/(exp(x) - 1)", "abs(x)**(-1/2)", "log(0)*x"]  # fmt: skip


@pytest.mark.parametrize("text", CODE + BOMBS + SINGULAR)
def test_hostile_text_is_refused_within_a_second(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    start = time.process_time()
    with pytest.raises(ExpressionError) as caught:
        activation(text)
    assert time.process_time() - start < 1.0
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ACCEPTED_BOMBS)
def test_what_the_grammar_admits_is_small(text: str) -> None:
    start = time.process_time()
    s = activation(text)
    _ = s.derivative, s.parity, s.homogeneity, s.growth, s.kinks, s.jumps, s(np.linspace(-1, 1, 5))
    assert time.process_time() - start < 2.0
    assert sum(1 for _ in walk(s.tree)) <= LIMITS["expanded nodes"]


@pytest.mark.parametrize("value", [None, 3, b"relu", ["relu"], np.array(["relu"])])
def test_only_text_and_activations_are_accepted(value: object) -> None:
    with pytest.raises(ExpressionError):
        activation(value)  # type: ignore[arg-type]  # the wrong type is the point


def test_decimals_are_exact() -> None:
    assert parse("x + 0.1") == Sum((Variable(), Number(Fraction(1, 10))))
    assert parse("x + 1.5e-3") == Sum((Variable(), Number(Fraction(3, 2000))))


@pytest.mark.parametrize(
    ("text", "equal"),
    [
        ("max(x,0)", "relu(x)"),
        ("max(0, x)", "relu(x)"),
        ("x^2", "x**2"),
        ("x*x", "x**2"),
        ("-min(0,-x)", "relu(x)"),
        ("x + x", "2*x"),
        ("where(x > 0, x, 0)", "x*step(x)"),
        ("heaviside(x)", "step(x)"),
        ("ncdf(x)", "Phi(x)"),
        ("swish(x)", "silu(x)"),
        ("He(3, x)", "-3*x + x**3"),
        ("2**x", "exp(x*log(2))"),
    ],
)
def test_different_texts_of_one_tree(text: str, equal: str) -> None:
    assert activation(text) == activation(equal)
    assert activation(text) != activation("x - 7")


@pytest.mark.parametrize("name", CATALOGUE)
def test_unparse_is_read_back_to_the_same_tree(name: str) -> None:
    tree = activation(name).tree
    assert parse(unparse(tree)) == tree
    assert parse(activation(name).text) == tree


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("where(x >= 0, 1, -1)", 0.0, 1.0),
        ("where(x > 0, 1, -1)", 0.0, -1.0),
        ("where(x <= 1, x, exp(x))", 1.0, 1.0),
        ("where(x < 1, x, exp(x))", 1.0, np.e),
        ("where(x > 0, x, exp(x) - 1)", 2000.0, 2000.0),  # the branch not taken overflows
        ("where(abs(x) > 1, 1/x, x)", 4.0, 0.25),  # and has a pole in the branch not taken
        ("max(x, 1, 2)", -3.0, 2.0),
        ("clip(x, -1, 1)", 7.0, 1.0),
        ("2*-x**2", 3.0, -18.0),
        ("leaky_relu(x)", -2.0, -0.02),
        ("pi*x", 1.0, np.pi),
        ("log1p(x**2)", 1e-9, 1e-18),
        ("softplus(x)", 1000.0, 1000.0),
        ("softplus(x)", -700.0, np.exp(-700.0)),
    ],
)
def test_value_of_text(text: str, x: float, value: float) -> None:
    assert float(activation(text)(x)) == pytest.approx(value, rel=1e-15, abs=0)


def test_parameters_are_exact_and_checked() -> None:
    with_parameter = activation("max(x,0) + a*min(x,0)", a=0.1)
    assert with_parameter == activation("leaky_relu", alpha=0.1)
    assert activation(with_parameter.text) == with_parameter
    assert activation("a*x", a=Fraction(1, 3)).tree == parse("x/3")
    for bad in ({"a": float("nan")}, {"a": "1"}, {"a": 1e300}, {"a": True}, {"x": 1.0}, {"relu": 1.0}, {"a": 1, "b": 2}):
        with pytest.raises(InvalidInputError):
            activation("a*x", **bad)  # type: ignore[arg-type]  # wrong types are the point
    with pytest.raises(ExpressionError, match="parameter"):
        activation("a*x")


def expressions() -> st.SearchStrategy[str]:
    """Random texts of the grammar, most of them meaningless as activations."""
    leaves = st.sampled_from(["x", "x", "x", "pi", "2", "0.5", "3", "1", "x**2", "-1", "0", "1e-3"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        binary = st.tuples(inner, st.sampled_from("+-*/^"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})")
        unary = sorted(set(FUNCTION_NAMES) - {"max", "min", "clip", "He", "where"})
        call = st.tuples(st.sampled_from(unary), inner).map(lambda t: f"{t[0]}({t[1]})")
        switch = st.tuples(inner, st.sampled_from(["<", ">="]), inner, inner, inner)
        return st.one_of(binary, call, switch.map(lambda t: f"where({t[0]}{t[1]}{t[2]},{t[3]},{t[4]})"))

    return st.recursive(leaves, grow, max_leaves=12)


@settings(max_examples=200)
@given(expressions())
def test_random_text_is_refused_or_understood(text: str) -> None:
    try:
        s = activation(text)
    except ExpressionError:
        return
    x = np.linspace(-3, 3, 25)
    values = s(x)
    assert np.isfinite(values).all()
    assert parse(unparse(s.tree)) == s.tree
    if s.parity is not None:
        np.testing.assert_allclose(s(-x), values if s.parity == "even" else -values, rtol=1e-9, atol=1e-9)
    if s.homogeneity is not None:
        h, away = s.homogeneity, x != 0
        expected = np.where(x > 0, float(h.positive), float(h.negative)) * np.abs(x) ** h.degree
        np.testing.assert_allclose(values[away], expected[away], rtol=1e-9, atol=1e-12)


def refusal(text: str) -> str:
    """The message of the refusal, empty when the text is accepted."""
    try:
        activation(text)
    except ExpressionError as error:
        return str(error)
    return ""


@given(st.text(alphabet="x0123456789.+-*/^()<>=,e_ maxrelupi", max_size=60))
def test_random_characters_raise_nothing_else(text: str) -> None:
    assert "\n" not in refusal(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rleu(x)", "did you mean 'relu'.*softplus"),
        ("rleu", "did you mean 'relu'"),
        ("LeakyReLU", "did you mean 'leaky_relu'"),
        ("Hard-Tanh", "unknown name 'Hard'"),
        ("HardTanh", "did you mean 'hard_tanh'"),
        ("gellu + x", "did you mean 'gelu'"),
        ("np.tanh(x)", "unknown function 'Attribute'"),
        ("tanh", None),
        ("sqrt", r"write sqrt\(x\)"),
        ("2*elu(0.5)", r"does not depend on x: write elu\(x, ...\)"),
        ("elu(alpha=x)", "argument"),
        ("elu(x, x)", "alpha of elu must be a constant"),
        ("celu(x, 0)", "alpha of celu must be positive, got 0"),
        ("softshrink(-1)", "threshold of softshrink must be at least 0, got -1"),
        ("hermite(2.5)", "n of hermite must be a whole number from 0 to 20, got 2.5"),
        ("rectified_power(n=0)", "between 0 and 64"),
        ("elu(x, beta=1)", "elu takes the parameter alpha once"),
        ("elu(x, 1, alpha=1)", "elu takes the parameter alpha once"),
        ("mish(x, 2)", r"mish takes 1 argument\(s\), got 2"),
        ("exp(x**4)", "faster than exp"),
        ("exp(x**3)*exp(-x**3)", "cannot be bounded"),
    ],
)
def test_a_message_says_what_to_write(text: str, message: str | None) -> None:
    if message is None:
        assert activation(text).name == text
        return
    with pytest.raises(ExpressionError, match=message):
        activation(text)


@pytest.mark.parametrize(
    ("text", "kind"), [("sigmoid(x**3)", "bounded"), ("x*sigmoid(x**3)", "polynomial"), ("1/(1 + exp(exp(x)))", "bounded")]
)
def test_what_explodes_may_stand_in_a_denominator(text: str, kind: str) -> None:
    assert activation(text).growth.kind == kind


def test_fresh_process_loads_no_heavy_library() -> None:
    code = (
        "import pickle, sys; from asymptotix.activations import activation; import numpy as np;"
        "a = pickle.loads(bytes.fromhex(sys.argv[1])); assert a == activation('max(x,0)**2 + x/10'); assert float(a(2.0)) == 4.2;"
        "a.kinks, a.parity, a.homogeneity, a.growth, a.derivative(0.5);"
        "assert 'scipy' not in sys.modules; pickle.loads(pickle.dumps(activation('gelu')))(1.0);"
        "assert 'scipy.special' in sys.modules;"
        "assert not {'sympy', 'matplotlib', 'mpmath', 'scipy.optimize'} & set(sys.modules)"
    )
    payload = pickle.dumps(activation("max(x,0)**2 + x/10")).hex()
    subprocess.run([sys.executable, "-c", code, payload], check=True, timeout=60, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(("comparison", "value"), [("<", "2"), (">", "2"), ("<=", "x"), (">=", "x")])
def test_equal_sides_are_compared_exactly(comparison: str, value: str) -> None:
    # in float64 (x - 1/1000) - (x - 1/1000) is not 0 at every x
    assert activation(f"where((x-1e-3){comparison}(x-1e-3),x,2)").tree == activation(value).tree
