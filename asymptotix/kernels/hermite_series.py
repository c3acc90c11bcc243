r"""$E[f(u) f(v)] = \sum_j a_j(q_1)\, a_j(q_2)\, \rho^j$ with $a_j(q) = E[f(\sqrt q\,G)\,he_j(G)]$, orthonormal $he_j$.

At $|\rho| \le 0.9$ it converges to the last digit for every square-integrable f, kinks or not. Nearer to $\pm 1$ it does where
the coefficients hold all of $E f(\sqrt q\,G)^2 = \sum_j a_j^2$: the rest of the series is at most what is missing (Parseval).

Source: Mehler's expansion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.double_integral import Integrand
from asymptotix.kernels.gaussian_panels import gaussian_rule, uniform_breakpoints

__all__ = ["MAX_TERMS", "SERIES_LIMIT", "HermiteTable", "hermite_table", "mehler_sum", "significant_terms", "terms_for"]

FloatArray = NDArray[np.float64]

SERIES_LIMIT = 0.9
MAX_TERMS = 360  # 0.9^360 = 3e-17
_NEGLIGIBLE = 3e-17
_COMPLETE = 2e-14  # of E f^2, missing in the coefficients: rounding of the sums alone makes a few 1e-15
_REACH = 13.0  # phi(z) he_j(z) < exp(-z^2/4): below 1e-18 beyond 13
_WIDTH = 0.5  # he_360 has about three zeros in it
_CHUNK = 256  # variances at once
_ENTRIES = 1 << 14  # entries with variances of their own at once


@dataclass(frozen=True)
class HermiteTable:
    """a_j(q), shape (variances, terms), and E f(sqrt(q) G)^2 by the same rule."""

    coefficients: FloatArray
    energy: FloatArray

    @property
    def complete(self) -> NDArray[np.bool_]:
        """For which variances the series may be used at every correlation."""
        missing = np.abs(self.energy - np.sum(self.coefficients**2, axis=1))
        return np.asarray(missing <= _COMPLETE * self.energy)


def terms_for(largest: float) -> int:
    """How many terms |rho| <= largest needs."""
    if largest == 0.0:
        return 1
    return min(MAX_TERMS, math.ceil(math.log(_NEGLIGIBLE) / math.log(largest))) if largest < 1.0 else MAX_TERMS


def hermite_table(f: Integrand, q: FloatArray, nodes: int, terms: int) -> HermiteTable:
    """The coefficients for a one-dimensional array of variances."""
    coefficients, energy = np.empty((len(q), terms)), np.empty(len(q))
    shared = all(kink == 0.0 for kink in f.kinks)  # the scaled kinks do not depend on the variance
    for start in range(0, len(q), _CHUNK):
        root = np.sqrt(q[start : start + _CHUNK])
        largest = float(root.max())
        base = uniform_breakpoints(max(_REACH, f.reach(largest)), largest, _WIDTH)
        if shared:
            z, weights = gaussian_rule(np.concatenate([base, f.kinks]), nodes)
        else:
            kinks = [_scaled_kink(a, root, base[-1])[:, None] for a in f.kinks]
            z, weights = gaussian_rule(np.concatenate([np.broadcast_to(base, (len(root), len(base))), *kinks], axis=1), nodes)
        values = f.function(root[:, None] * z)
        weighted = weights * values
        energy[start : start + _CHUNK] = np.sum(weighted * values, axis=1)
        previous, current = np.zeros_like(z), np.ones_like(z)
        for j in range(terms):
            # a matrix product for a shared grid, row by row for others
            sums = weighted @ current if shared else np.einsum("ij,ij->i", weighted, current)
            coefficients[start : start + _CHUNK, j] = sums
            previous, current = current, (z * current - math.sqrt(j) * previous) / math.sqrt(j + 1.0)
    return HermiteTable(coefficients, energy)


def mehler_sum(coefficients: FloatArray, one: NDArray[np.intp], two: NDArray[np.intp], rho: FloatArray) -> FloatArray:
    """sum_j a_j(q_one) a_j(q_two) rho^j; `one` and `two` are rows of the coefficients and broadcast against rho."""
    largest = float(np.max(np.abs(rho), initial=0.0))
    table = coefficients[:, : significant_terms(coefficients, largest)].T
    if one.size + two.size <= _ENTRIES:
        return _horner(table[:, one], table[:, two], rho)
    flat = [np.ravel(np.broadcast_to(index, rho.shape)) for index in (one, two)]
    correlations, result = np.ravel(rho), np.empty(rho.size)
    for start in range(0, rho.size, _ENTRIES):
        part = slice(start, start + _ENTRIES)
        result[part] = _horner(table[:, flat[0][part]], table[:, flat[1][part]], correlations[part])
    return result.reshape(rho.shape)


def significant_terms(coefficients: FloatArray, largest: float = 1.0) -> int:
    """How many terms matter: those behind have coefficients, or powers of rho, that are too small for every variance."""
    squares = coefficients**2
    tails = np.cumsum(squares[:, ::-1], axis=1)[:, ::-1]
    shares = np.max(tails / (tails[:, :1] + np.finfo(np.float64).tiny), axis=0, initial=0.0)
    negligible = shares * largest ** np.arange(len(shares)) < _NEGLIGIBLE
    return max(1, int(np.argmax(negligible)) if negligible.any() else len(shares))


def _horner(one: FloatArray, two: FloatArray, rho: FloatArray) -> FloatArray:
    value = np.zeros(rho.shape)
    for a, b in zip(one[::-1], two[::-1], strict=True):
        value *= rho
        value += a * b
    return value


def _scaled_kink(kink: float, root: FloatArray, limit: float) -> FloatArray:
    return np.clip(kink / np.where(root > 0, root, 1.0), -limit, limit)
