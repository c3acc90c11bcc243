r"""Generalized cross-validation and leave-one-out of one training set, averaged exactly over the label noise.

With the resolvent R = (K + tail + ridge)^(-1) of the n samples,

    gcv   (|R y|^2 / n) / (Tr R / n)^2
    loo   mean over i of ((R y)_i / R_ii)^2, the exact error on sample i of the predictor trained on the others

The textbook forms, train_error / (1 - df1 / n)^2 and ((y - H y)_i / (1 - H_ii))^2, are these times 0 / 0 at ridge 0: the ridge
cancels, and is cancelled here before it is 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.simulation.dense import product
from asymptotix.simulation.estimators import SpectralFit

__all__ = ["cross_validation"]

FloatArray = NDArray[np.float64]


def cross_validation(fitted: SpectralFit, ridges: FloatArray, fit_noise: float) -> dict[str, FloatArray]:
    """`gcv` and `loo` for each ridge, (m,); `fit_noise` is the variance of all that is noise to the fit.

    Where K + tail has the eigenvalue 0 everything is multiplied by the ridge, so that ridge 0 is the limit: the hat matrix.
    """
    labels, shifts = fitted.draw.labels, ridges + fitted.draw.tail
    vectors = _left_vectors(fitted)
    gains = 1.0 / (fitted.eigenvalues[:, None] + shifts)
    if fitted.missing:
        gains = gains * shifts
    squares = vectors**2
    outside = (1.0 - squares.sum(axis=1))[:, None] if fitted.missing else 0.0  # where shift / (0 + shift) = 1
    diagonal, square_diagonal = product(squares, gains) + outside, product(squares, gains**2) + outside
    residuals = _solved_squares(fitted, vectors, gains) + fit_noise * square_diagonal
    with np.errstate(divide="ignore", invalid="ignore"):  # a sample that alone fixes a direction has no error without it
        loo = np.mean(residuals / diagonal**2, axis=0)
    return {"gcv": len(labels) * residuals.sum(axis=0) / diagonal.sum(axis=0) ** 2, "loo": np.asarray(loo)}


def _solved_squares(fitted: SpectralFit, vectors: FloatArray, gains: FloatArray) -> FloatArray:
    """(R y)_i^2, (n, m), as a mean over the outputs if there are several."""
    outputs = fitted.draw.labels.reshape(len(fitted.draw.labels), -1)
    total = np.zeros((len(outputs), gains.shape[1]))
    for labels in outputs.T:
        projections = vectors.T @ labels
        solution = product(vectors, projections[:, None] * gains)
        if fitted.missing:
            solution += (labels - vectors @ projections)[:, None]
        total += solution**2
    return total / outputs.shape[1]


def _left_vectors(fitted: SpectralFit) -> FloatArray:
    """U, (n, r), of K = U L U'."""
    if fitted.left is not None:
        return fitted.left
    return product(fitted.draw.matrix, fitted.directions / np.sqrt(fitted.eigenvalues))
