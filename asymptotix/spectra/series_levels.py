r"""Levels on the sphere from a power series $f=\sum_nc_nt^n$: no quadrature, and no rule that must resolve $p_k$.

$$\mathbb E[t^nQ_k]=\frac{n!}{(n-k)!\,2^k(d/2)_k}\,\mathbb E_{d+2k}[t^{n-k}]\quad\Longrightarrow\quad
  \mathbb E[f\,Q_k]=\frac1{2^k(d/2)_k}\sum_{j\ge0}\frac{(k+2j)!\,c_{k+2j}}{4^j\,j!\,(d/2+k)_j}.$$

Positive terms keep all digits. Elsewhere the logarithms of the terms of a majorant of f say in advance how many terms count, and
afterwards how many digits have cancelled; these are added to the precision.

Source:
    [Muller1966] for Rodrigues' formula, which gives the moments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

__all__ = ["PowerSeries", "series_levels"]

FloatArray = NDArray[np.float64]
# (size, majorant) -> the first `size` coefficients c_n, or numbers >= their size, in mpmath's precision
PowerSeries = Callable[[int, bool], Sequence[Any]]

_FIRST_TERMS = 32
_MOST_TERMS = 256  # of one level: beyond them a quadrature is faster
_MOST_PRODUCTS = 30_000  # of all levels, for the same reason
_MOST_BITS = 300
_MAJORANT_DIGITS = 15
_SPARE_BITS = 24


def series_levels(series: PowerSeries, dimension: int, last: int, bits: int) -> list[Any] | None:
    r"""$\mathbb E[f\,Q_k]$ for k = 0..last, each to `bits` bits of itself.

    None where one takes more than 256 terms, or all of them too many.

    A level that still cancels with 300 more bits is zero: 256 terms cannot cancel so far and leave something.
    """
    import mpmath

    working = bits + _SPARE_BITS
    while True:
        counted = _terms(series, dimension, last, working)
        if counted is None:
            return None
        terms, peaks = counted
        with mpmath.workprec(working + _SPARE_BITS):
            levels = _sums(series(last + 2 * max(terms) + 1, False), dimension, terms, peaks, working + _SPARE_BITS)
            floors = [mpmath.ldexp(1, int(np.ceil(p)) - working) if p > -np.inf else mpmath.mpf(0) for p in peaks]
            lacking = any(v and abs(v) < mpmath.ldexp(f, bits) for v, f in zip(levels, floors, strict=True))
            if not lacking or working > bits + _MOST_BITS:
                return [v if abs(v) > f else 0 * v for v, f in zip(levels, floors, strict=True)]
        working *= 2


def _terms(series: PowerSeries, dimension: int, last: int, bits: int) -> tuple[list[int], FloatArray] | None:
    """How many terms of each level lie above the rounding of `bits` bits, and log2 of the largest of each."""
    import mpmath

    size = _FIRST_TERMS
    while size <= _MOST_TERMS:
        with mpmath.workdps(_MAJORANT_DIGITS):
            bounds = series(last + 2 * size + 1, True)
            coefficients = np.array([_log2(c) for c in bounds])
        logs = _log2_terms(coefficients, dimension, last, size)
        peaks = np.max(logs, axis=1)
        counts = logs > peaks[:, None] - bits
        # every other term may vanish, and the terms of a level rise before they fall
        if not np.any(counts[:, -4:]):
            terms = np.where(np.any(counts, axis=1), size + 1 - np.argmax(counts[:, ::-1], axis=1), 0)
            return (terms.tolist(), peaks) if int(np.sum(terms)) <= _MOST_PRODUCTS else None
        if int(np.sum(counts)) > _MOST_PRODUCTS:
            return None
        size *= 2
    return None


def _log2_terms(log2_coefficients: FloatArray, dimension: int, last: int, size: int) -> FloatArray:
    """log2 of the terms j = 0..size of levels 0..last."""
    k, j = np.arange(last + 1)[:, None], np.arange(size + 1)[None, :]
    half = dimension / 2
    logs = gammaln(k + 2 * j + 1.0) - gammaln(j + 1.0) - (gammaln(half + k + j) - gammaln(half))
    return np.asarray(logs / np.log(2.0) - k - 2 * j + log2_coefficients[k + 2 * j])


def _sums(coefficients: Sequence[Any], dimension: int, terms: Sequence[int], peaks: FloatArray, bits: int) -> list[Any]:
    """By Horner's rule in integers, whose unit lies `bits` bits below the largest term of the level."""
    import mpmath

    factorial, derivatives = 1, []
    for n, c in enumerate(coefficients):
        factorial *= max(n, 1)
        derivatives.append((-int(c.man) * factorial if c < 0 else int(c.man) * factorial, c.exp))
    found, front, log2_front = [], mpmath.mpf(1), 0.0
    for k, count in enumerate(terms):
        unit, total = (int(np.floor(peaks[k] - log2_front)) - bits if count else 0), 0
        for j in range(count - 1, -1, -1):
            number, exponent = derivatives[k + 2 * j]
            shift = exponent - unit
            total = total // (2 * (j + 1) * (dimension + 2 * (k + j))) + (number << shift if shift >= 0 else number >> -shift)
        found.append(front * mpmath.ldexp(total, unit))
        front /= dimension + 2 * k
        log2_front -= log2(dimension + 2 * k)
    return found


def _log2(value: Any) -> float:
    return log2(int(value.man)) + value.exp if value else -inf
