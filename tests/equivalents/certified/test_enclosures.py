"""Certified mode: its enclosures hold the textbook value in many digits, are two doubles wide, and its decimals are right."""

from __future__ import annotations

import builtins
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from tests.equivalents.certified.bounds import NOISE, assert_two_doubles_wide
from tests.equivalents.oracle import RIDGE_FIELDS, cases, ridge_problem
from tests.equivalents.textbook import Textbook

flint = pytest.importorskip("flint")

INDEX = np.arange(1.0, 301.0)
EIGENVALUES, ENERGIES = INDEX**-1.5, INDEX**-2.7


def ridge_model() -> ax.RidgeRegression:
    return ax.RidgeRegression(ax.Spectrum(EIGENVALUES), ENERGIES, noise_variance=NOISE)


def test_bounds_of_the_effective_ridge_are_two_doubles_apart_and_hold_the_root() -> None:
    ridges = np.array([0.0, 1e-300, 1e-12, 1e-3, 10.0, 1e300])
    result = ax.effective_ridge(ax.Spectrum(EIGENVALUES), n_samples=[[20.0], [299.0], [300.0]], ridge=ridges, certify=True)
    oracle = Textbook(EIGENVALUES, bits=3000)
    assert result.certified
    for (i, n), (j, ridge) in ((a, b) for a in enumerate((20, 299, 300)) for b in enumerate(ridges)):
        lower, value, upper = (float(array[i, j]) for array in (result.lower, result.value, result.upper))
        if n == 300 and ridge == 0:
            assert (lower, value, upper) == (0.0, 0.0, 0.0)
            continue
        assert oracle.excess(lower, n, math.inf, float(ridge)) >= 0
        assert oracle.excess(upper, n, math.inf, float(ridge)) <= 0
        assert lower <= value <= upper <= math.nextafter(math.nextafter(lower, math.inf), math.inf)


def test_decimals_of_the_effective_ridge_are_those_of_the_textbook() -> None:
    for digits in (1, 15, 30, 60, 120):
        result = ax.effective_ridge(ax.Spectrum(EIGENVALUES), n_samples=20, ridge=1e-3, digits=digits)
        assert result.decimals is not None
        root = Textbook(EIGENVALUES, bits=900).root(20, math.inf, 1e-3, float(result.log_value), digits=digits + 10)
        with mpmath.workdps(digits + 20):
            exact = mpmath.mpf(root.str(digits + 15, radius=False))
            text = str(result.decimals[()])
            assert abs(mpmath.mpf(text) / exact - 1) < mpmath.mpf(10) ** (1 - digits)
            assert sum(c.isdigit() for c in text.split("e")[0].lstrip("0.")) == digits


@pytest.mark.parametrize("n", [20, 150, 299, 300, 301, 900])
@pytest.mark.parametrize("ridge", [1e-14, 1e-3, 100.0])
def test_risks_of_ridge_regression_hold_the_textbook_values(n: int, ridge: float) -> None:
    curve = ax.risk(ridge_model(), n_samples=n, ridge=ridge, certify=True)
    oracle = Textbook(EIGENVALUES, energies=ENERGIES, bits=1000)
    kappa = oracle.root(n, math.inf, ridge, float(curve.log_effective_ridge), digits=100)
    assert_two_doubles_wide(curve)
    assert curve.lower is not None
    assert curve.upper is not None
    for name, value in oracle.ridge_risk(kappa, n, ridge, NOISE).items():  # rounded to the nearest double
        assert float(curve.lower[name]) <= value <= float(curve.upper[name]), name


@pytest.mark.parametrize(("n", "p"), [(20, 50), (50, 20), (50, 50), (50, 51), (1000, 300), (300, 1000)])
def test_risks_of_random_features_hold_the_textbook_values(n: int, p: int) -> None:
    model = ax.RandomFeatures(ax.Spectrum(EIGENVALUES), ENERGIES, noise_variance=NOISE)
    oracle = Textbook(EIGENVALUES, energies=ENERGIES, bits=1000)
    for ridge in (1e-12, 1e-2):
        curve = ax.risk(model, n_samples=n, n_features=p, ridge=ridge, certify=True)
        nu2 = oracle.root(n, p, ridge, float(curve.log_effective_ridge), digits=100)
        assert_two_doubles_wide(curve)
        assert curve.lower is not None
        assert curve.upper is not None
        for name, value in oracle.features_risk(nu2, n, p, ridge, NOISE).items():
            assert float(curve.lower[name]) <= value <= float(curve.upper[name]), name


