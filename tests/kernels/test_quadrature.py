"""Kernels by quadrature: against nested adaptive integrals, across their routes, and where they are refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.errors import ConvergenceError, HypothesisError, NotInClosedClassError
from asymptotix.kernels import KernelMap, kernel_matrix
from asymptotix.kernels.double_integral import Integrand, conditional_mean, double_integral, line_integral
from asymptotix.kernels.hermite_series import MAX_TERMS, hermite_table, mehler_sum
from asymptotix.kernels.pair import GaussianPair
from asymptotix.kernels.precise import precise_dual
from asymptotix.kernels.quadrature import QuadratureDual
from tests.kernels.oracle import gaussian_expectation

PLAIN: dict[str, tuple[Callable[[float], float], tuple[float, ...]]] = {
    "hard_tanh": (lambda x: max(-1.0, min(1.0, x)), (-1.0, 1.0)),
    "elu": (lambda x: x if x > 0 else math.expm1(x), (0.0,)),
    "relu(x - 0.7)": (lambda x: max(x - 0.7, 0.0), (0.7,)),
    "tanh": (math.tanh, ()),
    "softplus": (lambda x: math.log1p(math.exp(x)), ()),
}


@pytest.mark.parametrize("text", PLAIN)
@pytest.mark.parametrize("rho", [-0.95, 0.4, 0.97])
def test_quadrature_kernels_agree_with_a_slow_double_integral(text: str, rho: float) -> None:
    function, kinks = PLAIN[text]
    q1, q2 = 1.0, 1.5
    c = float(rho * np.sqrt(q1 * q2))
    expected = gaussian_expectation(function, q1, q2, c, kinks)
    assert float(KernelMap(activation(text))(q1, q2, c)) == pytest.approx(expected, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("text", ["hard_tanh", "elu", "tanh"])
def test_quadrature_is_continuous_across_its_routes_and_at_the_ends(text: str) -> None:
    s = activation(text)
    rho = np.array([0.9, np.nextafter(0.9, 1)])
    for sign in (1, -1):
        below, above = KernelMap(s)(1.0, 1.5, sign * rho * np.sqrt(1.5))
        assert below == pytest.approx(above, rel=2e-14, abs=0)
    angles = np.linspace(0.0, 0.4, 400)
    table, direct = KernelMap(s)(1.0, 1.0, angle=angles), [KernelMap(s)(1.0, 1.0, angle=angle) for angle in angles[::80]]
    assert table[::80] == pytest.approx(np.array(direct), rel=1e-13, abs=0)
    with pytest.raises(NotInClosedClassError):
        KernelMap(s).mp(1, 1, 0.5)


@pytest.mark.parametrize(
    ("text", "derivative", "q", "rho"), [("tanh", True, 9, 0.999), ("tanh", False, 2, 0.5), ("swish", False, 30, 1.0)]
)
def test_the_error_bound_holds_and_is_small(text: str, derivative: bool, q: int, rho: float) -> None:
    kernel, c = KernelMap(text, derivative=derivative), rho * q
    value, bound = float(kernel(q, q, c)), float(kernel.error_bound(q, q, c))
    with mpmath.workdps(25):
        exact = float(precise_dual(activation(text), q, q, mpmath.mpf(c), derivative=derivative, digits=14).value)
    assert abs(value - exact) <= bound <= 1e-11 * value
    assert abs(1.0001 * value - exact) > 1e5 * bound
    if derivative:
        deep = KernelMap(text, 2, 1.5, 0.1, "nngp")
        assert float(deep.error_bound(1.0, 1.0, 0.5)) <= 1e-11 * float(deep(1.0, 1.0, 0.5))


def test_hermite_coefficients_of_an_exponential() -> None:
    """a_j = q^(j/2) e^(q/2) / sqrt(j!), and Mehler's sum gives exp((q1 + q2)/2 + c)."""
    q = np.array([0.5, 2.0])
    table = hermite_table(Integrand(np.exp, (), 1.0), q, 22, MAX_TERMS)
    found = table.coefficients
    j = np.arange(12)
    factorial = np.array([math.factorial(k) for k in j])
    expected = q[:, None] ** (j / 2) * np.exp(q[:, None] / 2) / np.sqrt(factorial)
    np.testing.assert_allclose(found[:, :12], expected, rtol=1e-13, atol=1e-15)  # absolute: that is what the sum needs
    rho = np.array([-0.9, 0.3, 0.9])
    one, two = np.array([[0], [1]]), np.array([1])
    expected = np.exp([[(a + 2) / 2 + r * math.sqrt(2 * a) for r in rho] for a in q])
    np.testing.assert_allclose(mehler_sum(found, one, two, np.stack([rho, rho])), expected, rtol=1e-13)
    np.testing.assert_allclose(table.energy, np.exp(2 * q), rtol=1e-13)
    assert table.complete.all()
    fewer = hermite_table(Integrand(np.exp, (), 1.0), q, 22, 12)
    np.testing.assert_array_equal(fewer.coefficients, found[:, :12])
    assert not fewer.complete.any()


