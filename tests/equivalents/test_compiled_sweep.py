"""The compiled loops against NumPy: the same roots, bounds and fields on smooth, rough and partly exceptional grids."""

from __future__ import annotations

import pickle
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.acceleration import compiled_path
from asymptotix.equivalents.compiled_grid import FIELDS, compiled_fields, compiled_rows
from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import EffectiveRidge, effective_ridge
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import HypothesisError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import RiskCurve
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

pytest.importorskip("numba")

Model = RidgeRegression | RandomFeatures
INDEX = np.arange(1.0, 3001)
COUNTS = np.round(np.logspace(0.3, 4, 30))
RNG = np.random.default_rng(1)


def model(kind: type[Model], tail: float = 0.0) -> Model:
    return kind(Spectrum(INDEX**-1.5, tail=tail), Target(INDEX**-2.7, tail=0.02), noise_variance=0.1)


def both(model: Model, **grid: Any) -> tuple[RiskCurve, RiskCurve]:
    curves = []
    for path in ("always", "never"):
        with compiled_path(path):
            curves.append(risk(model, **grid))
    return curves[0], curves[1]


GRIDS: dict[str, tuple[type[Model], dict[str, Any]]] = {
    "ridges": (RidgeRegression, {"n_samples": 300, "ridge": np.logspace(-12, 3, 200)}),
    "sample sizes": (RidgeRegression, {"n_samples": np.arange(1, 200), "ridge": 1e-3}),
    "both": (RidgeRegression, {"n_samples": COUNTS[:, None], "ridge": np.logspace(-9, 2, 40)}),
    "no order": (RidgeRegression, {"n_samples": RNG.permutation(COUNTS), "ridge": np.exp(RNG.normal(size=30) * 9)}),
    "ridgeless": (RidgeRegression, {"n_samples": [1, 2.5, 2999, 3001, 5000], "ridge": [[0.0], [1e-200], [1e-3], [1e150]]}),
    "features": (RandomFeatures, {"n_samples": COUNTS[:, None], "n_features": COUNTS, "ridge": 1e-4}),
    "three axes": (
        RandomFeatures,
        {"n_samples": COUNTS[:9, None, None], "n_features": COUNTS[5:12, None], "ridge": np.logspace(-14, 1, 8)},
    ),
    "infinite": (RandomFeatures, {"n_samples": [[50.0], [np.inf]], "n_features": [20.0, 80.0, 4000.0], "ridge": 1e-2}),
    "kernel limit": (RandomFeatures, {"n_samples": COUNTS[:, None], "n_features": [30.0, np.inf], "ridge": 1e-3}),
    "a single point": (RidgeRegression, {"n_samples": 10, "ridge": 1.0}),
}


@pytest.mark.parametrize("tail", [0.0, 0.05])
@pytest.mark.parametrize("name", GRIDS)
def test_compiled_and_numpy_agree(name: str, tail: float) -> None:
    kind, grid = GRIDS[name]
    compiled, plain = both(model(kind, tail), **grid)
    assert list(compiled.values) == sorted(plain.values, key=list(compiled.values).index)
    assert set(compiled.values) == set(plain.values)
    for field, values in plain.values.items():
        logs = np.abs(np.where(np.isfinite(plain.log_effective_ridge), plain.log_effective_ridge, 0.0))
        scale = np.where(np.isfinite(values), np.abs(values), 0.0)
        finite = np.isfinite(values)
        assert np.array_equal(finite, np.isfinite(compiled.values[field])), field
        error = np.abs(np.where(finite, compiled.values[field], 0.0) - np.where(finite, values, 0.0))
        assert np.all(error <= 3e-14 * scale * (1.0 + logs / 30) + (1e-13 if field == "log_effective_ridge" else 0.0)), field


def test_a_curve_from_the_compiled_loops_is_a_value() -> None:
    compiled, _ = both(model(RidgeRegression), n_samples=COUNTS[:, None], ridge=[0.1, 1.0])
    copy = pickle.loads(pickle.dumps(compiled))
    assert copy.test_error.tolist() == compiled.test_error.tolist()
    assert compiled.test_error.shape == (30, 2)


def test_an_infinite_risk_is_refused_on_both_paths() -> None:
    spectrum = RandomFeatures(Spectrum(INDEX**-1.5), INDEX**-2.7, noise_variance=0.1)
    for path in ("always", "never"):
        with compiled_path(path), pytest.raises(HypothesisError, match="n_samples = 20, n_features = 20"):
            risk(spectrum, n_samples=[10.0, 20.0], n_features=20.0, ridge=0.0)


def excess(kappa: float, s: list[float], n: float, p: float, ridge: float) -> mpmath.mpf:
    k = mpmath.mpf(kappa)
    df1 = mpmath.fsum(a / (a + k) for a in map(mpmath.mpf, s))
    q, delta = mpmath.mpf(p) * mpmath.mpf(ridge) / k, abs(mpmath.mpf(n) - mpmath.mpf(p))
    return df1 + (mpmath.sqrt(delta**2 + 4 * q) - delta) / 2 - min(mpmath.mpf(n), mpmath.mpf(p))


def solved(path: str) -> EffectiveRidge:
    with compiled_path(path):
        return effective_ridge(Spectrum(INDEX[:60] ** -2.0), n_samples=COUNTS[:14, None], n_features=COUNTS[:14], ridge=1e-5)


@pytest.mark.parametrize("path", ["always", "never"])
def test_bounds_on_a_grid_contain_the_root(path: str) -> None:
    result = solved(path)
    s = (INDEX[:60] ** -2.0).tolist()
    with mpmath.workdps(40):
        for i, j in np.ndindex(14, 14):
            arguments = (s, COUNTS[i], COUNTS[j], 1e-5)
            lower, upper = float(result.lower[i, j]), float(result.upper[i, j])
            assert excess(lower, *arguments) >= 0 >= excess(upper, *arguments), (i, j)
            assert upper / lower - 1 < 6e-14
    assert np.mean(result.iterations) < (2.5 if path == "always" else 8)
    assert np.max(np.abs(result.residual)) <= 1e-5


def test_both_paths_give_the_same_evidence() -> None:
    compiled, plain = solved("always"), solved("never")
    for name in ("value", "log_value", "lower", "upper", "samples_gap", "features_gap", "nu1"):
        assert getattr(compiled, name) == pytest.approx(getattr(plain, name), rel=5e-14, abs=0), name


def test_what_the_loops_cannot_represent_is_left_to_numpy() -> None:
    levels = SortedLevels.of(Spectrum([1.0, 0.5, 0.25]), Target([1.0, 1.0, 1.0]))
    n, p = np.array([1.0, 1.0, 3.0, 1e40]), np.full(4, np.inf)
    lam = np.array([1.0, 1e-200, 0.0, 1.0])
    with compiled_path("always"):
        rows = compiled_rows(levels, n, p, lam)
        assert rows is not None
        assert (rows[3] >= 0).tolist() == [True, False, False, False]
        assert compiled_fields(levels, n, p, lam, 0.1) is None
        fields = compiled_fields(levels, n[:1], p[:1], lam[:1], 0.1)
        assert fields is not None
        assert fields.shape == (len(FIELDS), 1)
        for values in (Spectrum.from_log([0.0, -900.0]), Spectrum([1.0, 0.5], [0.3, 0.7])):
            assert compiled_rows(SortedLevels.of(values), n[:1], p[:1], lam[:1]) is None
    with compiled_path("never"):
        assert compiled_rows(levels, n, p, lam) is None
