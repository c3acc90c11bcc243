"""The names: what they mean, their parameters, and that each is the function that it is taken for."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from asymptotix.activations import CATALOGUE, activation
from asymptotix.activations.catalogue import ALIASES, entry_of, nearest
from asymptotix.errors import ExpressionError, InvalidInputError

POINTS = [-9.7, -3.2, -2.5, -1.3, -0.7, -0.31, -0.02, 0.04, 0.45, 0.8, 1.6, 2.9, 3.4, 6.1, 8.8]


def sigmoid(x: mpf) -> mpf:
    return 1 / (1 + mpmath.exp(-x))


def softplus(x: mpf) -> mpf:
    return mpmath.log1p(mpmath.exp(x))


def clipped(x: mpf, low: float, high: float) -> mpf:
    return min(max(x, mpf(low)), mpf(high))


# written without a look at the catalogue's formulas, by cases where those have none
MEANING: dict[str, Callable[[mpf], mpf]] = {
    "identity": lambda x: x,
    "relu": lambda x: x if x > 0 else mpf(0),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "step": lambda x: mpf(1) if x > 0 else mpf(0),
    "sign": mpmath.sign,
    "abs": abs,
    "relu2": lambda x: x * x if x > 0 else mpf(0),
    "relu3": lambda x: x * x * x if x > 0 else mpf(0),
    "rectified_power": lambda x: x * x if x > 0 else mpf(0),
    "square": lambda x: x * x,
    "cube": lambda x: x * x * x,
    "shifted_relu": lambda x: x - 1 if x > 1 else mpf(0),
    "shifted_step": lambda x: mpf(1) if x > 1 else mpf(0),
    "relu6": lambda x: clipped(x, 0, 6),
    "hard_tanh": lambda x: clipped(x, -1, 1),
    "hard_sigmoid": lambda x: clipped(x / 6 + mpf(1) / 2, 0, 1),
    "hard_swish": lambda x: x * clipped(x / 6 + mpf(1) / 2, 0, 1),
    "hat": lambda x: 1 - abs(x) if abs(x) < 1 else mpf(0),
    "softshrink": lambda x: mpmath.sign(x) * max(abs(x) - mpf(1) / 2, mpf(0)),
    "hard_shrink": lambda x: x if abs(x) > 0.5 else mpf(0),
    "hermite": lambda x: x * x * x - 3 * x,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "Phi": mpmath.ncdf,
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "gauss": lambda x: mpmath.sqrt(2 * mpmath.pi) * mpmath.npdf(x),
    "sigmoid": sigmoid,
    "log_sigmoid": lambda x: mpmath.log(sigmoid(x)),
    "silu": lambda x: x * sigmoid(x),
    "quick_gelu": lambda x: x * sigmoid(mpf("1.702") * x),
    "gelu_tanh": lambda x: x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpf("0.044715") * x**3))),
    "softplus": softplus,
    "mish": lambda x: x * mpmath.tanh(softplus(x)),
    "tanh": mpmath.tanh,
    "tanhshrink": lambda x: x - mpmath.tanh(x),
    "lecun_tanh": lambda x: mpf("1.7159") * mpmath.tanh(2 * x / 3),
    "softsign": lambda x: x / (1 + abs(x)),
    "atan": mpmath.atan,
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "celu": lambda x: x if x > 0 else mpmath.expm1(x),
    "selu": lambda x: mpf("1.0507009873554805") * (x if x > 0 else mpf("1.6732632423543772") * mpmath.expm1(x)),
    "exp": mpmath.exp,
    "laplace": lambda x: mpmath.exp(-abs(x)),
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "snake": lambda x: x + mpmath.sin(x) ** 2,
}


def test_there_are_at_least_thirty_five_names_and_each_has_a_meaning() -> None:
    assert len(CATALOGUE) >= 35
    assert set(MEANING) == set(CATALOGUE)
    assert len({activation(name).tree for name in CATALOGUE}) >= 35  # and not one of them twice under many names


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_name_is_the_function_that_it_is_taken_for(name: str) -> None:
    s = activation(name)
    assert (s.name, repr(s)) == (name, f"activation({name!r})")
    assert activation(s.text) == s
    assert activation(f"{name}(x)") == s
    assert activation(CATALOGUE[name].call(name)) == s
    with mpmath.workdps(120):
        for x in POINTS:
            expected = MEANING[name](mpf(x))
            assert float(s.mp(x)) == pytest.approx(float(expected), rel=1e-15, abs=0)
            assert not math.isclose(float(s.mp(x)), 2 * float(expected) + 1e-3, rel_tol=1e-3)  # a factor 2 would be seen


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_the_same_activation(alias: str) -> None:
    assert activation(alias) == activation(ALIASES[alias])
    assert activation(alias).name == alias
    assert activation(f"{alias}(2*x)") == activation(f"{ALIASES[alias]}(2*x)")
    assert alias not in CATALOGUE


@pytest.mark.parametrize(
    ("text", "equal"),
    [
        ("leaky_relu(0.2)", "relu(x) - 0.2*relu(-x)"),
        ("leaky_relu(alpha=1/5)", "leaky_relu(x, 0.2)"),
        ("leaky_relu(x, alpha=0.2)", "leaky_relu(x, 0.2)"),
        ("elu(x - 1, 1/2)", "relu(x - 1) + (exp(min(x - 1, 0)) - 1)/2"),
        ("rectified_power(n=5)", "relu(x)**5"),
        ("rectified_power(1/2)", "relu(x)**0.5"),
        ("hermite(4)", "x**4 - 6*x**2 + 3"),
        ("hermite(n=0)", "1"),
        ("shifted_relu(-2)", "relu(x + 2)"),
        ("shifted_step(b=pi)", "step(x - pi)"),
        ("hard_tanh(limit=2)", "clip(x, -2, 2)"),
        ("softshrink(0)", "x"),
        ("silu(beta=1.702)", "quick_gelu"),
        ("softplus(beta=2)", "log(1 + exp(2*x))/2"),
        ("snake(frequency=3)", "x + sin(3*x)**2/3"),
        ("hat(x/2)", "relu(1 - abs(x/2))"),
        ("mish(2*x)", "2*x*tanh(log(1 + exp(2*x)))"),
    ],
)
def test_parameters_in_the_text(text: str, equal: str) -> None:
    x = np.array(POINTS)
    s = activation(text)
    assert repr(s) == f"activation({text!r})"
    np.testing.assert_allclose(s(x), activation(equal)(x), rtol=1e-15, atol=0)
    assert not np.allclose(s(x), activation("cosh(x) + 7")(x))


def test_parameters_as_arguments() -> None:
    s = activation("elu", alpha=0.5)
    assert s == activation("elu(x, 1/2)")
    assert s != activation("elu")
    assert repr(s) == "activation('elu(alpha=0.5)')"
    assert activation(s.name) == s == activation(s.text)
    assert activation("softshrink", threshold=Fraction(1, 3)) == activation("softshrink(1/3)")
    assert activation("elu(a)", a=0.5) == s
    assert activation("swish", beta=2) == activation("silu(beta=2)")
    with pytest.raises(InvalidInputError, match="alpha of elu"):
        activation("elu", beta=2)
    with pytest.raises(InvalidInputError, match="relu takes none"):
        activation("relu", alpha=2)
    with pytest.raises(InvalidInputError, match="finite number"):
        activation("elu", alpha="__import__('os')")  # type: ignore[arg-type]  # the wrong type is the point
    with pytest.raises(ExpressionError, match="beta of silu must be positive, got -1"):
        activation("silu", beta=-1)


def test_the_nearest_name() -> None:
    assert [nearest(wrong, CATALOGUE) for wrong in ("RELU", "hardswish", "SoftPlus", "Tanhh", "qqqq")] == [
        "relu", "hard_swish", "softplus", "tanh", None,
    ]  # fmt: skip
    assert entry_of("nothing") is None
    assert nearest("x" * 10**6, CATALOGUE) is None


def test_values_cross_into_a_fresh_process_without_sympy() -> None:
    """What a spawned worker does: unpickle, evaluate, differentiate."""
    texts = [*CATALOGUE, "max(x,0)**2 - x*exp(-x**2)/3", "elu(alpha=0.5)", "where(x > 1, x, sin(x))"]
    x = np.linspace(-4.0, 4.0, 33)
    sent = [(activation(text), activation(text)(x)) for text in texts]
    code = (
        "import pickle, sys; import numpy as np; x = np.linspace(-4.0, 4.0, 33)\n"
        "for s, values in pickle.loads(sys.stdin.buffer.read()):\n"
        "    assert np.array_equal(s(x), values), s; s.derivative(x); s.kinks\n"
        "assert not {'sympy', 'matplotlib', 'numba', 'scipy.optimize', 'mpmath'} & set(sys.modules)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(sent), capture_output=True, check=False, cwd=root, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_documentation_lists_every_name_with_its_formula() -> None:
    page = (Path(__file__).parents[2] / "docs" / "activations.md").read_text(encoding="utf-8")
    for name, entry in CATALOGUE.items():
        assert f"| `{entry.call(name)}` | `{entry.formula}` |" in page
    assert page.count("\n| `") == len(CATALOGUE)
    for alias, name in ALIASES.items():
        assert f"`{alias}` is `{name}`" in page
