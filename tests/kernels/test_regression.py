"""Kernel ridge regression on data: textbook formulas, refitting without a row, smaller training sets, many ridges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels import KernelMap, KernelRegression, kernel_matrix, rbf_kernel, ridge_path

RNG = np.random.default_rng(20240612)
X, X_TEST = RNG.standard_normal((60, 4)), RNG.standard_normal((15, 4))
Y = np.stack([np.sin(X[:, 0]), X[:, 1] * X[:, 2]], axis=1) + 0.1 * RNG.standard_normal((60, 2))
KERNEL = KernelMap("relu", 2, 2.0, 0.1, "tangent")


@pytest.mark.parametrize("labels", [Y[:, 0], Y])
def test_predictions_are_the_textbook_formula(labels: np.ndarray) -> None:
    fitted = KernelRegression(KERNEL, 0.3).fit(X, labels)
    alpha = np.linalg.solve(kernel_matrix(KERNEL, X) + 0.3 * np.eye(60), labels)
    np.testing.assert_allclose(fitted.predict(X_TEST), kernel_matrix(KERNEL, X_TEST, X) @ alpha, rtol=1e-10, atol=1e-12)
    assert fitted.predict(X_TEST).shape == (15, *labels.shape[1:])


@pytest.mark.parametrize("ridge", [0.0, 1e-9, 0.3])
def test_leave_one_out_is_what_refitting_gives(ridge: float) -> None:
    fitted = KernelRegression(KERNEL, ridge).fit(X, Y)
    for i in (0, 31):
        others = np.arange(60) != i
        alone = KernelRegression(KERNEL, ridge).fit(X[others], Y[others])
        np.testing.assert_allclose(fitted.leave_one_out()[i], Y[i] - alone.predict(X[i : i + 1])[0], rtol=1e-7)


def test_generalized_cross_validation() -> None:
    ridge = 0.3
    fitted = KernelRegression(KERNEL, ridge).fit(X, Y)
    K = kernel_matrix(KERNEL, X)
    hat = K @ np.linalg.inv(K + ridge * np.eye(60))
    textbook = 60 * np.sum((Y - hat @ Y) ** 2) / np.trace(np.eye(60) - hat) ** 2
    assert fitted.gcv() == pytest.approx(textbook, rel=1e-9, abs=0)
    assert KernelRegression(KERNEL, 0.0).fit(X, Y).gcv() > 0  # 0/0 in the textbook form


def test_the_learning_curve_is_that_of_smaller_fits() -> None:
    fitted, y_test = KernelRegression(KERNEL, 0.2).fit(X, Y), np.stack([np.sin(X_TEST[:, 0]), X_TEST[:, 1] * X_TEST[:, 2]], 1)
    sizes = [60, 5, 30]
    for size, error in zip(sizes, fitted.learning_curve(X_TEST, y_test, sizes), strict=True):
        small = KernelRegression(KERNEL, 0.2).fit(X[:size], Y[:size])
        assert error == pytest.approx(np.sum((small.predict(X_TEST) - y_test) ** 2) / 15, rel=1e-10, abs=0)


def test_classification_by_sign_and_by_the_largest_output() -> None:
    labels = np.where(X[:, 0] > 0, 1.0, -1.0)
    found = KernelRegression(KERNEL, 0.1).fit(X, labels).classify(X_TEST)
    assert set(found.tolist()) <= {-1, 1}
    assert np.mean(found == np.where(X_TEST[:, 0] > 0, 1, -1)) > 0.7
    one_hot = np.stack([labels < 0, labels > 0], axis=1).astype(float)
    assert (2 * KernelRegression(KERNEL, 0.1).fit(X, one_hot).classify(X_TEST) - 1 == found).all()


@pytest.mark.parametrize("labels", [Y[:, 0], Y])
def test_many_ridges_agree_with_one_factorization_each(labels: np.ndarray) -> None:
    ridges = [1e-3, 0.1, 10.0]
    path = ridge_path(KERNEL, X, labels, ridges)
    predictions = path.predict(X_TEST)
    for position, ridge in enumerate(ridges):
        fitted = KernelRegression(KERNEL, ridge).fit(X, labels)
        np.testing.assert_allclose(predictions[position], fitted.predict(X_TEST), rtol=1e-7, atol=1e-9)
        assert path.gcv[position] == pytest.approx(fitted.gcv(), rel=1e-8, abs=0)
        assert path.leave_one_out[position] == pytest.approx(np.sum(fitted.leave_one_out() ** 2) / 60, rel=1e-8, abs=0)
        assert path.training[position] == pytest.approx(np.sum((labels - fitted.predict(X)) ** 2) / 60, rel=1e-6, abs=0)
    assert path.best() == ridges[int(np.argmin(path.leave_one_out))]
    assert path.best("gcv") == ridges[int(np.argmin(path.gcv))]


def test_a_singular_matrix_is_refused() -> None:
    twice = np.concatenate([X, X])
    for attempt in (
        lambda: KernelRegression(rbf_kernel(), 0.0).fit(twice, np.ones(120)),
        lambda: ridge_path(rbf_kernel(), twice, np.ones(120), [0.0, 1.0]),
        lambda: KernelRegression(lambda q1, q2, c: -c, 0.1).fit(X, Y),
    ):
        with pytest.raises(HypothesisError, match="ridge"):
            attempt()


@pytest.mark.parametrize(
    ("attempt", "argument"),
    [
        (lambda: KernelRegression(KERNEL, -1.0), "ridge"),
        (lambda: KernelRegression(KERNEL, 1.0).fit(X, Y[:5]), "y"),
        (lambda: KernelRegression(KERNEL, 1.0).fit(X, np.full(60, np.nan)), "y"),
        (lambda: KernelRegression(KERNEL, 1.0).fit(X, Y).learning_curve(X_TEST, Y[:15], [61]), "sizes"),
        (lambda: KernelRegression(KERNEL, 1.0).fit(X, Y).learning_curve(X_TEST, Y[:15, 0], [6]), "y_test"),
        (lambda: ridge_path(KERNEL, X, Y, [-1.0]), "ridges"),
        (lambda: ridge_path(KERNEL, X, Y, [1.0]).best("x"), "by"),
    ],
)
def test_bad_input_is_named(attempt: Any, argument: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        attempt()
    assert caught.value.argument == argument


def test_cross_validation_at_a_ridge_that_overflows_squares() -> None:
    """As the ridge grows, predictions vanish and every error tends to the mean square of the labels."""
    rows, labels = np.array([[1.0], [2.0], [4.0]]), np.array([1.0, -1.0, 3.0])
    path = ridge_path(lambda q1, q2, c: c, rows, labels, [1e300])
    assert path.gcv[0] == pytest.approx(11.0 / 3.0, rel=1e-12, abs=0)


def test_refusals_name_the_argument_that_is_wrong() -> None:
    fitted = KernelRegression(KERNEL, 0.1).fit(X, Y[:, 0])
    with pytest.raises(InvalidInputError, match=r"^X = \(15, 2\) is not valid: X must be of shape \(m, 4\)"):
        fitted.predict(X_TEST[:, :2])
    with pytest.raises(InvalidInputError, match=r"^X = \(4,\) is not valid: X must be of shape \(m, 4\)"):
        ridge_path(KERNEL, X, Y[:, 0], [0.1]).predict(X_TEST[0])
    with pytest.raises(InvalidInputError, match=r"^y_test = "):
        fitted.learning_curve(X_TEST, ["a"] * 15, [10])
    with pytest.raises(InvalidInputError, match=r"^X = '0 rows' is not valid"):
        KernelRegression(KERNEL, 0.1).fit(X[:0], Y[:0, 0])


def test_a_fitted_regression_prints_no_data() -> None:
    assert len(repr(KernelRegression(KERNEL, 0.1).fit(X, Y))) < 250
