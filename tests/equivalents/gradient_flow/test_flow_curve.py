from __future__ import annotations

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.special import comb

import asymptotix as ax
from asymptotix.equivalents.gradient_flow.contours import flow_contour
from asymptotix.equivalents.gradient_flow.flow_curve import _on_grid
from asymptotix.equivalents.gradient_flow.flow_risk import FIELDS
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import HypothesisError, InvalidInputError

CASES = json.loads((Path(__file__).parents[2] / "reference" / "gradient_flow.json").read_text())["cases"]
INDEX = np.arange(1.0, 401.0)
POWER = ax.RidgeRegression(ax.Spectrum(INDEX**-1.5), INDEX**-2.1, noise_variance=0.1)
LEVELS = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [50, 150], tail=3.0), ax.Target([0.5, 0.2], tail=0.1), noise_variance=0.25)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_reference_values(case):
    s, m, beta2 = (np.array([float(level[k]) for level in case["levels"]]) for k in range(3))
    model = ax.RidgeRegression(ax.Spectrum(s, m), s * beta2, noise_variance=float(case["sigma2"]))
    curve = ax.risk(model, n_samples=float(case["n"]), time=float(case["t"]))
    names = {"bias": "bias", "variance": "variance", "train_error": "train_error", "df_t": "df1"}
    for theirs, ours in names.items():
        assert float(curve.quantity(ours)) == pytest.approx(float(case["out"][theirs]), rel=1e-12, abs=0)
    # the time of the loss |.|^2 / (2n), or half of it, is another one
    other = ax.risk(model, n_samples=float(case["n"]), time=2 * float(case["t"]))
    assert float(other.bias) != pytest.approx(float(case["out"]["bias"]), rel=1e-2, abs=0)


@pytest.mark.parametrize("model", [POWER, LEVELS], ids=["power", "tail"])
def test_ends_of_the_flow(model):
    curve = ax.risk(model, n_samples=100, time=[0.0, np.inf])
    energy = model.target.energy
    assert curve.bias[0] == pytest.approx(energy, rel=1e-14, abs=0)
    assert curve.train_error[0] == pytest.approx(energy + model.noise_variance, rel=1e-14, abs=0)
    assert curve.variance[0] == curve.df1[0] == curve.squared_norm[0] == 0
    ridgeless, late = ax.risk(model, n_samples=100, ridge=0.0), ax.risk(model, n_samples=100, time=1e9)
    for name in ("bias", "variance", "in_sample_risk", "squared_norm", "df1", "overfitting_coefficient"):
        assert curve.values[name][1] == ridgeless.values[name]
        assert late.values[name] == pytest.approx(ridgeless.values[name], rel=1e-11, abs=0), name


def test_short_times_keep_their_digits():
    """Leading orders: df1 = n t Tr S, variance = noise n t^2 Tr S^2 + ..., bias' = -2 n sum s e."""
    n, t, s = 100, 1e-9, POWER.spectrum.eigenvalues
    curve = ax.risk(POWER, n_samples=n, time=t)
    assert float(curve.df1) == pytest.approx(n * t * s.sum(), rel=1e-6, abs=0)
    assert float(curve.variance) == pytest.approx(0.1 * n * t**2 * np.sum(s**2), rel=1e-6, abs=0)
    lost = POWER.target.energy - float(curve.bias)
    assert lost == pytest.approx(2 * n * t * np.sum(s * POWER.target.energies), rel=1e-6, abs=0)


def test_one_step_is_the_exact_second_moment():
    """After one step b = eta X'y; with Gaussian x all moments are known: E (X'X)^2 = n(n+1) S^2 + n Tr(S) S."""
    n, eta, s, e = 30, 0.004, POWER.spectrum.eigenvalues, POWER.target.energies
    curve = ax.risk(POWER, n_samples=n, steps=1, step_size=eta)
    bias = np.sum(e * (1 - 2 * eta * n * s + eta**2 * n**2 * s**2)) + eta**2 * n * np.sum(s**2) * np.sum(e)
    # the equivalent drops what is smaller by 1/n: eta^2 n s^2 e
    assert float(curve.bias) == pytest.approx(bias, rel=1e-10, abs=0)
    assert float(curve.variance) == pytest.approx(0.1 * eta**2 * n * np.sum(s**2), rel=1e-10, abs=0)
    assert float(curve.df1) == pytest.approx(eta * n * s.sum(), rel=1e-10, abs=0)


def test_descent_is_a_polynomial_of_the_resolvent_moments():
    """(1 - eta A)^k expanded in free moments: df1 = sum_j (-1)^(j+1) C(k, j) eta^j m_j, m_j = E Tr (X X')^j."""
    n, p, eta, k = 60, 90, 0.003, 3
    model = ax.RidgeRegression(ax.Spectrum([1.0], [p]), [1.0], noise_variance=0.2)
    moments = [n * p, n * p * (n + p), n * p * (n**2 + 3 * n * p + p**2)]  # Narayana numbers
    df1 = sum((-1) ** (j + 1) * comb(k, j) * eta**j * m for j, m in enumerate(moments, 1))
    assert float(ax.risk(model, n_samples=n, steps=k, step_size=eta).df1) == pytest.approx(df1, rel=1e-10, abs=0)


def test_small_steps_are_the_flow():
    n, t = 150, 0.05
    flow = ax.risk(POWER, n_samples=n, time=t)
    coarse, fine = (ax.risk(POWER, n_samples=n, steps=k, step_size=t / k) for k in (100, 200))
    for name in ("bias", "variance", "train_error", "squared_norm", "df1"):
        first, second = (float(curve.values[name] / flow.values[name] - 1) for curve in (coarse, fine))
        assert first / second == pytest.approx(2.0, rel=0.05, abs=0), name  # first order in the step size