def test_every_field_is_certified_and_agrees_with_the_float64_answer() -> None:
    model = ax.RandomFeatures(ax.Spectrum(EIGENVALUES), ENERGIES, noise_variance=NOISE)
    n = np.array([20.0, 300.0, np.inf])[:, None]
    grid: dict[str, Any] = {"n_samples": n, "n_features": [10.0, 40.0, 900.0], "ridge": 1e-4}
    plain, curve = ax.risk(model, **grid), ax.risk(model, **grid, certify=True)
    assert list(curve.values) == list(plain.values)
    assert_two_doubles_wide(curve)
    for name in plain.values:
        assert curve.values[name] == pytest.approx(plain.values[name], rel=1e-13, abs=0), name


def test_limits_without_ridge() -> None:
    spectrum = ax.Spectrum([2.0, 1.0, 0.0], [3, 5, 4])
    model = ax.RidgeRegression(spectrum, [1.0, 1.0, 0.5], noise_variance=NOISE)
    curve = ax.risk(model, n_samples=[4, 9, 20], ridge=0.0, digits=30)
    assert curve.decimals is not None
    assert curve.decimals["effective_ridge"][1:].tolist() == ["0", "0"]
    assert curve.decimals["df1"].tolist()[1:] == ["8.00000000000000000000000000000"] * 2
    assert curve.decimals["train_error"][0] == "0"
    assert float(curve.bias[1]) == pytest.approx(0.5 * 9.0, rel=1e-15, abs=0)
    with pytest.raises(ax.HypothesisError, match="infinite"):
        ax.risk(model, n_samples=8, ridge=0.0, certify=True)


def test_roots_beyond_the_range_of_doubles() -> None:
    spectrum = ax.Spectrum.from_log([0.0, -1000.0, -1001.0, 500.0])
    result = ax.effective_ridge(spectrum, n_samples=3, ridge=0.0, digits=20)
    with mpmath.workdps(30):  # exp(-1000) and exp(-1001) share the third sample, beside levels that are infinite to them
        half = mpmath.findroot(lambda x: 1 / (1 + x) + 1 / (1 + mpmath.e * x) - 1, 0.6) * mpmath.exp(-1000)
        assert result.decimals is not None
        assert abs(mpmath.mpf(str(result.decimals[()])) / half - 1) < mpmath.mpf(10) ** -18
    assert (float(result.lower), float(result.upper)) == (0.0, 5e-324)
    assert float(result.log_value) == pytest.approx(float(mpmath.log(half)), rel=1e-15, abs=0)


def test_reference_cases_to_22_digits() -> None:
    checked = 0
    for name, case in cases("ridge").items():
        if not case["spectrum"].get("levels") or any("." in s or "e-" in s for s, _, _ in case["spectrum"]["levels"]):
            continue  # only levels that are doubles: the reference has exact decimals
        if "bias" not in case["out"]:
            continue  # an infinite risk
        spectrum, target = ridge_problem(case)
        ridge = float(case["lam"])
        if Fraction(case["lam"]) != Fraction(ridge) or Fraction(case["sigma2"]) != Fraction(float(case["sigma2"])):
            continue
        model = ax.RidgeRegression(spectrum, target, noise_variance=float(case["sigma2"]))
        curve = ax.risk(model, n_samples=float(case["n"]), ridge=ridge, digits=24)
        assert curve.decimals is not None
        with mpmath.workdps(30):
            assert RIDGE_FIELDS.keys() - case["out"].keys() <= {"E0"}
            for key in RIDGE_FIELDS.keys() & case["out"].keys():
                field = RIDGE_FIELDS[key]
                expected, found = mpmath.mpf(case["out"][key]), mpmath.mpf(str(curve.decimals[field][()]))
                assert abs(found - expected) <= abs(expected) * mpmath.mpf(10) ** -22, (name, field)
        checked += 1
    assert checked >= 2


def test_a_lumped_tail_is_an_interval_that_holds_every_spectrum_it_stands_for() -> None:
    head, n = EIGENVALUES[:100], 40
    rest = EIGENVALUES[100:]
    lumped = ax.Spectrum(head, tail=float(rest.sum()), tail_peak=float(rest[0]), tail_error=1e-14)
    whole = ax.effective_ridge(ax.Spectrum(EIGENVALUES), n_samples=n, ridge=1e-3, certify=True)
    with pytest.warns(ax.TruncationWarning):
        result = ax.effective_ridge(lumped, n_samples=n, ridge=1e-3, certify=True)
    assert float(result.lower) < float(whole.lower) <= float(whole.upper) < float(result.upper)
    flat = ax.effective_ridge(ax.Spectrum(head, tail=float(rest.sum())), n_samples=n, ridge=1e-3, certify=True)
    assert float(result.lower) < float(flat.value) < float(result.upper)  # infinitely flat is one of them
    assert float(result.upper) / float(result.lower) - 1 < 0.1


