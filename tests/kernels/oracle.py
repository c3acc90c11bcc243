"""Slow, plain oracles: the layer recursion and the dual kernels in mpmath, sharing no code with the package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def gaussian_expectation(f: Callable[[Any], Any], q1: Any, q2: Any, c: Any, kinks: Sequence[float] = ()) -> Any:
    """E[f(u) f(v)] by a double Gauss-Legendre integral split at the kinks; mpmath's current precision, slow."""
    r1, slope = mpmath.sqrt(q1), c / q1
    deviation = mpmath.sqrt(q2 - c * c / q1)

    def inner(u: Any) -> Any:
        cuts = sorted({-12, -4, 0, 4, 12, *(max(min((k - slope * u) / deviation, 12), -12) for k in kinks)})
        return mpmath.quad(lambda z: f(slope * u + deviation * z) * mpmath.npdf(z), cuts)

    cuts = sorted({-12, -4, 0, 4, 12, *(k / r1 for k in kinks)})
    return mpmath.quad(lambda z: f(r1 * z) * inner(r1 * z) * mpmath.npdf(z), cuts)
