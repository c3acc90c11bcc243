"""Large kernel matrices by polynomials: against entries one by one, on both paths, any dtype and number of threads."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.acceleration import compiled_path
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels import KernelMap, kernel_matrices, kernel_matrix
from asymptotix.runs.memory import free_memory

RNG = np.random.default_rng(20240611)
PLAIN = RNG.standard_normal((600, 12))
EQUAL = PLAIN / np.linalg.norm(PLAIN, axis=1, keepdims=True)
BOTH = [KernelMap("relu", 3, 2.0, 0.0, "nngp"), KernelMap("relu", 3, 2.0, 0.0, "tangent")]
ONE_BY_ONE = 100  # rows whose matrix is too small for polynomials


def near_and_far() -> np.ndarray:
    """Repeated, opposite and nearly parallel rows, and a row of zeros."""
    rows = PLAIN.copy()
    rows[10], rows[300], rows[301] = rows[9], -rows[9], 1.5 * rows[9] * (1 + 1e-9 * RNG.standard_normal(12))
    rows[20] = 0.0
    return rows


@pytest.mark.parametrize("path", ["always", "never"])
@pytest.mark.parametrize(
    ("kernels", "rows"),
    [
        (BOTH, near_and_far()),
        ([KernelMap("relu"), KernelMap("relu", derivative=True)], near_and_far()),
        ([KernelMap("erf", 2, 1.5, 0.1, "tangent"), KernelMap("gelu", 2, 1.5, 0.1, "nngp")], EQUAL),
    ],
)
def test_both_paths_give_the_entries(kernels: list[KernelMap], rows: np.ndarray, path: str) -> None:
    with compiled_path(path):
        whole = kernel_matrices(kernels, rows)
        cross = kernel_matrices(kernels, rows, rows[:300])
    some = [9, 10, 20, 300, 301, *range(400, 400 + ONE_BY_ONE)]
    for matrix, other, kernel in zip(whole, cross, kernels, strict=True):
        assert (matrix == matrix.T).all()
        expected = kernel_matrix(kernel, rows[some])  # few: entry by entry
        scale = np.sqrt(np.outer(np.diagonal(expected), np.diagonal(expected)))
        assert np.max(np.abs(matrix[np.ix_(some, some)] - expected) - 1e-14 * scale) <= 0
        assert np.max(np.abs(other[np.ix_(some, some[:3])] - expected[:, :3]) - 1e-14 * scale[:, :3]) <= 0
        tangent = matrix[300, 301]  # opposite up to 1e-9: the inner product alone would leave 8 digits
        assert tangent == pytest.approx(expected[3, 4], rel=1e-12, abs=1e-300)


def test_the_entries_do_not_depend_on_threads_or_company() -> None:
    with compiled_path("never"):
        pair = kernel_matrices(BOTH, PLAIN)
        assert all((one == two).all() for one, two in zip(pair, kernel_matrices(BOTH, PLAIN, threads=2), strict=True))
        assert (kernel_matrix(BOTH[1], PLAIN) == pair[1]).all()
        rounded = kernel_matrix(BOTH[1], PLAIN, dtype=np.float32)
    assert rounded.dtype == np.float32
    assert (rounded == pair[1].astype(np.float32)).all()


def test_a_factor_of_two_would_be_seen() -> None:
    """Negative control: the weight variance enters the polynomial, not only the scale."""
    matrix = kernel_matrix(BOTH[1], PLAIN)
    other = kernel_matrix(KernelMap("relu", 3, 1.0, 0.0, "tangent"), PLAIN[:ONE_BY_ONE])
    assert np.abs(matrix[:ONE_BY_ONE, :ONE_BY_ONE] / other - 1).min() > 1


@pytest.mark.parametrize("path", ["always", "never"])
def test_a_matrix_larger_than_memory_is_refused_before_it_is_allocated(path: str) -> None:
    free = free_memory()
    assert free is None or free > 1e8
    rows = np.lib.stride_tricks.as_strided(np.ones(1), (10_000_000, 1), (0, 8))
    with compiled_path(path), pytest.raises(InvalidInputError, match=r"800 TB are needed .* GB are free.*KernelOperator"):
        kernel_matrix(BOTH[0], rows)


def test_a_kernel_that_is_not_positive_definite_is_detected_on_request() -> None:
    def distance(q1: Any, q2: Any, c: Any) -> Any:
        return np.sqrt(np.maximum(q1 + q2 - 2 * c, 0.0))

    kernel_matrix(distance, PLAIN[:50])
    with pytest.raises(HypothesisError, match="not positive semidefinite"):
        kernel_matrix(distance, PLAIN[:50], definite=True)
    with pytest.raises(HypothesisError, match=r"exceeds sqrt\(k_ii k_jj\)"):
        kernel_matrix(lambda q1, q2, c: 1.0 + distance(q1, q2, c), PLAIN[:50], definite=True)
    kernel_matrices(BOTH, PLAIN, definite=True)
    kernel_matrix(lambda q1, q2, c: c, PLAIN[:50], definite=True)  # rank 12 of 50: semidefinite to rounding


@pytest.mark.parametrize(
    ("keywords", "argument"),
    [
        ({"dtype": "int"}, "dtype"),
        ({"dtype": "x"}, "dtype"),
        ({"threads": 0}, "threads"),
        ({"definite": "a"}, "definite"),
        ({"Y": PLAIN, "definite": True}, "definite"),
    ],
)
def test_options_out_of_range_are_named(keywords: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        kernel_matrix(BOTH[0], PLAIN, **keywords)
    assert caught.value.argument == argument
    with pytest.raises(InvalidInputError, match="kernels"):
        kernel_matrices([], PLAIN)


@pytest.mark.parametrize("path", ["always", "never"])
@pytest.mark.parametrize("depth", [1, 3, 10])
def test_the_grid_of_special_cosines_is_met_in_matrices(depth: int, path: str) -> None:
    """Against 40 digits at the rows as they are; an inner product alone would leave 1e-14 at 1 - u = 1e-4, less nearer to 1."""
    gaps = (0.0, 1e-16, 1e-12, 1e-8, 1e-4, 0.5, 1.0)
    with mpmath.workdps(40):
        angles = [mpmath.acos(sign * (1 - mpmath.mpf(gap))) for gap in gaps for sign in (1, -1)]
        special = np.array([[1.0, 0.0], *([float(mpmath.cos(t)), float(mpmath.sin(t))] for t in angles)]) * np.sqrt(2.0)
    rows = np.vstack([special, RNG.standard_normal((260, 2))])
    kernels = [KernelMap("relu", depth, 2.0, 0.0, kind) for kind in ("nngp", "tangent")]
    with compiled_path(path):
        matrices = kernel_matrices(kernels, rows)
    for matrix, kernel in zip(matrices, kernels, strict=True):
        for j in range(1, len(special)):
            with mpmath.workdps(40):
                q1, q2, c = (mpmath.fdot(a.tolist(), b.tolist()) / 2 for a, b in ((rows[0],) * 2, (rows[j],) * 2, rows[[0, j]]))
                exact = float(kernel.mp(q1, q2, c))
            assert matrix[0, j] == pytest.approx(exact, rel=2e-15, abs=1e-40)
