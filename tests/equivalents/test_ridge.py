from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum
from tests.equivalents.oracle import RIDGE_FIELDS, cases, ridge_problem

CASES = cases("ridge")
# 1e-12 in general, 1e-10 within 1e-3 of the interpolation threshold
NEAR_THRESHOLD = {"iso_nearcritical_p_n_plus1", "geom_n_eq_p_200"}
CRITICAL = "iso_critical_lambda0"
SMALLEST, LARGEST = mpmath.mpf(10) ** -300, mpmath.mpf(10) ** 300


def model_of(name: str) -> RidgeRegression:
    return RidgeRegression(*ridge_problem(CASES[name]), noise_variance=float(CASES[name]["sigma2"]))


@pytest.mark.parametrize("name", [name for name in CASES if name != CRITICAL])
def test_reference_values(name: str) -> None:
    case = CASES[name]
    curve = risk(model_of(name), n_samples=float(case["n"]), ridge=float(case["lam"]))
    tolerance = 1e-10 if name in NEAR_THRESHOLD else 1e-12
    compared = 0
    for key, field in RIDGE_FIELDS.items():
        expected = mpmath.mpf(case["out"].get(key) or "nan")
        if mpmath.isnan(expected) or not (expected == 0 or SMALLEST < expected < LARGEST):
            continue  # not given for this case, or beyond the range of doubles: the logarithm is compared below
        assert float(curve.values[field]) == pytest.approx(float(expected), rel=tolerance, abs=0), field
        compared += 1
    assert compared >= 3


@pytest.mark.parametrize("name", [name for name in CASES if name != CRITICAL])
def test_log_of_the_effective_ridge(name: str) -> None:
    case = CASES[name]
    expected = float(mpmath.log(mpmath.mpf(case["out"]["lambda_star"])))
    result = effective_ridge(model_of(name).spectrum, n_samples=float(case["n"]), ridge=float(case["lam"]))
    assert float(result.log_value) == pytest.approx(expected, rel=1e-13, abs=1e-13)


def test_an_effective_ridge_below_the_range_of_doubles_keeps_its_logarithm() -> None:
    result = effective_ridge(model_of("exp_decay_p2000_n1000_ridgeless").spectrum, n_samples=1000, ridge=0.0)
    assert result.value == 0.0
    assert float(result.log_value) == pytest.approx(-1000.5, rel=1e-3, abs=0)


@pytest.mark.parametrize("name", sorted(set(CASES) - {CRITICAL, "exp_decay_p2000_n1000_ridgeless"}))
def test_bounds_contain_the_reference(name: str) -> None:
    case = CASES[name]
    result = effective_ridge(model_of(name).spectrum, n_samples=float(case["n"]), ridge=float(case["lam"]))
    reference = mpmath.mpf(case["out"]["lambda_star"])
    assert mpmath.mpf(float(result.lower)) <= reference <= mpmath.mpf(float(result.upper))
    assert float(result.upper / result.lower) - 1 < 1e-12


def test_critical_point_has_a_fixed_point_and_no_risk() -> None:
    model = model_of(CRITICAL)
    assert effective_ridge(model.spectrum, n_samples=1000, ridge=0.0).value == 0.0
    with pytest.raises(HypothesisError, match="ridge = 0 is not valid at n_samples = 1000"):
        risk(model, n_samples=1000, ridge=0.0)


@pytest.mark.parametrize("field", ["bias", "variance", "train_error"])
@pytest.mark.parametrize("mistake", ["noise doubled", "ridge times n", "multiplicity dropped"])
def test_the_reference_notices_mistakes(field: str, mistake: str) -> None:
    case = CASES["two_level"]
    spectrum, target = ridge_problem(case)
    noise, ridge, n = float(case["sigma2"]), float(case["lam"]), float(case["n"])
    if mistake == "noise doubled":
        noise *= 2
    elif mistake == "ridge times n":
        ridge *= n
    else:
        spectrum = Spectrum(spectrum.eigenvalues)
    value = float(risk(RidgeRegression(spectrum, target, noise_variance=noise), n_samples=n, ridge=ridge).values[field])
    same = value == pytest.approx(float(case["out"][field]), rel=1e-3, abs=0)
    assert same == (mistake == "noise doubled" and field == "bias")


def test_ridgeless_on_both_sides_of_the_threshold() -> None:
    # isotropic closed forms: B = 1 - n/p, V = n/(p - n) for p > n; B = 0, V = p/(n - p) for n > p
    model = RidgeRegression(Spectrum([1.0], [200]), [1.0], noise_variance=1.0)
    below, above = (risk(model, n_samples=n, ridge=0.0) for n in (150, 260))
    assert float(below.bias) == pytest.approx(0.25, rel=1e-14, abs=0)
    assert float(below.variance) == pytest.approx(3.0, rel=1e-14, abs=0)
    assert float(below.train_error) == 0.0
    assert float(above.bias) == 0.0
    assert float(above.variance) == pytest.approx(200 / 60, rel=1e-14, abs=0)
    assert float(above.train_error) == pytest.approx(60 / 260, rel=1e-14, abs=0)
    assert float(above.squared_norm) == pytest.approx(1.0 + 200 / 60, rel=1e-14, abs=0)


