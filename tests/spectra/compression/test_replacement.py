from __future__ import annotations

import numpy as np
import pytest

from asymptotix.equivalents.level_sums import level_sums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.spectra.compression.replacement import compressed_levels
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

from .conftest import SIZE, SPECTRA, energies_of, exact_sums, kappas

# the bound is 7e-16; where thousands of eigenvalues share a bin, rounding repeats itself and does not average out
RTOL = 5e-15


@pytest.mark.parametrize("name", SPECTRA)
def test_sums_over_the_table_are_sums_over_the_spectrum(path: str, name: str) -> None:
    s = SPECTRA[name]
    e = energies_of(s)
    table = compressed_levels(s, None, e)
    assert np.all(np.diff(table.values) < 0)
    assert float(table.counts.sum()) == s.size
    for kappa in kappas(s):
        found = exact_sums(table.values, table.weights[0], table.weights[1], kappa)
        for sum_name, value in exact_sums(s, np.ones(s.size), e, kappa).items():
            assert found[sum_name] == pytest.approx(value, rel=RTOL, abs=0), (sum_name, kappa)


@pytest.mark.parametrize("name", ["i^-1.5", "log-uniform", "degenerate shuffled"])
def test_multiplicities_are_weights(path: str, name: str) -> None:
    s = SPECTRA[name]
    e, m = energies_of(s), np.random.default_rng(2).integers(1, 9, SIZE).astype(np.float64)
    table = compressed_levels(s, m, e)
    assert float(table.counts.sum()) == m.sum()
    for kappa in kappas(s, 5):
        found = exact_sums(table.values, table.weights[0], table.weights[1], kappa)
        for sum_name, value in exact_sums(s, m, e, kappa).items():
            assert found[sum_name] == pytest.approx(value, rel=RTOL, abs=0), (sum_name, kappa)


def test_a_dropped_multiplicity_would_be_noticed() -> None:
    # the negative control: one eigenvalue of 20000 counted twice
    s = SPECTRA["i^-1.5"]
    e, m = energies_of(s), np.ones(SIZE)
    m[SIZE // 2] = 2.0
    table, plain = compressed_levels(s, m, e), compressed_levels(s, None, e)
    assert float(table.weights[0] @ table.values) != pytest.approx(float(plain.weights[0] @ plain.values), rel=1e-9, abs=0)


@pytest.mark.parametrize("name", ["i^-1.5", "clusters", "degenerate", "gap"])
def test_the_solver_reads_the_same_sums(name: str) -> None:
    s = SPECTRA[name]
    e = energies_of(s)
    levels = SortedLevels.of(Spectrum(s), Target(e))
    assert levels.values.size <= 1000
    points = kappas(s)
    sums = level_sums(levels, np.log(points))
    for j, kappa in enumerate(np.exp(np.log(points))):
        expected = exact_sums(s, np.ones(SIZE), e, kappa)
        for field in ("df1", "df2", "spread", "unlearned", "mixed"):
            assert float(getattr(sums, field)[j]) == pytest.approx(expected[field], rel=2e-14, abs=0), field


def test_counts_are_those_of_each_octave(path: str) -> None:
    s = SPECTRA["log-uniform"]
    table = compressed_levels(s)
    exponents, counts = np.unique(np.frexp(s)[1], return_counts=True)
    assert list(table.counts) == list(counts[::-1])
    assert list(np.frexp(table.values[table.starts])[1]) == list(exponents[::-1])
    assert np.add.reduceat(table.weights[0], table.starts) == pytest.approx(table.counts, rel=1e-14, abs=0)


def test_an_octave_of_few_levels_stays_as_it_is(path: str) -> None:
    table = compressed_levels(np.array([8.5, 8.25, 1.75, 1.5, 1.75]), None, np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert list(table.values) == [8.5, 8.25, 1.75, 1.5]
    assert table.weights.tolist() == [[1.0, 1.0, 2.0, 1.0], [1.0, 2.0, 8.0, 4.0]]
    assert list(table.counts) == [2.0, 3.0]


def test_levels_of_extreme_size(path: str) -> None:
    tiny, huge = np.full(40, 5e-324) * np.arange(1, 41), 1.7e308 / np.arange(1, 41)
    table = compressed_levels(np.concatenate([huge, tiny]))
    assert float(table.counts.sum()) == 80
    assert np.all((table.values > 0) & np.isfinite(table.values))
    assert float(table.weights[0] @ (table.values / (table.values + 1.0))) == pytest.approx(40.0, rel=1e-14, abs=0)
