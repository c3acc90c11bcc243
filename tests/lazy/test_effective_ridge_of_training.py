from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError

RNG = np.random.default_rng(11)
X = RNG.standard_normal((30, 12))
K, Y = X @ X.T / 12 + np.eye(30) * 0.2, RNG.standard_normal(30)
LARGEST = float(np.linalg.eigvalsh(K)[-1])


def test_the_fitted_ridge_is_the_least_mismatch_of_kernel_regression() -> None:
    times = np.array([0.01, 0.3, 4.0])
    found = ax.training_ridge(K, Y, time=times)
    values, vectors = np.linalg.eigh(K)
    for j, t in enumerate(times):
        learned = vectors @ ((1 - np.exp(-values * t)) * (vectors.T @ Y))

        def mismatch(ridge: float, learned: np.ndarray = learned) -> float:
            fitted = K @ np.linalg.solve(K + ridge * np.eye(30), Y)
            return float(np.linalg.norm(learned - fitted) / np.linalg.norm(learned))

        best = found.ridge[j]
        assert found.mismatch[j] == pytest.approx(mismatch(best), rel=1e-6, abs=1e-10)
        assert mismatch(best) < min(mismatch(0.97 * best), mismatch(1.03 * best))
        assert found.early_stopping_mismatch[j] == pytest.approx(mismatch(1 / t), rel=1e-9, abs=0)
        trace = np.trace(np.linalg.inv(K + best * np.eye(30)))
        assert found.effective_ridge[j] == pytest.approx(1 / trace, rel=1e-9, abs=0)
    assert found.self_induced_ridge == pytest.approx(1 / np.trace(np.linalg.inv(K)), rel=1e-9, abs=0)


def test_early_training_is_a_ridge_of_one_over_time() -> None:
    found = ax.training_ridge(K, Y, time=1e-5)
    assert found.ridge[0] == pytest.approx(1e5, rel=1e-3, abs=0)
    assert abs(found.ridge[0] - 2e5) > 1e4


def test_small_steps_momentum_and_batches_have_the_ridge_of_their_time() -> None:
    eta = 0.002 / LARGEST
    flow = ax.training_ridge(K, Y, time=2000 * eta)
    descent = ax.training_ridge(K, Y, steps=2000, step_size=eta)
    heavy = ax.training_ridge(K, Y, steps=4000, step_size=eta / 4, momentum=0.5)
    batches = ax.training_ridge(K, Y, steps=2000, step_size=eta, batch_size=10)
    assert descent.time[0] == pytest.approx(flow.time[0], rel=1e-14, abs=0) == heavy.time[0]
    assert descent.ridge[0] == pytest.approx(flow.ridge[0], rel=2e-3, abs=0)
    assert heavy.ridge[0] == pytest.approx(flow.ridge[0], rel=2e-3, abs=0)
    assert batches.ridge[0] == pytest.approx(flow.ridge[0], rel=0.1, abs=0)
    assert batches.ridge[0] != descent.ridge[0]


def test_a_flat_spectrum_is_explained_exactly() -> None:
    found = ax.training_ridge(2.0 * np.eye(4), np.ones(4), time=[0.5, 1.0])
    assert found.ridge == pytest.approx(2 / np.expm1([1.0, 2.0]), rel=1e-8, abs=0)
    assert found.mismatch.max() < 1e-10
    assert found.to_csv().count("\n") > 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "time = "), ({"time": -1.0}, "time = -1.0"), ({"steps": 10}, "step_size = None"),
        ({"steps": [3, 2], "step_size": 0.1}, "steps"), ({"time": 1.0, "momentum": 1.0}, "momentum"),
        ({"steps": 5, "step_size": 2.001 / LARGEST}, r"below 2\(1 \+ momentum\)/s_max"),
        ({"steps": 5, "step_size": 0.01, "batch_size": 31}, "batch_size = 31"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ax.training_ridge(K, Y, **changes)  # type: ignore[arg-type] # wrong on purpose
