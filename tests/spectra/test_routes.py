"""Every eigenvalue to 1e-12 of itself, against routes that share nothing: power series, mpmath's quadrature, stored digits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import ConvergenceError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.spectra.harmonics import multiplicity
from asymptotix.spectra.sphere import activation_spectrum, kernel_spectrum

REFERENCE = json.loads((Path(__file__).parent.parent / "reference" / "coefficients.json").read_text())
# coefficients of x^n
SERIES: dict[str, Callable[[int], Any]] = {
    "exp": lambda n: 1 / mpmath.factorial(n),
    "sin": lambda n: (-1) ** (n // 2) / mpmath.factorial(n) if n % 2 else mpmath.mpf(0),
    "gauss": lambda n: mpmath.mpf(0) if n % 2 else (-mpmath.mpf(1) / 2) ** (n // 2) / mpmath.factorial(n // 2),
    "erf": lambda n: 2 * (-1) ** (n // 2) / (mpmath.sqrt(mpmath.pi) * n * mpmath.factorial(n // 2)) if n % 2 else mpmath.mpf(0),
}


def by_series(name: str, d: int, k: int, digits: int) -> float:
    """log of the eigenvalue from E[t^n Q_k] = n!/((n-k)! 2^k (d/2)_k) E_{d+2k}[t^(n-k)]; -inf for zero."""
    with mpmath.workdps(digits):
        total, moment, j = mpmath.mpf(0), mpmath.mpf(1), 0
        front = 1 / (2**k * mpmath.rf(mpmath.mpf(d) / 2, k))
        while True:
            n = k + 2 * j
            ratio = mpmath.factorial(n) / mpmath.factorial(2 * j)
            term = SERIES[name](n) * mpmath.mpf(d) ** (mpmath.mpf(n) / 2) * ratio * front * moment
            total += term
            if j > 5 and abs(term) <= abs(total) * mpmath.mpf(10) ** -30:
                return float(2 * mpmath.log(abs(total))) if total else -np.inf
            moment *= mpmath.mpf(2 * j + 1) / (d + 2 * k + 2 * j)
            j += 1


def by_quadrature(text: str, d: int, degrees: list[int]) -> list[float]:
    """Eigenvalues by mpmath's own rule on pieces of the angle that end at the kinks, at 60 digits."""
    sigma = activation(text)
    with mpmath.workdps(60):
        root = mpmath.sqrt(d)
        end = mpmath.asin(min(root, mpmath.mpf(18)) / root)
        fine = [end * i / 24 for i in range(-24, 25)]
        # in the angle, since in x the density of few dimensions has a root at the end
        ends = sorted({*fine, *(mpmath.asin(a / root) for a in map(mpmath.mpf, sigma.kinks) if abs(a) < root * mpmath.sin(end))})

        def mean(g: Callable[[Any], Any]) -> Any:
            return mpmath.quad(
                lambda a: g(root * mpmath.sin(a)) * mpmath.cos(a) ** (d - 2), ends, method="gauss-legendre", maxdegree=5
            )

        def level(k: int) -> Any:
            # of order 1: mpmath stops at an absolute error
            size = mpmath.sqrt(multiplicity(d, k))
            return mean(lambda x: sigma.mp(x) * size * gegenbauer(d, k, x / root)) / size

        mass = mean(lambda x: mpmath.mpf(1))
        return [float((level(k) / mass) ** 2) for k in degrees]


def gegenbauer(d: int, k: int, t: Any) -> Any:
    before, now = mpmath.mpf(0), mpmath.mpf(1)
    for j in range(k):
        before, now = now, ((2 * j + d - 2) * t * now - j * before) / (j + d - 2)
    return now


def assert_series(name: str, d: int, degrees: list[int]) -> None:
    spectrum = activation_spectrum(name, dimension=d, max_degree=degrees[-1])
    for k in degrees:
        if k < len(spectrum):
            expected = by_series(name, d, k, 400)
            if expected + np.log(spectrum.multiplicities[k]) < -330 * np.log(10):
                continue  # beyond the range that is promised
            # of a relative error of 1e-12 in the eigenvalue, whose logarithm is rounded itself
            assert spectrum.log_eigenvalues[k] == (
                expected if np.isinf(expected) else pytest.approx(expected, rel=4e-16, abs=1e-12)
            )


@pytest.mark.parametrize("name", SERIES)
def test_entire_activations_against_their_power_series(name: str) -> None:
    assert_series(name, 3, [0, 1, 2, 5, 18, 31])


@pytest.mark.long
@pytest.mark.parametrize("d", [3, 10, 100, 10**4, 10**6])
@pytest.mark.parametrize("name", SERIES)
def test_entire_activations_against_their_power_series_to_degree_200(name: str, d: int) -> None:
    if name in ("gauss", "erf") and d > 100:
        pytest.skip("the power series needs as many terms as there are dimensions")
    assert_series(name, d, [0, 1, 5, 20, 60, 61, 120, 121, 199, 200])


