"""Products with a matrix that is not stored, its top spectrum, and the kernels of finite networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asymptotix.acceleration import compiled_path
from asymptotix.errors import InvalidInputError
from asymptotix.kernels import KernelMap, KernelOperator, finite_width_kernel, kernel_matrix, rbf_kernel, top_spectrum

RNG = np.random.default_rng(20240613)
X = RNG.standard_normal((300, 5))
TANGENT = KernelMap("relu", 2, 2.0, 0.0, "tangent")


@pytest.mark.parametrize("kernel", [TANGENT, rbf_kernel(0.8)])
def test_products_are_those_of_the_matrix(kernel: Any) -> None:
    vectors = RNG.standard_normal((300, 3))
    with compiled_path("never"):
        operator, K = KernelOperator(kernel, X), kernel_matrix(kernel, X)
        np.testing.assert_allclose(operator @ vectors, K @ vectors, rtol=1e-11, atol=1e-10)
        linear = operator.as_linear_operator()
        np.testing.assert_allclose(linear.matvec(vectors[:, 0]), K @ vectors[:, 0], rtol=1e-11, atol=1e-10)
    np.testing.assert_allclose(operator.diagonal(), np.diagonal(K), rtol=1e-13)
    np.testing.assert_allclose(operator.columns([3, 1]), K[:, [3, 1]], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("stored", [0, 300])
def test_lanczos_finds_the_top_of_the_spectrum_within_its_bounds(stored: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asymptotix.kernels.largest_eigenvalues._STORED", stored)
    exact = np.linalg.eigvalsh(kernel_matrix(TANGENT, X))[::-1]
    found = top_spectrum(TANGENT, X, 6)
    assert found.values == pytest.approx(exact[:6], rel=1e-12, abs=0)
    assert (np.abs(found.values - exact[:6]) <= found.bounds + 1e-12 * exact[0]).all()
    assert np.abs(found.vectors.T @ found.vectors - np.eye(6)).max() < 1e-12


def test_nystrom_brackets_the_spectrum() -> None:
    rows = X[:120]
    exact = np.linalg.eigvalsh(kernel_matrix(TANGENT, rows))[::-1]
    few, all_rows = (top_spectrum(TANGENT, rows, 4, method="nystrom", landmarks=m) for m in (40, 120))
    slack = 1e-12 * exact[0]
    assert (few.values <= exact[:4] + slack).all()
    assert (exact[:4] <= few.values + few.bounds + slack).all()
    assert (few.values < exact[:4] * (1 - 1e-9)).any()  # forty rows are not all
    assert all_rows.values == pytest.approx(exact[:4], rel=1e-10, abs=0)


@pytest.mark.parametrize("layers", ["last", "first", "all"])
def test_a_wide_network_has_the_kernel_of_an_infinite_one(layers: str) -> None:
    rows, width = X[:6], 40_000
    w, a = RNG.standard_normal((width, 5)), RNG.standard_normal(width)
    found = finite_width_kernel("relu", w, rows, layers=layers, output_weights=a)
    limit = kernel_matrix(KernelMap("relu", 1, 1.0, 0.0, "tangent", layers), rows)
    assert (found == found.T).all()
    spread = 6 * np.sqrt(np.outer(np.diagonal(limit), np.diagonal(limit)) / width) * 3
    assert (np.abs(found - limit) < spread).all()
    assert not (np.abs(2 * found - limit) < spread).all()


def test_the_finite_kernel_is_the_inner_product_of_gradients() -> None:
    w, a, rows = RNG.standard_normal((7, 5)), RNG.standard_normal(7), X[:3]

    def f(x: np.ndarray, w: np.ndarray, a: np.ndarray) -> float:
        return float(a @ np.tanh(w @ x / np.sqrt(5)) / np.sqrt(7))

    def gradient(x: np.ndarray) -> np.ndarray:
        parameters, step = np.concatenate([w.ravel(), a]), 1e-6
        moved = [parameters + step * sign * row for row in np.eye(42) for sign in (1, -1)]
        values = [f(x, p[:35].reshape(7, 5), p[35:]) for p in moved]
        return (np.array(values[::2]) - np.array(values[1::2])) / (2 * step)

    gradients = np.array([gradient(x) for x in rows])
    found = finite_width_kernel("tanh", w, rows, output_weights=a)
    np.testing.assert_allclose(found, gradients @ gradients.T, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(finite_width_kernel("tanh", w, rows, rows, output_weights=a), found, rtol=1e-13)


@pytest.mark.parametrize(
    ("attempt", "argument"),
    [
        (lambda: KernelOperator(TANGENT, X) @ np.ones(7), "vectors"),
        (lambda: top_spectrum(TANGENT, X, 300), "count"),
        (lambda: top_spectrum(TANGENT, X, 3, method="x"), "method"),
        (lambda: top_spectrum(TANGENT, X, 3, method="nystrom", landmarks=2), "landmarks"),
        (lambda: top_spectrum(TANGENT, X, 3, method="nystrom", landmarks="a"), "landmarks"),  # type: ignore[arg-type]  # text
        (lambda: top_spectrum(TANGENT, X, 3, seed=-1), "seed"),
        (lambda: finite_width_kernel("relu", np.ones((2, 4)), X), "weights"),
        (lambda: finite_width_kernel("relu", np.ones((2, 5)), X, output_weights=[1.0]), "output_weights"),
        (lambda: finite_width_kernel("relu", np.ones((2, 5)), X, layers="x"), "layers"),
    ],
)
def test_bad_input_is_named(attempt: Any, argument: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        attempt()
    assert caught.value.argument == argument
