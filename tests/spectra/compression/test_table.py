from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.acceleration import compiled_path
from asymptotix.spectra.compression.absorbing import absorb
from asymptotix.spectra.compression.levels import CompressedLevels
from asymptotix.spectra.compression.octave import NODES, chebyshev_values, node_values, octave_positions
from asymptotix.spectra.compression.table import OctaveTable, add_exactly

from .conftest import exact_sums, kappas


def test_nodes_lie_in_their_octave_and_are_chebyshev_points() -> None:
    exponents = np.array([-1000, -3, 0, 1, 1000])
    nodes = node_values(exponents)
    assert np.all(np.frexp(nodes)[1] == exponents[:, None])
    for row, exponent in zip(nodes, exponents, strict=True):
        basis = chebyshev_values(octave_positions(row, np.full(NODES, exponent)))
        assert basis @ basis.T == pytest.approx(np.diag([NODES] + [NODES / 2] * (NODES - 1)), rel=1e-13, abs=1e-12)


def test_sums_are_compensated() -> None:
    pair = np.zeros((2, 1))
    for value in [1.0, *[1e-17] * 1000, -1.0]:
        add_exactly(pair, np.array([value]))
    assert float(pair.sum()) == pytest.approx(float(1000 * Fraction(1e-17)), rel=1e-12, abs=0)


values = st.lists(
    st.one_of(st.just(0.0), st.sampled_from([0.37, 1.0, 1.0 + 2**-52, 3.0]), st.floats(5e-324, 1.7e308)), min_size=1, max_size=60
)


@given(values, st.randoms(use_true_random=False))
def test_both_paths_count_alike_and_the_order_does_not_matter(eigenvalues: list[float], random: object) -> None:
    tables = []
    for mode in ("never", "always"):
        for order in (sorted(eigenvalues), eigenvalues):
            with compiled_path(mode):
                table = OctaveTable(False)
                absorb(table, np.array(order), None)
            tables.append(table)
    for table in tables:
        assert table.rank + table.zeros == len(eigenvalues)
        assert table.zeros == eigenvalues.count(0.0)
        levels, first = CompressedLevels.of(table), CompressedLevels.of(tables[0])
        assert np.array_equal(levels.values, first.values)
        assert np.array_equal(levels.counts, first.counts)


@given(st.integers(1, 3000), st.floats(0.2, 6.0), st.integers(0, 2**32 - 1), st.booleans())
def test_random_power_laws_with_jitter(size: int, exponent: float, seed: int, in_order: bool) -> None:
    rng = np.random.default_rng(seed)
    s = np.arange(1.0, size + 1) ** -exponent * rng.uniform(0.9, 1.1, size)
    s = np.sort(s)[::-1].copy() if in_order else s
    e = rng.uniform(size=size)
    for mode in ("never", "always"):
        with compiled_path(mode):
            table = OctaveTable(True)
            absorb(table, s, e)
        levels = CompressedLevels.of(table)
        for kappa in kappas(s, 4):
            found = exact_sums(levels.values, levels.weights[0], levels.weights[1], kappa)
            for name, value in exact_sums(s, np.ones(size), e, kappa).items():
                assert found[name] == pytest.approx(value, rel=5e-15, abs=0), name