@pytest.mark.parametrize(("text", "d", "degrees"), [("tanh", 10, [1, 15]), ("hard_tanh", 10**4, [1, 9]), ("elu", 10**6, [0, 7])])
def test_against_the_quadrature_of_mpmath(text: str, d: int, degrees: list[int]) -> None:
    spectrum = activation_spectrum(text, dimension=d, max_degree=degrees[-1])
    assert list(spectrum.eigenvalues[degrees]) == pytest.approx(by_quadrature(text, d, degrees), rel=1e-12, abs=0)


@pytest.mark.long
@pytest.mark.parametrize("d", [3, 10, 100, 10**4, 10**6])
@pytest.mark.parametrize(
    "text", ["relu(x-1)", "hard_tanh", "gelu", "tanh", "erf", "step", "relu2", "softplus", "elu", "softsign"]
)
def test_against_the_quadrature_of_mpmath_at_every_dimension(text: str, d: int) -> None:
    spectrum = activation_spectrum(text, dimension=d, max_degree=24)
    degrees = [k for k in (0, 1, 2, 3, 6, 11, 16, 21, 24) if spectrum.eigenvalues[k] > 0]
    assert list(spectrum.eigenvalues[degrees]) == pytest.approx(by_quadrature(text, d, degrees), rel=1e-12, abs=0)


@pytest.mark.parametrize("name", REFERENCE["gegenbauer"])
def test_stored_coefficients(name: str) -> None:
    # lambda_k = E[s(t) P_k(t)] on the unit sphere, here the activation s(x / sqrt(d))
    written = {"Max(t, 0)": "max(t,0)", "Heaviside(t)": "step(t)"}
    case = REFERENCE["gegenbauer"][name]
    text = written.get(case["expression"], case["expression"].lower())
    for d, values in case["values"].items():
        spectrum = activation_spectrum(re.sub(r"\bt\b", f"(x/sqrt({d}))", text), dimension=int(d), max_degree=6)
        expected = [float(mpmath.mpf(v) ** 2) for v in values]
        assert list(spectrum.eigenvalues) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("text", ["tanh", "max(x-1,0)", "elu", "x + sin(x)**2"])
@pytest.mark.parametrize("d", [3, 2000])
def test_the_tail_is_the_sum_of_what_follows(text: str, d: int) -> None:
    short, long = (activation_spectrum(text, dimension=d, max_degree=k) for k in (9, 30))
    beyond = long.multiplicities[10:] @ long.eigenvalues[10:] + long.tail
    assert short.tail == pytest.approx(beyond, rel=1e-12, abs=0)
    assert list(short.eigenvalues) == pytest.approx(list(long.eigenvalues[:10]), rel=1e-12, abs=0)


def test_levels_that_vanish_without_a_parity_are_zero() -> None:
    # the odd part of gelu is x/2
    spectrum = activation_spectrum("gelu", dimension=30, max_degree=12)
    assert np.all(spectrum.eigenvalues[3::2] == 0)
    assert np.all(spectrum.eigenvalues[0::2] > 0)


def test_multiplicities_beyond_the_range_of_doubles_join_the_tail() -> None:
    spectrum = activation_spectrum("relu", dimension=10**6, max_degree=200)
    assert 50 < len(spectrum) < 70
    assert spectrum.multiplicities[-1] == multiplicity(10**6, len(spectrum) - 1)
    assert spectrum.trace == pytest.approx(0.5, rel=1e-14, abs=0)


def test_sum_rule_of_a_deep_kernel() -> None:
    kernel = KernelMap(activation("relu"), depth=2, kind="nngp", weight_variance=2.0)
    spectrum = kernel_spectrum(kernel, dimension=12, max_degree=20)
    quadrature = kernel_spectrum(lambda q1, q2, c: kernel(q1, q2, c), dimension=12, max_degree=20)
    assert list(spectrum.eigenvalues[:10]) == pytest.approx(list(quadrature.eigenvalues[:10]), rel=1e-9, abs=0)
    assert spectrum.trace == pytest.approx(float(kernel(1.0, 1.0, 1.0)), rel=1e-14, abs=0)
    # the coefficients of the kernel decay by a power, so that its rest is no rounding
    assert spectrum.tail == pytest.approx(quadrature.tail, rel=1e-8, abs=0)


def test_a_feature_that_no_rule_resolves_is_refused() -> None:
    with pytest.raises(ConvergenceError, match="too narrow"):
        activation_spectrum("sin(100000*x)", dimension=3, max_degree=2)
