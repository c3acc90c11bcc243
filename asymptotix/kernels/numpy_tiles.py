"""The polynomials of a tile without compiled loops: powers of the points shared by all, sums of eight by one product."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.univariate import CENTER, COEFFICIENT_GROUP

__all__ = ["by_powers"]

FloatArray = NDArray[np.float64]
Polynomial = tuple[FloatArray, NDArray[np.int64], FloatArray]  # table, orders and center of a `UnivariateMap`

_LINES = 16  # rows of a tile whose powers are formed at once: 256 kB
_PADDING = 8  # columns: rows of 2^k bytes are slow to transpose


def by_powers(cosine: FloatArray, polynomials: Sequence[Polynomial]) -> list[FloatArray]:
    """P(cosine) for each polynomial."""
    rows, columns = cosine.shape
    values = [np.empty((rows, columns + _PADDING))[:, :columns] for _ in polynomials]
    central = all(len(center) for _, _, center in polynomials)
    evaluate = _central if central else _two_sided
    for start in range(0, rows, _LINES):
        lines = cosine[start : start + _LINES]
        for value, part in zip(values, evaluate(lines.ravel(), polynomials), strict=True):
            value[start : start + _LINES] = part.reshape(lines.shape)
    far = np.nonzero(np.abs(cosine) > CENTER)
    if central and len(far[0]):
        for value, part in zip(values, _two_sided(cosine[far], polynomials), strict=True):
            value[far] = part
    return values


def _central(u: FloatArray, polynomials: Sequence[Polynomial]) -> FloatArray:
    return _sums([center for _, _, center in polynomials], u / CENTER)


def _two_sided(u: FloatArray, polynomials: Sequence[Polynomial]) -> list[FloatArray]:
    positive = u >= 0.0
    w = np.abs(u)
    np.sqrt(np.maximum(np.subtract(0.5, np.multiply(w, 0.5, out=w), out=w), 0.0, out=w), out=w)
    sums = _sums([side for table, _, _ in polynomials for side in table], w * (2.0 * math.sqrt(2.0)) - 1.0)
    found = []
    for index, (_, orders, _) in enumerate(polynomials):
        value = np.where(positive, sums[2 * index], sums[2 * index + 1])
        for side, order in ((positive, orders[0]), (~positive, orders[1])):
            if order:
                value[side] *= w[side] ** order
        found.append(value)
    return found


def _sums(coefficients: Sequence[FloatArray], t: FloatArray) -> FloatArray:
    """Sums of eight powers of t by one matrix product for all polynomials, and Horner's rule in t^8."""
    groups = max(len(series) for series in coefficients) // COEFFICIENT_GROUP
    stacked = np.zeros((groups * COEFFICIENT_GROUP, len(coefficients)))
    for index, series in enumerate(coefficients):
        stacked[: len(series), index] = series
    blocks = stacked.reshape(groups, COEFFICIENT_GROUP, -1).transpose(0, 2, 1).reshape(-1, COEFFICIENT_GROUP)
    powers = _powers(t)
    sums = (blocks @ powers).reshape(groups, len(coefficients), len(t))
    eighth = np.multiply(powers[4], powers[4], out=powers[7])
    total = sums[-1]
    for group in range(groups - 2, -1, -1):
        total *= eighth
        total += sums[group]
    return np.asarray(total)


def _powers(t: FloatArray) -> FloatArray:
    """1, t, ..., t^7, by doubling."""
    powers = np.empty((COEFFICIENT_GROUP, len(t)))
    powers[0] = 1.0
    powers[1] = t
    np.multiply(t, t, out=powers[2])
    np.multiply(powers[2], t, out=powers[3])
    np.multiply(powers[2], powers[2], out=powers[4])
    np.multiply(powers[1:4], powers[4], out=powers[5:])
    return powers
