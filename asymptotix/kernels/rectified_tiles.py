r"""Networks of ReLU or another $a\,x_+ + b\,(-x)_+$ with biases on rows of any norms: every pair layer by layer, compiled.

The variances of a layer belong to rows, and $q_i - q_j$ is a multiple of what it is for the inputs; only the correlation belongs
to pairs. Its map from one layer to the next is a polynomial in $w = \sqrt{(1-|\rho|)/2}$, of $1 - \kappa(\rho)/\kappa(1)$ or of
$\kappa(\rho)/\kappa(1)$, whichever vanishes at that end, followed by weights and biases (`homogeneous.affine_pair`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation
from asymptotix.kernels.data_rows import TILE, DataRows
from asymptotix.kernels.homogeneous import HomogeneousDual
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.pair import Correlation
from asymptotix.kernels.univariate import UnivariateMap, fitted_map, univariate_map

__all__ = ["RectifiedLayers", "rectified_layers"]

FloatArray = NDArray[np.float64]
_DEEPEST = 64  # beyond, what belongs to rows is no longer small beside a matrix
_OPPOSITE = -0.9  # kappa(-1)/kappa(1) below which 1 + rho would have to be carried too (nearly linear activations)


@dataclass(frozen=True)
class _Rows:
    """What belongs to rows: the variances of the inputs, and by layer their roots and the inverse roots after the biases."""

    q: FloatArray
    roots: FloatArray
    inverse: FloatArray

    def part(self, start: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """That of a tile."""
        q, roots, inverse = (np.ascontiguousarray(a[:, start : start + TILE]) for a in (self.q, self.roots, self.inverse))
        return q, roots, inverse


@dataclass(frozen=True)
class RectifiedLayers:
    """NNGP and tangent kernel of one network on two sets of rows; `scales` holds (weight, bias, apart, slope) by layer."""

    rows: _Rows
    columns: _Rows
    scales: FloatArray
    angular: UnivariateMap
    slope: UnivariateMap
    deficit: NDArray[np.int64]

    def fill(self, cosine: FloatArray, gap: FloatArray, top: int, left: int, trained: bool) -> Iterator[FloatArray]:
        """The tiles of the NNGP kernel and, if wanted, of the tangent kernel, from u and 1 - |u| of its rows."""
        from asymptotix.kernels import compiled_layers

        nngp = np.empty_like(cosine)
        tangent = np.empty_like(cosine) if trained else nngp
        compiled_layers.rectified_layers(
            cosine, gap, nngp, tangent, *self.rows.part(top), *self.columns.part(left), self.angular.table, self.angular.orders,
            self.deficit, self.slope.table, self.slope.orders, self.scales, trained,
        )  # fmt: skip
        yield nngp
        if trained:
            yield tangent


def rectified_layers(kernel: KernelMap, rows: DataRows, columns: DataRows) -> RectifiedLayers | None:
    """For NNGP and tangent kernels with biases; None for other kernels, or where the polynomials or floats do not hold them."""
    homogeneity = kernel.activation.homogeneity
    if kernel.kind == "dual" or kernel.layers == "first" or kernel.bias_variance == 0.0 or kernel.depth > _DEEPEST:
        return None
    if homogeneity is None or homogeneity.degree != 1:
        return None
    maps = _maps(kernel.activation)
    if maps is None:
        return None
    dual = HomogeneousDual(homogeneity)
    weights = kernel.weight_variance * np.array([1.0, *[dual.at_one] * kernel.depth])
    with np.errstate(over="ignore"):
        apart = np.sqrt(weights * kernel.bias_variance) * np.cumprod([1.0, *weights[:-1]])
        parts = [_rows(part.q, weights, kernel.bias_variance) for part in (rows, columns)]
    scales = np.array(
        [weights, np.full_like(weights, kernel.bias_variance), apart, np.full_like(weights, kernel.weight_variance)]
    ).T
    if not (
        np.isfinite(scales).all() and all(np.isfinite(part.roots).all() and np.isfinite(part.inverse).all() for part in parts)
    ):
        return None
    return RectifiedLayers(parts[0], parts[1], np.ascontiguousarray(scales), *maps)


def _rows(q: FloatArray, weights: FloatArray, bias: float) -> _Rows:
    variances = [q]
    for weight in weights:
        variances.append(weight * variances[-1] + bias)
    roots = np.sqrt(np.array(variances))
    return _Rows(q[None, :], roots[:-1], 1.0 / roots[1:])


@lru_cache(maxsize=16)
def _maps(activation: Activation) -> tuple[UnivariateMap, UnivariateMap, NDArray[np.int64]] | None:
    """The polynomials of the next correlation, of E[s' s'], and for which signs the first is that of 1 - rho."""
    homogeneity: Any = activation.homogeneity
    dual = HomogeneousDual(homogeneity)
    opposite = float(dual.angular(_correlation(np.zeros(1), False))[0]) / dual.at_one
    if opposite < _OPPOSITE:
        return None
    deficit = (True, opposite > 0.5)

    def values(w: FloatArray, positive: bool) -> FloatArray:
        part = dual.deficit if deficit[0 if positive else 1] else dual.angular
        return part(_correlation(w, positive)) / dual.at_one

    angular, slope = fitted_map(values), univariate_map(KernelMap(activation, derivative=True), 1.0)
    return None if angular is None or slope is None else (angular, slope, np.array(deficit, dtype=np.int64))


def _correlation(w: FloatArray, positive: bool) -> Correlation:
    gap = 2.0 * w * w
    return Correlation(gap, 2.0 - gap, 1.0 - gap) if positive else Correlation(2.0 - gap, gap, gap - 1.0)
