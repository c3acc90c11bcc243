from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.errors import ConvergenceError, HypothesisError
from asymptotix.simulation.quadrature import gegenbauer_polynomials, multiplicity, sphere_coefficients, sphere_series


def unit_vectors(count, dimension, seed):
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def exact_exponential(dimension, degree):
    """E[e^t Q_k(t)] by its Bessel function."""
    with mpmath.workdps(30):
        a = mpmath.mpf(dimension - 2) / 2
        binomial = mpmath.binomial(degree + 2 * a - 1, degree)
        whole = mpmath.gamma(a) * (a + degree) * 2**a * mpmath.besseli(a + degree, 1) * binomial
        count = (2 * degree + dimension - 2) / (dimension - 2) * mpmath.binomial(degree + dimension - 3, degree)
        return float(whole / count)


def exact_relu(dimension, degree):
    """E[max(sqrt(d) t, 0) Q_k(t)] by the closed form for even k >= 2."""
    with mpmath.workdps(30):
        d, k = mpmath.mpf(dimension), degree
        omega = mpmath.gamma(d / 2) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma((d - 1) / 2))
        constant = mpmath.gamma((d - 1) / 2) / (2**k * mpmath.gamma(k + (d - 1) / 2))
        sign = (-1) ** ((k - 2) // 2)
        binomial = mpmath.binomial(k + (d - 3) / 2, (k - 2) // 2)
        return float(sign * mpmath.sqrt(d) * omega * constant * binomial * mpmath.factorial(k - 2))


@pytest.mark.parametrize(
    ("dimension", "degree", "count"), [(3, 7, 15), (4, 3, 16), (20, 0, 1), (20, 1, 20), (20, 2, 209), (1000, 2, 500499)]
)
def test_multiplicities(dimension, degree, count):
    assert multiplicity(dimension, degree) == pytest.approx(count, rel=1e-14, abs=0)


@pytest.mark.parametrize("dimension", [3, 4, 20, 1000])
def test_polynomials_have_norm_one_over_the_multiplicity(dimension):
    for degree in (1, 2, 5):
        coefficients, square = sphere_coefficients(
            lambda t, k=degree: list(p for p, _ in zip(gegenbauer_polynomials(dimension, t), range(k + 1), strict=False))[k],
            dimension,
            degree=6,
        )
        assert square == pytest.approx(1.0 / multiplicity(dimension, degree), rel=1e-12, abs=0)
        assert coefficients[degree] == pytest.approx(square, rel=1e-12, abs=0)
        others = np.delete(coefficients, degree) * np.sqrt([multiplicity(dimension, k) for k in range(7) if k != degree])
        assert np.abs(others).max() < 1e-13 * np.sqrt(square)


@pytest.mark.parametrize("dimension", [3, 5, 20, 1000])
def test_exponential_kernel(dimension):
    coefficients, _ = sphere_coefficients(np.exp, dimension, degree=4)
    for degree in range(5):
        # float64 quadrature knows c_k sqrt(B) to about 1e-16 of e, not c_k to 1e-16 of itself
        absolute = 1e-15 / np.sqrt(multiplicity(dimension, degree))
        assert coefficients[degree] == pytest.approx(exact_exponential(dimension, degree), rel=1e-13, abs=absolute)
    assert coefficients[1] != pytest.approx(exact_exponential(dimension, 2), rel=1e-3, abs=0)


@pytest.mark.parametrize("dimension", [3, 5, 30])
@pytest.mark.parametrize("degree", [2, 4, 6])
def test_relu(dimension, degree):
    coefficients, square = sphere_coefficients(lambda t: np.sqrt(dimension) * np.maximum(t, 0.0), dimension, degree=7)
    assert coefficients[degree] == pytest.approx(exact_relu(dimension, degree), rel=1e-11, abs=0)
    assert square == pytest.approx(0.5, rel=1e-13, abs=0)
    assert abs(coefficients[3]) < 1e-16


def test_square_root_at_the_end_points_costs_nothing():
    # E[sqrt(1 - t^2)] in dimension 5: density (3/4)(1 - t^2), so (3/4) times the integral of (1 - t^2)^(3/2), 3 pi / 8
    coefficients, _ = sphere_coefficients(lambda t: np.sqrt(1.0 - t**2), 5, degree=0)
    assert coefficients[0] == pytest.approx(9 * np.pi / 32, rel=1e-14, abs=0)


def test_gram_of_a_quadratic_is_exact():
    dimension, points = 7, unit_vectors(40, 7, seed=1)
    cosines = points @ points.T
    np.fill_diagonal(cosines, 1.0)
    gram = sphere_series(lambda t: t**2, dimension).gram(cosines)
    expected = (1.0 + 2.0 * cosines**2) / (dimension * (dimension + 2.0))
    assert np.abs(gram / expected - 1.0).max() < 1e-13


@pytest.mark.parametrize("dimension", [5, 30])
def test_gram_is_the_second_moment_over_sampled_points(dimension):
    functions = {"kinked": (lambda t: np.abs(t - 0.1), [0.1]), "smooth": (lambda t: np.tanh(3.0 * t), [])}
    for function, kinks in functions.values():
        series = sphere_series(function, dimension, kinks=kinks)
        directions, points = unit_vectors(6, dimension, seed=2), unit_vectors(200_000, dimension, seed=3)
        cosines = directions @ directions.T
        np.fill_diagonal(cosines, 1.0)
        values = function(points @ directions.T)
        products = values[:, :, None] * values[:, None, :]
        error = products.std(axis=0) / np.sqrt(len(points))
        other = sphere_series(function, dimension + 3, kinks=kinks)
        for candidate, agrees in ((series, True), (other, False)):
            z = np.abs((products.mean(axis=0) - candidate.gram(cosines)) / error).max()
            assert (z < 4.5) == agrees
            assert (z > 6) != agrees


def test_series_keeps_the_degrees_of_the_target():
    assert len(sphere_series(lambda t: t, 10).coefficients) == 2
    assert len(sphere_series(lambda t: t, 10, min_degree=6).coefficients) == 7
    assert sphere_series(lambda t: t, 10).coefficient(9) == 0.0


def test_refusals():
    with pytest.raises(HypothesisError, match="more than 1024 degrees"):
        sphere_series(lambda t: np.where(t > 0.3, 1.0, 0.0), 3, kinks=[0.3])
    with pytest.raises(ConvergenceError, match="did not settle"):
        sphere_coefficients(lambda t: np.where(t > 0.3, 1.0, 0.0), 10, degree=5)
    with pytest.raises(ConvergenceError, match="not finite"):
        sphere_coefficients(lambda t: np.where(t > 0.5, np.inf, 1.0), 10, degree=2)
