r"""Energies of $a\,x_+^n + b\,(-x)_+^n$ on the sphere, degree by degree, from a rational recurrence: no quadrature.

For $\lambda_k = \mathbb E[t_+^n Q_k(t)]$ on the unit sphere: the moments $\mathbb E\,t_+^{p+2} = \frac{p+1}{p+d}\,\mathbb
E\,t_+^p$ give
the degrees $k\le n+2$; beyond, $\lambda_{k+2} = -\frac{k-n}{d+k+n}\lambda_k$, and degrees k > n of the parity of n vanish.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from asymptotix.spectra.harmonics import multiplicities

__all__ = ["DIGITS", "monomial_energies"]

DIGITS = 40  # the tail is the mass minus all levels, and is wanted to 13 digits when it is 1e-20 of the mass


def monomial_energies(
    degree: int, positive: Fraction, negative: Fraction, dimension: int, max_degree: int, digits: int = DIGITS
) -> tuple[list[Any], Any]:
    r"""$B(d,k)\xi_k^2$, $\xi_k=\mathbb E[\sigma(\sqrt d\,t)Q_k(t)]$, for k = 0..max_degree, and its sum over all k.

    Both as mpmath numbers of `digits` digits.
    """
    import mpmath

    n, d = degree, dimension
    with mpmath.workdps(digits):
        odd_base = mpmath.gamma(mpmath.mpf(d) / 2) / (2 * mpmath.sqrt(mpmath.pi) * mpmath.gamma(mpmath.mpf(d + 1) / 2))
        xi = []
        for rational, even in _low_degrees(n, d, min(max_degree, n + 2)):
            xi.append(_rational(rational) * (mpmath.mpf(1) if even else odd_base))
        for k in range(n + 1, max_degree - 1):
            # the entry k + 2 = n + 3, n + 4, ... in turn; the parity of n continues its exact zero
            xi.append(xi[k] * -(k - n) / (d + k + n))
        scale = mpmath.mpf(d) ** n
        factors = [_rational(positive + negative), _rational(positive - negative)]
        counts = multiplicities(d, max_degree)
        energies = [scale * b * (factors[k % 2] * x) ** 2 for k, (b, x) in enumerate(zip(counts, xi, strict=True))]
        half = Fraction(1, 2)
        for j in range(n):
            half *= Fraction(2 * j + 1, 2 * j + d)
        return energies, scale * _rational(half) * _rational(positive**2 + negative**2)


def _rational(value: Fraction) -> Any:
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator


def _low_degrees(n: int, d: int, top: int) -> list[tuple[Fraction, bool]]:
    """E[t_+^n Q_k], k = 0..top, as rational multiples of 1 (n + k even) or of E t_+ (n + k odd)."""
    moment: dict[int, Fraction] = {0: Fraction(1, 2), 1: Fraction(1)}
    for power in range(n + top + 1):
        moment[power + 2] = Fraction(power + 1, power + d) * moment[power]
    # Q_k has the parity of k, so every moment in the sum has the parity of n + k
    return [
        (sum((c * moment[n + j] for j, c in polynomial.items()), Fraction(0)), (n + k) % 2 == 0)
        for k, polynomial in enumerate(_gegenbauer(d, top))
    ]


def _gegenbauer(d: int, top: int) -> list[dict[int, Fraction]]:
    """Q_0..Q_top as {power: coefficient}: (k+d-2) Q_{k+1} = (2k+d-2) t Q_k - k Q_{k-1}."""
    polynomials = [{0: Fraction(1)}, {1: Fraction(1)}]
    for k in range(1, top):
        step: dict[int, Fraction] = {}
        for j, c in polynomials[k].items():
            step[j + 1] = step.get(j + 1, Fraction(0)) + Fraction(2 * k + d - 2, k + d - 2) * c
        for j, c in polynomials[k - 1].items():
            step[j] = step.get(j, Fraction(0)) - Fraction(k, k + d - 2) * c
        polynomials.append(step)
    return polynomials[: top + 1]
