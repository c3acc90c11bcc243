"""Certified mode: its enclosures hold the textbook value in many digits, are two doubles wide, and its decimals are right."""

from __future__ import annotations

import builtins
import math
import sys
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.certified.root import Point, enclose_root
from asymptotix.equivalents.certified.rounding import above, below, decimal
from tests.equivalents.oracle import cases, ridge_problem
from tests.equivalents.textbook import Textbook

flint = pytest.importorskip("flint")

NOISE = 0.25
INDEX = np.arange(1.0, 301.0)
EIGENVALUES, ENERGIES = INDEX**-1.5, INDEX**-2.7


def ridge_model() -> ax.RidgeRegression:
    return ax.RidgeRegression(ax.Spectrum(EIGENVALUES), ENERGIES, noise_variance=NOISE)


def bounds(curve: ax.RiskCurve) -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    assert curve.lower is not None
    assert curve.upper is not None
    return [(name, curve.lower[name], curve.values[name], curve.upper[name]) for name in curve.values]


def assert_two_doubles_wide(curve: ax.RiskCurve) -> None:
    for name, lower, value, upper in bounds(curve):
        assert np.all((lower <= value) & (value <= upper)), name
        assert np.all(upper <= np.nextafter(np.nextafter(lower, np.inf), np.inf)), name


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


REFERENCE_FIELDS = {
    "lambda_star": "effective_ridge",
    "df1": "df1",
    "df2": "df2",
    "bias": "bias",
    "variance": "variance",
    "test_error": "test_error",
    "train_error": "train_error",
    "insample_excess": "in_sample_risk",
    "coef_norm_sq": "squared_norm",
}


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
            for key, field in REFERENCE_FIELDS.items():
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


@pytest.mark.parametrize("start", [-300.0, -40.0, 0.0, 12.0, 400.0])
def test_an_enclosure_is_found_from_any_start(start: float) -> None:
    from asymptotix.equivalents.certified.spectra import levels_of

    levels = levels_of(ax.Spectrum([1.0, 1e-20, 1e-150], [10, 10, 10]))
    for n, p, ridge in ((10.0, math.inf, 0.0), (25.0, math.inf, 1e-30), (20.0, 20.0, 1e-12), (30.0, 40.0, 1e-200)):
        ball = enclose_root(levels, Point(n, p, ridge, start), 100)
        oracle = Textbook([1.0, 1e-20, 1e-150], [10, 10, 10], bits=3000)
        assert oracle.excess(ball.lower(), n, p, ridge) >= 0 >= oracle.excess(ball.upper(), n, p, ridge)
        assert ball.rel_accuracy_bits() >= 100


def test_rounding_is_outwards() -> None:
    for ball in (flint.arb(1) / 3, flint.arb(2) / 3, flint.arb("1e-320"), flint.arb("1e-400"), flint.arb(10) ** 300):
        assert flint.arb(below(ball)) <= ball <= flint.arb(above(ball))
    assert (below(flint.arb("1e-400")), above(flint.arb("1e-400"))) == (0.0, 5e-324)
    assert (below(flint.arb("1e400")), above(flint.arb("1e400"))) == (sys.float_info.max, math.inf)
    assert below(flint.arb(0.1)) == 0.1 == above(flint.arb(0.1))


def test_decimals_are_not_longer_than_what_is_proved() -> None:
    assert decimal(flint.arb(1) / 8, 5) == "0.12500"
    assert decimal(flint.arb(1.25, 0.01), 20) in ("1.2", "1.25", "1.3")


