from __future__ import annotations

import numpy as np
import pytest

from asymptotix.spectra.compression.numpy_blocks import block_points

from .conftest import FloatArray, energies_of, exact_sums


def bands(unit: float, width: float) -> FloatArray:
    """3000 neighbours, decreasing, a few of them too far from the others for a block."""
    values = unit * (1.5 - width * np.sort(np.random.default_rng(0).uniform(size=3000)))
    values[:3] = unit * np.array([1.99, 1.9, 1.8])
    return np.asarray(values)


# from half-widths whose eighth powers are no doubles to blocks of equal eigenvalues
@pytest.mark.parametrize("unit", [1e-280, 1e-60, 1.0, 1e60, 1e290])
@pytest.mark.parametrize("width", [0.4, 0.01, 1e-9, 0.0])
def test_blocks_have_the_sums_of_their_eigenvalues(unit: float, width: float) -> None:
    v = bands(unit, width)
    e = energies_of(v / unit)
    points, weights, first = block_points(v, e)
    assert points.size < 0.6 * v.size
    assert np.array_equal(np.frexp(points)[1], np.frexp(v[first])[1])
    for ratio in (1e-6, 0.3, 1.0, 5.0, 1e6):
        found = exact_sums(points / unit, weights[0], weights[1], ratio)
        expected = exact_sums(v / unit, np.ones(v.size), e, ratio)
        assert found == pytest.approx(expected, rel=3e-15, abs=0)
    counts = block_points(v, None)
    assert np.array_equal(counts[0], points)
    assert counts[1][0] == pytest.approx(weights[0], rel=0, abs=1e-12)  # BLAS sums in another order


@pytest.mark.parametrize("size", [1, 63, 64, 65, 1023, 1024, 1025, 20_001])
def test_no_eigenvalue_is_dropped_or_taken_twice(size: int) -> None:
    v = 1.2 + 0.7 * np.linspace(1.0, 0.0, size) ** 3
    points, weights, _ = block_points(v, None)
    assert float(weights[0].sum()) == pytest.approx(size, rel=1e-15, abs=0)
    assert float(weights[0] @ points) == pytest.approx(float(v.astype(np.longdouble).sum()), rel=1e-15, abs=0)
