from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.simulation.concentration import kernel_concentration
from asymptotix.simulation.quadrature import gegenbauer_polynomials, multiplicity


def exponential(q1, q2, c):
    return np.exp(c)


@pytest.fixture(scope="module")
def found():
    return kernel_concentration(exponential, degree=1, dimensions=[10, 20, 60], target=[0.0, 0.5, 0.3, 0.2], n_trials=4, seed=1)


def test_the_matrices_draw_together_as_the_law_says(found):
    assert found.n_samples.tolist() == [32, 89, 465]
    assert np.all(np.diff(found.deviation) < 0)
    assert found.deviation == pytest.approx(found.expected_deviation, rel=0.2, abs=0)
    assert found.deviation[-1] == pytest.approx(found.expected_deviation[-1], rel=0.04, abs=0)
    assert found.tail_mass[-1] == pytest.approx(np.e - 2, rel=0.03, abs=0)


def test_the_predictors_draw_together_and_to_the_staircase(found):
    assert found.predictor_distance[2] < 0.6 * found.predictor_distance[0]
    assert found.unlearned == 0.5
    for name in ("kernel_error", "polynomial_error"):
        values = getattr(found, name)
        assert abs(values[2] - 0.5) < min(abs(values[0] - 0.5), 0.08), name


def test_a_degree_too_few_does_not_draw_together():
    """With n = d^1.5 the linear part of the kernel is no multiple of the identity."""
    wrong = kernel_concentration(exponential, degree=0, dimensions=[10, 40], exponent=1.5, n_trials=2)
    assert wrong.deviation[1] > wrong.deviation[0] > 2.0


def test_the_distance_is_that_on_a_test_set():
    """One trial, with both predictors fitted and compared on fresh points."""
    d, n, degree, ridge = 6, 15, 1, 0.1
    found = kernel_concentration(
        exponential, degree=degree, dimensions=[d], exponent=np.log(n) / np.log(d), ridge=ridge, seed=5, n_trials=2
    )
    distances, deviations, errors = [], [], []
    for stream in np.random.SeedSequence(5, spawn_key=(d, n)).spawn(2):
        rng = np.random.default_rng(stream)
        directions, points = (unit(rng.standard_normal((rows, d))) for rows in (3, n))
        test = unit(np.random.default_rng(0).standard_normal((200_000, d)))
        cosines, labels = points @ points.T, target(points @ directions.T, d)
        mass = [multiplicity(d, k) * coefficient(d, k) for k in range(2)]
        low = mass[0] + mass[1] * cosines
        tau = np.e - sum(mass)
        deviations.append(np.linalg.norm(np.exp(cosines) - low - tau * np.eye(n), 2))
        alpha = np.linalg.solve(np.exp(cosines) + ridge * np.eye(n), labels)
        beta = np.linalg.solve(low + (ridge + tau) * np.eye(n), labels)
        across = test @ points.T
        one, other = np.exp(across) @ alpha, (mass[0] + mass[1] * across) @ beta
        distances.append(np.mean((one - other) ** 2))
        errors.append(np.mean((other - target(test @ directions.T, d)) ** 2))
    assert found.deviation[0] == pytest.approx(np.mean(deviations), rel=1e-8, abs=0)
    assert found.predictor_distance[0] == pytest.approx(np.mean(distances), rel=0.02, abs=0)
    assert found.polynomial_error[0] == pytest.approx(np.mean(errors), rel=0.02, abs=0)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def coefficient(d, k):
    """E[exp(t) Q_k(t)] on the sphere by the trapezoidal rule, k = 0, 1."""
    t = np.cos(np.linspace(0, np.pi, 20001))
    weight = (1 - t**2) ** ((d - 2) / 2)
    return np.sum(weight * np.exp(t) * t**k) / np.sum(weight)


def target(cosines, d):
    """A third of the energy in each of the degrees 0, 1, 2."""
    total = np.zeros(len(cosines))
    for k in range(3):
        polynomials = gegenbauer_polynomials(d, cosines[:, k])
        values = [next(polynomials) for _ in range(k + 1)][k]
        total += np.sqrt(multiplicity(d, k) / 3) * values
    return total


def test_tables_and_figures(found):
    table = found.table()
    assert len(table.columns) == 12
    assert "dimension" in found.to_csv()
    pytest.importorskip("matplotlib").use("agg")
    display = found.plot()
    assert len(display.lines_) == 1
    assert len(display.errorbar_) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"degree": -1}, "degree = -1"),
        ({"dimensions": [2]}, "dimensions = 2"),
        ({"dimensions": []}, "dimensions"),
        ({"dimensions": [1000]}, "n = d\\^1.5, here 31623, is at most 6000"),
        ({"exponent": -1.0}, "exponent"),
        ({"target": [-1.0]}, "target"),
        ({"ridge": -1.0}, "ridge"),
        ({"n_trials": 1}, "n_trials"),
        ({"kernel": "relu"}, "kernel"),
    ],
)
def test_bad_input(changes, message):
    arguments = {"kernel": exponential, "degree": 1, "dimensions": [10]} | changes
    with pytest.raises(InvalidInputError, match=message):
        kernel_concentration(arguments.pop("kernel"), **arguments)
