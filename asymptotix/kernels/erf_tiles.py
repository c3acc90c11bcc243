r"""Networks of erf on rows of any norms: every pair layer by layer, compiled, by $E[s(u) s(v)] = \tfrac2\pi \arcsin x$.

$x = g c\,[(1 + g q_1)(1 + g q_2)]^{-1/2}$ with $g = 2 b^2$ for erf(bx); the arcsine is a polynomial in $\sqrt{(1 - |x|)/2}$. The
covariance is carried, whose rounding grows where layers drive inputs apart: where it would be seen, the loops are not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.closed_forms import ClosedFormDual
from asymptotix.kernels.data_rows import TILE, DataRows
from asymptotix.kernels.expectations import expectations_of
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.univariate import UnivariateMap, fitted_map

__all__ = ["ErfLayers", "erf_layers"]

FloatArray = NDArray[np.float64]
_DEEPEST = 64  # beyond, what belongs to rows is no longer small beside a matrix
_GROWTH = 20.0  # of the rounding of the inputs in all layers: 1e-14 of the kernel
_STEEPEST = 100.0  # 1 + g q, by which the derivative kernel multiplies rounding


@dataclass(frozen=True)
class ErfLayers:
    """NNGP and tangent kernel of one network on two sets of rows; narrow[l] is sqrt(g / (1 + g q)) of layer l."""

    roots: tuple[FloatArray, FloatArray]
    narrow: tuple[FloatArray, FloatArray]
    constants: tuple[float, float, float]
    arcsine: UnivariateMap

    def fill(self, cosine: FloatArray, gap: FloatArray, top: int, left: int, trained: bool) -> Iterator[FloatArray]:
        """The tiles of the NNGP kernel and, if wanted, of the tangent kernel, from the cosines of its rows."""
        from asymptotix.kernels import compiled_layers

        nngp = np.empty_like(cosine)
        tangent = np.empty_like(cosine) if trained else nngp
        rows, columns = self._part(0, top), self._part(1, left)
        weight, bias, energy = self.constants
        compiled_layers.erf_layers(
            cosine, nngp, tangent, rows[0], rows[1], columns[0], columns[1], self.arcsine.table, self.arcsine.orders,
            weight, bias, energy, trained,
        )  # fmt: skip
        yield nngp
        if trained:
            yield tangent

    def _part(self, side: int, start: int) -> tuple[FloatArray, FloatArray]:
        roots, narrow = (np.ascontiguousarray(a[side][:, start : start + TILE]) for a in (self.roots, self.narrow))
        return roots, narrow


def erf_layers(kernel: KernelMap, rows: DataRows, columns: DataRows) -> ErfLayers | None:
    """For NNGP and tangent kernels of erf; None for other kernels, or where rounding would grow."""
    dual = expectations_of(kernel.activation)
    if not isinstance(dual, ClosedFormDual) or dual.family != "erf" or kernel.kind == "dual" or kernel.depth > _DEEPEST:
        return None
    amplitude, rate = dual.constants
    arcsine = _arcsine()
    narrow = [_narrow(part.q, kernel, amplitude**2, 2.0 * rate * rate) for part in (rows, columns)]
    if arcsine is None or narrow[0] is None or narrow[1] is None:
        return None
    constants = (kernel.weight_variance, kernel.bias_variance, amplitude**2)
    return ErfLayers((np.sqrt(rows.q)[None], np.sqrt(columns.q)[None]), (narrow[0], narrow[1]), constants, arcsine)


def _narrow(q: FloatArray, kernel: KernelMap, energy: float, g: float) -> FloatArray | None:
    """Sqrt(g / (1 + g q)) by layer, or None where the loops would lose digits."""
    weight, bias = kernel.weight_variance, kernel.bias_variance
    variance, growth, found = weight * q + bias, np.ones_like(q), []
    for _ in range(kernel.depth):
        larger = 1.0 + g * variance
        if not larger.max() <= _STEEPEST:
            return None
        sine = g * variance / larger
        found.append(np.sqrt(g / larger))
        following = weight * energy * 2.0 / math.pi * np.arcsin(sine) + bias
        slope = weight * energy * 2.0 / math.pi * sine / np.sqrt((1.0 - sine) * (1.0 + sine))
        growth = growth * np.maximum(slope / np.where(following > 0.0, following, 1.0), 1.0)
        variance = following
    return np.array(found) if growth.max() <= _GROWTH else None


@cache
def _arcsine() -> UnivariateMap | None:
    """2/pi arcsin x."""
    return fitted_map(lambda w, positive: (1.0 if positive else -1.0) * (1.0 - 4.0 / math.pi * np.arcsin(w)))
