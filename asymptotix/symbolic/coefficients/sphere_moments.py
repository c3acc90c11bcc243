r"""Moments of half powers against Gegenbauer polynomials, exact and rational in the dimension, by two routes.

t is the first coordinate of a uniform point of the unit sphere of R^d, P_k(1) = 1; E t_+^{p+2} = (p+1)/(p+d) E t_+^p,
so that E[t_+^n P_k] is rational in d when n + k is even, and rational times M = E t_+ when n + k is odd. The functions return the
rational part, in whatever arithmetic `d` brings: an element of the field Q(d), or a rational number.

Source: [Muller1966].
"""

from __future__ import annotations

from typing import Any

__all__ = ["gegenbauer_terms", "half_moment", "moment_route", "rodrigues_route"]

Element = Any  # an element of Q(d), or a rational number


def gegenbauer_terms(k: int, d: Element) -> dict[int, Element]:
    """Coefficients of P_k by power of t.

    The leading one follows from (j+d-2) P_{j+1} = (2j+d-2) t P_j - ..., the others from the differential equation
    (1 - t^2) P'' - (d-1) t P' + k (k+d-2) P = 0.
    """
    leading = d / d
    for j in range(1, k):
        leading = leading * (2 * j + d - 2) / (j + d - 2)
    found = {k: leading}
    for i in range(k // 2):
        power = k - 2 * i
        found[power - 2] = -found[power] * (power * (power - 1)) / (2 * (i + 1) * (2 * k - 2 * i + d - 4))
    return found


def half_moment(p: int, d: Element) -> Element:
    """E t_+^p: 1/2 or M, then E t_+^{p+2} = (p+1)/(p+d) E t_+^p; without the M for odd p."""
    value = d / d if p % 2 else d / (2 * d)
    for q in range(p % 2, p, 2):
        value = value * (q + 1) / (q + d)
    return value


def moment_route(n: int, k: int, d: Element) -> Element:
    """E[t_+^n P_k] by the coefficients of P_k; without the M for odd n + k."""
    return sum((c * half_moment(n + p, d) for p, c in gegenbauer_terms(k, d).items()), d - d)


def rodrigues_route(n: int, k: int, d: Element) -> Element:
    """E[t_+^n P_k] = E_D[(t_+^n)^(k)] / (d (d+2) ... (d+2k-2)), D = d + 2k; without the M for odd n + k.

    For k <= n the derivative is a half power again; beyond it is a derivative of a Dirac at 0, where the density of t is
    (D-1) M(D) (1 - t^2)^((D-3)/2). M(D + 2) = D/(D+1) M(D).
    """
    scale, lift = d / d, d / d
    for j in range(k):
        scale = scale / (d + 2 * j)
        lift = lift * (d + 2 * j) / (d + 2 * j + 1)
    if k <= n:
        for j in range(k):
            scale = scale * (n - j)
        return scale * half_moment(n - k, d + 2 * k) * (lift if (n - k) % 2 else 1)
    for j in range(n):
        scale = scale * (n - j)
    order, top = k - n - 1, d + 2 * k
    if order % 2:
        return d - d
    value = scale * lift * (top - 1)
    for i in range(order // 2):  # (2m)! binomial((D-3)/2, m) (-1)^m, one factor (2i+1)(2i+2) (D-3-2i) / (2 (i+1)) at a time
        value = -value * (2 * i + 1) * (top - 3 - 2 * i)
    return value
