"""`infer`: from one data set to what it says about the risk."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.inference.best_own_ridge import best_own_ridge
from asymptotix.equivalents.inference.held_out_check import held_out_check
from asymptotix.equivalents.inference.inferred import Inference, inferred
from asymptotix.equivalents.inference.observed_resolvent import ObservedResolvent
from asymptotix.errors import InvalidInputError
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.spectra.arguments import real_array, real_number, whole_number

__all__ = ["infer"]

FloatArray = NDArray[np.float64]

_SMALLEST = 1e-30
_LEAST_SAMPLES = 10  # below, a jackknife and halves say nothing


def infer(X: ArrayLike, y: ArrayLike, kernel: Any = None, *, ridge: float | None = None, seed: int = 0) -> Inference:
    r"""Effective ridge, best ridge, spectrum, target, noise and learning curve of (kernel) ridge regression from one data set.

    With $G=(K+\lambda)^{-1}$: $\hat\kappa=1/\mathrm{Tr}\,G$ and the test error $R(n,\lambda)$ by leave-one-out (beside it
    generalized cross-validation, $\frac1n\|Gy\|^2/(\frac1n\mathrm{Tr}\,G)^2$). What happens at n' samples and the ridge
    $\lambda'$ follows from the same data at the ridge $\lambda$ with $n'-n=(\lambda'-\lambda)\mathrm{Tr}\,G$:
    $R(n',\lambda')=R(n,\lambda)\frac{n'(n-\mathrm{df}_2)}{n(n'-\mathrm{df}_2)}$ with
    $n-\mathrm{df}_2=(\mathrm{Tr}\,G)^2/\mathrm{Tr}\,G^2$.

    The rows are taken for independent samples and the features for Gaussian; how far that holds on these data is measured on
    halves of them (`held_out`). Neither X nor y is centred: subtract means where the estimator has an intercept.

    Args:
        X: n x d, n >= 10; or with kernel="precomputed" the n x n kernel matrix, not divided by n.
        y: n labels, not all equal.
        kernel: None for $K=XX^\top$, linear ridge regression; or as in `kernel_matrix` ($q=|x|^2/d$); or "precomputed".
        ridge: $\lambda\ge0$ at which to state effective ridge and test error; by default the best by cross-validation.
        seed: of the random halves.

    Returns:
        An Inference; `.learning_curve(n_samples)` predicts, `.table()` and `.levels_table()` print.

    Raises:
        InvalidInputError: shapes, fewer than 10 samples, entries that are not finite, labels that are all equal, a kernel matrix
            that is not symmetric, not positive semidefinite or zero.

    Source:
        [GolubHeathWahba1979], [EfronStein1981], [Simon2023].

    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((100, 20))
    >>> y = X.sum(axis=1) / 4 + rng.standard_normal(100)
    >>> result = infer(X, y)
    >>> result
    Inference(100 samples: ridge 29.08, effective ridge 0.3413 +- 0.0006, test error 1.191 +- 0.16)
    """
    labels = _labels(y)
    matrix, name = _matrix(X, kernel, labels.size)
    stated = None if ridge is None else real_number("ridge", ridge, lambda v: 0 <= v < np.inf, "finite and >= 0")
    chosen = whole_number("seed", seed, 0)
    observed = ObservedResolvent.of(matrix, labels, name)
    _, best, _ = best_own_ridge(observed, np.array([float(observed.size)]))
    optimal = float(best[0])
    check = held_out_check(observed, matrix, labels, optimal if stated is None else stated, chosen)
    return inferred(observed, stated, optimal, check)


def _labels(y: ArrayLike) -> FloatArray:
    labels = real_array("y", y)
    if labels.ndim != 1 or labels.size < _LEAST_SAMPLES:
        raise InvalidInputError("y", f"array of shape {labels.shape}", f"one-dimensional, with at least {_LEAST_SAMPLES} labels")
    if not np.all(np.isfinite(labels)):
        raise InvalidInputError("y", "a NaN or infinite entry", "finite in every entry")
    if np.ptp(labels) == 0:
        raise InvalidInputError("y", f"{float(labels[0])!r} everywhere", "labels that differ", "a constant has nothing to learn")
    _require_moderate("y", float(np.max(np.abs(labels))))
    return labels


def _matrix(X: ArrayLike, kernel: Any, n: int) -> tuple[FloatArray, str]:
    given = isinstance(kernel, str) and kernel == "precomputed"
    rows = real_array("X", X)
    if rows.ndim != 2 or rows.shape[0] != n or (given and rows.shape[1] != n):
        shape = f"({n}, {n}), the kernel matrix" if given else f"({n}, d), one row for each label"
        raise InvalidInputError("X", f"array of shape {rows.shape}", f"of shape {shape}")
    if not np.all(np.isfinite(rows)):
        raise InvalidInputError("X", "a NaN or infinite entry", "finite in every entry")
    matrix = rows if given else rows @ rows.T if kernel is None else kernel_matrix(kernel, rows)
    if not np.any(matrix):
        raise InvalidInputError("X", "a kernel matrix of zeros", "such that its kernel matrix is not zero")
    _require_moderate("X", float(np.max(np.abs(matrix))))
    return matrix, "X" if given else "the kernel matrix of X"


def _require_moderate(name: str, size: float) -> None:
    """The resolvents are raised to powers, which overflow for data in units that no one uses."""
    if not _SMALLEST < size < 1.0 / _SMALLEST:
        valid = f"of a size between {_SMALLEST:g} and {1.0 / _SMALLEST:g}"
        raise InvalidInputError(name, f"values of size {size:.3g}", valid, "use other units")
