"""The Marchenko-Pastur law in closed form against integrals of its density in mpmath."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import pytest

import asymptotix as ax
from tests.equivalents.certified.bounds import NOISE, assert_two_doubles_wide

pytest.importorskip("flint")

SCALE, SIZE = 3.0, 60.0


def mean(gamma: float, g: Callable[[mpmath.mpf], mpmath.mpf]) -> mpmath.mpf:
    """The mean of g over all eigenvalues, zeros included; s = centre + half * cos(angle) takes the roots out of the density."""
    ratio, v = mpmath.mpf(gamma), mpmath.mpf(SCALE)
    centre, half = v * (1 + ratio), 2 * v * mpmath.sqrt(ratio)

    def weighted(angle: mpmath.mpf) -> mpmath.mpf:
        s = centre + half * mpmath.cos(angle)
        return g(s) * (half * mpmath.sin(angle)) ** 2 / (2 * mpmath.pi * ratio * v * s)

    return mpmath.quad(weighted, mpmath.linspace(0, mpmath.pi, 9)) + max(0, 1 - 1 / ratio) * g(mpmath.mpf(0))


@pytest.mark.parametrize("gamma", [0.5, 2.0])
@pytest.mark.parametrize("power", [0, 1])
def test_every_sum_in_20_digits(gamma: float, power: int) -> None:
    law, n, ridge = ax.MarchenkoPastur(gamma, SIZE, SCALE), 20.0, 0.5
    model = ax.RidgeRegression(law, law.target(power, energy=0.7), noise_variance=NOISE)
    curve = ax.risk(model, n_samples=[n, 25.0], ridge=ridge, digits=30)
    assert_two_doubles_wide(curve)
    assert curve.decimals is not None
    with mpmath.workdps(30):
        k, got = mpmath.mpf(str(curve.decimals["effective_ridge"][0])), curve.decimals
        df1, df2 = (SIZE * mean(gamma, lambda s, j=j: (s / (s + k)) ** j) for j in (1, 2))
        energy = mpmath.mpf(0.7) / (SCALE if power else 1)
        missed = energy * mean(gamma, lambda s: s**power * (k / (s + k)) ** 2)
        kept = energy * mean(gamma, lambda s: s**power * s * k / (s + k) ** 2)
        norm = ((df1 - df2) / k * (missed + kept + NOISE) + (n - df1) / k * kept) / (n - df2)
        expected = {"df1": df1, "df2": df2, "bias": missed / (1 - df2 / n), "squared_norm": norm}
        assert abs(df1 + ridge / k - n) < mpmath.mpf(10) ** -18 * n
        for name, value in expected.items():
            error = mpmath.mpf(str(got[name][0])) / value - 1
            assert abs(error) < mpmath.mpf(10) ** -18, name
            assert abs(error - mpmath.mpf(10) ** -17) > mpmath.mpf(10) ** -18, name


@pytest.mark.parametrize("gamma", [1e-3, 0.5, 1.0, 2.0])
def test_the_quadrature_is_within_the_proof(gamma: float) -> None:
    law = ax.MarchenkoPastur(gamma, SIZE, SCALE)
    model = ax.RidgeRegression(law, law.target(), noise_variance=NOISE)
    grids = [{"n_samples": [5.0, 20.0], "ridge": [1e-6, -0.1]}, {"n_samples": 5.0, "ridge": [0.0, 1e3]}]
    if gamma != 1.0:
        grids.append({"n_samples": 100.0, "ridge": 0.0})  # beyond the rank: kappa = 0
    for grid in grids:
        proved, plain = ax.risk(model, **grid, certify=True), ax.risk(model, **grid)  # type: ignore[arg-type]  # lists
        for name in plain.values:
            assert proved.values[name] == pytest.approx(plain.values[name], rel=1e-12, abs=0), name


def test_other_targets_have_no_closed_form() -> None:
    law, other = ax.MarchenkoPastur(0.5, SIZE), ax.MarchenkoPastur(0.5, SIZE, 2.0)
    for target in (law.target(2), law.target(lambda s: s), other.target(), ax.Target([1.0])):
        with pytest.raises(ax.InvalidInputError, match="only their sums have a closed form"):
            ax.risk(ax.RidgeRegression(law, target), n_samples=20, ridge=0.1, certify=True)
