from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from asymptotix.equivalents.level_sums import level_sums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.spectra.compression import compress
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

SIZE = 20_000
INDEX = np.arange(1.0, SIZE + 1)
RNG = np.random.default_rng(0)
SPECTRA = {
    "i^-1.05": INDEX**-1.05,
    "i^-1.5": INDEX**-1.5,
    "i^-4": INDEX**-4.0,
    "log-uniform": 10 ** RNG.uniform(-12, 0, SIZE),
    "clusters": np.repeat([1.0, 1e-3, 1e-8, 1e-9], SIZE // 4) * (1 + 1e-10 * RNG.standard_normal(SIZE)),
    "degenerate": np.full(SIZE, 0.37),
    "gap": np.repeat([1.0, 1e-20], SIZE // 2),
}


@pytest.mark.parametrize("name", SPECTRA)
def test_sums_over_the_table_are_sums_over_the_spectrum(name: str) -> None:
    s = SPECTRA[name]
    energies = RNG.uniform(size=SIZE) * s**0.6
    levels = SortedLevels.of(Spectrum(s), Target(energies))
    assert levels.values.size <= 1000
    kappas = np.geomspace(s.min() / 100, 100 * s.max(), 25)
    sums = level_sums(levels, np.log(kappas))
    # in extended precision, which shares no code and rounds at 1e-19
    wide, weight = s.astype(np.longdouble), energies.astype(np.longdouble)
    for j, kappa in enumerate(np.exp(np.log(kappas)).astype(np.longdouble)):
        learned, unlearned = wide / (wide + kappa), kappa / (wide + kappa)
        expected: dict[str, NDArray[np.longdouble]] = {
            "df1": learned.sum(),
            "df2": (learned**2).sum(),
            "spread": (learned * unlearned).sum(),
            "unlearned": (weight * unlearned**2).sum(),
            "mixed": (weight * learned * unlearned).sum(),
        }
        for field, value in expected.items():
            assert float(getattr(sums, field)[j]) == pytest.approx(float(value), rel=2e-14, abs=0), field


def test_counts_are_exact_and_weights_sum_to_them() -> None:
    s = np.sort(SPECTRA["log-uniform"])[::-1]
    table = compress(s, np.ones((1, SIZE)))
    assert float(table.counts.sum()) == SIZE
    assert np.add.reduceat(table.weights[0], table.starts) == pytest.approx(table.counts, rel=1e-13, abs=0)
    assert np.all(np.diff(table.values) < 0)


def test_an_octave_of_few_levels_stays_as_it_is() -> None:
    s = np.array([8.5, 8.25, 1.75, 1.5])
    table = compress(s, np.array([[1.0, 2.0, 3.0, 4.0]]))
    assert list(table.values) == list(s)
    assert list(table.counts) == [3.0, 7.0]


def test_a_wrong_octave_would_be_noticed() -> None:
    # the negative control: nodes of an octave twice as wide lose digits
    s = np.sort(SPECTRA["i^-1.5"])[::-1]
    table = compress(s, np.ones((1, SIZE)))
    df1 = table.weights[0] @ (table.values * 1.0001 / (table.values * 1.0001 + 1e-3))
    assert float(df1) != pytest.approx(float(np.sum(s / (s + 1e-3))), rel=1e-6, abs=0)