def test_the_series_is_used_near_correlation_one_only_where_it_holds_everything() -> None:
    q, kinked = np.array([0.5, 1.0]), Integrand(lambda x: np.maximum(x - 0.7, 0.0), (0.7,), 0.0)
    assert hermite_table(Integrand(np.tanh, (), 0.0), q, 22, MAX_TERMS).complete.all()
    assert not hermite_table(kinked, q, 22, MAX_TERMS).complete.any()
    # the coefficients of sin(30 x) up to degree 359 are all of the size of rounding: the energy gives it away
    assert not hermite_table(Integrand(lambda x: np.sin(30 * x), (), 0.0), q[1:], 22, MAX_TERMS).complete.any()
    rho = 0.99
    found = float(KernelMap(activation("tanh"))(0.5, 1.0, rho * math.sqrt(0.5)))
    tanh = Integrand(np.tanh, (), 0.0)
    sides = (np.sqrt(np.array([0.5])), np.ones(1), np.array([rho]), np.sqrt(np.array([1 - rho**2])))
    assert found == pytest.approx(float(double_integral(tanh, tanh, *sides, 22)[0]), rel=1e-13, abs=0)


def test_line_integrals_at_correlation_one() -> None:
    step = Integrand(lambda x: np.heaviside(x - 0.5, 0.0), (0.5,), 0.0)
    found = line_integral(step, np.array([1.0, 2.0, 1.0, 0.0]), np.array([1.0, 1.0, -1.0, 1.0]), 22)
    tail = 0.5 * math.erfc(0.5 / math.sqrt(2))
    np.testing.assert_allclose(found, [tail, tail, 0.0, 0.0], rtol=1e-13, atol=1e-300)


def test_rows_normalised_in_floating_point_share_one_table() -> None:
    X = np.random.default_rng(5).standard_normal((40, 3))
    rows = X / np.linalg.norm(X, axis=1, keepdims=True) * math.sqrt(3)
    assert len(set((rows**2).mean(axis=1))) > 1  # the norms differ in the last bits
    kernel = KernelMap(activation("relu(x - 0.7)"))
    angles = np.arccos(np.clip(rows @ rows.T / 3, -1, 1))
    i, j = np.nonzero((angles > 1e-3) & (angles < 0.4))
    assert len(i) > 20
    matrix = kernel_matrix(kernel, rows)
    assert matrix[i[0], j[0]] == pytest.approx(float(kernel(1.0, 1.0, angle=angles[i[0], j[0]])), rel=1e-12, abs=0)
    assert np.ptp(np.diag(matrix)) <= 4e-15 * matrix[0, 0]


@pytest.mark.parametrize("sigma", [0.0, 1e-12, 1e-3, 0.4])
def test_double_integral_of_exponentials_and_steps(sigma: float) -> None:
    one, rho = np.ones(1), np.sqrt(np.array([1 - sigma**2]))
    exponential = Integrand(np.exp, (), 1.0)
    found = double_integral(exponential, exponential, one, 2 * one, rho, np.array([sigma]), 22)
    assert float(found[0]) == pytest.approx(math.exp(2.5 + 2 * float(rho[0])), rel=1e-13, abs=0)
    step = Integrand(lambda x: np.heaviside(x - 0.5, 0.0), (0.5,), 0.0)
    orthant = KernelMap(activation("step"))(1.0, 1.0, angle=math.asin(sigma))
    centred = Integrand(lambda x: np.heaviside(x, 0.0), (0.0,), 0.0)
    found = double_integral(centred, centred, one, 3 * one, rho, np.array([sigma]), 22)
    assert float(found[0]) == pytest.approx(float(orthant), rel=1e-13, abs=0)
    mean = conditional_mean(step, np.array([0.2, 0.5]), sigma, 22)
    expected = [0.5 * math.erfc(0.3 / sigma / math.sqrt(2)) if sigma else 0.0, 0.5 if sigma else 0.0]
    np.testing.assert_allclose(mean, expected, rtol=1e-13, atol=1e-300)


