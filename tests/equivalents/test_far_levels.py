"""Sums with the far levels folded into power sums against sums of all levels in mpmath."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.far_levels import FOLDING_ERROR, FarLevels
from asymptotix.equivalents.level_sums import level_sums, split_sums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.third_order import third_order_sums
from asymptotix.spectra.compression.bound import RELATIVE_BOUND, lebesgue_constant

RNG = np.random.default_rng(0)
SPECTRA = {  # eigenvalues, multiplicities
    "300 decades": (10.0 ** (-300 * np.arange(600) / 600), np.ones(600)),
    "600 decades": (10.0 ** RNG.uniform(-300, 300, 600), np.ones(600)),
    "multiplicities": (10.0 ** RNG.uniform(-150, 150, 300), 10.0 ** RNG.integers(0, 12, 300)),
    "gaps": (10.0 ** np.concatenate([RNG.uniform(a, a + 5, 150) for a in (-200.0, -10.0, 195.0)]), np.ones(450)),
}


def exact(s: np.ndarray, m: np.ndarray, e: np.ndarray, kappa: float, count: float) -> dict[str, float]:
    with mpmath.workdps(450):
        k = mpmath.mpf(kappa)
        shares = [(mpmath.mpf(v) / (mpmath.mpf(v) + k), k / (mpmath.mpf(v) + k)) for v in s]
        counts, energies = [mpmath.mpf(v) for v in m], [mpmath.mpf(v) for v in e]

        def total(weights: list[mpmath.mpf], learned: int, left: int) -> mpmath.mpf:
            return mpmath.fsum(w * a**learned * b**left for w, (a, b) in zip(weights, shares, strict=True))

        df1, spread, mixed = total(counts, 1, 0), total(counts, 1, 1), total(energies, 1, 1)
        values = {
            "df1": df1, "df2": total(counts, 2, 0), "spread": spread, "unlearned": total(energies, 0, 2), "mixed": mixed,
            "spread_learned": total(counts, 2, 1), "spread_unlearned": total(counts, 1, 2),
            "mixed_unlearned": total(energies, 1, 2),
            "spread_per_kappa": spread / k, "mixed_per_kappa": mixed / k, "signed": (df1 - count) / spread,
        }  # fmt: skip
        return {name: float(value) for name, value in values.items()}


def problems() -> Iterator[tuple[str, SortedLevels, tuple[np.ndarray, ...]]]:
    for name, (s, m) in SPECTRA.items():
        e = RNG.random(s.size) * s**0.05
        yield name, SortedLevels.of(ax.Spectrum(s, m), ax.Target(e)), (s, m, e)


def test_every_sum_to_1e_15() -> None:
    for name, levels, arrays in problems():
        assert isinstance(levels.far, FarLevels)
        low, high = max(levels.logs[-1] - 30, -680.0), min(levels.logs[0] + 30, 680.0)
        points = np.linspace(low, high, 3) + 0.3
        split, count = levels.split(points)
        signed, spread = split_sums(levels, points, split)
        sums, thirds = level_sums(levels, points), third_order_sums(levels, points)
        for i, x in enumerate(points):
            expected = exact(*arrays, float(np.exp(x)), float(count[i]))
            assert spread[i] == pytest.approx(expected["spread"], rel=1e-15, abs=0), (name, x)
            assert signed[i] / spread[i] == pytest.approx(expected.pop("signed"), rel=1e-15, abs=1e-15), (name, x)
            for field, value in expected.items():
                found = getattr(sums if hasattr(sums, field) else thirds, field)[i]
                assert found == pytest.approx(value, rel=1.5e-15, abs=0), (name, field, x)


def test_what_is_far_is_not_dropped_and_its_powers_count() -> None:
    s, m = SPECTRA["gaps"]
    levels = SortedLevels.of(ax.Spectrum(s, m))
    assert isinstance(levels.far, FarLevels)
    for side, x in (("below", 0.0), ("above", 350.0)):  # in gaps, next to small levels and next to large ones
        honest = level_sums(levels, np.array([x])).spread
        for factor in (0.0, 2.0):
            wrong = replace(levels)
            wrong.__dict__["far"] = replace(levels.far, **{side: factor * getattr(levels.far, side)})
            changed = level_sums(wrong, np.array([x])).spread
            assert changed == pytest.approx(factor * honest, rel=1e-12, abs=1e-80 * honest[0]), (side, factor)


def test_the_bound_of_what_is_left_out() -> None:
    """The alternating series of z, z^2 and z (1 - z) at the nearest ratio that is far, 2^-10."""
    with mpmath.workdps(60):
        x = mpmath.mpf(2) ** -10
        z, powers = x / (1 + x), [x**j for j in range(8)]
        of_z = sum((-1) ** (j + 1) * powers[j] for j in range(1, 7))
        of_square = sum((-1) ** j * (j - 1) * powers[j] for j in range(2, 8))
        errors = [abs(of_z / z - 1), abs(of_square / z**2 - 1), abs((of_z - of_square) / (z * (1 - z)) - 1)]
        assert max(errors) <= 7 * mpmath.mpf(2) ** -60 * mpmath.mpf("1.01")
        assert max(errors) > 5 * mpmath.mpf(2) ** -60  # no smaller bound of this form holds
    assert lebesgue_constant(17) * max(lebesgue_constant(5), lebesgue_constant(8)) < 6.4
    assert RELATIVE_BOUND + FOLDING_ERROR < 1e-15


def test_a_table_over_300_decades_is_read_in_hundreds_of_nodes() -> None:
    s = 10.0 ** (-300 * np.arange(60_000) / 60_000)
    table = ax.compress(s, energies=s**0.3)
    assert table.target is not None
    levels = SortedLevels.of(table, table.target)
    assert isinstance(levels.far, FarLevels)
    assert levels.logs.size > 15_000
    assert levels.far.terms <= 21 * 17
    n, ridge = np.linspace(10.0, 59_999.0, 31).round(), 1e-250
    folded = ax.effective_ridge(table, n_samples=n, ridge=ridge)
    assert np.all(folded.upper / folded.lower - 1 < 5e-13)
    residual = [
        np.sum(np.longdouble(s) / (s + np.longdouble(k))) + ridge / np.longdouble(k) - m
        for k, m in zip(folded.value, n, strict=True)
    ]
    slope = [np.sum(s / (s + k) * (k / (s + k))) + ridge / k for k in folded.value]
    assert np.all(np.abs(np.array(residual, dtype=float) / slope) < 1e-13)


def test_short_and_narrow_spectra_are_summed_as_they_are() -> None:
    for s in (10.0 ** -np.arange(200.0), np.linspace(1.0, 2.0, 1000), 10.0 ** np.linspace(-320, 0, 1000)):
        assert SortedLevels.of(ax.Spectrum(s)).far is None
