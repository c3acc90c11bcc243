r"""$E[f(u)\,g(v)]$ for nearly parallel (u, v) by a double integral, $u = r_1 z_1$, $v = r_2(\rho z_1 + \sigma z_2)$.

The inner panels end where v crosses a kink of g; the outer ones at the kinks of f and around the layers of width
$\sigma/\rho$ in which the inner integral crosses a kink of g.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.gaussian_panels import gaussian_rule, uniform_breakpoints

__all__ = ["Integrand", "conditional_mean", "double_integral", "line_integral"]

FloatArray = NDArray[np.float64]

_LAYER = np.array([-9.0, -5.0, -2.5, -1.0, 0.0, 1.0, 2.5, 5.0, 9.0])  # in units of sigma / rho
_ROWS = 256  # line integrals at once
_EVALUATIONS = 1 << 21  # of the inner function at once


@dataclass(frozen=True)
class Integrand:
    """A function with the points where it is not smooth; |f(x)| <= C exp(rate |x|)."""

    function: Callable[[FloatArray], FloatArray]
    kinks: tuple[float, ...]
    rate: float

    def reflected(self) -> Integrand:
        """x -> f(-x)."""
        return Integrand(lambda x: self.function(-x), tuple(-a for a in self.kinks), self.rate)

    def reach(self, scale: float) -> float:
        """Where E[f(scale z)^2] may be cut off: 9.5 deviations beyond the peak of the tilted Gaussian."""
        return 9.5 + 2.0 * self.rate * scale


def double_integral(
    f: Integrand, g: Integrand, r1: FloatArray, r2: FloatArray, rho: FloatArray, sigma: FloatArray, nodes: int
) -> FloatArray:
    """E[f(u) g(v)], one value per entry of the one-dimensional arrays; r1, r2, rho > 0.

    Args:
        f: the function of u.
        g: the function of v.
        r1: standard deviation of u.
        r2: standard deviation of v.
        rho: correlation.
        sigma: sqrt(1 - rho^2), zero allowed.
        nodes: Gauss-Legendre nodes per panel.
    """
    result = np.empty_like(r1)
    for i in range(len(r1)):
        points = _outer_breakpoints(f, g, r1[i], r2[i], rho[i], sigma[i])
        z, weights = gaussian_rule(points, nodes)
        inner = conditional_mean(g, r2[i] * rho[i] * z, r2[i] * sigma[i], nodes)
        result[i] = np.sum(weights * f.function(r1[i] * z) * inner)
    return result


def line_integral(f: Integrand, r1: FloatArray, r2: FloatArray, nodes: int) -> FloatArray:
    """E[f(r1 G) f(r2 G)], one value per entry of the one-dimensional arrays; r1 and r2 of any sign, or 0."""
    result = np.empty_like(r1)
    for start in range(0, len(r1), _ROWS):
        rows = slice(start, start + _ROWS)
        scales = np.stack([r1[rows], r2[rows]], axis=1)
        largest = float(np.abs(scales).max())
        base = uniform_breakpoints(f.reach(largest), largest, 2.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            kinks = np.nan_to_num(np.multiply.outer(1.0 / scales, np.array(f.kinks)).reshape(len(scales), -1))
        points = [np.broadcast_to(base, (len(scales), len(base))), np.clip(kinks, base[0], base[-1])]
        z, weights = gaussian_rule(np.concatenate(points, axis=1), nodes)
        result[rows] = np.sum(weights * f.function(scales[:, :1] * z) * f.function(scales[:, 1:] * z), axis=1)
    return result


def conditional_mean(g: Integrand, mean: FloatArray, deviation: float, nodes: int) -> FloatArray:
    """E[g(mean + deviation G)] for an array of means and one deviation >= 0."""
    if deviation == 0.0:
        return g.function(mean)
    base = uniform_breakpoints(g.reach(deviation), deviation, 2.0)
    limit = base[-1]
    columns = (len(base) + len(g.kinks)) * nodes
    result = np.empty_like(mean)
    step = max(1, _EVALUATIONS // columns)
    for start in range(0, len(mean), step):
        part = mean[start : start + step]
        crossings = [np.clip((a - part) / deviation, -limit, limit)[:, None] for a in g.kinks]
        points = np.concatenate([np.broadcast_to(base, (len(part), len(base))), *crossings], axis=1)
        z, weights = gaussian_rule(points, nodes)
        result[start : start + step] = np.sum(weights * g.function(part[:, None] + deviation * z), axis=1)
    return result


def _outer_breakpoints(f: Integrand, g: Integrand, r1: float, r2: float, rho: float, sigma: float) -> FloatArray:
    base = uniform_breakpoints(max(f.reach(r1), g.reach(r2)), max(r1, r2), 2.0)
    own = np.array(f.kinks) / r1
    layers = np.add.outer(np.array(g.kinks) / (r2 * rho), _LAYER * sigma / rho).ravel()
    return np.concatenate([base, np.clip(np.concatenate([own, layers]), base[0], base[-1])])
