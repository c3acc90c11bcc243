from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.spectrum_sum import SpectrumSum, combine


def df1(spectrum: ax.Spectrum, kappa: float) -> float:
    return float(spectrum.multiplicities @ (spectrum.eigenvalues / (spectrum.eigenvalues + kappa)) + spectrum.tail / kappa)


def test_sums_tails_and_errors_add() -> None:
    one, two = ax.Spectrum([2.0, 1.0], [1, 3], tail=0.25, tail_peak=0.1, tail_error=1e-3), ax.Spectrum([5.0], tail=0.75)
    both = one + two
    assert both.eigenvalues.tolist() == [2.0, 1.0, 5.0]
    assert (both.trace, both.tail, both.tail_error) == (11.0, 1.0, 1e-3)
    assert both.tail * both.tail_peak == pytest.approx(0.025, rel=1e-15, abs=0)
    for kappa in (1e-3, 1.0, 50.0):
        assert df1(both, kappa) == pytest.approx(df1(one, kappa) + df1(two, kappa), rel=1e-15, abs=0)


def test_sums_are_flat() -> None:
    parts = [ax.Spectrum([1.0]), ax.PowerLaw(1.5), ax.ExponentialDecay(1.0)]
    both = parts[0] + parts[1] + parts[2]
    assert isinstance(both, SpectrumSum)
    assert both.parts == tuple(parts)
    assert repr(both) == " + ".join(repr(part) for part in parts)
    with pytest.raises(TypeError):
        _ = parts[0] + 1.0  # type: ignore[operator]  # the point of the test


def test_logarithms_beyond_the_range_of_doubles_survive() -> None:
    both = ax.ExponentialDecay(1.0, size=3000) + ax.Spectrum([10.0])
    assert both.rank == 3001
    assert float(ax.effective_ridge(both, n_samples=1001, ridge=0.0).log_value) == pytest.approx(-999.5, rel=1e-12, abs=0)


def test_a_doubled_spectrum_with_twice_the_samples_has_the_same_effective_ridge() -> None:
    law = ax.PowerLaw(1.5)
    one = ax.effective_ridge(law, n_samples=100, ridge=0.01).value
    two = ax.effective_ridge(law + law, n_samples=200, ridge=0.02).value
    assert two == pytest.approx(one, rel=1e-13, abs=0)
    assert ax.effective_ridge(law + law, n_samples=100, ridge=0.01).value > 1.5 * one


def test_levels_on_the_sphere_enter() -> None:
    sphere = ax.activation_spectrum("relu", dimension=20)
    law = ax.PowerLaw(1.5, scale=0.1)
    spectrum, target = combine((sphere, [0.0, 1.0, 0.5]), (law, law.target(source=0.4)))
    assert df1(spectrum, 0.01) == pytest.approx(df1(sphere, 0.01) + df1(law, 0.01), rel=1e-14, abs=0)
    assert target.energies[: len(sphere)].tolist() == [0.0, 1.0, 0.5] + [0.0] * (len(sphere) - 3)
    curve = ax.risk(ax.RidgeRegression(spectrum, target, noise_variance=0.1), n_samples=200, ridge=1e-2)
    assert 0.1 < float(curve.test_error) < 2.0