def test_matrices_of_unequal_norms() -> None:
    X = np.random.default_rng(3).standard_normal((12, 6))
    X[1] = 1.3 * X[0] + 1e-3
    for text in ("elu", "relu(x - 0.7)"):
        kernel = KernelMap(activation(text))
        K = kernel_matrix(kernel, X)
        q, c = (X**2).mean(axis=1), X @ X.T / 6
        assert K[0, 1] == pytest.approx(float(kernel(q[0], q[1], c[0, 1])), rel=1e-12, abs=0)
        assert K[4, 7] == pytest.approx(float(kernel(q[4], q[7], c[4, 7])), rel=1e-12, abs=0)
        assert np.linalg.eigvalsh(K)[0] > -1e-13


def test_what_the_quadrature_does_not_resolve_is_refused() -> None:
    with pytest.raises(ConvergenceError, match="two rules differ"):
        KernelMap(activation("sin(60*x) + x"))(1.0, 1.0, 0.95)
    with pytest.raises(HypothesisError, match="variances"):
        KernelMap(activation("tanh"))(1e6, 1.0, 0.5)
    with pytest.raises(HypothesisError, match="overflows float64"):
        KernelMap(activation("exp(x)**64"))(1.0, 1.0, 0.5)
    with pytest.raises(NotInClosedClassError, match="grows too fast"):
        KernelMap(activation("x*exp(x**2/8)"))(1.0, 1.0, 0.5)


def test_many_double_integrals_are_refused_rather_than_slow() -> None:
    q = np.linspace(1.0, 2.0, 30_000)
    with pytest.raises(NotInClosedClassError, match="equal norms"):
        KernelMap(activation("relu(x - 0.7)"))(q, q, 0.999 * q)


@pytest.mark.parametrize("rho", [-0.95, 0.5, 0.999])
def test_a_spike_between_the_nodes_is_not_stepped_over(rho: float) -> None:
    """s = x + 10 exp(-a (x - m)^2): Gaussian integrals in closed form. The spike is 7e-5 wide."""
    a, m = 1e8, 0.3
    covariance = np.array([[1.0, rho], [rho, 1.0]])

    def bump(weights: list[float]) -> float:
        """E exp(-sum of weights (x - m)^2)."""
        inverse = np.linalg.inv(covariance) + 2 * np.diag(weights)
        b = 2 * np.array(weights) * m
        exponent = 0.5 * b @ np.linalg.solve(inverse, b) - m * m * sum(weights)
        return float(np.exp(exponent) / np.sqrt(np.linalg.det(inverse) * np.linalg.det(covariance)))

    crossed = 10 * rho * 2 * a * m / (1 + 2 * a) * bump([a, 0.0])  # E[v e(u)] = rho E[u e(u)]
    expected = rho + 2 * crossed + 100 * bump([a, a])
    kernel = QuadratureDual(activation(f"x + 10*exp(-{a:.0f}*(x - {m})**2)"))
    found = float(kernel.dual(GaussianPair.from_covariance(1.0, 1.0, rho)))
    assert found == pytest.approx(expected, rel=1e-9, abs=0)
    assert abs(expected - rho) > 1e-4


@pytest.mark.parametrize("text", ["atan(x)", "log(1 + x**2)*tanh(x - 2)", "1/(1 + x**2)"])
@pytest.mark.parametrize("q2", [1.0, 1.5, 2.0, 3.0])
def test_branch_points_one_unit_off_the_line_are_resolved(text: str, q2: float) -> None:
    s, z = activation(text), np.linspace(-12, 12, 4801)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    expected = float(np.sum(s(z) * s(math.sqrt(q2) * z) * density))  # the trapezoidal rule, for correlation 1
    assert float(KernelMap(s)(1.0, q2, angle=0.0)) == pytest.approx(expected, rel=1e-11, abs=0)