def test_isotropic_flow_is_an_average_over_marchenko_pastur():
    """An independent route: E Tr exp(-XX't) by quadrature of the Marchenko-Pastur density, at 30 digits."""
    n, p, t = 100, 150, 0.02
    with mpmath.workdps(30):
        low, high = (mpmath.sqrt(p) - mpmath.sqrt(n)) ** 2, (mpmath.sqrt(p) + mpmath.sqrt(n)) ** 2

        def density(x):
            return mpmath.sqrt((high - x) * (x - low)) / (2 * mpmath.pi * n * x)

        kept = n * mpmath.quad(lambda x: mpmath.exp(-x * mpmath.mpf("0.02")) * density(x), [low, (low + high) / 2, high])
    model = ax.RidgeRegression(ax.Spectrum([1.0], [p]), [1.0])
    assert n - float(ax.risk(model, n_samples=n, time=t).df1) == pytest.approx(float(kept), rel=1e-11, abs=0)


def test_a_table_in_the_place_of_a_spectrum():
    index = np.arange(1.0, 5001.0)
    model = ax.RidgeRegression(ax.Spectrum(index**-1.5), index**-2.7, noise_variance=0.1)
    times = np.logspace(-4, 4, 5)
    raw = _on_grid(SortedLevels.of(model.spectrum, model.target, compressed=False), 0.1, np.array(500.0), times, flow_contour)
    table = ax.compress(index**-1.5, index**-2.7)
    for other in (model, ax.RidgeRegression(table, table.target, noise_variance=0.1)):
        curve = ax.risk(other, n_samples=500, time=times)
        for name in FIELDS:
            floor = 1e-13 * float(raw["train_error"].max())  # what has decayed below 1e-13 of the start is rounding
            assert curve.values[name] == pytest.approx(raw[name], rel=2e-12, abs=floor if name == "train_error" else 0), name


@pytest.mark.parametrize("quantity", ["test_error", "variance", "squared_norm", "df1", "in_sample_risk"])
@pytest.mark.parametrize(
    "setting", [{"time": [0.01, 0.3, 10.0]}, {"steps": [2, 30], "step_size": 0.004}], ids=["flow", "descent"]
)
def test_simulation_agrees(setting, quantity):
    verdict = ax.check(LEVELS, n_samples=100, **setting, n_trials=60, quantity=quantity, progress=False, seed=3)
    assert verdict.outcome == "agree", verdict.summary()


def test_simulation_disagrees_with_another_clock():
    simulated = ax.simulate(POWER, n_samples=100, time=[0.1, 1.0], n_trials=60, progress=False)
    wrong = ax.risk(POWER, n_samples=100, time=[0.2, 2.0])
    assert ax.compare(wrong, simulated).outcome == "disagree"


def test_flow_and_ridge_stay_within_the_proved_ratio():
    """With energies proportional to the eigenvalues the risk ratio to ridge 1/t is at most 1.6862."""
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [50, 150]), [0.5, 0.15], noise_variance=0.25)
    t = np.logspace(-4, 4, 41)
    ratio = ax.risk(model, n_samples=100, time=t).excess_risk / ax.risk(model, n_samples=100, ridge=1 / t).excess_risk
    assert 1.1 < ratio.max() < 1.6862


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"time": -1.0}, "time = -1.0 is not valid"),
        ({"time": np.nan}, "time = nan"),
        ({"time": "long"}, "time = 'long'"),
        ({"time": 1.0, "ridge": 0.1}, "ridge = 0.1 .*left out"),
        ({"time": 1.0, "certify": True}, "certify = True .*left out"),
        ({"time": 1.0, "steps": 3}, "time, or steps and step_size"),
        ({"steps": 3}, "time, or steps and step_size"),
        ({"steps": 2.5, "step_size": 0.001}, "steps = 2.5"),
        ({"steps": 501, "step_size": 0.001}, "from 0 to 500"),
        ({"steps": 3, "step_size": 0.0}, "step_size = 0.0"),
        ({"time": 1.0, "n_samples": np.inf}, "n_samples = inf"),
        ({}, "ridge = None .*time= .*steps="),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        ax.risk(POWER, **{"n_samples": 100, **arguments})
    assert "\n" not in str(caught.value)


def test_an_unstable_step_size_is_refused_at_the_edge():
    n, p = 100, 225
    model = ax.RidgeRegression(ax.Spectrum([1.0], [p]), [1.0])
    largest = 2 / (np.sqrt(n) + np.sqrt(p)) ** 2
    assert np.isfinite(ax.risk(model, n_samples=n, steps=50, step_size=0.999 * largest).bias)
    with pytest.raises(HypothesisError, match=r"step_size = .* diverges at n_samples = 100: it must be below 0.0032"):
        ax.risk(model, n_samples=n, steps=50, step_size=1.001 * largest)


def test_models_without_this_dynamics_are_refused():
    features = ax.RandomFeatures(ax.Spectrum([1.0], [50]), [1.0])
    with pytest.raises(InvalidInputError, match="RidgeRegression or a KernelRidge"):
        ax.risk(features, n_samples=10, time=1.0)
    with pytest.raises(HypothesisError, match="infinite"):
        ax.risk(ax.RidgeRegression(ax.Spectrum([1.0], [50]), [1.0]), n_samples=50, time=np.inf)
