"""The numbers of the closed forms: against the general solver, against 50 digits of the printed formula, and against mutants."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError
from tests.symbolic.closed_risk.risk_cases import CASES, MU1, MU_STAR, Case


def arguments(form: ax.ClosedForm, at: dict[str, Any]) -> dict[str, Any]:
    return {name: at[name] for name in form.arguments}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_quantity_is_that_of_the_general_solver(case: Case) -> None:
    curve = case.curve()
    for quantity in set(ax.closed_forms()[case.name]) - set(case.skip):
        found = ax.closed_form(case.name, quantity).evaluate(**case.at)
        assert float(found) == pytest.approx(float(np.asarray(getattr(curve, quantity))), rel=1e-12, abs=0), quantity


@pytest.mark.parametrize(("samples", "energy", "ridge"), [(20, 0.7, 1.01), (20, 0.71, 1), (21, 0.7, 1)])
def test_a_problem_one_percent_away_is_told_apart(samples: float, energy: float, ridge: float) -> None:
    model = ax.RidgeRegression(ax.Spectrum([2.0], [100]), ax.Target([0.7]), noise_variance=0.3)
    truth = float(ax.risk(model, n_samples=20, ridge=1.0).test_error)
    other = ax.closed_form("isotropic_ridge").evaluate(samples, 100, ridge, 2.0, energy, 0.3)
    assert float(other) != pytest.approx(truth, rel=1e-6, abs=0)


@pytest.mark.parametrize("degree", [0, 1, 2])
@pytest.mark.parametrize("ratio", [0.1, 1.0, 5.0])
def test_the_critical_regime_is_that_of_the_numeric_path(degree: int, ratio: float) -> None:
    energies = [0.1, 0.5, 0.3, 0.2]
    coefficients = [1 / math.factorial(k) for k in range(30)]
    numeric = ax.critical_regime(coefficients, energies, degree=degree, ratio=ratio, ridge=0.1, noise_variance=0.2)
    at = {"ratio": ratio, "zeta": numeric.zeta, "energy": energies[degree], "energy_above": sum(energies[degree + 1 :]),
          "noise_variance": 0.2}  # fmt: skip
    for quantity, field in (("effective_ridge", "chi"), ("bias", "bias"), ("variance", "variance"), ("test_error",) * 2):
        found = ax.closed_form("critical_regime", quantity).evaluate(**at)
        # the numeric path has the variance as 1 - gap, which cancels
        rel = 1e-12 if quantity != "variance" else 1e-11
        assert float(found) == pytest.approx(float(getattr(numeric, field)), rel=rel, abs=0)


def test_the_factors_of_the_proportional_regime_are_those_of_the_reference() -> None:
    zeta = mpmath.mpf(1) / 2 / mpmath.sqrt((mpmath.pi - 2) / (4 * mpmath.pi))  # ReLU
    with mpmath.workdps(40):
        zeta = mpmath.mpf(1) / 2 / mpmath.sqrt((mpmath.pi - 2) / (4 * mpmath.pi))
        wide = [ax.closed_form("proportional_wide", f"{q}_factor").mp(3, 2, zeta, digits=22) for q in ("bias", "variance")]
        narrow = ax.closed_form("proportional_narrow", "bias_factor").mp(2, 3, zeta, digits=22)
    assert mpmath.nstr(wide[0], 18) == "0.530820434560944851"
    assert mpmath.nstr(wide[1], 18) == "2.42401580099425784"
    assert mpmath.nstr(narrow, 18) == "0.684899392845980594"


def test_nu_of_the_proportional_regime_is_mu_star_squared_kappa_over_d() -> None:
    spectrum = ax.Spectrum([MU1**2 / 100], [100], tail=MU_STAR**2)
    nu = float(ax.effective_ridge(spectrum, n_samples=200, n_features=300, ridge=0.1 * MU_STAR**2).value)
    kappa = ax.closed_form("proportional_regime", "effective_ridge").evaluate(3, 2, 0.1, MU1 / MU_STAR)
    assert nu * 100 / MU_STAR**2 == pytest.approx(float(kappa), rel=1e-13, abs=0)


@pytest.mark.parametrize("ridge", [1e-9, 1e-11])
def test_the_peak_laws_are_approached_as_the_root_of_the_ridge(ridge: float) -> None:
    ridge_model = ax.RidgeRegression(ax.Spectrum([2.0, 0.5], [60, 40]), ax.Target([0.7, 0.1]), noise_variance=0.3)
    law = float(ax.closed_form("ridge_peak").evaluate(n_samples=100, ridge=ridge, inverse_trace=110, noise_variance=0.3))
    truth = float(ax.risk(ridge_model, n_samples=100, ridge=ridge).test_error)
    assert law == pytest.approx(truth, rel=20 * math.sqrt(ridge), abs=0)
    assert law != pytest.approx(truth, rel=0.01 * math.sqrt(ridge), abs=0)  # a limit, not an identity
    features = ax.RandomFeatures(ax.Spectrum([2.0, 0.1], [60, 90]), ax.Target([0.7, 0.1]), noise_variance=0.3)
    nu = float(ax.effective_ridge(ax.Spectrum([2.0, 0.1], [60, 90]), n_samples=80, ridge=0.0).value)
    unlearned = 0.7 * nu / (2.0 + nu) + 0.1 * nu / (0.1 + nu)
    law = float(ax.closed_form("random_features_peak").evaluate(80, ridge, nu, unlearned, 0.3))
    truth = float(ax.risk(features, n_samples=80, n_features=80, ridge=ridge).test_error)
    assert law == pytest.approx(truth, rel=200 * math.sqrt(ridge), abs=0)


HARD = {
    "isotropic_ridge": [(100, 100, 1e-30, 2, 0.7, 0.3), (200, 100, 1e-25, 2, 0.7, 0.3), (10, 1e9, 1e12, 2, 0.7, 0.3)],
    "two_level_ridge": [(150, 1e-14, 2, 100, 0.7, 1e-9, 700, 0.2, 0.3), (100, 1e-8, 1e-3, 80, 0.7, 2, 100, 0.2, 0.3)],
    "two_level_minimum_norm": [(100, 2, 100, 0.7, 1e-12, 700, 0.2, 0.3), (799.5, 2, 100, 0.7, 1e-3, 700, 0.2, 0.3)],
    "power_law_2_ridge": [(2, 1e7, 1, 0.3), (1e4, 0, 1, 0.3)],
    "critical_regime": [(1, 1e-20, 0.5, 0.2, 0.3), (40, 1e-16, 0.5, 0.2, 0.3), (0.01, 3, 0.5, 0.2, 0.3)],
    "linear_features": [(100, 100, 1e-16, 120, 2, 0.7, 0.3), (100, 1e7, 1e-9, 120, 2, 0.7, 0.3)],
    "proportional_regime": [(2, 2, 1e-18, 1.66, 1, 0.3, 0.25), (1, 1, 1e-6, 1e3, 1, 0.3, 0.25)],
    "proportional_wide": [(3, 2, 1e4, 1, 0.3, 0.25), (3, 1e-3, 1.66, 1, 0.3, 0.25)],
    "proportional_narrow": [(2, 3, 1e4, 1, 0.3, 0.25)],
}


@pytest.mark.parametrize("name", HARD)
def test_stable_numbers_keep_their_digits_where_the_printed_form_cancels(name: str) -> None:
    keep_their_digits(name, ("effective_ridge",) if name.startswith("two_level") else ("effective_ridge", "test_error"))


@pytest.mark.long
@pytest.mark.parametrize("name", HARD)
def test_the_stable_numbers_of_every_quantity_keep_their_digits(name: str) -> None:
    keep_their_digits(name, ax.closed_forms()[name])


def keep_their_digits(name: str, quantities: tuple[str, ...]) -> None:
    for point in HARD[name]:
        everything = dict(zip(ax.closed_form(name).arguments, point, strict=True))
        for quantity in quantities:
            form = ax.closed_form(name, quantity)
            at = arguments(form, everything)
            exact = form.mp(**at, digits=50)
            error = abs(mpmath.mpf(float(form.evaluate(**at))) - exact) / (abs(exact) or 1)
            assert error < 2e-13, (quantity, point, mpmath.nstr(error, 3))


def test_the_textbook_root_has_no_digit_left_where_the_stable_one_has_all() -> None:
    n, p, ridge = 200.0, 100.0, 1e-25
    b = ridge + p - n
    textbook = (b + math.sqrt(b * b + 4 * n * ridge)) / (2 * n)
    stable = float(ax.closed_form("isotropic_ridge", "effective_ridge").evaluate(n, p, ridge, 1.0))
    assert textbook == 0
    assert stable == pytest.approx(ridge / (n - p), rel=1e-14, abs=0)


def test_arguments_broadcast_and_unused_ones_are_taken() -> None:
    form = ax.closed_form("isotropic_ridge", "df1")
    n = np.array([10.0, 50.0])
    grid = form.evaluate(n_samples=n[:, None], n_features=100, ridge=np.array([0.1, 1.0, 10.0]), eigenvalue=2, energy=1)
    assert grid.shape == (2, 3)
    assert grid[1, 2] == form.evaluate(50, 100, 10, 2) == form.evaluate(n=50, p=100, **{"lambda": 10}, s=2)


@pytest.mark.parametrize(
    ("name", "at", "message"),
    [
        ("isotropic_ridge", {"n_samples": 100, "ridge": 0}, "ridge_peak"),
        ("isotropic_minimum_norm", {"n_samples": 120}, "isotropic_least_squares"),
        ("isotropic_least_squares", {"n_samples": 100}, "ridge_peak"),
    ],
)
def test_a_condition_that_fails_names_the_form_to_use(name: str, at: dict[str, float], message: str) -> None:
    everything = {"n_features": 100, "eigenvalue": 2, "energy": 1, "noise_variance": 0.1, **at}
    with pytest.raises(HypothesisError, match=message):
        ax.closed_form(name).evaluate(**everything)
    with pytest.raises(HypothesisError, match=message):
        ax.closed_form(name).mp(**arguments(ax.closed_form(name), everything))


@pytest.mark.parametrize("wrong", [-1, 0, math.nan, math.inf, "ten", None, True, [1, -2]])
def test_bad_numbers_are_refused_by_name(wrong: object) -> None:
    at: dict[str, Any] = {"n_samples": wrong, "n_features": 100, "energy": 1, "noise_variance": 0.1}
    with pytest.raises(InvalidInputError, match="n_samples"):
        ax.closed_form("isotropic_minimum_norm").evaluate(**at)
    with pytest.raises(InvalidInputError, match="n_samples"):
        ax.closed_form("isotropic_minimum_norm").mp(**at)


def test_missing_unknown_and_repeated_arguments() -> None:
    form = ax.closed_form("isotropic_minimum_norm")
    with pytest.raises(InvalidInputError, match="missing: n_features"):
        form.evaluate(n_samples=10, energy=1, noise_variance=0.1)
    with pytest.raises(InvalidInputError, match="'width'"):
        form.evaluate(n_samples=10, width=3, energy=1, noise_variance=0.1)
    with pytest.raises(InvalidInputError, match="once"):
        form.evaluate(n_samples=10, n=10, n_features=3, energy=1, noise_variance=0.1)
    with pytest.raises(InvalidInputError, match="quadrature"):
        form.error_bound(10, 20, 1, 0.1)


def test_what_exceeds_float64_is_refused_and_has_digits() -> None:
    form = ax.closed_form("isotropic_minimum_norm", "squared_norm")
    at = {"n_samples": 10, "n_features": 20, "eigenvalue": 1e-300, "energy": 1e300, "noise_variance": 0}
    with pytest.raises(HypothesisError, match=r"use \.mp"):
        form.evaluate(**at)
    assert form.mp(**at) > mpmath.mpf("1e599")
