"""Negative ridges down to the edge: proved bounds and digits against the textbook formulas in mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from tests.equivalents.analytic import Analytic
from tests.equivalents.certified.bounds import NOISE, bounds

pytest.importorskip("flint")

S = np.arange(1.0, 21.0) ** -1.3
ENERGIES = np.random.default_rng(1).random(20) * S
POINTS = [(8, None), (19, None), (45, None), (8, 15), (15, 8), (19, 30), (25, 35), (35, 25)]


def model_of(p: int | None, tail: float = 0.0) -> ax.RidgeRegression | ax.RandomFeatures:
    spectrum, target = ax.Spectrum(S, tail=tail), ax.Target(ENERGIES, tail=tail / 2)
    return (ax.RidgeRegression if p is None else ax.RandomFeatures)(spectrum, target, noise_variance=NOISE)


@pytest.mark.parametrize(("n", "p", "tail"), [*((n, p, 0.0) for n, p in POINTS), (8, None, 0.05), (8, 15, 0.05)])
@pytest.mark.parametrize("share", [1e-12, 0.5, 1 - 1e-10])
def test_every_field_in_30_digits(n: int, p: int | None, tail: float, share: float) -> None:
    model = model_of(p, tail)
    ridge = share * float(ax.smallest_ridge(model.spectrum, n_samples=n, n_features=p))
    curve = ax.risk(model, n_samples=n, ridge=ridge, n_features=p, digits=30)
    assert curve.decimals is not None
    with mpmath.workdps(60):
        digits = {name: mpmath.mpf(str(text[()])) for name, text in curve.decimals.items()}
        exact = Analytic(S, ENERGIES, NOISE, tail, tail / 2, digits=90).fields(n, p, ridge, digits["effective_ridge"])
        for name, value in exact.items():
            assert abs(digits[name] / value - 1) < mpmath.mpf(10) ** -28, name
            assert abs(digits[name] / value - 1 - mpmath.mpf(10) ** -27) > mpmath.mpf(10) ** -28, name
    for name, lower, value, upper in bounds(curve):
        if name != "log_effective_ridge":
            assert lower <= value <= upper <= np.nextafter(np.nextafter(lower, np.inf), np.inf), name
    above_rank = min(n, p or n) > S.size and tail == 0
    assert (float(curve.effective_ridge) < 0) == above_rank
    assert np.isnan(curve.log_effective_ridge) == above_rank


def test_an_effective_ridge_alone_and_a_grid_of_both_signs() -> None:
    spectrum = ax.Spectrum(S)
    edge = float(ax.smallest_ridge(spectrum, n_samples=45))
    ridges = [0.9 * edge, 1e-300 * edge, 0.0, 1e-3]
    proved = ax.effective_ridge(spectrum, n_samples=45, ridge=ridges, certify=True)
    plain = ax.effective_ridge(spectrum, n_samples=45, ridge=ridges)
    assert np.all((proved.lower <= proved.value) & (proved.value <= proved.upper))
    assert proved.value == pytest.approx(plain.value, rel=1e-13, abs=0)
    assert np.all(np.diff(proved.value) > 0)


def test_a_table_below_zero() -> None:
    """Nodes reproduce sums at positive effective ridges only; beyond rank a table is refused."""
    s = np.arange(1.0, 3001.0) ** -1.5
    table, whole = ax.compress(s), ax.Spectrum(s)
    edge = float(ax.smallest_ridge(whole, n_samples=100))
    for ridge in (0.5 * edge, 0.99 * edge):
        short = ax.effective_ridge(table, n_samples=100, ridge=ridge, certify=True)
        exact = ax.effective_ridge(whole, n_samples=100, ridge=ridge, certify=True)
        assert short.lower < exact.lower < exact.upper < short.upper
        assert short.upper - short.lower < 1e-11 * short.value
    with pytest.raises(ax.InvalidInputError, match="whole multiplicity"):
        ax.effective_ridge(table, n_samples=4000, ridge=-1e-12, certify=True)


def test_beyond_the_edge_there_is_nothing_to_certify() -> None:
    spectrum = ax.Spectrum(S)
    with pytest.raises(ax.HypothesisError, match="smallest_ridge"):
        ax.effective_ridge(spectrum, n_samples=8, ridge=2 * float(ax.smallest_ridge(spectrum, n_samples=8)), certify=True)
