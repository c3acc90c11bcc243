"""Source text of the stable kernels of homogeneous activations: what the exported function calls, each needs NumPy only.

The algorithms are those of `asymptotix.kernels` (`pair`, `arc_cosine`, `homogeneous`), written for a reader who has NumPy alone.
"""

from __future__ import annotations

__all__ = ["AFFINE", "CORRELATION", "DUAL", "NEXT_LAYER", "SIGNED"]

CORRELATION = '''def two_product(a, b):
    """The rounded product, and what the rounding took from it (Dekker)."""
    product = a * b
    a1, b1 = 134217729.0 * a, 134217729.0 * b  # 2^27 + 1 splits a number into halves of 26 bits
    a1, b1 = a1 - (a1 - a), b1 - (b1 - b)
    a2, b2 = a - a1, b - b1
    return product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def sides(rho, smaller, larger):
    """(1 - rho, 1 + rho, rho) from rho, 1 - |rho| and 1 + |rho|."""
    return np.where(rho < 0, larger, smaller), np.where(rho < 0, smaller, larger), rho


def correlation(q1, q2, c):
    """(1 - rho, 1 + rho, rho) of rho = c / sqrt(q1 q2), with all digits: q1 q2 - c^2 from products of twice the precision."""
    (m1, e1), (m2, e2) = np.frexp(q1), np.frexp(q2)
    k1, k2 = (e1 + 1) // 2, (e2 + 1) // 2  # powers of four are taken out: nothing overflows
    m1, m2, cross = np.ldexp(m1, e1 - 2 * k1), np.ldexp(m2, e2 - 2 * k2), np.ldexp(c, -(k1 + k2))
    first, first_rest = two_product(np.where(m1 > 0, m1, 1.0), np.where(m2 > 0, m2, 1.0))
    second, second_rest = two_product(cross, cross)
    sine_squared = np.maximum(((first - second) + (first_rest - second_rest)) / first, 0.0)
    rho = np.clip(cross / np.sqrt(first), -1.0, 1.0)
    return sides(rho, sine_squared / (1.0 + np.abs(rho)), 1.0 + np.abs(rho))
'''

DUAL = '''def rectified(n, minus, plus, rho):
    """k_n = E[u_+^n v_+^n] for standard normals, at the correlations rho and -rho, and k_n(1) - k_n(rho); nothing cancels."""
    z, size, sign = 0.5 * np.minimum(minus, plus), np.abs(rho), (-1) ** n
    angle = 2.0 * np.arcsin(np.sqrt(z))  # arccos |rho|
    obtuse = z**n * np.sqrt(z) * np.polyval(SERIES[n], angle**2) if n else angle / (2.0 * np.pi)
    acute = 0.5 * np.polyval(ANGULAR[n], size) - sign * obtuse
    near = z * np.polyval(QUOTIENT[n], size) + sign * obtuse
    far = 0.5 * np.polyval(ANGULAR[n], 1.0) - obtuse
    return np.where(rho < 0, obtuse, acute), np.where(rho < 0, acute, obtuse), np.where(rho < 0, far, near)


def dual(n, a, b, minus, plus, rho):
    """K(rho) = E[s(u) s(v)] for standard normals and s(x) = a x_+^n + b (-x)_+^n; K(1) - K(rho); K(1) + K(rho)."""
    same, opposite, deficit = rectified(n, minus, plus, rho)
    flipped = rectified(n, plus, minus, -rho)[2]
    squares, mixed, one = a * a + b * b, 2.0 * a * b, 0.5 * np.polyval(ANGULAR[n], 1.0)
    value = squares * same + mixed * opposite
    lower, upper = squares * deficit - mixed * opposite, squares * one + value
    if mixed > 0.0:  # beyond a right angle both terms of `lower` are of order one
        lower = np.where(rho < 0, (a - b) ** 2 * one + mixed * flipped - squares * same, lower)
    elif mixed < 0.0:
        upper = (a + b) ** 2 * one - mixed * flipped + squares * same
    return value, lower, upper
'''

# goes into `dual` where |a| = |b| and the terms of `value` cancel at correlation 0
SIGNED = """    sine = np.sqrt(minus * plus)
    value = 2.0 * a * a / np.pi * (np.polyval(ANGULAR[n], rho) * np.arctan2(rho, sine) + np.polyval(ROOT[n], rho) * sine)
"""

AFFINE = '''def affine(q1, q2, gap, minus, plus, rho, weight, bias):
    """Variances weight q + bias and covariance weight sqrt(q1 q2) rho + bias; gap = q1 - q2. No term of 1 - rho is negative."""
    one, two = weight * q1 + bias, weight * q2 + bias
    product, size = np.sqrt(q1) * np.sqrt(q2), np.sqrt(q1) + np.sqrt(q2)
    apart = (gap / np.where(size > 0, size, 1.0)) ** 2 + 2.0 * product * minus
    determinant = (weight * product) ** 2 * minus * plus + weight * bias * apart
    rho = np.clip((weight * product * rho + bias) / (np.sqrt(one) * np.sqrt(two)), -1.0, 1.0)
    larger = 1.0 + np.abs(rho)
    return one, two, weight * gap, *sides(rho, determinant / one / two / larger, larger)
'''

NEXT_LAYER = '''def shares(one, value, lower, upper):
    """(1 - rho, 1 + rho, rho) of the next layer; the one that is small determines the others."""
    minus, plus, rho = lower / one, upper / one, value / one
    rho = np.where(minus < 0.5, 1.0 - minus, np.where(plus < 0.5, plus - 1.0, rho))
    return np.where(minus < 0.5, minus, 1.0 - rho), np.where(plus < 0.5, plus, 1.0 + rho), rho
'''
