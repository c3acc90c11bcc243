"""The bounds of EffectiveRidge against the sign of the equation in many digits, on spectra made to break them."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.acceleration import compiled_path
from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum


def excess(kappa: float, s: list[float], m: list[float], n: float, p: float, ridge: float) -> Any:
    """df1 + G - min(n, p): decreasing in kappa, and zero at the root."""
    k, ridge_ = mpmath.mpf(kappa), mpmath.mpf(ridge)
    df1 = mpmath.fsum(mpmath.mpf(b) * mpmath.mpf(a) / (mpmath.mpf(a) + k) for a, b in zip(s, m, strict=True) if a > 0)
    if math.isinf(p):
        return df1 + ridge_ / k - mpmath.mpf(n)
    if math.isinf(n):
        return df1 - mpmath.mpf(p)
    gap, q = abs(mpmath.mpf(n) - mpmath.mpf(p)), mpmath.mpf(p) * ridge_ / k
    return df1 + (2 * q / (gap + mpmath.sqrt(gap**2 + 4 * q)) if q > 0 else 0) - min(mpmath.mpf(n), mpmath.mpf(p))


def assert_bounds(s: list[float], m: list[float], n: float, p: float, ridge: float) -> None:
    result = effective_ridge(Spectrum(s, m), n_samples=n, n_features=p, ridge=ridge)
    lower, upper = float(result.lower), float(result.upper)
    with mpmath.workdps(700):
        rank = sum(b for a, b in zip(s, m, strict=True) if a > 0)
        if (ridge == 0 or math.isinf(n)) and min(n, p) >= rank:
            assert lower == upper == 0.0
        else:
            assert lower == 0 or excess(lower, s, m, n, p, ridge) >= 0
            assert upper > 0
            assert math.isinf(upper) or excess(upper, s, m, n, p, ridge) <= 0
    assert int(result.iterations) <= 40
    if lower > 1e-300 and upper < 1e300:
        assert upper / lower - 1 < 1e-12


LEVELS = st.one_of(
    st.floats(1e-12, 1e6),
    st.floats(1e-290, 1e290),
    st.sampled_from([0.0, 1.0, 3.0, 1.0 + 1e-13, 1e-20, 1e10, 1e-290, 1e290]),
)
COUNTS = st.one_of(st.integers(1, 3), st.integers(1, 10**12))


@given(st.data(), st.lists(st.tuples(LEVELS, COUNTS), min_size=1, max_size=8))
def test_bounds_contain_the_root_of_any_spectrum(data: st.DataObject, levels: list[tuple[float, int]]) -> None:
    s, m = [a for a, _ in levels], [float(b) for _, b in levels]
    steps = np.cumsum([b for _, b in sorted(zip(s, m, strict=True), reverse=True)])
    sizes = st.one_of(st.sampled_from([float(v) for v in steps]), st.integers(1, 100).map(float), st.floats(0.05, 1e12))
    n = data.draw(st.one_of(sizes, st.just(math.inf)))
    p = data.draw(sizes if math.isinf(n) else st.one_of(sizes, st.just(math.inf), st.just(n), st.floats(1e12, 1e300)))
    ridge = data.draw(st.one_of(st.just(0.0), st.floats(1e-12, 1e6), st.floats(1e-300, 1e300)))
    assert_bounds(s, m, n, p, ridge)


@pytest.mark.parametrize(
    ("s", "m", "n", "p", "ridge"),
    [
        ([413.8, 1e-3], [1, 5], 1.0007, 6e159, 1.23),  # |n - p|^2 is beyond the range of doubles
        ([1.0, 0.5], [1, 1], 5.0, 1e308, 0.1),  # so is |n - p| + |n - p|
        ([1.4e-10, 1.16e10], [1, 48], 81.0, math.inf, 1.6e-20),  # Newton's step overflows
        ([0.5, 2.7e-5, 1.1e-10], [1, 601166143059, 37], 601166143098.0, math.inf, 4.9e-23),  # Newton's step crawls
        ([4.3e-294, 4.3e284], [1, 2], 44.0, 1.0, 4.4e-6),  # the first guess lies beyond a gap of 578 decades
        ([0.0019], [1], 1.0, 1.0, 2.8e-265),  # n = p = rank
        ([1.0, 1e-20], [10, 10], 10.0, math.inf, 0.0),  # n in a gap
        ([1.0], [2], math.inf, 20.0, 1e-11),  # infinitely many samples learn everything
    ],
)
def test_bounds_at_known_traps(s: list[float], m: list[float], n: float, p: float, ridge: float) -> None:
    assert_bounds(s, m, n, p, ridge)


def test_bounds_that_are_off_would_be_noticed() -> None:
    s, m = [1.0, 0.3, 1e-4], [3.0, 5.0, 100.0]
    result = effective_ridge(Spectrum(s, m), n_samples=8, ridge=1e-7)
    with mpmath.workdps(50):
        assert excess(float(result.upper) * (1 - 1e-12), s, m, 8, math.inf, 1e-7) > 0
        assert excess(float(result.lower) * (1 + 1e-12), s, m, 8, math.inf, 1e-7) < 0


def test_bounds_of_counts_that_are_not_whole_say_how_little_is_known() -> None:
    # n is the sum of the first three counts as float64 rounds it, and the gap magnifies that rounding
    s, m = [1.0, 0.17, 0.064, 1e-14], [3.6679001660337796, 140868584.1089952, 2.0, 1.0]
    n = float(np.sum(m[:3]))
    result = effective_ridge(Spectrum(s, m), n_samples=n, ridge=0.0)
    with mpmath.workdps(60):
        assert excess(float(result.lower), s, m, n, math.inf, 0.0) >= 0 >= excess(float(result.upper), s, m, n, math.inf, 0.0)


def test_bounds_of_a_compressed_spectrum() -> None:
    s = np.repeat([1e3, 1.0, 1e-9, 1e-20], 600) * (1 + 1e-3 * np.random.default_rng(0).random(2400))
    s = np.sort(s)[::-1]
    for n, ridge in ((600.0, 0.0), (600.0, 1e-12), (1200.0, 0.0), (2399.0, 0.0), (2400.0, 1e-30), (2401.0, 1e-30), (7.5, 1.0)):
        result = effective_ridge(Spectrum(s), n_samples=n, ridge=ridge)
        with mpmath.workdps(50):
            arguments = (s.tolist(), [1.0] * s.size, n, math.inf, ridge)
            assert excess(float(result.lower), *arguments) >= 0 >= excess(float(result.upper), *arguments), n


def test_a_root_that_underflows_has_bounds() -> None:
    result = effective_ridge(Spectrum.from_log([0.0, -1000.0, -1001.0]), n_samples=2, ridge=0.0)
    assert float(result.value) == 0.0 == float(result.lower)
    assert float(result.upper) > 0.0


def test_a_root_that_float64_cannot_see_is_refused() -> None:
    with pytest.raises(ConvergenceError, match=r"n_samples = 1, n_features = inf, ridge = 0: relative distance [^r]*$"):
        effective_ridge(Spectrum.from_log([0.0, -5000.0]), n_samples=1, ridge=0.0)


def test_huge_numbers_of_features_are_infinitely_many() -> None:
    model = RandomFeatures(Spectrum([1.0, 0.5]), [1.0, 1.0], noise_variance=0.1)
    limit = risk(model, n_samples=5, n_features=np.inf, ridge=0.1)
    for p in (1e100, 1e200, 1e308):
        curve = risk(model, n_samples=5, n_features=p, ridge=0.1)
        for name in ("bias", "variance", "train_error", "squared_norm", "effective_ridge", "nu1"):
            assert float(curve.values[name]) == pytest.approx(float(limit.values[name]), rel=1e-13, abs=0), (p, name)


def test_infinitely_many_samples_and_enough_features_learn_everything() -> None:
    model = RandomFeatures(Spectrum([1.0, 0.5]), [1.0, 1.0], noise_variance=0.1)
    curve = risk(model, n_samples=np.inf, n_features=5, ridge=[0.0, 1.0])
    assert curve.excess_risk.tolist() == [0.0, 0.0]
    assert curve.effective_ridge.tolist() == [0.0, 0.0]
    large = risk(model, n_samples=1e14, n_features=5, ridge=1.0)
    assert float(curve.squared_norm[1]) == pytest.approx(float(large.squared_norm), rel=1e-10, abs=0)


def test_a_norm_beyond_doubles_is_infinite_and_not_nan() -> None:
    curve = risk(RidgeRegression(Spectrum([5e-324]), [1.0]), n_samples=[0.5, 3.0], ridge=0.0)
    assert curve.squared_norm.tolist() == [np.inf, np.inf]


def test_an_empty_grid_is_an_empty_curve_also_with_a_tail() -> None:
    model = RidgeRegression(Spectrum([1.0], [5], tail=0.1, tail_peak=0.01), [1.0])
    assert risk(model, n_samples=[], ridge=1.0).test_error.shape == (0,)


@pytest.mark.parametrize("values", [np.array([3.0 + 1.0j]), "many", [[1.0], [2.0, 3.0]]])
def test_arguments_that_are_not_real_are_refused(values: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"n_samples = .* must be a real number or an array of them") as caught:
        effective_ridge(Spectrum([1.0]), n_samples=values, ridge=1.0)
    assert "\n" not in str(caught.value)


def test_eigenvalues_are_no_spectrum() -> None:
    with pytest.raises(InvalidInputError, match=r"spectrum = \[1.0, 2.0\] is not valid: spectrum must be a Spectrum"):
        effective_ridge([1.0, 2.0], n_samples=3, ridge=1.0)


def test_a_gap_too_wide_for_doubles_is_refused_and_an_overflowing_root_is_not() -> None:
    with pytest.raises(ConvergenceError, match="n_samples = 1"):
        effective_ridge(Spectrum([4e293, 1e-307]), n_samples=1.0, ridge=0.0)
    result = effective_ridge(Spectrum([1.0, 2.1102554851856924e299], [1, 42594206]), n_samples=np.inf, n_features=0.05, ridge=0.0)
    assert result.value == np.inf
    assert float(result.log_value) == pytest.approx(np.log(2.1102554851856924e299) + np.log(42594206 / 0.05), rel=1e-6, abs=0)
    assert result.nu1 == 0.0


@pytest.mark.parametrize("path", ["always", "never"])
def test_a_long_spectrum_of_zeros_is_a_spectrum(path: str) -> None:
    if path == "always":
        pytest.importorskip("numba")
    with compiled_path(path):
        for multiplicities in (None, np.full(3000, 2.0)):
            solved = effective_ridge(Spectrum(np.zeros(3000), multiplicities), n_samples=[4.0, 8.0], ridge=2.0)
            assert solved.value == pytest.approx([0.5, 0.25], rel=1e-14, abs=0)


@pytest.mark.filterwarnings("error")
def test_a_grid_with_an_axis_of_length_one_gives_no_warning() -> None:
    solved = effective_ridge(Spectrum([1.0, 0.5]), n_samples=np.ones((3, 1)), ridge=np.array([1.0]), n_features=np.ones(1))
    assert solved.value.shape == (3, 1)
