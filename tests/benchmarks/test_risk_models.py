from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks import risk_models
from benchmarks.measurement import Measurement


def assert_measured(done: Measurement, within: float) -> None:
    assert done.largest_difference < within
    assert done.package_seconds > 0
    assert done.by_hand_seconds > 0


@pytest.mark.parametrize("solver", list(risk_models.SOLVERS))
def test_ridge_regression_by_every_solver(solver: str) -> None:
    assert_measured(risk_models.run_ridge(solver, size=500, side=4, every=5, repeats=1), 1e-9)


@pytest.mark.parametrize("run", [risk_models.run_sphere, risk_models.run_latent, risk_models.run_shift])
def test_other_models(run: Callable[..., Measurement]) -> None:
    assert_measured(run(side=4, every=5, repeats=1), 1e-9)


def test_gradient_flow() -> None:
    assert_measured(risk_models.run_flow(size=300, times=6, every=5, n_samples=40.0, repeats=1), 1e-7)