def test_the_tail_of_a_target_lies_on_the_tail_of_the_spectrum() -> None:
    spectrum = ax.Spectrum(EIGENVALUES[:10], tail=0.01)
    curve = ax.risk(ax.RidgeRegression(spectrum, ax.Target([1.0], tail=0.5)), n_samples=7, ridge=0.1, certify=True)
    plain = ax.risk(ax.RidgeRegression(spectrum, ax.Target([1.0], tail=0.5)), n_samples=7, ridge=0.1)
    assert_two_doubles_wide(curve)
    assert float(curve.bias) == pytest.approx(float(plain.bias), rel=1e-13, abs=0)


def test_points_of_a_data_set_without_replacement() -> None:
    points = np.random.default_rng(0).standard_normal((40, 3))
    kernel = np.exp(-np.sum((points[:, None] - points) ** 2, axis=-1) / 6)
    model = ax.KernelRidge.on_data(kernel, np.sin(points[:, 0]), "precomputed", noise_variance=NOISE)
    grid: dict[str, Any] = {"n_samples": [5.0, 20.0, 39.0], "ridge": np.array([[1e-3], [1.0]])}
    plain, curve = ax.risk(model, **grid), ax.risk(model, **grid, digits=30)
    assert_two_doubles_wide(curve)
    for name in plain.values:
        assert curve.values[name] == pytest.approx(plain.values[name], rel=1e-12, abs=0), name
    d, n, ridge = 40 * model.spectrum.eigenvalues, 20.0, 1e-3
    assert curve.decimals is not None
    with mpmath.workdps(50):
        exact = [40 * mpmath.mpf(float(s)) for s in model.spectrum.eigenvalues]
        kappa = mpmath.findroot(
            lambda k: mpmath.fsum((x + mpmath.mpf(ridge)) / (x + k) for x in exact) - n, float(np.median(d)) + ridge
        )
        shrunk = mpmath.fsum(kappa / (x + kappa) for x in exact)
        assert abs(mpmath.mpf(str(curve.decimals["effective_ridge"][0, 1])) * shrunk / kappa - 1) < mpmath.mpf(10) ** -28


def test_bounds_are_shown_and_exported() -> None:
    curve = ax.risk(ridge_model(), n_samples=[20, 40], ridge=1e-3, certify=True)
    assert "; certified to 2.2e-16 relative)" in repr(curve)
    header = next(line for line in curve.to_csv().splitlines() if line.startswith("n_samples"))
    assert "bias_lower,bias_upper" in header
    assert "certified" not in repr(ax.risk(ridge_model(), n_samples=20, ridge=1e-3))


def test_wrong_bounds_would_be_noticed() -> None:
    curve = ax.risk(ridge_model(), n_samples=150, ridge=1e-3, certify=True)
    oracle = Textbook(EIGENVALUES, energies=ENERGIES)
    kappa = oracle.root(150, math.inf, 1e-3, float(curve.log_effective_ridge))
    exact = oracle.ridge_risk(kappa, 150, 1e-3, NOISE)
    assert curve.upper is not None
    for name, value in exact.items():
        assert not float(curve.upper[name]) * (1 - 1e-15) >= value * (1 + 1e-15), name
    fewer = Textbook(EIGENVALUES[:-1], energies=ENERGIES[:-1])
    dropped = fewer.ridge_risk(fewer.root(150, math.inf, 1e-3, float(curve.log_effective_ridge)), 150, 1e-3, NOISE)
    assert all(dropped[name] != exact[name] for name in exact)
    assert not any(float(curve.lower[name]) <= dropped[name] <= float(curve.upper[name]) for name in exact)  # type: ignore[index]  # asserted above


def test_arguments_are_checked() -> None:
    spectrum = ax.Spectrum(EIGENVALUES)
    for digits in (0, 1.5, 10_000, True):
        with pytest.raises(ax.InvalidInputError, match="digits"):
            ax.effective_ridge(spectrum, n_samples=3, ridge=1.0, digits=digits)  # type: ignore[arg-type]  # refused
    flag: Any
    for flag in ("no", "yes", 1, 0, None, [True]):
        with pytest.raises(ax.InvalidInputError, match=r"^certify = .* is not valid: certify must be True or False$"):
            ax.effective_ridge(spectrum, n_samples=3, ridge=1.0, certify=flag)
        with pytest.raises(ax.InvalidInputError, match=r"^certify = "):
            ax.risk(ax.RidgeRegression(spectrum, [1.0]), n_samples=3, ridge=1.0, certify=flag)
    assert ax.effective_ridge(spectrum, n_samples=3, ridge=1.0, certify=np.True_).certified  # type: ignore[arg-type]  # of NumPy


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name == "flint":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ax.MissingExtraError, match=r"python-flint is not installed: run  pip install 'asymptotix\[certified\]'"):
        ax.effective_ridge(ax.Spectrum([1.0]), n_samples=3, ridge=1.0, certify=True)
