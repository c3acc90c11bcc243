r"""Gegenbauer coefficients on the sphere by quadrature: the experiment's own, from function values alone.

    c_k = E[g(t) Q_k(t)],  t the first coordinate of a uniform point of the unit sphere of R^d, Q_k(1) = 1, E Q_k^2 = 1 / B(d, k)

so that g(t) = sum_k B(d, k) c_k Q_k(t). In t = sin(angle) the weight is cos(angle)^(d-2), and a kernel that behaves like
sqrt(1 - t) or arccos(t) at the end points is smooth in the angle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError, HypothesisError

__all__ = ["SphereSeries", "gegenbauer_polynomials", "multiplicity", "sphere_coefficients", "sphere_series"]

FloatArray = NDArray[np.float64]

NODES_PER_PANEL = 32
MAX_DEGREE = 1024
SERIES_RTOL = 1e-16  # aimed at for the terms left out, root mean square relative to the value at t = 1
SERIES_REFUSAL_RTOL = 1e-8  # beyond this at MAX_DEGREE the series is refused
QUADRATURE_RTOL = 1e-12


@dataclass(frozen=True)
class SphereSeries:
    """Coefficients c_0 ... c_K of g, and the mass E g^2 - sum_k B(d, k) c_k^2 of the degrees beyond K."""

    dimension: int
    coefficients: FloatArray
    remainder: float

    def gram(self, cosines: FloatArray) -> FloatArray:
        """E_x[g(<x, a>) g(<x, b>)] = sum_k B(d, k) c_k^2 Q_k(<a, b>) for unit vectors a_1 ... a_m, shape (m, m) -> (m, m).

        The degrees beyond K enter on the diagonal; off it they are below `SERIES_RTOL` of the diagonal in root mean square.
        """
        counts = np.array([multiplicity(self.dimension, degree) for degree in range(len(self.coefficients))])
        gram = np.empty_like(cosines)
        rows = max(1, 2**16 // max(cosines.shape[1], 1))  # blocks that stay in the cache through all degrees
        for start in range(0, len(cosines), rows):
            block = np.ascontiguousarray(cosines[start : start + rows])
            polynomials = gegenbauer_polynomials(self.dimension, block)
            gram[start : start + rows] = _weighted_sum(counts * self.coefficients**2, polynomials, block.shape)
        np.einsum("ii->i", gram)[:] += self.remainder
        return gram

    def coefficient(self, degree: int) -> float:
        """c_degree, zero beyond the degrees kept."""
        return float(self.coefficients[degree]) if degree < len(self.coefficients) else 0.0


def multiplicity(dimension: int, degree: int) -> float:
    """B(d, k) = (2k + d - 2) / (d - 2) binom(d + k - 3, k): dimension of the degree-k harmonics on the sphere of R^d, d >= 3."""
    if degree == 0:
        return 1.0
    product = (2.0 * degree + dimension - 2.0) / (dimension - 2.0)
    for j in range(1, min(degree, dimension - 3) + 1):
        product *= (dimension - 3.0 + degree - (j - 1)) / j
    return product


def gegenbauer_polynomials(dimension: int, t: FloatArray) -> Iterator[FloatArray]:
    """Q_0(t), Q_1(t), ... without end, by (k + d - 2) Q_(k+1) = (2k + d - 2) t Q_k - k Q_(k-1)."""
    previous, current = np.ones_like(t), np.asarray(t, dtype=np.float64)
    yield previous
    for degree in range(1, 2**31):
        yield current
        following = t * current
        following *= 2.0 * degree + dimension - 2.0
        following -= degree * previous
        following /= degree + dimension - 2.0
        previous, current = current, following


def sphere_coefficients(
    function: Callable[[FloatArray], FloatArray], dimension: int, *, degree: int, kinks: Iterable[float] = ()
) -> tuple[FloatArray, float]:
    """c_0 ... c_degree of g = `function` and E g^2, from two rules of which the second has twice the panels.

    Args:
        function: vectorised g(t) on [-1, 1].
        dimension: d >= 3.
        degree: the last one.
        kinks: points of (-1, 1) where g or a derivative jumps.

    Raises:
        ConvergenceError: the rules do not agree (an unstated kink, or oscillations faster than any rule used).
    """
    kinks = tuple(kinks)
    panels = 16 + int(2 * np.sqrt(dimension)) + degree // 4
    coarse, _ = _coefficients(function, dimension, kinks, degree, panels)
    scale = np.sqrt([multiplicity(dimension, k) for k in range(degree + 1)])
    for _ in range(4):
        panels *= 2
        fine, total = _coefficients(function, dimension, kinks, degree, panels)
        if not np.all(np.isfinite(fine)):
            raise ConvergenceError("the function is not finite on [-1, 1]: its Gegenbauer coefficients do not exist")
        # c_k is at most sqrt(E g^2 / B), so this is an error relative to the largest value it could have.
        if np.max(np.abs(fine - coarse) * scale) <= QUADRATURE_RTOL * np.sqrt(total):
            return fine, total
        coarse = fine
    raise ConvergenceError(f"the quadrature of the Gegenbauer coefficients in dimension {dimension} did not settle")


def sphere_series(
    function: Callable[[FloatArray], FloatArray], dimension: int, *, kinks: Iterable[float] = (), min_degree: int = 0
) -> SphereSeries:
    """The coefficients of g = `function` on [-1, 1], as many as the Gram matrices of g need.

    Degrees are added until E over independent uniform a, b of (what they add to `SphereSeries.gram`)^2, which is
    sum_(k > K) B c_k^4, is below `SERIES_RTOL`^2 of (E g^2)^2.

    Args:
        function: vectorised g(t).
        dimension: d >= 3.
        kinks: points of (-1, 1) where g or a derivative jumps.
        min_degree: keep at least the degrees up to this one, small or not.

    Raises:
        ConvergenceError: the quadrature does not settle (an unstated kink, or oscillations faster than any rule used).
        HypothesisError: the coefficients decay too slowly for `MAX_DEGREE` degrees.
    """
    degree, kinks = max(32, min_degree), tuple(kinks)
    while True:
        coefficients, total = sphere_coefficients(function, dimension, degree=degree, kinks=kinks)
        counts = np.array([multiplicity(dimension, k) for k in range(degree + 1)])
        left_out = np.sqrt(np.cumsum((counts * coefficients**4)[::-1])[::-1])  # of the degrees >= k
        # The upper half of the degrees bounds what lies beyond all of them, for every algebraic decay that is accepted.
        if left_out[degree // 2] <= SERIES_RTOL * total or degree >= MAX_DEGREE:
            break
        degree *= 2
    if left_out[degree // 2] > SERIES_REFUSAL_RTOL * total:
        raise HypothesisError(
            f"the Gegenbauer series in dimension {dimension} needs more than {MAX_DEGREE} degrees: "
            "use a smoother activation or kernel, or a larger dimension"
        )
    kept = max(min_degree + 1, int(np.count_nonzero(left_out > SERIES_RTOL * total)))
    coefficients, counts = coefficients[:kept], counts[:kept]
    return SphereSeries(dimension, coefficients, max(total - float(np.sum(counts * coefficients**2)), 0.0))


def _weighted_sum(weights: FloatArray, polynomials: Iterator[FloatArray], shape: tuple[int, ...]) -> FloatArray:
    total = np.zeros(shape)
    for weight, polynomial in zip(weights, polynomials, strict=False):
        total += weight * polynomial
    return total


def _coefficients(
    function: Callable[[FloatArray], FloatArray], dimension: int, kinks: tuple[float, ...], degree: int, panels: int
) -> tuple[FloatArray, float]:
    t, weights = _sphere_rule(dimension, kinks, panels)
    values = np.asarray(function(t), dtype=np.float64) * np.ones_like(t)
    weighted = weights * values
    polynomials = gegenbauer_polynomials(dimension, t)
    return np.array([weighted @ next(polynomials) for _ in range(degree + 1)]), float(weighted @ values)


def _sphere_rule(dimension: int, kinks: tuple[float, ...], panels: int) -> tuple[FloatArray, FloatArray]:
    """Nodes t and weights of E over the first coordinate: Gauss-Legendre in the angle on panels that end at every kink."""
    inner = [np.arcsin(kink) for kink in kinks if -1.0 < kink < 1.0]
    edges = np.unique(np.concatenate([np.linspace(-np.pi / 2, np.pi / 2, panels + 1), [0.0], inner]))
    nodes, node_weights = np.polynomial.legendre.leggauss(NODES_PER_PANEL)
    half = np.diff(edges)[:, None] / 2.0
    angle = (edges[:-1, None] + half * (1.0 + nodes)).ravel()
    t = np.sin(angle)
    # The power d - 2 multiplies the relative error of the cosine: near t = 0, where the mass is, it must come from t.
    log_cosine = np.where(np.abs(t) < 0.7, 0.5 * np.log1p(-(t**2)), np.log(np.cos(angle)))
    weights = (half * node_weights).ravel() * np.exp((dimension - 2.0) * log_cosine)
    return t, weights / weights.sum()