def infinite_power_law(kappa: mpmath.mpf, exponent: float, decay: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    """df1, and sum i^-decay (kappa / (s + kappa))^2, of s = i^-exponent by Euler-Maclaurin sums from i = 400 on."""
    a, rho, start = mpmath.mpf(exponent), mpmath.mpf(decay), 400
    total = []
    for term in (lambda x: 1 / (1 + kappa * x**a), lambda x: x**-rho / (1 + 1 / (kappa * x**a)) ** 2):
        pieces = [mpmath.log(start) + 2 * j for j in range(60)]
        beyond = mpmath.quad(lambda u, term=term: mpmath.exp(u) * term(mpmath.exp(u)), pieces)
        corrections = [
            mpmath.bernoulli(2 * j) / mpmath.factorial(2 * j) * mpmath.diff(term, start, 2 * j - 1) for j in range(1, 6)
        ]
        head = mpmath.fsum(term(mpmath.mpf(i)) for i in range(1, start))
        total.append(head + term(mpmath.mpf(start)) / 2 + beyond - mpmath.fsum(corrections))
    return total[0], total[1]


def test_an_infinite_power_law_is_summed_to_its_end() -> None:
    law, n, ridge = ax.PowerLaw(1.5), 20, 1e-2
    model = ax.RidgeRegression(law, law.target(decay=2.5), noise_variance=NOISE)
    curve = ax.risk(model, n_samples=[n, 3 * n], ridge=ridge, digits=30)
    assert_two_doubles_wide(curve)
    assert curve.decimals is not None
    with mpmath.workdps(40):
        kappa = mpmath.mpf(str(curve.decimals["effective_ridge"][0]))
        df1, unlearned = infinite_power_law(kappa, 1.5, 2.5)
        assert abs(df1 + mpmath.mpf(ridge) / kappa - n) < mpmath.mpf(10) ** -24 * n
        bias = mpmath.mpf(str(curve.decimals["bias"][0])) * (1 - mpmath.mpf(str(curve.decimals["df2"][0])) / n)
        assert abs(bias / unlearned - 1) < mpmath.mpf(10) ** -24
    plain = ax.risk(model, n_samples=[n, 3 * n], ridge=ridge)
    for name in plain.values:
        assert curve.values[name] == pytest.approx(plain.values[name], rel=1e-13, abs=0), name


def test_the_head_of_a_power_law_does_not_matter_and_a_finite_one_ends() -> None:
    law = ax.PowerLaw(2.0, scale=3.0)
    alone = ax.effective_ridge(law, n_samples=30, ridge=1e-3, digits=40)
    beside = ax.effective_ridge(law, n_samples=[30, 60], ridge=1e-3, digits=40)  # more eigenvalues one by one
    assert alone.decimals is not None
    assert beside.decimals is not None
    assert alone.decimals[()] == beside.decimals[0]
    finite = ax.effective_ridge(ax.PowerLaw(2.0, size=5000, scale=3.0), n_samples=30, ridge=1e-3, certify=True)
    single = ax.effective_ridge(ax.Spectrum(3.0 * np.arange(1.0, 5001.0) ** -2), n_samples=30, ridge=1e-3, certify=True)
    assert float(finite.value) == pytest.approx(float(single.value), rel=1e-15, abs=0)
    assert float(finite.upper) < float(alone.lower)


@pytest.mark.parametrize("kind", ["power", "log-uniform", "clusters", "one octave"])
def test_bounds_on_a_table_hold_those_of_the_whole_spectrum(kind: str) -> None:
    rng, size = np.random.default_rng(1), 6000
    s = {
        "power": np.arange(1.0, size + 1.0) ** -1.5,
        "log-uniform": 10.0 ** -rng.uniform(0, 30, size),
        "clusters": rng.choice([3.0, 1e-4, 1e-9], size) * (1 + 1e-10 * rng.random(size)),
        "one octave": rng.uniform(0.5, 1.0, size),
    }[kind]
    energies = s * rng.random(size)
    table = ax.compress(s, energies=energies)
    assert table.target is not None
    grid: dict[str, Any] = {"n_samples": [40.0, 3000.0, 5999.0, 9000.0], "ridge": 1e-5, "certify": True}
    short = ax.risk(ax.RidgeRegression(table, table.target, noise_variance=NOISE), **grid)
    whole = ax.risk(ax.RidgeRegression(ax.Spectrum(s), energies, noise_variance=NOISE), **grid)
    for (name, low, _, high), (_, lower, _, upper) in zip(bounds(short), bounds(whole), strict=True):
        assert np.all((low <= lower) & (upper <= high)), name
        if name != "log_effective_ridge":
            assert np.all(high <= lower * (1 + 1e-11)), name


def test_a_table_gives_no_more_digits_than_it_proves() -> None:
    s = np.arange(1.0, 6001.0) ** -1.5
    few = ax.effective_ridge(ax.compress(s), n_samples=100, ridge=1e-3, digits=30).decimals
    all_digits = ax.effective_ridge(ax.Spectrum(s), n_samples=100, ridge=1e-3, digits=30).decimals
    assert few is not None
    assert all_digits is not None
    assert 12 <= sum(c.isdigit() for c in str(few[()]).lstrip("0.")) <= 15
    assert abs(mpmath.mpf(str(few[()])) / mpmath.mpf(str(all_digits[()])) - 1) < 1e-12


def test_spectra_of_nodes_and_targets_that_do_not_belong_are_refused() -> None:
    with pytest.raises(
        ax.InvalidInputError, match="certify = True is not valid: certify must be left out for a ExponentialDecay"
    ):
        ax.effective_ridge(ax.ExponentialDecay(0.01), n_samples=30, ridge=1e-3, certify=True)
    with pytest.raises(ax.InvalidInputError, match=r"PowerLaw\(1.5\).target with certify"):
        ax.risk(ax.RidgeRegression(ax.PowerLaw(1.5), [1.0]), n_samples=30, ridge=1e-3, certify=True)
    with pytest.raises(ax.InvalidInputError, match=r"2.3e\+06 eigenvalues of a power law, of at most 1e\+06"):
        ax.effective_ridge(ax.PowerLaw(1.1), n_samples=1e6, ridge=1e-3, certify=True)


def test_arguments_are_checked() -> None:
    spectrum = ax.Spectrum(EIGENVALUES)
    for digits in (0, 1.5, 10_000, True):
        with pytest.raises(ax.InvalidInputError, match="digits"):
            ax.effective_ridge(spectrum, n_samples=3, ridge=1.0, digits=digits)  # type: ignore[arg-type]  # refused
    with pytest.raises(ax.InvalidInputError, match="ridge = -1e-05 is not valid: ridge must be >= 0 with certify"):
        ax.effective_ridge(spectrum, n_samples=3, ridge=-1e-5, certify=True)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name == "flint":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ax.MissingExtraError, match=r"python-flint is not installed: run  pip install 'asymptotix\[certified\]'"):
        ax.effective_ridge(ax.Spectrum([1.0]), n_samples=3, ridge=1.0, certify=True)
