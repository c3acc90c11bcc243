"""Kernel matrices: symmetry, exact diagonal, nearly parallel rows, tiles, errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.errors import InvalidInputError
from asymptotix.kernels import KernelMap, kernel_matrix, laplace_kernel, rbf_kernel

RNG = np.random.default_rng(20240601)
TANGENT = KernelMap(activation("relu"), 3, 2.0, 0.0, "tangent")


def exact_value(kernel: Any, x: np.ndarray, y: np.ndarray) -> float:
    """The kernel at two rows, inner products formed in 60 digits."""
    with mpmath.workdps(60):
        q1, q2, c = (mpmath.fdot(a.tolist(), b.tolist()) / len(x) for a, b in ((x, x), (y, y), (x, y)))
        return float(kernel.mp(q1, q2, c))


@pytest.mark.parametrize(
    "kernel", [TANGENT, KernelMap(activation("gelu"), 2, 1.5, 0.1, "nngp"), rbf_kernel(0.7), laplace_kernel(2.0)]
)
def test_entries_symmetry_and_definiteness(kernel: Any) -> None:
    X, Y = RNG.standard_normal((40, 7)), RNG.standard_normal((5, 7))
    K, cross = kernel_matrix(kernel, X), kernel_matrix(kernel, X, Y)
    assert K.shape == (40, 40)
    assert cross.shape == (40, 5)
    assert (K == K.T).all()
    assert np.linalg.eigvalsh(K)[0] > -1e-12 * K.trace()
    for i, j in [(0, 0), (3, 8), (39, 1)]:
        assert K[i, j] == pytest.approx(exact_value(kernel, X[i], X[j]), rel=1e-13, abs=0)
        assert cross[i, j % 5] == pytest.approx(exact_value(kernel, X[i], Y[j % 5]), rel=1e-13, abs=0)


@pytest.mark.parametrize("separation", [1e-14, 1e-10, 1e-6, 1e-3])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_nearly_parallel_rows_keep_their_angle(separation: float, sign: float) -> None:
    """The deep tangent kernel feels 1 - rho as a square root: inner products alone would leave 8 digits."""
    x = RNG.standard_normal(20)
    X = np.stack([x, sign * x * (1 + separation * RNG.standard_normal(20)), sign * x])
    for kernel in (TANGENT, KernelMap(activation("step")), laplace_kernel(1.0)):
        K = kernel_matrix(kernel, X)
        assert K[0, 1] == pytest.approx(exact_value(kernel, X[0], X[1]), rel=2e-13, abs=1e-17)
        assert K[0, 2] == pytest.approx(exact_value(kernel, X[0], X[2]), rel=1e-15, abs=1e-17)
    assert K[0, 0] == 1.0


def test_inner_products_alone_would_fail() -> None:
    """Negative control for the test above."""
    x = RNG.standard_normal(20)
    X = np.stack([x, x * (1 + 1e-6 * RNG.standard_normal(20))])
    q = (X**2).sum(axis=1) / 20
    from_products = float(TANGENT(q[0], q[1], X[0] @ X[1] / 20))
    assert abs(from_products / exact_value(TANGENT, X[0], X[1]) - 1) > 1e-12


def test_tiles_fit_together() -> None:
    X, Y = RNG.standard_normal((1100, 3)), RNG.standard_normal((700, 3))
    plain = kernel_matrix(lambda q1, q2, c: c + 2 * q1 + 3 * q2, X, Y)
    expected = X @ Y.T / 3 + 2 * (X**2).sum(axis=1)[:, None] / 3 + 3 * (Y**2).sum(axis=1) / 3
    np.testing.assert_allclose(plain, expected, rtol=1e-13, atol=1e-14)
    whole = kernel_matrix(KernelMap(activation("relu")), X)
    assert (whole == whole.T).all()
    np.testing.assert_allclose(whole, kernel_matrix(KernelMap(activation("relu")), X, X), rtol=1e-13, atol=0)


@dataclass(frozen=True)
class Formula:
    """Anything with a kernel."""

    kernel: KernelMap


def test_a_formula_stands_for_its_kernel() -> None:
    X = RNG.standard_normal((6, 4))
    assert (kernel_matrix(Formula(TANGENT), X) == kernel_matrix(TANGENT, X)).all()


def test_a_zero_row_is_allowed() -> None:
    X = np.array([[0.0, 0.0], [1.0, 2.0]])
    expected = [[0.0, 0.0], [0.0, 1.25]]
    np.testing.assert_allclose(kernel_matrix(KernelMap(activation("relu")), X), expected, rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("kernel", "X", "Y", "argument"),
    [
        (TANGENT, np.ones(3), None, "X"),
        (TANGENT, np.ones((0, 3)), None, "X"),
        (TANGENT, np.array([[1.0, np.nan]]), None, "X"),
        (TANGENT, np.ones((2, 3)), np.array([[np.inf, 0.0, 1.0]]), "Y"),
        (TANGENT, np.ones((2, 3)), np.ones((2, 4)), "Y"),
        (3.0, np.ones((2, 3)), None, "kernel"),
        (Formula(None), np.ones((2, 3)), None, "kernel"),  # type: ignore[arg-type]  # a formula without a kernel
        (lambda q1, q2, c: 1.0, np.ones((2, 3)), None, "kernel"),
        (lambda q1, q2, c: c + 1j, np.ones((2, 3)), None, "kernel"),
        (lambda q1, q2, c: c * np.nan, np.ones((2, 3)), None, "kernel"),
        (TANGENT, np.full((2, 3), 1e200), None, "q1"),
    ],
)
def test_bad_input_is_named(kernel: Any, X: Any, Y: Any, argument: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        kernel_matrix(kernel, X, Y)
    assert caught.value.argument == argument
    assert "\n" not in str(caught.value)
