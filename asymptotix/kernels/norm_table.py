r"""A network kernel as a polynomial in the norms of both rows and in the cosine, on a range of norms and $|u| \le 1/2$.

$$k(r_1^2, r_2^2, r_1 r_2 u) = \sum_{a, b, j} C_{jab}\, s_1^a s_2^b (2u)^j,$$

with s the logarithm of r, the range taken to [-1, 1]. There the kernel is analytic in all three, whatever the activation and the
depth: what is not smooth in the norms lies at $u = \pm 1$. The table is what interpolates at Chebyshev points, and it is not used
where it misses the kernel at other points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import AsymptotixError
from asymptotix.kernels.expectations import expectations_of
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.pair import Correlation, GaussianPair
from asymptotix.kernels.quadrature import QuadratureDual
from asymptotix.kernels.univariate import CENTER

__all__ = ["NormTable", "norm_table"]

FloatArray = NDArray[np.float64]
_NORM_SIZES = (8, 12, 16, 24)  # of the powers of s
_COSINE_SIZES = (24, 32)
_SAMPLES = 40  # of the cosine
_CHECKS = 200
_DIAGONAL = 32  # samples of k(q, q, q)
_NOISE = 1e-16  # coefficients below are rounding of the samples
_ACCEPTED, _ACCEPTED_NUMERIC = 2e-14, 2e-13  # kernels by quadrature carry 1e-13 themselves
_NARROWEST = 1e-3  # half of the range of log r


@dataclass(frozen=True)
class NormTable:
    """`table[j, a, b]` is C_jab, s = (log r - middle) / half; `error` as in `UnivariateMap`."""

    table: FloatArray
    middle: float
    half: float
    error: float
    coincident: FloatArray  # Chebyshev series in s of k(q, q, q)

    def diagonal(self, q: FloatArray) -> FloatArray:
        """k(q, q, q)."""
        from numpy.polynomial import chebyshev

        return np.asarray(chebyshev.chebval((0.5 * np.log(q) - self.middle) / self.half, self.coincident))

    def powers(self, q: FloatArray) -> FloatArray:
        """1, s, s^2, ... of rows, one row each."""
        return np.vander((0.5 * np.log(q) - self.middle) / self.half, self.table.shape[1], increasing=True)


@lru_cache(maxsize=32)
def norm_table(kernel: KernelMap, low: float, high: float) -> NormTable | None:
    """The table for q between low and high > 0, or None where 24 powers of each norm and 32 of the cosine miss the kernel."""
    numeric = isinstance(expectations_of(kernel.activation), QuadratureDual)
    accepted = _ACCEPTED_NUMERIC if numeric else _ACCEPTED
    middle, half = 0.25 * math.log(low * high), max(0.25 * math.log(high / low), _NARROWEST)
    try:
        points = np.random.default_rng(0).uniform(-1.0, 1.0, (3, _CHECKS))
        points[:2, : _CHECKS // 2] = np.sign(points[:2, : _CHECKS // 2])  # half of them in the corners
        checks = _values(kernel, middle + half * points[0], middle + half * points[1], points[2])
        coincident = _coincident(kernel, middle, half, accepted)
        if coincident is None:
            return None
        for size in _NORM_SIZES:
            samples = _samples(kernel, middle, half, size)
            scale = float(np.max(np.abs(samples)))
            for count in _COSINE_SIZES:
                table = _powers_of(samples, count)
                error = float(np.max(np.abs(_sum(table, points) - checks))) / scale
                if error <= accepted:
                    return NormTable(table, middle, half, error, coincident)
    except AsymptotixError:  # infinite, or beyond the quadrature: the entries themselves will tell
        pass
    return None


def _coincident(kernel: KernelMap, middle: float, half: float, accepted: float) -> FloatArray | None:
    """The series of k(q, q, q), or None where 32 terms miss it."""
    from numpy.polynomial import chebyshev

    angles, between = _angles(_DIAGONAL), np.cos(np.pi * np.arange(1, _DIAGONAL, 5) / _DIAGONAL)
    q = np.exp(2.0 * (middle + half * np.concatenate([np.cos(angles), between])))
    values = kernel(q, q, q)
    series = 2.0 / _DIAGONAL * (np.cos(np.arange(_DIAGONAL)[:, None] * angles) @ values[:_DIAGONAL])
    series[0] *= 0.5
    error = np.max(np.abs(chebyshev.chebval(between, series) - values[_DIAGONAL:]))
    return series if error <= accepted * np.max(np.abs(values)) else None


def _samples(kernel: KernelMap, middle: float, half: float, size: int) -> FloatArray:
    """[cosine, first norm, second norm], symmetric in the norms."""
    logarithms = middle + half * np.cos(_angles(size))
    first, second = np.triu_indices(size)
    u = np.cos(_angles(_SAMPLES))
    found = _values(kernel, logarithms[first][None, :], logarithms[second][None, :], u[:, None])
    samples = np.empty((_SAMPLES, size, size))
    samples[:, first, second] = samples[:, second, first] = found
    return samples


def _values(kernel: KernelMap, one: FloatArray, two: FloatArray, center: FloatArray) -> FloatArray:
    """The kernel at the logarithms of two norms and u / CENTER."""
    one, two, u = np.broadcast_arrays(one, two, CENTER * center)
    q1, q2 = np.exp(2.0 * one), np.exp(2.0 * two)
    difference = q1 * -np.expm1(2.0 * (two - one))
    return kernel.of_pair(GaussianPair(q1, q2, np.exp(one + two) * u, difference, Correlation(1.0 - u, 1.0 + u, np.array(u))))


def _powers_of(samples: FloatArray, count: int) -> FloatArray:
    """From values at Chebyshev points to coefficients of powers, along each axis; `count` powers of the cosine."""
    sizes = (count, *samples.shape[1:])
    table = samples
    for axis, (points, kept) in enumerate(zip(samples.shape, sizes, strict=True)):
        series = 2.0 / points * np.cos(np.arange(kept)[:, None] * _angles(points))
        series[0] *= 0.5
        table = _along(axis, series, table)
    table = np.where(np.abs(table) > _NOISE * np.max(np.abs(table)), table, 0.0)  # powers would multiply it by 2.4^degree
    for axis, kept in enumerate(sizes):  # after all series: large powers would cancel in a product of the two matrices
        table = _along(axis, _powers_in_chebyshev(kept), table)
    return np.ascontiguousarray(table)


def _along(axis: int, matrix: FloatArray, table: FloatArray) -> FloatArray:
    return np.moveaxis(np.tensordot(matrix, table, axes=(1, axis)), 0, axis)


def _powers_in_chebyshev(size: int) -> FloatArray:
    """Column m has the coefficients of the Chebyshev polynomial of degree m."""
    from numpy.polynomial import chebyshev

    powers = np.zeros((size, size))
    for degree in range(size):
        powers[: degree + 1, degree] = chebyshev.cheb2poly(np.eye(size)[degree])[: degree + 1]
    return powers


def _sum(table: FloatArray, points: FloatArray) -> FloatArray:
    one, two, u = (np.vander(x, n, increasing=True) for x, n in zip(points, (*table.shape[1:], table.shape[0]), strict=True))
    return np.asarray(np.einsum("pa,pb,pj,jab->p", one, two, u, table, optimize=True))


def _angles(size: int) -> FloatArray:
    return np.asarray(np.pi * (np.arange(size) + 0.5) / size)
