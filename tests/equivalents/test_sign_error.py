from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.typing import NDArray

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.simulation.trials import simulate

FloatArray = NDArray[np.float64]


def haar_signs(size: int = 200, outputs: int = 1) -> tuple[FloatArray, FloatArray]:
    """A kernel matrix with eigenvectors in general position, and signs of functions of its leading eigenvectors."""
    rng = np.random.default_rng(1)
    basis, _ = np.linalg.qr(rng.standard_normal((size, size)))
    index = np.arange(1.0, size + 1)
    weights = index[:, None] ** -0.9 * rng.choice([-1, 1], (size, outputs))
    labels = np.sign(basis @ weights)
    return (basis * (size * index**-1.2)) @ basis.T, labels[:, 0] if outputs == 1 else labels


@pytest.mark.parametrize(("n", "ridge", "noise"), [(40, 1.0, 0.0), (100, 0.1, 0.5), (160, 1.0, 1.0)])
def test_simulated_signs(n: int, ridge: float, noise: float) -> None:
    matrix, labels = haar_signs()
    model = KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=noise)
    theory = float(risk(model, n_samples=n, ridge=ridge).classification_error)
    found = simulate(model, n_samples=n, ridge=ridge, n_trials=100, seed=2, progress=False)
    value, error = float(found.classification_error), float(found.standard_error.classification_error)
    assert abs(value - theory) < 4 * error + 0.03 * theory
    # another variance of the prediction
    other = KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=noise + 1.0)
    assert abs(value - float(risk(other, n_samples=n, ridge=ridge).classification_error)) > 4 * error + 0.03 * theory


def brute_force(matrix: FloatArray, y: FloatArray, n: int, ridge: float, noise: float) -> float:
    """The formulas with matrices, kappa by bisection, point by point."""
    from scipy.stats import norm

    size, (d, _) = len(y), np.linalg.eigh(matrix)
    low, high = ridge, 1e8
    for _ in range(300):
        kappa = np.sqrt(low * high)
        low, high = (kappa, high) if np.sum((d + ridge) / (d + kappa)) > n else (low, kappa)
    smoother = matrix @ np.linalg.inv(matrix + kappa * np.eye(size))
    learned, omega = d / (d + kappa), ridge / kappa
    ell = learned.mean()
    delta = omega * (1 - ell) + (1 - omega) * np.mean(learned * (1 - learned))
    miss = y - smoother @ y
    mean_variance = np.var(learned) / ((1 - ell) * delta) * ((1 - omega) * np.mean(miss**2) / (1 - ell) + noise)
    weights, rates = np.empty(size), np.empty(size)
    for t in range(size):
        others = np.delete(smoother[t], t) / (1 - smoother[t, t])  # what t's prediction takes of the other labels
        weights[t] = np.sum(others**2)
        rates[t] = y[t] * (others @ np.delete(y, t))
    return float(np.mean(norm.cdf(-rates / np.sqrt(mean_variance * weights / weights.mean()))))


@pytest.mark.parametrize(("n", "ridge"), [(20, 0.5), (150, 2.0)])
def test_against_matrices(n: int, ridge: float) -> None:
    matrix, labels = haar_signs()
    model = KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=0.3)
    expected = brute_force(matrix, labels, n, ridge, 0.3)
    assert float(risk(model, n_samples=n, ridge=ridge).classification_error) == pytest.approx(expected, rel=1e-9, abs=0)


def test_several_outputs_are_the_mean_of_each() -> None:
    matrix, labels = haar_signs(120, outputs=3)
    every = KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=0.4)
    each = [KernelRidge.on_data(matrix, y, "precomputed", noise_variance=0.4) for y in labels.T]
    grid = {"n_samples": np.array([30, 80])[:, None], "ridge": [0.1, 1.0]}
    together, alone = risk(every, **grid), [risk(one, **grid) for one in each]
    for name, values in together.values.items():
        mean = np.mean([one.values[name] for one in alone], axis=0)
        assert values == pytest.approx(mean, rel=1e-11, abs=0), name
    assert not np.allclose(alone[0].bias, together.bias, rtol=1e-3)
    drawn, parts = ([simulate(one, **grid, n_trials=4, seed=3, progress=False) for one in models] for models in ([every], each))
    for name in ("bias", "variance", "test_error", "train_error", "squared_norm", "df1", "gcv"):
        mean = np.mean([one.values[name] for one in parts], axis=0)
        assert drawn[0].values[name] == pytest.approx(mean, rel=1e-11, abs=0), name


def test_one_output_as_a_column_is_one_output() -> None:
    matrix, labels = haar_signs(80)
    one, column = (KernelRidge.on_data(matrix, y, "precomputed", noise_variance=0.4) for y in (labels, labels[:, None]))
    for name, values in risk(one, n_samples=30, ridge=0.1).values.items():
        assert risk(column, n_samples=30, ridge=0.1).values[name] == pytest.approx(values, rel=1e-14, abs=0), name


def test_only_signs_are_classified_and_shapes_are_checked() -> None:
    matrix, labels = haar_signs(60)
    assert (
        "classification_error" not in risk(KernelRidge.on_data(matrix, 2 * labels, "precomputed"), n_samples=9, ridge=1.0).values
    )
    for bad in (labels[None, :], np.ones((60, 0)), np.ones((60, 2, 2))):
        with pytest.raises(InvalidInputError, match=r"y must be of shape \(60,\).*several outputs: \(60, m\)"):
            KernelRidge.on_data(matrix, bad, "precomputed")


def test_a_point_that_nothing_is_like_is_an_error() -> None:
    """Ridgeless, one block of equal points and points on their own: those are predicted as 0, which is no sign."""
    matrix = np.eye(40)
    matrix[:20, :20] = 1.0
    model = KernelRidge.on_data(matrix, np.ones(40), "precomputed")
    value = float(risk(model, n_samples=30, ridge=0.0).classification_error)
    assert value == pytest.approx(0.5, abs=0.02)


def test_it_is_computed_when_it_is_read_and_travels() -> None:
    matrix, labels = haar_signs(60)
    curve = risk(KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=0.1), n_samples=[[9], [20]], ridge=[0.1, 1.0])
    copy = pickle.loads(pickle.dumps(curve))
    assert curve.classification_error.shape == (2, 2)
    assert np.array_equal(copy.classification_error, curve.classification_error)
    assert "classification_error" in curve.to_csv()


def test_certified_answers_leave_out_what_rests_on_a_hypothesis() -> None:
    pytest.importorskip("flint")
    matrix, labels = haar_signs(30)
    curve = risk(KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=0.1), n_samples=9, ridge=1.0, certify=True)
    assert "test_error" in curve.values
    assert "classification_error" not in curve.values
