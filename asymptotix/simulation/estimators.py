r"""Ridge regression and its training on one sample, for all settings from one decomposition, averaged exactly over label noise.

The predictor has coefficients theta = W c with c_i = g_i b_i, where g_i = g(L_i + tail) is the gain of a spectral filter (for
ridge regression 1 / (L_i + tail + ridge)), L_i > 0 are the eigenvalues of the kernel matrix K = Z Z' of the samples, and b =
(loads) is linear in the labels:

    smaller n   K = U L U':     W = Z' U  (W = U for a kernel),  b = U' y,        |W_i|^2 = L_i,  Var b_i = noise
    smaller q   Z'Z = V L V':   W = V,                           b = V' Z' y,     |W_i|^2 = 1,    Var b_i = L_i noise
    tiny ridge  Z = U S V':     W = V,                           b = S U' y,      the same

Given the training inputs the excess risk, averaged over the label noise, is the risk of the noise-free labels' theta (bias) plus
sum_i g_i^2 E f_(W_i)(x)^2 Var b_i (variance). No noise is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.simulation.dense import eigenpairs, product, thin_svd
from asymptotix.simulation.draws import Draw

__all__ = ["SpectralFit", "fit"]

FloatArray = NDArray[np.float64]

# The Gram matrix carries the eigenvalues with an absolute error of about 1e-16 of the largest one. Where the smallest one plus
# the ridge is below this fraction of the largest, the SVD is used, so that what is inverted has at least 9 digits.
GRAM_LIMIT = 1e-6


@dataclass(frozen=True)
class SpectralFit:
    """A decomposed training set; see the module for W, L and b. Directions of L_i = 0 to rounding are left out."""

    draw: Draw
    eigenvalues: FloatArray
    directions: FloatArray
    left: FloatArray | None
    """U, (n, r); None where only Z'Z was decomposed."""
    dual: bool
    """Whether b = U' y, so that Var b_i = noise and |W_i|^2 = L_i."""

    @property
    def missing(self) -> int:
        """n - r: the multiplicity of the eigenvalue 0 of K."""
        return len(self.draw.labels) - len(self.eigenvalues)

    @property
    def load_variances(self) -> FloatArray:
        """Var b_i per unit of label noise."""
        return np.ones_like(self.eigenvalues) if self.dual else self.eigenvalues

    @property
    def direction_norms(self) -> FloatArray:
        """|W_i|^2, for a kernel in its reproducing Hilbert space."""
        return self.eigenvalues if self.dual else np.ones_like(self.eigenvalues)

    def loads(self, labels: FloatArray) -> FloatArray:
        """b for these labels, (n,) -> (r,)."""
        if self.left is None:
            return np.asarray(self.directions.T @ (self.draw.matrix.T @ labels))
        projections = self.left.T @ labels
        return np.asarray(projections if self.dual else np.sqrt(self.eigenvalues) * projections)

    def coefficients(self, labels: FloatArray, gains: FloatArray) -> FloatArray:
        """theta for each setting, (q, m); `gains` are those at L + tail, (r, m)."""
        return product(self.directions, self.loads(labels)[:, None] * gains)

    def projections(self, labels: FloatArray) -> FloatArray:
        """U' y, (r,)."""
        loads = self.loads(labels)
        return loads if self.dual else loads / np.sqrt(self.eigenvalues)

    def outside(self, labels: FloatArray) -> float:
        """|y - U U' y|^2: the part of the labels that no coefficients fit."""
        if not self.missing:
            return 0.0
        if self.left is None:
            fitted = self.draw.matrix @ (self.directions @ (self.loads(labels) / self.eigenvalues))
        else:
            fitted = self.left @ (self.left.T @ labels)
        return float(np.sum((labels - fitted) ** 2))

    def squared_images(self, labels: FloatArray, values: FloatArray, flat_value: FloatArray) -> FloatArray:
        """|h(K + tail) y|^2 for each setting, (m,), of a function h: `values` (r, m) at L + tail, `flat_value` (m,) at tail.

        With h = 1 - x g the residual: as a difference y - Z theta that of a tiny ridge would be rounding, as a product it is not.
        """
        inside = np.sum((values * self.projections(labels)[:, None]) ** 2, axis=0)
        return np.asarray(inside + self.outside(labels) * flat_value**2)


def fit(draw: Draw, smallest_ridge: float) -> SpectralFit:
    """Decompose the training set once, precisely enough for every ridge from `smallest_ridge` up."""
    if draw.is_kernel:
        return _from_kernel(draw)
    n_samples, n_coefficients = draw.matrix.shape
    by_gram = _from_sample_gram(draw) if n_samples <= n_coefficients else _from_feature_gram(draw)
    full_rank = len(by_gram.eigenvalues) == min(n_samples, n_coefficients)
    smallest = float(by_gram.eigenvalues.min(initial=np.inf)) if full_rank else 0.0
    if smallest + draw.tail + smallest_ridge > GRAM_LIMIT * float(by_gram.eigenvalues.max(initial=0.0)):
        return by_gram
    return _from_svd(draw)


def _from_kernel(draw: Draw) -> SpectralFit:
    eigenvalues, vectors = _positive_eigenpairs(draw.matrix)
    return SpectralFit(draw, eigenvalues, vectors, vectors, dual=True)


def _from_sample_gram(draw: Draw) -> SpectralFit:
    eigenvalues, vectors = _positive_eigenpairs(product(draw.matrix, draw.matrix.T))
    return SpectralFit(draw, eigenvalues, product(draw.matrix.T, vectors), vectors, dual=True)


def _from_feature_gram(draw: Draw) -> SpectralFit:
    eigenvalues, vectors = _positive_eigenpairs(product(draw.matrix.T, draw.matrix))
    return SpectralFit(draw, eigenvalues, vectors, None, dual=False)


def _from_svd(draw: Draw) -> SpectralFit:
    left, singular, right = thin_svd(draw.matrix)
    kept = singular > max(draw.matrix.shape) * np.finfo(np.float64).eps * singular.max(initial=0.0)
    return SpectralFit(draw, singular[kept] ** 2, right[kept].T, left[:, kept], dual=False)


def _positive_eigenpairs(gram: FloatArray) -> tuple[FloatArray, FloatArray]:
    eigenvalues, vectors = eigenpairs(gram)
    kept = eigenvalues > len(gram) * np.finfo(np.float64).eps * eigenvalues.max(initial=0.0)
    return eigenvalues[kept], vectors[:, kept]
