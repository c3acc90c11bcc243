"""Parameters without a value: formulas in symbols, compared with quadrature at alpha = 3/10, b = 7/10."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic import cache
from asymptotix.symbolic.dual import _key, dual_form, dual_kernel
from asymptotix.symbolic.formula import Q1, Q2, C, Formula
from tests.symbolic.quadrature_oracle import Piecewise, expectation

REFERENCE = Path(__file__).parents[1] / "reference"
ORACLE = json.loads((REFERENCE / "dual_kernels.json").read_text())
STORED = json.loads((REFERENCE / "parameters_quadrature.json").read_text())
POINT = tuple(Fraction(entry) for entry in STORED["point"])  # q1, q2, rho
ALPHA, B = Fraction(3, 10), Fraction(7, 10)

# name in the oracle -> text, declaration, value
FIVE_POINTS = {
    "leaky_relu(alpha)": ("leaky_relu(alpha)", "alpha", ALPHA),
    "ELU(alpha)": ("elu(alpha)", "alpha", ALPHA),
    "step(x-b)": ("step(x - b)", "b", B),
    "relu(x-b)": ("relu(x - b)", "b", B),
    "Phi(x-b)": ("Phi(x - b)", "b", B),
    "exp(b x)": ("exp(b*x)", "b", B),
    "sin(b x)": ("sin(b*x)", "b", B),
}


def ball(value: Fraction) -> Any:
    import flint

    return flint.arb(value.numerator) / value.denominator


def zero(x: Any) -> Any:
    return 0 * x


# text -> declaration, values, the function in balls; by hand, from no code of the package
PIECES: dict[str, tuple[str, dict[str, Fraction], Piecewise]] = {
    "a*x + max(x,0)": (
        "a",
        {"a": ALPHA},
        Piecewise((Fraction(0),), (lambda x: ball(ALPHA) * x, lambda x: (1 + ball(ALPHA)) * x)),
    ),
    "celu(alpha)": (
        "alpha",
        {"alpha": ALPHA},
        Piecewise((Fraction(0),), (lambda x: ball(ALPHA) * ((x / ball(ALPHA)).exp() - 1), lambda x: x)),
    ),
    "x*Phi(x - b)": ("b", {"b": B}, Piecewise((), (lambda x: x * (2 - ((x - ball(B)) / ball(Fraction(2)).sqrt()).erfc()) / 2,))),
    "relu(x) - 2*relu(x - b)": (
        "b",
        {"b": B},
        Piecewise((Fraction(0), B), (zero, lambda x: x, lambda x: 2 * ball(B) - x)),
    ),
    "clip(x, a, a + h)": (
        "a, h > 0",
        {"a": -ALPHA, "h": B},
        Piecewise((-ALPHA, B - ALPHA), (lambda x: ball(-ALPHA) + 0 * x, lambda x: x, lambda x: ball(B - ALPHA) + 0 * x)),
    ),
    "relu(x)*exp(-b*x)": ("b", {"b": B}, Piecewise((Fraction(0),), (zero, lambda x: x * (-ball(B) * x).exp()))),
    "exp(-a*x**2)*x": ("a > 0", {"a": ALPHA}, Piecewise((), (lambda x: x * (-ball(ALPHA) * x * x).exp(),))),
    "snake(frequency)": ("frequency", {"frequency": B}, Piecewise((), (lambda x: x + (ball(B) * x).sin() ** 2 / ball(B),))),
}


def substituted(formula: Formula, values: dict[str, Fraction], q1: Any, q2: Any, rho: Any) -> sp.Expr:
    """The closed form itself, with its symbols replaced: neither `evaluate` nor `mp`."""
    point = {Q1: sp.Rational(q1), Q2: sp.Rational(q2), C: sp.Rational(rho) * sp.sqrt(sp.Rational(q1) * sp.Rational(q2))}
    point |= {symbol: sp.Rational(values[symbol.name]) for symbol in formula.symbols[3:]}
    value = sp.N(formula.expression.subs(point), 60)
    real, imaginary = value.as_real_imag()
    assert abs(imaginary) < sp.Float("1e-50")
    return real


def agree(value: sp.Expr, stored: str, digits: int) -> bool:
    reference = sp.Float(stored, 60)
    return bool(abs(value - reference) < abs(reference) * sp.Float(10) ** (-digits))


@pytest.mark.parametrize("derivative", [False, True])
@pytest.mark.parametrize("name", FIVE_POINTS)
def test_five_points_of_the_reference_table(name: str, derivative: bool) -> None:
    text, declared, number = FIVE_POINTS[name]
    formula = dual_kernel(ax.activation(text, parameters=declared), derivative=derivative)
    assert formula.status.kind == "proved"
    stored = ORACLE["activations"][name]["derivative_kernel" if derivative else "kernel"]
    for point, digits in zip(ORACLE["points"], stored, strict=True):
        value = substituted(formula, {declared: number}, *point)
        assert agree(value, digits, 38)
        assert not agree(value * (1 + sp.Float("1e-36", 60)), digits, 38)
        assert not agree(substituted(formula, {declared: number + Fraction(1, 10**35)}, *point), digits, 38) or derivative


@pytest.mark.parametrize("text", PIECES)
def test_stored_quadrature(text: str) -> None:
    declared, values, _ = PIECES[text]
    formula = dual_kernel(ax.activation(text, parameters=declared))
    assert formula.status.kind == "proved"
    value = substituted(formula, values, *POINT)
    stored = STORED["activations"][text]
    assert agree(value, stored, 30)
    assert not agree(-value, stored, 30)
    assert not agree(2 * value, stored, 30)
    for name in values:  # the formula depends on every parameter in the right way, or the number would not change with it
        assert not agree(substituted(formula, {**values, name: values[name] + Fraction(1, 10**25)}, *POINT), stored, 30)


def by_quadrature(text: str) -> str:
    return str(expectation(PIECES[text][2], *POINT).str(40, radius=False))


def test_one_stored_number_is_what_quadrature_gives() -> None:
    assert agree(sp.Float(by_quadrature("celu(alpha)"), 60), STORED["activations"]["celu(alpha)"], 33)


@pytest.mark.long
@pytest.mark.parametrize("text", PIECES)
def test_stored_numbers_are_what_quadrature_gives(text: str) -> None:
    assert agree(sp.Float(by_quadrature(text), 60), STORED["activations"][text], 33)


# --- what a user does ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def leaky() -> Formula:
    return dual_kernel(ax.activation("leaky_relu(alpha)", parameters=["alpha"]))


def test_symbols_and_assumptions_are_shown(leaky: Formula) -> None:
    assert [str(symbol) for symbol in leaky.symbols] == ["q1", "q2", "c", "alpha"]
    assert leaky.symbols[3].is_real
    assert leaky.symbols[3].is_positive is None
    assert r"\alpha" in leaky.latex()
    assert leaky.assumptions == ()
    celu = dual_kernel(ax.activation("celu(alpha)", parameters=["alpha"]))
    assert celu.symbols[3].is_positive
    assert celu.latex().removesuffix("\n\\end{aligned}").endswith(r"\alpha > 0")
    assert "alpha > 0" in repr(celu)
    assert "alpha > 0" in celu.python()


def test_a_growing_gaussian_states_where_it_converges() -> None:
    formula = dual_kernel(ax.activation("exp(a*x**2)", parameters=["a"]))
    assert formula.status.kind == "proved"
    assert "1 - 2*a*q1" in str([sp.expand(r.lhs) for r in formula.assumptions]).replace("-2*a*q1 + 1", "1 - 2*a*q1")
    with pytest.raises(HypothesisError):
        formula.mp(1, 1, "0.5", "0.6")
    assert float(formula.mp(1, 1, "0.5", "-0.6")) == pytest.approx(float(formula.evaluate(1, 1, 0.5, a=-0.6)), rel=1e-13, abs=0)


def test_a_gaussian_that_converges_for_small_variances_only() -> None:
    formula = dual_kernel("exp(0.4*x**2)")  # its root had the sign of a point where the integral diverges
    assert formula.status.kind == "proved"
    assert float(formula.mp("0.1", "0.2", "0.05")) == pytest.approx(float(formula.evaluate(0.1, 0.2, 0.05)), rel=1e-13, abs=0)


def test_evaluate_mp_and_source_agree(leaky: Formula) -> None:
    number = float(dual_kernel(leaky.family.at(alpha=0.3)).evaluate(1.0, 2.0, 0.5))  # type: ignore[union-attr] # it has one
    namespace: dict[str, Callable[..., float]] = {}
    exec(leaky.python(), namespace)  # what a user does with it
    for value in (
        leaky.evaluate(1.0, 2.0, 0.5, 0.3),
        leaky.evaluate(1, 2, 0.5, alpha=0.3),
        leaky.evaluate(1, 2, angle=np.arccos(0.5 / np.sqrt(2)), alpha=0.3),
        leaky.mp(1, 2, "0.5", "0.3"),
        leaky.mp(1, 2, "0.5", alpha=Fraction(3, 10)),
        namespace["dual_kernel"](1.0, 2.0, 0.5, 0.3),
    ):
        assert float(value) == pytest.approx(number, rel=1e-14, abs=0)
    assert float(leaky.evaluate(1.0, 2.0, 0.5, 0.31)) != pytest.approx(number, rel=1e-5, abs=0)


def test_arrays_of_parameters_broadcast(leaky: Formula) -> None:
    slopes = np.array([[0.3], [-1.0]])
    values = leaky.evaluate([1.0, 1.5], 2.0, 0.5, alpha=slopes)
    assert values.shape == (2, 2)
    assert values[1, 1] == pytest.approx(float(leaky.evaluate(1.5, 2.0, 0.5, alpha=-1.0)), rel=1e-15, abs=0)
    assert values[0, 1] != values[1, 1]
    with pytest.raises(InvalidInputError, match="at most 1000"):
        leaky.evaluate(1, 1, 0.5, alpha=np.linspace(0, 1, 1001))
    with pytest.raises(InvalidInputError, match="broadcast"):
        leaky.evaluate([1, 2], 1, 0.5, alpha=[1, 2, 3])


@pytest.mark.parametrize("value", ["x", "__import__('os')", None, float("nan"), float("inf"), 1e13, 1j, [[1], [2, 3]]])
def test_values_that_are_no_numbers_are_refused(leaky: Formula, value: Any) -> None:
    with pytest.raises(InvalidInputError, match="alpha"):
        leaky.evaluate(1, 1, 0.5, alpha=value)


def test_missing_or_unknown_parameters_are_refused(leaky: Formula) -> None:
    with pytest.raises(InvalidInputError, match="missing: alpha"):
        leaky.evaluate(1, 1, 0.5)
    with pytest.raises(InvalidInputError, match="beta"):
        leaky.evaluate(1, 1, 0.5, alpha=1, beta=1)
    with pytest.raises(InvalidInputError, match="q1, q2, c, alpha"):
        leaky.mp(1, 1, "0.5")


NUMBERS: dict[str, Callable[[Any], Any]] = {
    "activation": ax.activation,
    "value": lambda s: s(0.5),
    "kernel matrix": lambda s: ax.kernel_matrix(dual_kernel(s), np.eye(3)),
    "spectrum": lambda s: ax.activation_spectrum(s, dimension=10),
    "kernel spectrum": lambda s: ax.kernel_spectrum(dual_kernel(s), dimension=10),
    "features": lambda s: ax.RandomFeatures.on_sphere(s, dimension=10, target=[0, 1], noise_variance=0.1),
    "ridge": lambda s: ax.KernelRidge.on_sphere(dual_kernel(s), dimension=10, target=[0, 1]).spectrum,
    "gegenbauer": lambda s: ax.gegenbauer_coefficient(s, 1, 10),
}


@pytest.mark.parametrize("entrance", NUMBERS)
def test_what_needs_numbers_says_to_substitute(entrance: str) -> None:
    family = ax.activation("leaky_relu(alpha)", parameters=["alpha"])
    with pytest.raises(InvalidInputError, match=r"substitute first: \.at\(alpha=0\.5\)") as caught:
        NUMBERS[entrance](family)
    assert "\n" not in str(caught.value)
    if entrance != "value":
        NUMBERS[entrance](family.at(alpha=0.5))


def test_no_closed_form_says_that_numbers_help() -> None:
    with pytest.raises(NotInClosedClassError, match=r"tanh.*\.at\(w=0\.5\)"):
        dual_kernel(ax.activation("tanh(w*x)", parameters="w"))


@pytest.mark.parametrize(("text", "declared"), [("clip(x, a, b)", "a, b"), ("max(x, a*x)", "a"), ("step(x-a)*step(x-b)", "a, b")])
def test_an_order_that_parameters_decide_is_refused(text: str, declared: str) -> None:
    with pytest.raises(NotInClosedClassError, match="the sign of"):
        dual_kernel(ax.activation(text, parameters=declared))


def test_thresholds_that_are_only_added_need_no_order() -> None:
    formula = dual_kernel(ax.activation("3*(relu(x - a) - relu(x - b))", parameters="a, b"))
    assert formula.status.kind == "proved"
    for a, b in ((0.3, 0.7), (0.7, 0.3)):
        number = float(formula.evaluate(1, 2, 0.5, a, b))  # by quadrature, for each pair of thresholds
        assert float(formula.mp(1, 2, "0.5", str(a), str(b))) == pytest.approx(number, rel=1e-12, abs=0)


def test_the_kernel_pickles(leaky: Formula) -> None:
    copy = pickle.loads(pickle.dumps(leaky.kernel))
    assert copy == leaky.kernel
    assert float(copy(1.0, 1.0, 1.0, alpha=0.5)) == 0.625


# --- networks and coefficients ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "declared", "depth"),
    [("leaky_relu(alpha)", "alpha", 1), ("leaky_relu(alpha)", "alpha", 3), ("relu(x - b)", "b", 1), ("celu(alpha)", "alpha", 2)],
)
@pytest.mark.parametrize("kernel", [ax.nngp_kernel, ax.tangent_kernel])
def test_networks(kernel: Any, text: str, declared: str, depth: int) -> None:
    family = ax.activation(text, parameters=declared)
    options = {"depth": depth, "weight_variance": 2, "bias_variance": 0.1}
    formula = kernel(family, **options)
    assert formula.status.kind == "proved"
    number = float(kernel(family.at(**{declared: 0.3}), **options).evaluate(1.0, 2.0, 0.5))
    assert float(formula.mp(1, 2, "0.5", "0.3")) == pytest.approx(number, rel=1e-11, abs=0)  # the closed form
    assert float(formula.evaluate(1, 2, 0.5, 0.3)) == pytest.approx(number, rel=1e-15, abs=0)  # the kernel
    assert float(formula.mp(1, 2, "0.5", "0.4")) != pytest.approx(number, rel=1e-4, abs=0)


def test_networks_refuse_what_they_refuse_with_numbers() -> None:
    jump = ax.activation("a*x + step(x - b)", parameters="a, b")
    with pytest.raises(HypothesisError, match="discontinuous"):
        ax.tangent_kernel(jump)
    assert ax.tangent_kernel(jump, layers="last").status.kind == "proved"
    two = ax.activation("relu(x) + relu(x - b)", parameters="b")
    assert ax.nngp_kernel(two).status.kind == "proved"  # with one layer, E[s(u)^2] is not needed
    with pytest.raises(NotInClosedClassError, match=r"E\[s\(u\)\^2\].*sign of"):
        ax.nngp_kernel(two, depth=2)


@pytest.mark.parametrize(
    ("text", "declared"), [("leaky_relu(alpha)", "alpha"), ("relu(x - b)", "b"), ("sin(b*x)", "b"), ("elu", "alpha")]
)
@pytest.mark.parametrize("k", [0, 1, 2, 5])
def test_hermite_coefficients(text: str, declared: str, k: int) -> None:
    family = ax.activation(text, parameters=declared)
    formula = ax.hermite_coefficient(family, k)
    assert formula.status.kind == "proved"
    number = ax.hermite_coefficient(family.at(**{declared: 0.7}), k).evaluate()
    assert float(formula.evaluate(0.7)) == pytest.approx(float(number), rel=1e-14, abs=0)
    s, scale = family.at(**{declared: 0.7}), mpmath.mpf(2) ** (-mpmath.mpf(k) / 2)
    edges = [-12, -6, -3, 0, 0.7, 3, 6, 12]
    integral = mpmath.quad(lambda x: s.mp(x) * mpmath.npdf(x) * mpmath.hermite(k, x / mpmath.sqrt(2)) * scale, edges)
    assert float(formula.evaluate(0.7)) == pytest.approx(float(integral), rel=1e-9, abs=1e-12)


def test_a_mean_with_the_name_of_a_parameter_is_refused() -> None:
    family = ax.activation("relu(x - b)", parameters="b")
    with pytest.raises(InvalidInputError, match="mean = b"):
        ax.hermite_coefficient(family, 2, mean=sp.Symbol("b"))
    with pytest.raises(InvalidInputError, match="variance = b"):
        ax.hermite_coefficient(family, 2, variance=sp.Symbol("b", positive=True))
    formula = ax.hermite_coefficient(family, 2, mean=sp.Symbol("m", real=True))
    assert float(formula.evaluate(m=0.2, b=0.7)) == pytest.approx(
        float(ax.hermite_coefficient("relu(x - 0.7)", 2, mean=0.2).evaluate()), rel=1e-14, abs=0
    )


# --- the store ----------------------------------------------------------------------------------------------------------------


def test_symbols_are_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYMPTOTIX_CACHE", str(tmp_path))
    text = "exp(-a*x**2) + a"
    families: list[Any] = [ax.activation(text, parameters=["a"]), ax.activation(text, parameters=["a > 0"])]
    families += [ax.activation(text.replace("a", "b"), parameters=["b"]), ax.activation(text, a=0.5)]
    keys = {_key(family.tree, False) for family in families}
    assert len(keys) == len(families)
    dual_form.cache_clear()
    real, positive = (dual_kernel(family) for family in families[:2])
    assert real.assumptions != positive.assumptions
    stored = [cache.load(_key(family.tree, False)) for family in families]
    assert [form is not None for form in stored] == [True, True, False, False]
    assert [form.expression.free_symbols - {Q1, Q2, C} for form in stored if form] == [
        {sp.Symbol("a", real=True)},
        {sp.Symbol("a", positive=True)},
    ]
    dual_form.cache_clear()
