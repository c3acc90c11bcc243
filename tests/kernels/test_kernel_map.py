"""KernelMap: reference values, depth, layers, stability near correlation -1 and 1, errors, pickling."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels import KernelMap
from asymptotix.kernels.kernel_map import MAX_DEPTH
from tests.kernels.oracle import relu_network

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "dual_kernels.json").read_text())
TEXTS = {
    "relu^0": "step", "relu^1": "relu", "relu^2": "relu2", "relu^3": "relu3", "relu^4": "relu(x)**4", "GELU": "gelu",
    "leaky_relu(alpha)": "leaky_relu(x, 0.3)", "step(x-b)": "step(x - 0.7)", "relu(x-b)": "relu(x - 0.7)",
    "hard_tanh_pw": "where(x > 1, 1, where(x < -1, -1, x))", "GELU_erf": "x*(erf(sqrt(2)*x/2) + 1)/2", "x*erf(x)": "x*erf(x)",
    "Phi(x-b)": "1 - Phi(0.7 - x)", "exp(b x)": "exp(0.7*x)", "sin(b x)": "sin(0.7*x)", "x^3-x": "x**3 - x",
    "He3": "He(3, x)", "ELU": "elu", "ELU(alpha)": "elu(x, 0.3)", "relu*sin": "relu(x)*sin(x)",
}  # fmt: skip
WORKING = [name for name, entry in REFERENCE["activations"].items() if entry["works"]]
EXACT = ["relu^0", "relu^1", "relu^2", "relu^3", "relu^4", "leaky_relu(alpha)", "abs", "sign", "erf", "Phi", "GELU", "gauss",
         "exp", "exp(b x)", "sin", "cos", "sin(b x)", "x^3-x", "He3"]  # fmt: skip


def point(index: int) -> tuple[Any, Any, Any]:
    """(q1, q2, c) of a reference point in mpmath."""
    q1, q2, rho = (mpmath.mpf(value.numerator) / value.denominator for value in map(Fraction, REFERENCE["points"][index]))
    return q1, q2, rho * mpmath.sqrt(q1 * q2)


@pytest.mark.parametrize("name", WORKING)
@pytest.mark.parametrize(("field", "derivative"), [("kernel", False), ("derivative_kernel", True)])
def test_reference_values(name: str, field: str, derivative: bool) -> None:
    kernel = KernelMap(activation(TEXTS.get(name, name)), derivative=derivative)
    for index, text in enumerate(REFERENCE["activations"][name][field]):
        with mpmath.workdps(50):
            q1, q2, c = point(index)
            expected = mpmath.mpf(text)
        if expected == 0:
            assert abs(float(kernel(float(q1), float(q2), float(c)))) < 1e-15
            continue
        assert float(kernel(float(q1), float(q2), float(c))) == pytest.approx(float(expected), rel=1e-13, abs=0)
        if name in EXACT:
            with mpmath.workdps(40):
                assert abs(kernel.mp(q1, q2, c) / expected - 1) < mpmath.mpf(10) ** -38


GRID = json.loads((Path(__file__).parents[1] / "reference" / "dual_kernels_grid.json").read_text())["rows"]


@pytest.mark.parametrize("name", sorted({row["activation"] for row in GRID}))
def test_grid_of_reference_values_up_to_correlation_one(name: str) -> None:
    rows = [row for row in GRID if row["activation"] == name]
    q1, q2, rho = (np.array([float(Fraction(row[key])) for row in rows]) for key in ("q11", "q22", "rho"))
    c = np.where(np.abs(rho) == 1, rho * np.sqrt(q1 * q2), rho * np.sqrt(q1) * np.sqrt(q2))  # q1 q2 is a square here
    text = {"leaky_relu_0.1": "leaky_relu(x, 0.1)"}.get(name, name)
    for field, derivative in (("E_ss", False), ("E_dsds", True)):
        known = [index for index, row in enumerate(rows) if row[field] is not None]
        assert len(known) >= len(rows) - 10  # the derivative kernel of a step is infinite at correlation 1
        found = KernelMap(text, derivative=derivative)(q1, q2, c)[known]
        expected = np.array([float(rows[index][field]) for index in known])
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-16)
        assert not np.allclose(found[expected != 0], 1.00000001 * expected[expected != 0], rtol=1e-12, atol=0)


def test_reference_values_are_not_met_by_a_wrong_normalization() -> None:
    q1, q2, c = (float(value) for value in point(0))
    expected = float(REFERENCE["activations"]["relu^1"]["kernel"][0])
    assert 2 * float(KernelMap("relu")(q1, q2, c)) != pytest.approx(expected, rel=0.5)
    assert float(KernelMap("relu")(q1, q2, -c)) != pytest.approx(expected, rel=1e-3)


GAPS = ["1e-30", "1e-13", "1e-9", "1e-4", "0.1", "0.7", "1.3", "1.9", "1.9999999"]


@pytest.mark.parametrize("depth", [1, 2, 5, 50])
@pytest.mark.parametrize("bias", [0.0, 0.3])
@pytest.mark.parametrize("gap", GAPS)
def test_deep_relu_networks_agree_with_the_printed_recursion(depth: int, bias: float, gap: str) -> None:
    theta = 2 * float(mpmath.asin(mpmath.sqrt(mpmath.mpf(gap) / 2)))
    with mpmath.workdps(100 + depth):
        q1, q2 = mpmath.mpf(1.3), mpmath.mpf(0.6)
        c = mpmath.sqrt(q1 * q2) * mpmath.cos(mpmath.mpf(theta))
        expected = relu_network(q1, q2, c, depth=depth, weight=mpmath.mpf(1.8), bias=mpmath.mpf(bias))
    maps = [
        KernelMap(activation("relu"), depth, 1.8, bias, "nngp"),
        KernelMap(activation("relu"), depth, 1.8, bias, "tangent"),
        KernelMap(activation("relu"), depth, 1.8, bias, "tangent", "first"),
    ]
    for kernel, value in zip(maps, expected, strict=True):
        # a sum of terms of both signs keeps absolute accuracy only
        scale = float(kernel(1.3, 0.6, angle=0.0)) if gap in ("1.3", "1.9", "1.9999999") and kernel.kind == "tangent" else 0.0
        assert float(kernel(1.3, 0.6, angle=theta)) == pytest.approx(float(value), rel=3e-14, abs=1e-16 * scale)
        with mpmath.workdps(30):
            assert abs(kernel.mp(q1, q2, c) / value - 1) < mpmath.mpf(10) ** -28


def test_decorrelation_through_fifty_layers_keeps_its_digits() -> None:
    """1 - rho_50 of relu without bias, weight variance 2, from theta = 1e-4 (the textbook recursion keeps 3 to 4 digits)."""
    with mpmath.workdps(120):
        c = mpmath.cos(mpmath.mpf(1e-4))
        expected = 1 - relu_network(mpmath.mpf(1), mpmath.mpf(1), c, depth=50, weight=mpmath.mpf(2), bias=mpmath.mpf(0))[0] / 2
    from asymptotix.kernels.expectations import expectations_of
    from asymptotix.kernels.pair import GaussianPair

    pair = GaussianPair.from_angle(1.0, 1.0, 1e-4)
    for _ in range(50):
        pair = expectations_of(activation("relu")).next_pair(pair, 2.0, 0.0)
    with mpmath.workdps(30):
        doubled = relu_network(mpmath.mpf(2), mpmath.mpf(2), 2 * c, depth=50, weight=mpmath.mpf(2), bias=mpmath.mpf(0))[0]
        assert abs((1 - doubled / 4) / expected - 1) < 1e-20  # homogeneity: the oracle does not depend on the scale
    assert float(pair.correlation.minus) == pytest.approx(float(expected), rel=1e-13, abs=0)


@pytest.mark.parametrize("name", ["relu", "abs", "leaky_relu", "x*abs(x)", "relu2", "erf", "gelu", "sin", "x**3 - x"])
def test_layers_of_a_tangent_kernel_add_up(name: str) -> None:
    """Depth 1: T = S_1 + S_0 w kdot. Depth 2: all = last + w kdot(S_1) T_1."""
    w, b = 1.5, 0.2
    s = activation(name)
    q1, q2, c = 0.9, 1.4, np.array([-0.8, 0.1, 1.0])
    one, last, first = (KernelMap(s, 1, w, b, "tangent", layers)(q1, q2, c) for layers in ("all", "last", "first"))
    assert one == pytest.approx(last + first, rel=1e-14, abs=0)
    assert last == pytest.approx(KernelMap(s, 1, w, b, "nngp")(q1, q2, c), rel=1e-15, abs=0)
    slope = KernelMap(s, derivative=True)
    inner = (w * q1 + b, w * q2 + b, w * c + b)
    assert first == pytest.approx(inner[2] * w * slope(*inner), rel=1e-13, abs=1e-14)
    nngp = KernelMap(s, 1, w, b, "nngp")
    second = (nngp(q1, q1, q1), nngp(q2, q2, q2), nngp(q1, q2, c))
    deeper = KernelMap(s, 2, w, b, "tangent")(q1, q2, c)
    by_hand = KernelMap(s, 2, w, b, "nngp")(q1, q2, c) + w * slope(*second) * one
    assert deeper == pytest.approx(by_hand, rel=1e-12, abs=0)


def test_first_and_last_are_those_of_the_lecture_notes() -> None:
    s, c = activation("relu"), np.array([-0.5, 0.3, 0.99])
    assert KernelMap(s, kind="tangent", layers="last")(1, 1, c) == pytest.approx(KernelMap(s)(1, 1, c), rel=1e-15, abs=0)
    expected = c * KernelMap(s, derivative=True)(1, 1, c)
    assert KernelMap(s, kind="tangent", layers="first")(1, 1, c) == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize("text", ["abs", "sign", "identity", "x**2", "x**3", "x*abs(x)", "leaky_relu", "2*relu(x) - relu(-x)"])
@pytest.mark.parametrize("gap", ["1e-20", "1e-8", "0.3", "1", "1.6", "1.99999999"])
def test_homogeneous_pairs_of_slopes(text: str, gap: str) -> None:
    s, theta = activation(text), 2 * float(mpmath.asin(mpmath.sqrt(mpmath.mpf(gap) / 2)))
    for kernel in (KernelMap(s), KernelMap(s, 3, 1.1, 0.0, "nngp"), KernelMap(s, 3, 1.1, 0.2, "nngp")):
        with mpmath.workdps(40):
            cosine = mpmath.cos(mpmath.mpf(theta))
            q1, q2 = mpmath.mpf(1.3), mpmath.mpf(0.6)
            expected = float(kernel.mp(q1, q2, mpmath.sqrt(q1 * q2) * cosine))
        # odd kernels cross zero at a right angle, mixed slopes elsewhere: there the angle itself limits the relative accuracy
        scale = float(kernel(1.3, 0.6, angle=0.0))
        assert float(kernel(1.3, 0.6, angle=theta)) == pytest.approx(expected, rel=2e-14, abs=2e-16 * scale)


@pytest.mark.parametrize("decades", [(-8, -8), (-8, 8), (8, 8), (0, 3)])
@pytest.mark.parametrize("name", ["relu", "relu2", "step", "abs", "erf", "Phi", "gelu"])
@pytest.mark.parametrize("derivative", [False, True])
@pytest.mark.parametrize("rho", [-1 + 1e-12, -0.9, 0.3, 1 - 1e-12, 1.0])
def test_variances_over_sixteen_decades(decades: tuple[int, int], name: str, derivative: bool, rho: float) -> None:
    q1, q2 = 1.7 * 10.0 ** decades[0], 1.1 * 10.0 ** decades[1]
    c = rho * np.sqrt(q1) * np.sqrt(q2)
    if c * c > q1 * q2:
        c = np.nextafter(c, 0)
    kernel = KernelMap(activation(name), derivative=derivative and name != "step")
    with mpmath.workdps(60):
        exact = [mpmath.mpf(float(value)) for value in (q1, q2, c)]
        if exact[2] ** 2 > exact[0] * exact[1]:
            exact[2] = mpmath.sqrt(exact[0] * exact[1])
        expected = float(kernel.mp(*exact))
    assert float(kernel(q1, q2, c)) == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize("name", ["erf", "gelu", "sin", "Phi", "gauss"])
@pytest.mark.parametrize("kind", ["nngp", "tangent"])
def test_deep_smooth_networks_agree_with_high_precision(name: str, kind: Any) -> None:
    kernel = KernelMap(activation(name), 10, 1.4, 0.1, kind)
    for q1, q2, rho in [(1.0, 1.0, 0.3), (0.5, 2.0, -0.9), (1.0, 1.0, 1.0), (1.0, 1.0, -1.0), (1.0, 1.5, 0.999999)]:
        c = rho * np.sqrt(q1 * q2)
        with mpmath.workdps(30):
            expected = float(kernel.mp(q1, q2, mpmath.mpf(rho) * mpmath.sqrt(mpmath.mpf(q1) * q2)))
        assert float(kernel(q1, q2, c)) == pytest.approx(expected, rel=2e-13, abs=0)


def test_derivative_kernel_of_a_step_is_the_density_of_the_dirac_pair() -> None:
    kernel = KernelMap(activation("step"), derivative=True)
    assert float(kernel(2.0, 0.5, 0.6)) == pytest.approx(1 / (2 * np.pi * np.sqrt(1 - 0.36)), rel=1e-15, abs=0)
    assert float(kernel(1.0, 1.0, 1.0)) == np.inf
    with pytest.raises(HypothesisError, match="infinite"):
        kernel.mp(1, 1, 1)
    with pytest.raises(HypothesisError, match="layers='last'"):
        KernelMap(activation("step"), kind="tangent")
    assert float(KernelMap(activation("step"), kind="tangent", layers="last")(1, 1, 1)) == 0.5


def test_the_choice_between_dirac_measures_and_none() -> None:
    dual, rho, density = float(KernelMap("step")(1, 1, 0.5)), 0.5, 1 / (2 * np.pi * np.sqrt(0.75))
    values = {}
    for choice in ("distributional", "pointwise"):
        kernel = KernelMap("step", kind="tangent", derivative=choice)  # type: ignore[arg-type]  # one of the two words
        assert pickle.loads(pickle.dumps(kernel)) == kernel
        values[choice] = float(kernel(1, 1, rho))
        with mpmath.workdps(30):
            assert float(kernel.mp(1, 1, "0.5")) == pytest.approx(values[choice], rel=1e-14, abs=0)
    assert values["pointwise"] == pytest.approx(dual, rel=1e-14, abs=0)
    assert values["distributional"] == pytest.approx(dual + rho * density, rel=1e-14, abs=0)
    assert float(KernelMap("step", kind="tangent", derivative="distributional")(1, 1, 1)) == np.inf
    assert float(KernelMap("step", derivative="pointwise")(1, 1, 1)) == 0.0
    # s = x + step(x): without the Dirac measure s' = 1
    jump = KernelMap("x + step(x)", kind="tangent", derivative="pointwise")
    assert float(jump(1, 1, 0.5)) == pytest.approx(float(KernelMap("x + step(x)")(1, 1, 0.5)) + 0.5, rel=1e-12, abs=0)


def test_where_nothing_jumps_the_choice_makes_no_difference() -> None:
    assert KernelMap("relu", kind="tangent", derivative="pointwise") == KernelMap("relu", kind="tangent")
    assert KernelMap("relu", derivative="pointwise") == KernelMap("relu", derivative=True)
    for options in ({"kind": "nngp"}, {"kind": "tangent", "layers": "last"}):
        with pytest.raises(InvalidInputError, match="derivative"):
            KernelMap("relu", derivative="pointwise", **options)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInputError, match="derivative"):
        KernelMap("relu", derivative="weak")  # type: ignore[arg-type]  # wrong on purpose


def test_zero_variance_is_a_constant_input() -> None:
    assert float(KernelMap(activation("relu"))(0.0, 1.0, 0.0)) == 0.0
    assert float(KernelMap(activation("step"))(0.0, 1.0, 0.0)) == 0.0
    assert float(KernelMap(activation("exp"))(0.0, 1.0, 0.0)) == pytest.approx(np.exp(0.5), rel=1e-15)
    assert float(KernelMap(activation("elu"))(0.0, 0.0, 0.0)) == 0.0
    with_bias = KernelMap(activation("relu"), 2, 1.0, 0.5, "nngp")
    with mpmath.workdps(40):
        expected = relu_network(
            mpmath.mpf(0), mpmath.mpf(1), mpmath.mpf(0), depth=2, weight=mpmath.mpf(1), bias=mpmath.mpf("0.5")
        )
    assert float(with_bias(0.0, 1.0, 0.0)) == pytest.approx(float(expected[0]), rel=1e-15)


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "ntk"}, {"kind": "tangent", "layers": "middle"}, {"kind": "nngp", "depth": 0}, {"kind": "nngp", "depth": 1.5},
        {"kind": "nngp", "weight_variance": 0.0}, {"kind": "nngp", "weight_variance": float("nan")},
        {"kind": "nngp", "bias_variance": -1.0}, {"depth": 2}, {"layers": "first"}, {"kind": "nngp", "derivative": True},
        {"kind": "nngp", "depth": True},
    ],
)  # fmt: skip
def test_bad_parameters_are_named(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        KernelMap(activation("relu"), **arguments)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((1.0, 1.0), "c"), ((1.0, 1.0, 1.1), "c"), ((1.0, 1.0, np.nan), "c"), ((-1.0, 1.0, 0.0), "q1"),
        ((1.0, np.inf, 0.0), "q2"),
        ((np.ones(2), np.ones(3), 0.0), "c"), ((0.0, 1.0, 0.5), "c"), ((1e300, 1e-300, 3.0), "c"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(arguments: tuple[Any, ...], name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        KernelMap(activation("relu"))(*arguments)
    assert caught.value.argument == name


@pytest.mark.parametrize("value", ["a", 1j, [1.0, [2.0]], 10**400, object()])
def test_what_is_no_real_number_is_named(value: Any) -> None:
    for arguments, name in (((value, 1.0, 0.0), "q1"), ((1.0, 1.0, value), "c")):
        with pytest.raises(InvalidInputError, match="a real number or an array") as caught:
            KernelMap("relu")(*arguments)
        assert caught.value.argument == name
    assert float(KernelMap("relu")(Fraction(1, 2), mpmath.mpf(2), 1)) == pytest.approx(0.5, rel=1e-15, abs=0)


def test_angles_outside_their_range_are_refused() -> None:
    for angle in (-0.1, 3.2, np.nan):
        with pytest.raises(InvalidInputError, match="angle"):
            KernelMap(activation("relu"))(1.0, 1.0, angle=angle)
    with pytest.raises(InvalidInputError):
        KernelMap(activation("relu"))(1.0, 1.0, 0.0, angle=1.0)


def test_infinite_expectations_are_refused() -> None:
    kernel = KernelMap(activation("exp(x**2/8)"))
    assert float(kernel(1.0, 1.0, 0.0)) == pytest.approx(1 / 0.75, rel=1e-15)
    with pytest.raises(HypothesisError, match="infinite"):
        kernel(4.0, 4.0, 0.0)


def test_arguments_broadcast() -> None:
    value = KernelMap(activation("relu"), 2, 2.0, 0.1, "tangent")(np.ones((3, 1)), np.ones(4), 0.5)
    assert value.shape == (3, 4)
    assert value.dtype == np.float64
    assert np.unique(value).size == 1


def test_pickled_kernel_works_in_a_fresh_process_without_sympy() -> None:
    kernel = KernelMap(activation("relu"), 3, 2.0, 0.1, "tangent")
    assert pickle.loads(pickle.dumps(kernel)) == kernel
    code = (
        "import pickle, sys; k = pickle.loads(bytes.fromhex(sys.argv[1])); print(float(k(1.0, 1.0, 0.3)).hex());"
        "assert not {'sympy', 'matplotlib', 'scipy'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", code, pickle.dumps(kernel).hex()]
    output = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True, cwd=Path(__file__).parents[2]).stdout
    assert output.strip() == float(kernel(1.0, 1.0, 0.3)).hex()


@pytest.mark.parametrize("depth", [0, MAX_DEPTH + 1, 100_000])
def test_depth_has_limits(depth: int) -> None:
    with pytest.raises(InvalidInputError, match=f"depth = {depth} is not valid: depth must be an integer from 1 to 1000"):
        KernelMap(activation("relu"), depth, kind="nngp")
    assert KernelMap(activation("relu"), MAX_DEPTH, 2.0, kind="nngp")(1.0, 1.0, 0.5) > 0.99
