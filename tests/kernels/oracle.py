"""Slow, plain oracles: the layer recursion and the dual kernels in mpmath, sharing no code with the package."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import mpmath


def rectified_moment(n: int, rho: Any) -> Any:
    """E[u_+^n v_+^n] at unit variances by Cho and Saul's integral, n! sin^(2n+1) int cos^n / (1 - rho cos)^(n+1) / (2 pi)."""
    if rho == 1:
        return mpmath.fac2(2 * n - 1) / 2
    if rho == -1:
        return mpmath.mpf(0)
    sine = mpmath.sqrt((1 - rho) * (1 + rho))
    integral = mpmath.quad(lambda t: mpmath.cos(t) ** n / (1 - rho * mpmath.cos(t)) ** (n + 1), [0, mpmath.pi / 4, mpmath.pi / 2])
    return mpmath.factorial(n) * sine ** (2 * n + 1) * integral / (2 * mpmath.pi)


def relu_pair(rho: Any) -> tuple[Any, Any]:
    """(E relu relu, E step step) at unit variances, textbook form."""
    theta = mpmath.acos(rho)
    return (
        (mpmath.sin(theta) + (mpmath.pi - theta) * mpmath.cos(theta)) / (2 * mpmath.pi),
        (mpmath.pi - theta) / (2 * mpmath.pi),
    )


def relu_network(q1: Any, q2: Any, c: Any, *, depth: int, weight: Any, bias: Any) -> tuple[Any, Any, Any]:
    """(S_depth, T_depth, term of the first layer) of a relu network by the recursion as it is printed."""
    q1, q2, s = weight * q1 + bias, weight * q2 + bias, weight * c + bias
    t = first = s
    for _ in range(depth):
        scale = mpmath.sqrt(q1 * q2)
        kernel, slope = relu_pair(min(s / scale, mpmath.mpf(1)))
        s = weight * scale * kernel + bias
        t = s + weight * t * slope
        first = weight * first * slope
        q1, q2 = weight * q1 / 2 + bias, weight * q2 / 2 + bias
    return s, t, first


def gaussian_expectation(f: Callable[[float], float], q1: float, q2: float, c: float, kinks: Sequence[float] = ()) -> float:
    """E[f(u) f(v)] by two nested adaptive integrals of SciPy, split at the kinks; about 1e-12, slow."""
    from scipy.integrate import quad

    r1, slope = math.sqrt(q1), c / q1
    deviation = math.sqrt(q2 - c * c / q1)

    def density(z: float) -> float:
        return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    def integral(g: Callable[[float], float], cuts: Sequence[float]) -> float:
        edges = sorted({-10.0, 0.0, 10.0, *(cut for cut in cuts if abs(cut) < 10)})
        return sum(float(quad(g, a, b, epsabs=1e-14, epsrel=1e-13, limit=200)[0]) for a, b in pairwise(edges))

    def inner(u: float) -> float:
        cuts = [(kink - slope * u) / deviation for kink in kinks]
        return integral(lambda z: f(slope * u + deviation * z) * density(z), cuts)

    return integral(lambda z: f(r1 * z) * inner(r1 * z) * density(z), [kink / r1 for kink in kinks])