def test_ridgeless_is_the_limit_of_small_ridges_also_for_deficient_rank() -> None:
    spectrum = Spectrum([2.0, 0.5, 0.0], [30, 40, 50])
    model = RidgeRegression(spectrum, [1.0, 0.5, 0.3], noise_variance=0.2)
    for n in (40, 69, 71, 200):
        limit, small = (risk(model, n_samples=n, ridge=ridge) for ridge in (0.0, 1e-13))
        for name in ("bias", "variance", "test_error", "squared_norm", "df1"):
            assert float(limit.values[name]) == pytest.approx(float(small.values[name]), rel=1e-9, abs=0), (n, name)


@given(st.floats(0.5, 3.0), st.integers(1, 400), st.floats(1e-8, 1e3), st.floats(1e-3, 1e3))
def test_scaling_covariance(exponent: float, n: int, ridge: float, scale: float) -> None:
    s = np.arange(1.0, 151.0) ** -exponent
    one = effective_ridge(Spectrum(s), n_samples=n, ridge=ridge)
    two = effective_ridge(Spectrum(scale * s), n_samples=n, ridge=scale * ridge)
    assert float(two.value) == pytest.approx(scale * float(one.value), rel=1e-12, abs=0)


@given(st.floats(0.2, 4.0), st.integers(1, 300), st.floats(1e-10, 1e4))
def test_residual_of_the_equation_at_50_digits(exponent: float, n: int, ridge: float) -> None:
    s = np.arange(1.0, 101.0) ** -exponent
    result = effective_ridge(Spectrum(s), n_samples=n, ridge=ridge)
    with mpmath.workdps(50):
        kappa = mpmath.mpf(float(result.value))
        levels = [mpmath.mpf(float(v)) for v in s]
        residual = mpmath.fsum(v / (v + kappa) for v in levels) + mpmath.mpf(ridge) / kappa - n
        slope = mpmath.fsum(v * kappa / (v + kappa) ** 2 for v in levels) + mpmath.mpf(ridge) / kappa
        assert abs(residual / slope) < mpmath.mpf(10) ** -14


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=30), st.integers(1, 60), st.floats(1e-9, 1e6))
def test_bias_and_variance_are_positive_and_finite(values: list[float], n: int, ridge: float) -> None:
    model = RidgeRegression(Spectrum(values), np.ones(len(values)), noise_variance=1.0)
    curve = risk(model, n_samples=n, ridge=ridge)
    for name in ("bias", "variance", "train_error", "squared_norm"):
        assert 0 < float(curve.values[name]) < np.inf


def test_grids_broadcast_and_points_do_not_depend_on_their_neighbours() -> None:
    model = RidgeRegression(Spectrum(np.arange(1, 400.0) ** -1.3), np.arange(1, 400.0) ** -2.0, noise_variance=0.1)
    n, ridge = np.array([20, 100, 500]), np.logspace(-6, 2, 5)
    grid = risk(model, n_samples=n[:, None], ridge=ridge)
    assert grid.shape == (3, 5)
    for i, j in np.ndindex(3, 5):
        assert float(risk(model, n_samples=n[i], ridge=ridge[j]).test_error) == pytest.approx(
            float(grid.test_error[i, j]), rel=1e-13, abs=0
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0, "ridge": 1.0}, "n_samples = 0.0 is not valid: n_samples must be > 0"),
        ({"n_samples": -5, "ridge": 1.0}, "n_samples"),
        ({"n_samples": np.nan, "ridge": 1.0}, "n_samples"),
        ({"n_samples": 10, "ridge": -np.inf}, "ridge = -inf is not valid: ridge must be finite"),
        ({"n_samples": 10, "ridge": np.nan}, "ridge"),
        ({"n_samples": np.inf, "ridge": 1.0}, "finite where n_features is infinite"),
        ({"n_samples": [1, 2, 3], "ridge": [1.0, 2.0]}, r"n_samples \(3,\), ridge \(2,\)"),
        ({"n_samples": 10, "ridge": 1.0, "n_features": 20}, "has no random features"),
        ({"n_samples": "many", "ridge": 1.0}, "a real number"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    model = RidgeRegression(Spectrum([1.0, 0.5]), [1.0, 1.0], noise_variance=0.1)
    with pytest.raises(InvalidInputError, match=message) as caught:
        risk(model, **arguments)
    assert "\n" not in str(caught.value)


def test_bad_models() -> None:
    with pytest.raises(InvalidInputError, match="noise_variance"):
        RidgeRegression(Spectrum([1.0]), [1.0], noise_variance=-0.1)
    with pytest.raises(InvalidInputError, match="energies"):
        RidgeRegression(Spectrum([1.0]), [1.0, 0.5])
    with pytest.raises(InvalidInputError, match="model"):
        risk("ridge", n_samples=10, ridge=1.0)
