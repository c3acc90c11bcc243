from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.verdict.significance import z_limit

INDEX = np.arange(1.0, 201.0)
AT: dict[str, Any] = {"n_samples": 100, "ridge": [0.1, 10.0]}


def power_law(exponent: float) -> ax.RidgeRegression:
    values = INDEX**-exponent / np.mean(INDEX**-exponent)
    return ax.RidgeRegression(ax.Spectrum(values), values / values.sum(), noise_variance=0.1)


def test_the_verdict_flips_with_the_tails_the_anisotropy_and_the_dependence() -> None:
    laws = [ax.CovariateLaw(), ax.CovariateLaw("rademacher"), ax.CovariateLaw("student", 3.0), ax.CovariateLaw(common_scale=10.0)]
    flat, steep = (ax.covariate_study(power_law(exponent), laws, **AT) for exponent in (0.0, 1.5))
    assert list(flat.outcomes.values()) == ["agree"] * 4
    assert list(steep.outcomes.values()) == ["agree", "agree", "disagree", "disagree"]
    assert steep.deviations["Gaussian, common scale t(10)"] > 2 * flat.deviations["Gaussian, common scale t(10)"] > 0
    assert list(steep.to_table().column("outcome").values) == list(steep.outcomes.values())


def test_the_false_alarm_rate_is_that_of_the_whole_study() -> None:
    model, laws = power_law(0.5), [ax.CovariateLaw(), ax.CovariateLaw("rademacher")]
    study = ax.covariate_study(model, laws, **AT, n_trials=8)
    assert [verdict.z_limit for verdict in study.verdicts] == [pytest.approx(z_limit(4, 7.0), rel=1e-12, abs=0)] * 2
    alone = ax.check(model, **AT, n_trials=8, progress=False)
    assert np.array_equal(study.verdicts[0].simulated, alone.simulated)
    assert alone.z_limit < study.verdicts[0].z_limit
    largest = np.max(np.abs(alone.simulated / alone.expected - 1))
    assert abs(study.deviations["Gaussian"]) == pytest.approx(largest, rel=1e-9, abs=0)


def test_a_wrong_theory_is_found_on_every_law(monkeypatch: pytest.MonkeyPatch) -> None:
    def quarter_of_the_ridge(model: Any, *, n_samples: Any, ridge: Any) -> Any:
        return ax.risk(model, n_samples=n_samples, ridge=np.asarray(ridge) / 4)

    monkeypatch.setattr("asymptotix.verdict.study.risk", quarter_of_the_ridge)
    study = ax.covariate_study(power_law(0.0), [ax.CovariateLaw(), ax.CovariateLaw("rademacher")], n_samples=100, ridge=100.0)
    assert set(study.outcomes.values()) == {"disagree"}


@pytest.mark.parametrize("laws", [[], ["rademacher"], 3, ax.CovariateLaw()])
def test_laws_are_a_list_of_laws(laws: Any) -> None:
    with pytest.raises(InvalidInputError, match="laws"):
        ax.covariate_study(power_law(0.0), laws, **AT)


def test_other_models_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="model = 'LatentSpace'"):
        ax.covariate_study(ax.LatentSpace(5), **AT)  # type: ignore[arg-type] # what is tested
