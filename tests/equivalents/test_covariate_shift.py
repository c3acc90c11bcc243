from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError

P = 60
RNG = np.random.default_rng(4)
SIGMA = np.diag(np.arange(1.0, P + 1) ** -1.0)
ROTATION, _ = np.linalg.qr(RNG.standard_normal((P, P)))
OTHER = ROTATION @ np.diag(np.linspace(0.05, 1.5, P)) @ ROTATION.T
BETA, OTHER_BETA = RNG.standard_normal(P) / np.sqrt(P), RNG.standard_normal(P) / np.sqrt(P)
SHIFTED = ax.CovariateShift(SIGMA, BETA, OTHER, noise_variance=0.3)


def test_without_a_shift_it_is_ridge_regression():
    matrix = ROTATION @ SIGMA @ ROTATION.T  # not diagonal
    model = ax.CovariateShift(matrix, BETA, matrix, noise_variance=0.3)
    spectrum, target = ax.Spectrum.from_covariance(matrix, BETA)
    plain = ax.RidgeRegression(spectrum, target, noise_variance=0.3)
    grid = {"n_samples": np.array([20, 45, 200])[:, None], "ridge": np.array([0.0, 1e-3, 1.0])}
    ours, theirs = ax.risk(model, **grid), ax.risk(plain, **grid)
    for name in ("bias", "variance", "test_error", "train_error", "squared_norm", "df1"):
        assert ours.quantity(name) == pytest.approx(theirs.quantity(name), rel=1e-11, abs=1e-25), name
    assert ours.model == "CovariateShift"


def test_variance_does_not_see_the_coefficients_and_is_linear_in_the_test_covariance():
    n, ridge = 50, 0.2
    both = ax.CovariateShift(SIGMA, BETA, OTHER + 2 * SIGMA, noise_variance=0.3)
    same = ax.CovariateShift(SIGMA, OTHER_BETA, SIGMA, noise_variance=0.3)
    parts = [float(ax.risk(model, n_samples=n, ridge=ridge).variance) for model in (SHIFTED, same)]
    assert float(ax.risk(both, n_samples=n, ridge=ridge).variance) == pytest.approx(parts[0] + 2 * parts[1], rel=1e-12, abs=0)


def test_concept_shift_alone():
    """Infinitely many samples learn beta exactly: what is left is the distance of the targets under the test law."""
    model = ax.CovariateShift(SIGMA, BETA, OTHER, test_coefficients=OTHER_BETA, noise_variance=0.3)
    distance = (OTHER_BETA - BETA) @ OTHER @ (OTHER_BETA - BETA)
    assert float(ax.risk(model, n_samples=1e12, ridge=1e-3).excess_risk) == pytest.approx(distance, rel=1e-8, abs=0)
    assert float(ax.risk(SHIFTED, n_samples=1e12, ridge=1e-3).excess_risk) < 1e-9


def test_a_direction_without_training_variance_is_never_learned():
    model = ax.CovariateShift([1.0, 0.0], [1.0, 2.0], [0.0, 1.0])
    assert ax.risk(model, n_samples=[5, 50], ridge=0.0).bias == pytest.approx([4.0, 4.0], rel=1e-14, abs=0)


@pytest.mark.parametrize("shift", [None, OTHER_BETA], ids=["covariate", "concept"])
@pytest.mark.parametrize("quantity", ["bias", "variance", "test_error", "train_error"])
def test_simulation_agrees(shift, quantity):
    model = ax.CovariateShift(SIGMA, BETA, OTHER, test_coefficients=shift, noise_variance=0.3)
    verdict = ax.check(model, n_samples=[30, 150], ridge=0.5, n_trials=150, quantity=quantity, progress=False, seed=1)
    assert verdict.outcome == "agree", verdict.summary()


def test_simulation_disagrees_with_the_diagonal_alone():
    """The bias of a fixed target needs the whole test covariance, not its diagonal."""
    simulated = ax.simulate(SHIFTED, n_samples=30, ridge=5.0, n_trials=150, progress=False)
    assert ax.compare(ax.risk(SHIFTED, n_samples=30, ridge=5.0), simulated, quantity="bias").outcome == "agree"
    diagonal = ax.CovariateShift(SIGMA, BETA, np.diag(OTHER), noise_variance=0.3)
    assert ax.compare(ax.risk(diagonal, n_samples=30, ridge=5.0), simulated, quantity="bias").outcome == "disagree"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"test_covariance": -OTHER}, "test_covariance = .*positive semidefinite"),
        ({"covariance": OTHER[:, :3]}, "covariance = .*square"),
        ({"test_covariance": np.eye(3)}, "test_covariance = .*shape \\(60, 60\\)"),
        ({"coefficients": BETA[:5]}, "coefficients = .*shape \\(60,\\)"),
        ({"coefficients": BETA * np.nan}, "coefficients = .*NaN"),
        ({"test_coefficients": [1.0]}, "test_coefficients = "),
        ({"noise_variance": -1.0}, "noise_variance = -1.0"),
    ],
)
def test_bad_models(arguments, message):
    given = {"covariance": SIGMA, "coefficients": BETA, "test_covariance": OTHER} | arguments
    with pytest.raises(InvalidInputError, match=message) as caught:
        ax.CovariateShift(given.pop("covariance"), given.pop("coefficients"), given.pop("test_covariance"), **given)
    assert "\n" not in str(caught.value)


def test_bad_questions():
    with pytest.raises(InvalidInputError, match="certify = True"):
        ax.risk(SHIFTED, n_samples=10, ridge=0.1, certify=True)
    with pytest.raises(InvalidInputError, match="model = "):
        ax.optimal_ridge(SHIFTED, n_samples=10)
    with pytest.raises(InvalidInputError, match="n_features"):
        ax.risk(SHIFTED, n_samples=10, ridge=0.1, n_features=5)
