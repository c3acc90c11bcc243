r"""Ridge regression and its training on a sample that is given in the coordinates of its own singular vectors.

The features are a diagonal matrix S, so that everything is a product of vectors: K = S S', W = S, b = the labels (see
`estimators` for W and b). The errors do not depend on the coordinates. Leave-one-out does: it is a mean over the samples, whose
entries in these coordinates are the rows u_i of U, uniform on the frames and independent of all else. With the resolvent R and
c = (n / Tr R)^2 its mean over n samples has the same expectation, given S, as the mean over k of them of

    c |R y|^2 / n + (R y)_i^2 (1 / R_ii^2 - c)

whose first term is generalized cross-validation and whose second is small, for R_ii is nearly Tr R / n. `loo` is that: right on
average, with a spread that is hardly wider than that of all n samples, and equal to it where k = n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.simulation.draws import Draw

__all__ = ["RotatedFit", "rotated_cross_validation"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class RotatedFit:
    """What `estimators.SpectralFit` is for rows, here for singular values; nothing of the size of a matrix is made."""

    draw: Draw
    dual: bool = True

    @property
    def eigenvalues(self) -> FloatArray:
        """L, (r,)."""
        return np.asarray(self.draw.matrix**2)

    @property
    def directions(self) -> FloatArray:
        """The diagonal of W, (r,)."""
        return self.draw.matrix

    @property
    def missing(self) -> int:
        """n - r: the multiplicity of the eigenvalue 0 of K."""
        return len(self.draw.labels) - len(self.draw.matrix)

    @property
    def load_variances(self) -> FloatArray:
        """Var b_i per unit of label noise."""
        return np.ones_like(self.draw.matrix)

    @property
    def direction_norms(self) -> FloatArray:
        """|W_i|^2."""
        return self.eigenvalues

    def loads(self, labels: FloatArray) -> FloatArray:
        """b for these labels, (n,) -> (r,)."""
        return labels[: len(self.draw.matrix)]

    def coefficients(self, labels: FloatArray, gains: FloatArray) -> FloatArray:
        """theta for each setting, (r, m); `gains` are those at L + tail, (r, m)."""
        return np.asarray((self.directions * self.loads(labels))[:, None] * gains)

    def squared_images(self, labels: FloatArray, values: FloatArray, flat_value: FloatArray) -> FloatArray:
        """|h(K + tail) y|^2 for each setting, (m,): `values` (r, m) at L + tail, `flat_value` (m,) at tail."""
        outside = labels[len(self.draw.matrix) :]
        return np.asarray(self.loads(labels) ** 2 @ values**2 + (outside @ outside) * flat_value**2)


def rotated_cross_validation(fitted: RotatedFit, ridges: FloatArray, fit_noise: float) -> dict[str, FloatArray]:
    """`gcv` and `loo` for each ridge, (m,); see `cross_validation.cross_validation`."""
    rows, labels, shifts = fitted.draw.seen_rows, fitted.draw.labels, ridges + fitted.draw.tail
    assert rows is not None
    missing, n_samples = fitted.missing, len(labels)
    gains = 1.0 / (fitted.eigenvalues[:, None] + shifts)
    if missing:  # times the shift, so that shift = 0 is the limit and not 0 / 0
        gains = gains * shifts
    flat = np.full(len(ridges), 1.0 if missing else 0.0)
    trace, trace_square = gains.sum(axis=0) + missing, np.sum(gains**2, axis=0) + missing
    gcv = n_samples * (fitted.squared_images(labels, gains, flat) + fit_noise * trace_square) / trace**2
    squares = rows**2
    outside = (1.0 - squares.sum(axis=1))[:, None] * flat
    diagonal, square_diagonal = squares @ gains + outside, squares @ gains**2 + outside
    residuals = (rows @ (fitted.loads(labels)[:, None] * gains)) ** 2 + fit_noise * square_diagonal
    return {"gcv": gcv, "loo": gcv + np.mean(residuals * (diagonal**-2.0 - (n_samples / trace) ** 2), axis=0)}
