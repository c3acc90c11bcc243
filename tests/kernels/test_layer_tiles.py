"""Networks with biases on rows of any norms, layer by layer in compiled loops: against entries one by one."""

from __future__ import annotations

import numpy as np
import pytest

from asymptotix.acceleration import compiled_path
from asymptotix.kernels import KernelMap, kernel_matrices, kernel_matrix
from asymptotix.kernels.data_rows import DataRows
from asymptotix.kernels.layer_tiles import fill_by_layers

RNG = np.random.default_rng(20240817)
FEW = [9, 10, 20, 270, 271, 272, 273, *range(40, 80)]


def rows_of_any_norm() -> np.ndarray:
    """Norms over two decades, repeated, opposite and nearly parallel rows of equal and other norms, and a row of zeros."""
    rows = RNG.standard_normal((290, 12)) * np.exp(RNG.standard_normal((290, 1)))
    rows[10], rows[270], rows[271] = rows[9], -rows[9], -1.5 * rows[9] * (1 + 1e-9 * RNG.standard_normal(12))
    rows[272], rows[273] = rows[9] * (1 + 1e-7), rows[9] * (1 + 1e-11 * RNG.standard_normal(12))
    rows[20] = 0.0
    return rows


ROWS = rows_of_any_norm()


def both(activation: str, depth: int, weight: float, bias: float) -> list[KernelMap]:
    return [KernelMap(activation, depth, weight, bias, kind) for kind in ("nngp", "tangent")]


@pytest.mark.parametrize(
    "kernels",
    [
        both("relu", 3, 2.0, 0.1),
        both("relu", 10, 1.7, 1e-6),
        both("relu", 2, 2.0, 1e6),
        both("leaky_relu(0.1)", 3, 2.0, 0.1),
        both("abs", 3, 1.0, 0.5),
        both("erf", 3, 2.0, 0.1),
        both("2*erf(x/2)", 4, 1.0, 0.3),
    ],
)
def test_every_entry_is_that_of_the_kernel(kernels: list[KernelMap]) -> None:
    with compiled_path("always"):
        whole = kernel_matrices(kernels, ROWS)
        cross = kernel_matrices(kernels[::-1], ROWS, ROWS[FEW].repeat(6, axis=0), threads=2)[::-1]
    for matrix, other, kernel in zip(whole, cross, kernels, strict=True):
        expected = kernel_matrix(kernel, ROWS[FEW])  # few: entry by entry
        assert (matrix == matrix.T).all()
        np.testing.assert_allclose(matrix[np.ix_(FEW, FEW)], expected, rtol=1e-13, atol=0)
        np.testing.assert_allclose(other[FEW, ::6], expected, rtol=1e-13, atol=0)


def test_the_loops_take_what_they_hold_and_nothing_else() -> None:
    relu, last = both("relu", 2, 2.0, 0.1)[0], KernelMap("relu", 2, 2.0, 0.1, "tangent", layers="last")
    others = [
        KernelMap("relu", 2, 2.0, 0.1, "tangent", layers="first"),
        KernelMap("tanh", 2, 2.0, 0.1, "nngp"),
        KernelMap("relu", 1000, 1.0, 0.1, "nngp"),
        KernelMap("step", 2, 2.0, 0.1, "tangent", derivative="pointwise"),
        KernelMap("x", 2, 2.0, 0.1, "nngp"),
    ]
    rows = DataRows.of("X", ROWS[:50])
    matrices = [np.full((50, 50), np.nan) for _ in range(7)]
    with compiled_path("always"):
        assert fill_by_layers(matrices, [relu, last, *others], range(7), rows, rows, 1) == [2, 3, 4, 5, 6]
    assert (matrices[0] == matrices[1]).all()
    assert all(np.isnan(matrix).all() for matrix in matrices[2:])
    with compiled_path("never"):
        assert fill_by_layers(matrices, [relu], [0], rows, rows, 1) == [0]


def test_a_lost_difference_of_norms_would_be_seen() -> None:
    """Negative control: without the term of |x| - |x'| in 1 - rho, a row beside its multiple would look coincident."""
    rows = np.vstack([ROWS[:260], ROWS[:1] * 1.01])
    kernel = both("relu", 3, 2.0, 0.1)[1]
    with compiled_path("always"):
        matrix = kernel_matrix(kernel, rows)
    coincident = np.sqrt(matrix[0, 0] * matrix[260, 260])
    assert matrix[0, 260] < coincident * (1 - 1e-6)
    assert matrix[0, 260] == pytest.approx(kernel_matrix(kernel, rows[[0, 260]])[0, 1], rel=1e-13, abs=0)
