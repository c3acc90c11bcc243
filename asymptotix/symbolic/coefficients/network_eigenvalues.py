r"""Eigenvalues of the kernels of deep networks, and of those with biases, on the sphere: numbers with a bound on their error.

    eigenvalue_k = int K(theta) P_k(cos theta) sin(theta)^(d-2) dtheta / int sin(theta)^(d-2) dtheta,   0 < theta < pi,

K(theta) the kernel of `nngp_kernel` or `tangent_kernel` at q1 = q2 = r^2/d and the angle theta. In float64, by Gauss-Legendre
panels in theta, in which these kernels are smooth up to roots at 0 and pi: the panels close in on both ends, and are short beside
1/sqrt(d) in the middle.

Source: definition; the density of cos theta in [Muller1966].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log10
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError, InvalidInputError, NotInClosedClassError
from asymptotix.kernels import KernelMap
from asymptotix.kernels.expectations import expectations_of
from asymptotix.kernels.quadrature import QuadratureDual
from asymptotix.symbolic.formula import Formula, Status

__all__ = ["NetworkQuadrature", "network_eigenvalue"]

FloatArray = NDArray[np.float64]

ROUTE = "two Gauss-Legendre rules in the angle, their difference and the rounding are the `error_bound`"
_NODES = 20  # a panel
_REACH = 40.0  # of the panels, in units of 1/sqrt(d): the density beyond is below 1e-300
_CLOSING_IN = 30  # panels at each end, each half of the one before


@dataclass(frozen=True)
class NetworkQuadrature:
    """Numbers of one eigenvalue of a network's kernel between inputs of norm sqrt(d q)."""

    kernel: KernelMap
    q: float
    degree: int
    dimension: int

    def evaluate(self, given: Mapping[str, Any]) -> FloatArray:
        """The float64 value; 0 where it is below its error bound."""
        return np.asarray(_estimate(self)[0], dtype=np.float64)

    def error_bound(self, given: Mapping[str, Any]) -> FloatArray:
        """The difference of the two rules, rounding, and the error of the kernel itself."""
        return np.asarray(_estimate(self)[1], dtype=np.float64)

    def precise(self, given: Mapping[str, Any], digits: int) -> mpmath.mpf:
        """Refused: the kernel is evaluated in float64."""
        raise NotInClosedClassError("eigenvalues of deep kernels are known in float64 only: use .evaluate and .error_bound")


def network_eigenvalue(kernel: KernelMap, degree: int, dimension: int, radius: sp.Expr, name: str) -> Formula:
    """The eigenvalue as a formula of status "numeric".

    Raises:
        InvalidInputError: the radius is no number.
        ConvergenceError: the two rules do not agree to a digit of the size of the kernel.
    """
    if not radius.is_number:
        raise InvalidInputError("radius", radius, "a number, for a deep kernel")
    numbers = NetworkQuadrature(kernel, float(radius**2) / dimension, degree, dimension)
    value, error = _estimate(numbers)
    digits = max(0, min(15, int(log10(abs(value) / error)))) if value else 0
    angle = sp.Symbol("theta", real=True)
    integrand = sp.Function("K")(angle) * sp.sin(angle) ** (dimension - 2)
    mass = sp.sqrt(sp.pi) * sp.gamma(sp.Rational(dimension - 1, 2)) / sp.gamma(sp.Rational(dimension, 2))
    polynomial = sp.Function(f"P_{degree}")(sp.cos(angle))
    return Formula(
        name=name,
        left=rf"s_{{{degree}}}({dimension})",
        symbols=(),
        fixed={"k": degree, "d": dimension},
        expression=sp.Integral(integrand * polynomial, (angle, 0, sp.pi)) / mass,
        derivation=None,
        status=Status("numeric", digits, ROUTE, "no closed form is known for a network with several layers or with biases"),
        numbers=numbers,
    )


@lru_cache(maxsize=1024)
def _estimate(wanted: NetworkQuadrature) -> tuple[float, float]:
    """Value and error bound."""
    at = wanted.kernel, wanted.q, wanted.dimension
    coarse, fine = _sampled(*at, False), _sampled(*at, True)
    value, size = _averages(fine, wanted)
    own = float(np.sum(fine.density * fine.error * np.abs(_polynomial(wanted.degree, wanted.dimension, fine.cosine))))
    # a polynomial of degree k by its recurrence, and the sums, lose a few units for each step
    error = abs(value - _averages(coarse, wanted)[0]) + (16 + 4 * wanted.degree) * 2.0**-52 * size + own
    if not error <= 0.1 * size:
        raise ConvergenceError(f"the eigenvalue of degree {wanted.degree} does not settle in d = {wanted.dimension}")
    return (value, error) if abs(value) > error else (0.0, error)


@dataclass(frozen=True, eq=False)
class _Samples:
    """A kernel at the nodes of a rule, its error bound there, the cosines, and the weights, whose sum is 1."""

    cosine: FloatArray
    density: FloatArray
    kernel: FloatArray
    error: FloatArray


@lru_cache(maxsize=16)
def _sampled(kernel: KernelMap, q: float, d: int, halved: bool) -> _Samples:
    """The values that all degrees share."""
    edges = _edges(d)
    if halved:
        edges = np.sort(np.concatenate([edges, (edges[1:] + edges[:-1]) / 2]))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    offset = (middle[:, None] + half[:, None] * nodes).ravel()  # pi/2 - theta
    density = (half[:, None] * weights).ravel() * np.cos(offset) ** (d - 2)
    angle = np.pi / 2 - offset
    value, error = kernel(q, q, angle=angle), np.zeros_like(angle)
    if halved and isinstance(expectations_of(kernel.activation), QuadratureDual):
        error = kernel.error_bound(q, q, angle=angle)
    return _Samples(np.sin(offset), density / np.sum(density), value, error)


def _edges(d: int) -> FloatArray:
    """pi/2 - theta, as far as the density reaches."""
    end = min(np.pi / 2, _REACH / np.sqrt(d))
    right = np.linspace(0.0, end, 33)
    if end == np.pi / 2:
        right = np.concatenate([right[:-1], end - (end - right[-2]) * 0.5 ** np.arange(1, _CLOSING_IN), [end]])
    return np.concatenate([-right[:0:-1], right])


def _averages(samples: _Samples, wanted: NetworkQuadrature) -> tuple[float, float]:
    """Of K P_k, and of |K P_k|."""
    product = samples.density * samples.kernel * _polynomial(wanted.degree, wanted.dimension, samples.cosine)
    return float(np.sum(product)), float(np.sum(np.abs(product)))


def _polynomial(k: int, d: int, t: FloatArray) -> FloatArray:
    """P_k(t) by its recurrence."""
    before, here = np.ones_like(t), t
    if k == 0:
        return before
    for j in range(1, k):
        before, here = here, ((2 * j + d - 2) * t * here - j * before) / (j + d - 2)
    return here
