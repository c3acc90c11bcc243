from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target
from tests.equivalents.oracle import cases, floats

CASES = {name: case for name, case in cases("random_features").items() if "eigenvalues" in case["inputs"]}
FIELDS = {
    "nu2": "effective_ridge",
    "nu1": "nu1",
    "T1": "df1",
    "T2": "df2",
    "bias": "bias",
    "var": "variance",
    "excess": "excess_risk",
    "test": "test_error",
    "train": "train_error",
    "norm2": "squared_norm",
    "bias_pure": "bias_pure",
    "V_X": "variance_data",
    "V_F": "variance_features",
    "V_XF": "variance_interaction",
}


def curve_of(case: dict[str, dict[str, object]], **changes: float):
    inputs = dict(case["inputs"]) | changes
    spectrum = Spectrum(floats(inputs["eigenvalues"]), floats(inputs["multiplicity"]), float(inputs["tail_mass"]))
    target = Target(floats(inputs["target_energy"]), float(inputs["tail_energy"]))
    model = RandomFeatures(spectrum, target, noise_variance=float(inputs["sigma2"]))
    return risk(model, n_samples=float(inputs["n"]), n_features=float(inputs["p"]), ridge=float(inputs["lam"]))


def test_every_case_of_random_features_and_tangent_features_is_read() -> None:
    assert len(CASES) == 17


@pytest.mark.parametrize("name", CASES)
def test_reference_values(name: str) -> None:
    case = CASES[name]
    curve = curve_of(case)
    tolerance = 1e-10 if "peak" in name else 1e-12
    for key, field in FIELDS.items():
        assert float(curve.values[field]) == pytest.approx(float(case["outputs"][key]), rel=tolerance, abs=0), field


@pytest.mark.parametrize("change", [{"sigma2": 0.5}, {"lam": 3.0}, {"p": 61.0}, {"tail_mass": 0.01}, {"tail_energy": 0.01}])
def test_the_reference_notices_changes(change: dict[str, float]) -> None:
    case = CASES["pl_over"]
    assert float(curve_of(case, **change).test_error) != pytest.approx(float(case["outputs"]["test"]), rel=1e-3, abs=0)


def power_law_model() -> RandomFeatures:
    i = np.arange(1.0, 101.0)
    return RandomFeatures(Spectrum(i**-1.5), i**-2.5, noise_variance=0.25)


def test_infinitely_many_features_are_ridge_regression() -> None:
    model = power_law_model()
    ridge_model = RidgeRegression(model.spectrum, model.target, noise_variance=0.25)
    for ridge in (0.0, 1e-6, 0.3):
        features, limit, plain = (
            risk(model, n_samples=30, n_features=1e13, ridge=ridge),
            risk(model, n_samples=30, n_features=np.inf, ridge=ridge),
            risk(ridge_model, n_samples=30, ridge=ridge),
        )
        for name in ("bias", "variance", "train_error", "squared_norm", "df1", "df2", "effective_ridge"):
            assert float(limit.values[name]) == pytest.approx(float(plain.values[name]), rel=1e-13, abs=0), name
            assert float(features.values[name]) == pytest.approx(float(plain.values[name]), rel=1e-10, abs=1e-20), name


def test_infinitely_many_samples_leave_the_approximation_error() -> None:
    model = power_law_model()
    limit, large = risk(model, n_samples=np.inf, n_features=20, ridge=0.1), risk(model, n_samples=1e14, n_features=20, ridge=0.1)
    for name in ("bias", "test_error", "train_error", "squared_norm", "df1"):
        assert float(limit.values[name]) == pytest.approx(float(large.values[name]), rel=1e-10, abs=0), name
    assert float(limit.variance) == 0.0
    # nothing is left to the draw of the data
    assert float(limit.variance_data) == float(limit.variance_interaction) == 0.0
    assert float(limit.bias_pure + limit.variance_features) == pytest.approx(float(limit.bias), rel=1e-14, abs=0)


