from __future__ import annotations

import numpy as np
import pytest

from asymptotix.simulation.population import FinitePopulation, QuadraticRisk, SquareRisk

RNG = np.random.default_rng(5)
COEFFICIENTS = RNG.standard_normal((4, 3))
MATRIX = RNG.standard_normal((6, 4))
TARGET = RNG.standard_normal(6)


def test_square_and_quadratic_form_agree():
    square = SquareRisk(MATRIX, TARGET, flat=0.3)
    quadratic = QuadraticRisk(MATRIX.T @ MATRIX + 0.3 * np.eye(4), MATRIX.T @ TARGET, float(TARGET @ TARGET))
    assert square.excess(COEFFICIENTS) == pytest.approx(quadratic.excess(COEFFICIENTS), rel=1e-12, abs=0)
    assert square.squares(COEFFICIENTS) == pytest.approx(quadratic.squares(COEFFICIENTS), rel=1e-12, abs=0)
    assert square.excess(COEFFICIENTS) != pytest.approx(SquareRisk(MATRIX, TARGET).excess(COEFFICIENTS), rel=1e-3, abs=0)


def test_diagonal_is_a_matrix():
    diagonal, target = np.array([1.0, 0.5, 0.0, 2.0]), TARGET[:4]
    full = SquareRisk(np.diag(diagonal), target)
    assert SquareRisk(diagonal, target).excess(COEFFICIENTS) == pytest.approx(full.excess(COEFFICIENTS), rel=1e-14, abs=0)
    assert SquareRisk(diagonal, target).squares(COEFFICIENTS) == pytest.approx(full.squares(COEFFICIENTS), rel=1e-14, abs=0)


def test_squares_are_excess_of_a_zero_target():
    zero = SquareRisk(MATRIX, np.zeros(6), flat=0.2)
    assert zero.squares(COEFFICIENTS) == pytest.approx(zero.excess(COEFFICIENTS), rel=1e-14, abs=0)


def test_finite_population_is_a_mean():
    labels = np.sign(TARGET)
    population = FinitePopulation(MATRIX, labels)
    for column in range(3):
        predictions = [float(row @ COEFFICIENTS[:, column]) for row in MATRIX]
        errors = [(a - b) ** 2 for a, b in zip(predictions, labels, strict=True)]
        wrong = [a * b <= 0 for a, b in zip(predictions, labels, strict=True)]
        assert population.excess(COEFFICIENTS)[column] == pytest.approx(sum(errors) / 6, rel=1e-13, abs=0)
        assert population.squares(COEFFICIENTS)[column] == pytest.approx(sum(a**2 for a in predictions) / 6, rel=1e-13, abs=0)
        assert population.classification_error(COEFFICIENTS)[column] == pytest.approx(sum(wrong) / 6, rel=1e-14, abs=0)
    assert population.classification_error(np.zeros((4, 1)))[0] == 1.0
