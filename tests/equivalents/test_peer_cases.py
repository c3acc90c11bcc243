"""Risks on explicit float64 spectra and at checkpoints of two workloads, from an independent 60-digit computation: 13 digits.

The spectra are written out below by the name that the reference gives them. Their hashes are not compared: the last bit of a
power differs between builds of NumPy, and moves no result by more than 1e-15.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import asymptotix as ax

FloatArray = NDArray[np.float64]

PEERS = json.loads((Path(__file__).parent.parent / "reference" / "peer_cases.json").read_text())


def _power(size: int, exponent: float) -> FloatArray:
    return np.asarray(np.arange(1, size + 1) ** exponent)


SPECTRA: dict[str, Callable[[], FloatArray]] = {
    "ones(100)": lambda: np.ones(100),
    "arange(1,301)**-1.5": lambda: _power(300, -1.5),
    "arange(1,1001)**-1.5": lambda: _power(1000, -1.5),
    "arange(1,1001)**-2.0": lambda: _power(1000, -2.0),
    "arange(1,10001)**-1.5": lambda: _power(10_000, -1.5),
    "arange(1,10001)**-2.0": lambda: _power(10_000, -2.0),
    "arange(1,100001)**-1.5": lambda: _power(100_000, -1.5),
    "logspace(15,-15,1000)": lambda: np.logspace(15, -15, 1000),
    "logspace(0,-30,1000)": lambda: np.logspace(0, -30, 1000),
    "concatenate([arange(1,301)**-1.5, zeros(700)])": lambda: np.concatenate([_power(300, -1.5), np.zeros(700)]),
    "1e20*arange(1,1001)**-1.5": lambda: 1e20 * _power(1000, -1.5),
}
NAMES = {
    "kappa": "effective_ridge",
    "nu2": "effective_ridge",
    "nu1": "nu1",
    "df1": "df1",
    "df2": "df2",
    "bias": "bias",
    "variance": "variance",
    "test_mse_incl_noise": "test_error",
    "excess_risk": "excess_risk",
    "train_mse": "train_error",
}


def assert_met(curve: ax.RiskCurve, reference: dict[str, Any]) -> None:
    compared = [name for name in NAMES if name in reference]
    assert len(compared) >= 6
    for name in compared:
        expected = float(reference[name])
        assert float(curve.values[NAMES[name]]) == pytest.approx(expected, rel=1e-13, abs=0), name


def levels(case: dict[str, Any]) -> tuple[ax.Spectrum, FloatArray]:
    """The spectrum, and energies i^-2 on all of it, as every case has them."""
    assert case["f2"] in ("arange(1,d+1)**-2.0", case["spectrum"].replace("**-1.5", "**-2.0"))
    s = SPECTRA[case["spectrum"]]()
    return ax.Spectrum(s), _power(s.size, -2.0)


@pytest.mark.parametrize("case", PEERS["krr"], ids=lambda case: case["name"])
def test_kernel_ridge_regression(case: dict[str, Any]) -> None:
    model = ax.RidgeRegression(*levels(case), noise_variance=case["noise_var"])
    assert_met(ax.risk(model, n_samples=case["n"], ridge=float(case["lam"])), case)


@pytest.mark.parametrize("case", PEERS["rf"], ids=lambda case: case["name"])
def test_random_features(case: dict[str, Any]) -> None:
    model = ax.RandomFeatures(*levels(case), noise_variance=case["noise_var"])
    assert_met(ax.risk(model, n_samples=case["n"], n_features=case["p"], ridge=float(case["lam"])), case)


@pytest.mark.parametrize("case", [*PEERS["krr"], *PEERS["rf"]], ids=lambda case: case["name"])
def test_certified_decimals(case: dict[str, Any]) -> None:
    pytest.importorskip("flint")
    if case["spectrum"] not in ("ones(100)", "arange(1,301)**-1.5", "arange(1,1001)**-1.5", "arange(1,1001)**-2.0"):
        pytest.skip("covered by the shorter spectra")
    features = {"n_features": case["p"]} if "p" in case else {}
    kind = ax.RandomFeatures if features else ax.RidgeRegression
    model = kind(*levels(case), noise_variance=case["noise_var"])
    curve = ax.risk(model, n_samples=case["n"], ridge=float(case["lam"]), digits=30, **features)
    assert curve.lower is not None
    assert curve.upper is not None
    assert curve.decimals is not None
    for name in (name for name in NAMES if name in case):
        expected, field = float(case[name]), NAMES[name]
        # the spectrum may differ from the reference's in the last bit of a power: 15 digits, not 30
        assert float(curve.decimals[field][()]) == pytest.approx(expected, rel=2e-15, abs=0), name
        assert float(curve.lower[field]) <= float(curve.values[field]) <= float(curve.upper[field])


def test_checkpoints_of_the_ridge_path() -> None:
    case = PEERS["workload_a"]
    ridges = np.logspace(-8, 2, 200)
    curve = ax.risk(ax.RidgeRegression(*levels(case), noise_variance=case["noise_var"]), n_samples=case["n"], ridge=ridges)
    for point in case["values"]:
        i = point["index"]
        at = ax.risk(ax.RidgeRegression(*levels(case), noise_variance=case["noise_var"]), n_samples=case["n"], ridge=ridges[i])
        assert_met(at, point)
        assert float(curve.test_error[i]) == pytest.approx(float(at.test_error), rel=1e-13, abs=0)


def test_checkpoints_of_the_random_feature_grid() -> None:
    case = PEERS["workload_b"]
    model = ax.RandomFeatures(*levels(case), noise_variance=case["noise_var"])
    n, p = np.array(case["n_grid"]), np.array(case["p_grid"])
    curve = ax.risk(model, n_samples=n[:, None], n_features=p, ridge=case["lam"])
    for point in case["values"]:
        i, j = point["i"], point["j"]
        assert (n[i], p[j]) == (point["n"], point["p"])
        for name in (name for name in NAMES if name in point):
            value = float(curve.values[NAMES[name]][i, j])
            assert value == pytest.approx(float(point[name]), rel=1e-13, abs=0), (name, i, j)


def test_another_number_would_be_noticed() -> None:
    case = next(case for case in PEERS["krr"] if case["name"] == "X5_huge_scale")
    model = ax.RidgeRegression(*levels(case), noise_variance=case["noise_var"])
    curve = ax.risk(model, n_samples=case["n"], ridge=float(case["lam"]) * (1 + 1e-11))
    with pytest.raises(AssertionError):
        assert_met(curve, case)