def test_targets_stay_with_their_spectra() -> None:
    bulk, spikes = ax.MarchenkoPastur(0.5, size=100), ax.Spectrum([20.0, 10.0])
    model = ax.RidgeRegression(*combine((spikes, [0.0, 1.0]), (bulk, bulk.target(energy=0.3))))
    swapped = ax.RidgeRegression(*combine((bulk, bulk.target(energy=0.3)), (spikes, [0.0, 1.0])))
    misplaced = ax.RidgeRegression(*combine((spikes, [1.0, 0.0]), (bulk, bulk.target(energy=0.3))))
    bias = [float(ax.risk(m, n_samples=50, ridge=1.0).bias) for m in (model, swapped, misplaced)]
    assert bias[1] == pytest.approx(bias[0], rel=1e-14, abs=0)
    assert bias[2] != pytest.approx(bias[0], rel=1e-3, abs=0)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((), "at least one pair"),
        ((ax.Spectrum([1.0]),), "pairs"),
        (((ax.Spectrum([1.0]), [1.0, 1.0]),), "at most one per level"),
        ((([1.0], [1.0]),), "a Spectrum"),
    ],
)
def test_bad_parts(parts: tuple[object, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        combine(*parts)  # type: ignore[arg-type]  # what is wrong with them


def test_every_spectrum_can_be_sent_to_another_process() -> None:
    bulk = ax.MarchenkoPastur(2.0, size=50)
    law, fast = ax.PowerLaw(1.5, size=3000), ax.ExponentialDecay(0.1)
    pair = combine((bulk, bulk.target()), (law, law.target(source=0.3)), (fast, fast.target(decay=0.2)))
    spectrum, target = pickle.loads(pickle.dumps(pair))
    assert repr(spectrum) == repr(pair[0])
    assert spectrum.head(target)[1].energies.tolist() == pair[0].head(pair[1])[1].energies.tolist()


def test_heads_are_those_of_the_parts() -> None:
    law, bulk = ax.PowerLaw(1.5), ax.MarchenkoPastur(2.0, size=50)
    spectrum, target = combine((ax.Spectrum([9.0], [3]), [1.0]), (law, law.target(source=0.5)), (bulk, bulk.target()))
    head, goal = spectrum.head(target)
    assert np.all(head.multiplicities == np.round(head.multiplicities))
    assert head.trace == pytest.approx(spectrum.trace, rel=1e-3, abs=0)
    assert goal.energy == pytest.approx(target.energy, rel=1e-8, abs=0)
    # energies by hand, level by level, are cut where the parts end
    by_hand = ax.RidgeRegression(spectrum, ax.Target([1.0, 0.5], tail=0.1)).design
    assert by_hand.energies[:3].tolist() == [1.0, 0.5, 0.0]
    assert by_hand.target_tail == 0.1


def test_an_experiment_with_spikes_agrees_and_would_not_without_them() -> None:
    bulk, spikes = ax.MarchenkoPastur(0.5, size=120), ax.Spectrum([40.0, 20.0])
    spectrum, target = combine((spikes, [1.0, 0.5]), (bulk, bulk.target(energy=0.3)))
    grid = {"n_samples": 60, "ridge": [0.1, 10.0], "n_trials": 30, "progress": False}
    verdict = ax.check(ax.RidgeRegression(spectrum, target, noise_variance=0.1), **grid)
    assert verdict.outcome == "agree", verdict.summary()
    curve = ax.simulate(ax.RidgeRegression(spectrum, target, noise_variance=0.1), **grid)
    lost = ax.risk(ax.RidgeRegression(bulk, bulk.target(energy=1.8), noise_variance=0.1), n_samples=60, ridge=[0.1, 10.0])
    assert ax.compare(lost, curve).outcome == "disagree"


def test_sum_starts_from_zero() -> None:
    parts = [ax.Spectrum([3.0, 1.0]), ax.PowerLaw(1.5), ax.Spectrum([0.1], [4], tail=0.2)]
    both = sum(parts)
    assert isinstance(both, SpectrumSum)
    assert both.parts == tuple(parts)
    assert sum(parts[:1]) is parts[0]
    with pytest.raises(TypeError):
        _ = 1 + parts[0]
    table = ax.compress(np.arange(1.0, 5000.0))
    twice = sum([table, table])
    assert isinstance(twice, ax.CompressedSpectrum)
    assert twice.size == 2 * table.size
    with pytest.raises(InvalidInputError, match="tables"):
        sum([table, *parts])


@pytest.mark.parametrize("factor", [2.0, 0.3, np.float64(1e-3), 7])
def test_a_multiple_scales_the_effective_ridge_with_the_ridge(factor: float) -> None:
    law, decay, bulk = ax.PowerLaw(1.5, scale=3.0), ax.ExponentialDecay(0.3), ax.MarchenkoPastur(0.5, 60.0)
    plain, deep = ax.Spectrum([2.0, 1.0], [3, 40], tail=0.5, tail_peak=1e-16), ax.Spectrum.from_log([0.0, -900.0], [3, 40])
    for spectrum in (law, decay, bulk, plain, deep, law + plain):
        one = ax.effective_ridge(spectrum, n_samples=20, ridge=0.1)
        for multiple in (factor * spectrum, spectrum * factor):
            assert type(multiple) is type(spectrum)
            other = ax.effective_ridge(multiple, n_samples=20, ridge=0.1 * float(factor))
            assert float(other.log_value - one.log_value) == pytest.approx(np.log(float(factor)), rel=0, abs=1e-13 * 900)
            assert float(other.samples_gap) == pytest.approx(float(one.samples_gap), rel=1e-11, abs=0)
    scaled = factor * law
    assert isinstance(scaled, ax.PowerLaw)
    assert scaled.scale == 3.0 * float(factor)


@pytest.mark.parametrize("factor", [0.0, -1.0, np.inf, np.nan, True, "2", [1.0, 2.0], None])
def test_a_multiple_by_anything_else_is_refused(factor: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^factor = "):
        _ = factor * ax.Spectrum([1.0, 2.0])


def test_spectra_without_multiples_say_so() -> None:
    uniform = ax.density_spectrum(lambda s: 1.0 + 0.0 * s, (0.0, 1.0), size=30)
    for spectrum in (uniform, ax.compress([1.0, 2.0])):
        with pytest.raises(
            InvalidInputError, match=rf"^factor = 2.0 is not valid: factor must be left out for a {type(spectrum).__name__}"
        ):
            _ = 2 * spectrum
    with pytest.raises(InvalidInputError, match=r"at least 2\.2e-308"):
        _ = 1e-300 * ax.Spectrum([1.0, 1e-100])
    with pytest.raises(TypeError):
        _ = ax.Spectrum([1.0]) * ax.Spectrum([1.0])  # type: ignore[operator]  # the point of the test
