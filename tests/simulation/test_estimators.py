from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.simulation.draws import Draw
from asymptotix.simulation.estimators import fit
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.population import SquareRisk

RIDGES = np.array([1e-3, 0.1, 5.0])


def coefficients(fitted, labels, ridges):
    return fitted.coefficients(labels, Ridge(ridges).gains(fitted.eigenvalues))


def squared_residuals(fitted, labels, ridges):
    misses = Ridge(ridges).misses
    return fitted.squared_images(labels, misses(fitted.eigenvalues), misses(np.zeros(1))[0])


def draw_of(features, labels, **options):
    columns = features.shape[1]
    return Draw(features, labels, SquareRisk(np.ones(columns), np.zeros(columns)), **options)


@pytest.mark.parametrize(("n", "q"), [(12, 20), (20, 12), (12, 12)])
@pytest.mark.parametrize("smallest", [1e-3, 0.0])
def test_coefficients_are_the_normal_equations(n, q, smallest):
    rng = np.random.default_rng(n)
    features, labels = rng.standard_normal((n, q)), rng.standard_normal(n)
    fitted = fit(draw_of(features, labels), smallest)
    theta = coefficients(fitted, labels, RIDGES)
    for column, ridge in enumerate(RIDGES):
        expected = np.linalg.solve(features.T @ features + ridge * np.eye(q), features.T @ labels)
        assert theta[:, column] == pytest.approx(expected, rel=1e-8, abs=1e-12)
        residual = np.sum((labels - features @ expected) ** 2)
        assert squared_residuals(fitted, labels, RIDGES)[column] == pytest.approx(residual, rel=1e-8, abs=0)
    assert np.sum(fitted.direction_norms) == pytest.approx(np.sum(fitted.directions**2), rel=1e-10, abs=0)
    # the variance of the loads, by sending unit labels through
    loads = np.stack([fitted.loads(column) for column in np.eye(n)])
    assert np.sum(loads**2, axis=0) == pytest.approx(fitted.load_variances, rel=1e-9, abs=0)


@pytest.mark.parametrize("shape", [(10, 25), (25, 10), (15, 15)])
def test_ridgeless_is_the_pseudo_inverse_also_without_full_rank(shape):
    rng = np.random.default_rng(1)
    rank = 6
    features = rng.standard_normal((shape[0], rank)) @ rng.standard_normal((rank, shape[1]))
    labels = rng.standard_normal(shape[0])
    fitted = fit(draw_of(features, labels), 0.0)
    assert len(fitted.eigenvalues) == rank
    assert fitted.missing == shape[0] - rank
    theta = coefficients(fitted, labels, np.zeros(1))[:, 0]
    assert theta == pytest.approx(np.linalg.pinv(features) @ labels, rel=1e-9, abs=1e-12)
    residual = np.sum((labels - features @ theta) ** 2)
    assert squared_residuals(fitted, labels, np.zeros(1))[0] == pytest.approx(residual, rel=1e-10, abs=0)


def ill_conditioned(n):
    rng = np.random.default_rng(3)
    left, _ = np.linalg.qr(rng.standard_normal((n, n)))
    right, _ = np.linalg.qr(rng.standard_normal((n, n)))
    return (left * np.geomspace(1.0, 1e-6, n)) @ right


@pytest.mark.parametrize("ridge", [0.0, 1e-13])
def test_singular_values_are_used_where_the_gram_matrix_has_lost_them(ridge):
    features, labels = ill_conditioned(12), np.arange(12.0)
    fitted = fit(draw_of(features, labels), ridge)
    with mpmath.workdps(40):
        z, y = mpmath.matrix(features.tolist()), mpmath.matrix(labels.tolist())
        exact = mpmath.lu_solve(z.T * z + ridge * mpmath.eye(12), z.T * y)
        exact = np.array([float(value) for value in exact])
    theta = coefficients(fitted, labels, np.array([ridge]))[:, 0]
    assert np.linalg.norm(theta - exact) < 1e-8 * np.linalg.norm(exact)
    by_gram = np.linalg.solve(features.T @ features + ridge * np.eye(12), features.T @ labels)
    assert np.linalg.norm(by_gram - exact) > 1e-7 * np.linalg.norm(exact)


def test_residual_of_a_tiny_ridge_keeps_its_digits():
    rng = np.random.default_rng(2)
    features, labels = rng.standard_normal((10, 40)), rng.standard_normal(10)
    fitted = fit(draw_of(features, labels), 1e-9)
    alpha = np.linalg.solve(features @ features.T, labels)
    assert squared_residuals(fitted, labels, np.array([1e-9]))[0] == pytest.approx(1e-18 * alpha @ alpha, rel=1e-7, abs=0)


def test_kernel_is_its_own_gram_matrix():
    rng = np.random.default_rng(4)
    features, labels = rng.standard_normal((8, 30)), rng.standard_normal(8)
    kernel = features @ features.T
    fitted = fit(draw_of(kernel, labels, is_kernel=True), 0.0)
    alpha = coefficients(fitted, labels, RIDGES)
    theta = coefficients(fit(draw_of(features, labels), 0.0), labels, RIDGES)
    assert features.T @ alpha == pytest.approx(theta, rel=1e-9, abs=1e-12)


def test_kernel_of_repeated_points():
    points = np.array([0.0, 1.0, 1.0, 2.0])
    kernel, labels = np.exp(-np.abs(points[:, None] - points)), np.array([1.0, 2.0, 4.0, 0.0])
    fitted = fit(draw_of(kernel, labels, is_kernel=True), 0.0)
    assert fitted.missing == 1
    # the two labels of the repeated point are averaged
    assert kernel @ coefficients(fitted, labels, np.zeros(1))[:, 0] == pytest.approx([1.0, 3.0, 3.0, 0.0], abs=1e-12)
    assert squared_residuals(fitted, labels, np.zeros(1))[0] == pytest.approx(2.0, rel=1e-12, abs=0)
