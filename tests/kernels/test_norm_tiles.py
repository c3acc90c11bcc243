"""Networks on rows of any norms by a table over the norms and the cosine: against entries one by one."""

from __future__ import annotations

import numpy as np
import pytest

from asymptotix.acceleration import compiled_path
from asymptotix.kernels import KernelMap, kernel_matrices, kernel_matrix
from asymptotix.kernels.data_rows import DataRows
from asymptotix.kernels.norm_table import norm_table
from asymptotix.kernels.norm_tiles import fill_by_norms

RNG = np.random.default_rng(20241123)
ROWS = RNG.standard_normal((520, 60))
ROWS[300] = ROWS[10] * 1.2 + 1e-3 * ROWS[11]  # nearly parallel
ROWS[301] = -ROWS[12]
FEW = [10, 12, 300, 301, 519]


@pytest.mark.parametrize("path", ["always", "never"])
@pytest.mark.parametrize("name", ["gelu", "relu"])
def test_every_entry_is_that_of_the_kernel(name: str, path: str) -> None:
    kernels = [KernelMap(name, 2, 2.0, 0.1, kind) for kind in ("nngp", "tangent")]
    data, matrices = DataRows.of("X", ROWS), [np.full((520, 520), np.nan) for _ in kernels]
    with compiled_path(path):
        assert fill_by_norms(matrices, kernels, [0, 1], data, data, 1) == []
        cross = kernel_matrix(kernels[1], ROWS, ROWS[:515])
    for matrix, kernel in zip(matrices, kernels, strict=True):
        assert (matrix == matrix.T).all()
        expected = kernel_matrix(kernel, ROWS[FEW])  # few: entry by entry
        np.testing.assert_allclose(matrix[np.ix_(FEW, FEW)], expected, rtol=0, atol=5e-14 * expected.max())
    np.testing.assert_allclose(cross, matrices[1][:, :515], rtol=0, atol=5e-14 * matrices[1].max())


def test_norms_far_apart_take_more_powers_and_then_none() -> None:
    kernel = KernelMap("relu", 3, 2.0, 0.1, "tangent")
    sizes = [found and found.table.shape[1] for found in (norm_table(kernel, 0.5, 2.0), norm_table(kernel, 1e-6, 1e6))]
    assert sizes == [12, None]


def test_the_norms_matter() -> None:
    """Negative control: one norm for all rows would be seen."""
    kernels = [KernelMap("gelu", 2, 2.0, 0.1, "nngp")]
    with compiled_path("never"):
        (any_norms,) = kernel_matrices(kernels, ROWS)
        (one_norm,) = kernel_matrices(kernels, ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True) * np.sqrt(60))
    assert np.median(np.abs(any_norms / one_norm - 1.0)) > 1e-3


def test_data_that_are_mostly_parallel_are_left_to_others() -> None:
    data = DataRows.of("X", np.abs(ROWS) + 1.0)
    assert fill_by_norms([np.empty((520, 520))], [KernelMap("gelu", 2, 2.0, 0.1, "nngp")], [0], data, data, 1) == [0]
