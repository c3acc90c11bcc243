from __future__ import annotations

import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.optima.best_n_features import optimal_n_features
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum

LAW = PowerLaw(1.5)
ALL = np.append(np.arange(1.0, 801.0), np.inf)


def model_of(noise: float) -> RandomFeatures:
    return RandomFeatures(LAW, LAW.target(0.5), noise_variance=noise)


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.5, 2.0, 20.0])
@pytest.mark.parametrize("ridge", [1e-6, 0.3, 30.0])
def test_against_every_number_of_features(noise: float, ridge: float) -> None:
    best = optimal_n_features(model_of(noise), n_samples=60, ridge=ridge)
    errors = risk(model_of(noise), n_samples=60, ridge=ridge, n_features=ALL).test_error
    assert float(best.value) == ALL[np.argmin(errors)]
    assert float(best.test_error) == pytest.approx(float(np.min(errors)), rel=1e-13, abs=0)


def test_ridgeless_leaves_the_peak_out() -> None:
    best = optimal_n_features(model_of(2.0), n_samples=[20, 60], ridge=0.0)
    for i, n in enumerate((20, 60)):
        others = ALL[n != ALL]
        errors = risk(model_of(2.0), n_samples=n, ridge=0.0, n_features=others).test_error
        assert float(best.value[i]) == others[np.argmin(errors)]


def test_finite_rank_at_the_threshold() -> None:
    s = np.arange(1, 61.0) ** -1.0
    model = RandomFeatures(Spectrum(s), s**1.4, noise_variance=0.1)
    p = np.arange(1.0, 60.0)
    errors = risk(model, n_samples=60, ridge=0.0, n_features=p).test_error
    assert float(optimal_n_features(model, n_samples=60, ridge=0.0).value) == p[np.argmin(errors)]


def test_bounds() -> None:
    for low, high in ((30, 90), (1, 5), (61, 800.5), (12, 12)):
        inside = ALL[(low <= ALL) & (high >= ALL)]
        errors = risk(model_of(2.0), n_samples=60, ridge=1e-6, n_features=inside).test_error
        best = optimal_n_features(model_of(2.0), n_samples=60, ridge=1e-6, bounds=(low, high))
        assert float(best.value) == inside[np.argmin(errors)]


@pytest.mark.parametrize("seed", [49, 221, 372, 643, *range(12)])
def test_spectra_with_gaps_against_every_number_of_features(seed: int) -> None:
    """The first four have a minimum within a few features of a gap's count, or of n, that an even grid misses."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 8)
    logs = -np.cumsum(rng.uniform(0, rng.choice([2, 10, 40]), size))
    counts, energies = np.round(10 ** rng.uniform(0, 2.8, size)), 10 ** rng.uniform(-4, 1, size)
    noise = 10 ** rng.uniform(-8, 1.5) * energies.sum() * rng.integers(0, 2)
    n = float(np.round(10 ** rng.uniform(0, 3)))
    if rng.random() < 0.3:
        n = float(np.cumsum(counts)[rng.integers(size)] + rng.integers(-1, 2)) or 1.0
    ridge = np.exp(logs[0]) * 10 ** rng.uniform(-14, 3) if rng.random() < 0.8 else 0.0
    model = RandomFeatures(Spectrum(np.exp(logs), counts), energies, noise_variance=noise)
    p = np.append(np.arange(1.0, 2001.0), np.inf)
    p = p if ridge > 0 else p[np.minimum(p, counts.sum()) != n]
    least = np.min(risk(model, n_samples=n, ridge=ridge, n_features=p).test_error)
    assert float(optimal_n_features(model, n_samples=n, ridge=ridge).test_error) <= least * (1 + 1e-9)


def test_a_bound_far_beyond_n_is_reached() -> None:
    best = optimal_n_features(model_of(0.0), n_samples=20, ridge=0.1, bounds=(1, 1e9))
    assert float(best.value) == 1e9
    assert float(optimal_n_features(model_of(0.0), n_samples=1e14, ridge=1e-3).value) == np.inf


def test_where_every_risk_is_infinite() -> None:
    spectrum = Spectrum(np.arange(1, 41.0) ** -1.0)
    model = RandomFeatures(spectrum, [1.0], noise_variance=0.1)
    for n, bounds in ((20, (20, 20)), (40, (40, np.inf)), (1, (1, 1))):
        with pytest.raises(HypothesisError, match=rf"ridge = 0 is not valid at n_samples = {n} with bounds = .* use ridge > 0"):
            optimal_n_features(model, n_samples=n, ridge=0.0, bounds=bounds)


def test_bad_input() -> None:
    model = model_of(0.1)
    for changes, message in (
        ({"bounds": (0, 5)}, r"bounds\[0\]"),
        ({"bounds": (9, 5)}, r"bounds\[1\] = 5 is not valid: .* at least bounds\[0\] = 9"),
        ({"bounds": 7}, "a pair"),
        ({"bounds": (20.2, 20.8)}, "a range that holds a whole number"),
        ({"n_samples": np.inf}, "n_samples = inf is not valid: n_samples must be finite$"),
        ({"ridge": -1.0}, "ridge = -1.0 is not valid"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            optimal_n_features(model, **{"n_samples": 10, "ridge": 0.1, **changes})  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInputError, match="no other model has random features"):
        optimal_n_features(RidgeRegression(LAW, LAW.target(0.5)), n_samples=10, ridge=0.1)  # type: ignore[arg-type]  # wrong on purpose
