from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import Fields
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.verdict import Verdict, check
from asymptotix.verdict.experiment import check as checked_here

MODEL = RidgeRegression(Spectrum([1.0], [30]), [1.0], noise_variance=0.2)
GRID: dict[str, Any] = {"n_samples": np.array([45, 60, 90]), "ridge": 1.0, "progress": False}


def check_a_wrong_theory(monkeypatch: pytest.MonkeyPatch, factor: float, arguments: dict[str, Any], **options: Any) -> Verdict:
    """`check` with the test error of the theory times a factor."""

    def wrong(model: Any, **grid: Any) -> Any:
        curve = risk(model, **grid)
        return replace(curve, values=Fields({**curve.values, "test_error": factor * curve.test_error}))

    monkeypatch.setattr("asymptotix.verdict.experiment.risk", wrong)
    return checked_here(MODEL, **arguments, **options)


def test_sizes_are_sharper_than_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    # 4 % too large: within what the rule allows at this size, plainly off in the limit
    grid = {**GRID, "n_samples": 45}
    assert check_a_wrong_theory(monkeypatch, 1.04, grid, n_trials=100).outcome == "agree"
    verdict = check_a_wrong_theory(monkeypatch, 1.04, grid, n_trials=100, sizes=(1, 2, 4))
    assert verdict.outcome == "disagree", verdict.summary()
    verdict = check_a_wrong_theory(monkeypatch, 1.0, grid, n_trials=100, sizes=(1, 2, 4))
    assert verdict.outcome == "agree", verdict.summary()
    assert verdict.detectable.max() < 0.04
    assert "n_samples, ridge, multiplicities times the size" in verdict.summary()
    assert "(size 4)" in verdict.summary()


@pytest.mark.parametrize("quantity", ["df1", "effective_ridge", "squared_norm", "variance"])
def test_every_quantity_has_a_limit(quantity: str) -> None:
    verdict = check(MODEL, **GRID, quantity=quantity, n_trials=32, sizes=(1, 2, 4))
    assert verdict.outcome == "agree", verdict.summary()


def test_what_falls_with_the_size_may_not_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def off_by_a_finite_size(model: Any, **grid: Any) -> Any:
        curve = risk(model, **grid)
        wrong = curve.test_error * (1.0 + 9.0 / np.asarray(grid["n_samples"]))  # 10 to 20 % that vanish in the limit
        return replace(curve, values=Fields({**curve.values, "test_error": wrong}))

    monkeypatch.setattr("asymptotix.verdict.experiment.risk", off_by_a_finite_size)
    verdict = checked_here(MODEL, **GRID, n_trials=100, sizes=(1, 2, 4))
    assert np.all(np.abs(verdict.z_beyond_allowance) <= verdict.z_limit)
    assert verdict.outcome == "disagree"
    assert "too small for the theory" in verdict.summary()


def test_the_number_of_trials_that_would_suffice_does() -> None:
    model = RidgeRegression(Spectrum([1.0], [30]), [1.0], noise_variance=1.0)
    grid: dict[str, Any] = {"n_samples": [34, 60], "ridge": 0.0, "progress": False, "resolution": 0.1}
    few = check(model, **grid, n_trials=10)
    assert few.outcome == "not enough evidence"
    assert few.trials_needed is not None
    assert few.trials_needed > 10
    with pytest.raises(HypothesisError, match=f"raise n_trials to {few.trials_needed}"):
        _ = few.agrees
    enough = check(model, **grid, n_trials=2 * few.trials_needed, seed=1)  # twice: the spread of ten trials is a rough one
    assert enough.outcome == "agree", enough.summary()


def test_medians_are_shown_where_the_mean_is_infinite() -> None:
    verdict = check(MODEL, n_samples=[29, 60], ridge=0.0, n_trials=30, progress=False)
    assert list(verdict.judged) == [False, True]
    assert verdict.simulation is not None
    assert f"{verdict.simulation.median.test_error[0]:.4g} (68 %" in verdict.summary()


@pytest.mark.parametrize(
    ("options", "message"),
    [({"resolution": 0.0}, "resolution"), ({"resolution": 2.0}, "resolution"), ({"sizes": (2, 4)}, "with 1 among them")],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        check(MODEL, **GRID, **options, n_trials=2)