def test_ridgeless_limits_on_both_sides_of_the_threshold() -> None:
    model = power_law_model()
    for p in (20, 29, 31, 60):
        limit, small = (risk(model, n_samples=30, n_features=p, ridge=ridge) for ridge in (0.0, 1e-15))
        for name in ("bias", "variance", "test_error", "df1", "squared_norm"):
            assert float(limit.values[name]) == pytest.approx(float(small.values[name]), rel=1e-7, abs=0), (p, name)
    # n > p: var = sigma^2 p / (n - p)
    assert float(risk(model, n_samples=30, n_features=20, ridge=0.0).variance) == pytest.approx(0.25 * 2.0, rel=1e-14, abs=0)


def test_peak_law() -> None:
    # n = p, ridge -> 0: test ~ sqrt(n nu2 / ridge) (G + sigma^2) / 2
    case = CASES["pl_peak_tiny_lam"]
    curve = curve_of(case)
    i = np.arange(1.0, 101.0)
    nu = float(curve.effective_ridge)
    approximation = float(np.sum(nu * i**-2.5 / (i**-1.5 + nu)))
    law = 0.5 * np.sqrt(40 * nu / 1e-14) * (approximation + 0.25)
    assert float(curve.test_error) == pytest.approx(law, rel=1e-5, abs=0)


def test_the_threshold_without_ridge_is_refused() -> None:
    with pytest.raises(HypothesisError, match=r"n_samples = 30, n_features = 30: .*; use ridge > 0 or leave the point out$"):
        risk(power_law_model(), n_samples=30, n_features=[20, 30, 40], ridge=0.0)


@given(st.integers(2, 300), st.integers(2, 300), st.floats(1e-12, 10.0))
def test_both_original_equations_hold_at_50_digits(n: int, p: int, ridge: float) -> None:
    s = np.arange(1.0, 101.0) ** -1.5
    result = effective_ridge(Spectrum(s), n_samples=n, n_features=p, ridge=ridge)
    with mpmath.workdps(50):
        nu = mpmath.mpf(float(result.value))
        t1 = mpmath.fsum(mpmath.mpf(float(v)) / (mpmath.mpf(float(v)) + nu) for v in s)
        e = mpmath.fsum(mpmath.mpf(float(v)) * nu / (mpmath.mpf(float(v)) + nu) ** 2 for v in s)
        a, c = n - t1, p - t1
        # relative distance to the root of log(nu (n - T1)(p - T1)) = log(ridge p), whose log-slope is 1 + e/a + e/c
        distance = mpmath.log(nu * a * c / (mpmath.mpf(ridge) * p)) / (1 + e / a + e / c) if a > 0 and c > 0 else mpmath.mpf(0)
        assert abs(distance) < mpmath.mpf(10) ** -13
    assert float(result.nu1) == pytest.approx(float(result.value) * float(result.features_gap) / p, rel=1e-14, abs=0)


@given(st.integers(2, 200), st.integers(2, 200), st.floats(1e-6, 1.0))
def test_symmetry_between_samples_and_features(n: int, p: int, ridge: float) -> None:
    s = Spectrum(np.arange(1.0, 101.0) ** -1.5)
    one = effective_ridge(s, n_samples=n, n_features=p, ridge=ridge)
    two = effective_ridge(s, n_samples=p, n_features=n, ridge=ridge * p / n)
    assert float(one.value) == pytest.approx(float(two.value), rel=1e-12, abs=0)


def test_bad_input() -> None:
    model = power_law_model()
    with pytest.raises(InvalidInputError, match="n_features = None"):
        risk(model, n_samples=10, ridge=1.0)
    with pytest.raises(InvalidInputError, match=r"n_features = 0\.0 is not valid"):
        risk(model, n_samples=10, ridge=1.0, n_features=0)
    with pytest.raises(InvalidInputError, match="n_features"):
        risk(model, n_samples=[1, 2], ridge=1.0, n_features=[1, 2, 3])
