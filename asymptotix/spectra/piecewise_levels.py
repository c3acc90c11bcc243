r"""Levels of piecewise polynomials on the sphere, exact in every degree and dimension: no quadrature.

With $\nu_D$ the density of t on the unit sphere of $\mathbb R^D$, integration by parts in Rodrigues' formula gives

$$\mathbb E_d[f\,Q_k^{(d)}]=\frac1d\,\mathbb E_{d+2}[f'\,Q_{k-1}^{(d+2)}],$$

so that after at most k steps only the jumps J of the derivatives of f at its breaks a are left, and a mean:

$$\mathbb E_d[f\,Q_k^{(d)}]=\sum_{j<k}\sum_a\frac{J_j(a)\,\nu_{d+2j+2}(a)\,Q_{k-j-1}^{(d+2j+2)}(a)}{d(d+2)\cdots(d+2j)}
  +\frac{\mathbb E_{d+2k}[f^{(k)}]}{d(d+2)\cdots(d+2k-2)}.$$

Partial moments: $(p+D)\,\mathbb E_D[t^{p+2};t>a]=(p+1)\,\mathbb E_D[t^p;t>a]+a^{p+1}(1-a^2)\nu_D(a)$.

Source:
    [Muller1966] for Rodrigues' formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from asymptotix.activations.piecewise import PiecewisePolynomial
from asymptotix.spectra.certified_levels import EXTRA, Levels
from asymptotix.spectra.harmonics import multiplicities

__all__ = ["piecewise_levels"]

_GUARD = 20


@dataclass(frozen=True)
class _OnLine:
    """f(t) between breaks in (-1, 1): coefficients of each piece, constant first, in mpmath."""

    breaks: tuple[Any, ...]
    pieces: tuple[tuple[Any, ...], ...]

    def derivative(self) -> _OnLine:
        return _OnLine(self.breaks, tuple(tuple(i * c for i, c in enumerate(p))[1:] for p in self.pieces))

    def squared(self) -> _OnLine:
        return _OnLine(self.breaks, tuple(_product(p, p) for p in self.pieces))

    def jumps(self) -> list[Any]:
        return [_at(right, a) - _at(left, a) for a, (left, right) in zip(self.breaks, pairwise(self.pieces), strict=True)]


def piecewise_levels(function: PiecewisePolynomial, dimension: int, top: int, digits: int = 40) -> Levels:
    r"""$\mathbb E[\sigma(\sqrt d\,t)p_k(t)]$ for k = 0..top + EXTRA, and the mass, from the exact pieces of $\sigma$.

    Where the breaks cancel to all `digits` digits the level is zero.
    """
    import mpmath

    last = top + EXTRA
    with mpmath.workdps(digits + _GUARD + _tail_digits(function, dimension)):
        line = _on_line(function, dimension)
        totals, sizes = [mpmath.mpf(0)] * (last + 1), [mpmath.mpf(0)] * (last + 1)
        part, factor = line, mpmath.mpf(1)
        for j in range(last + 1):
            if any(part.pieces):
                mean, size = _mean(part, dimension + 2 * j)
                totals[j] += mean * factor
                sizes[j] += size * factor
            factor /= dimension + 2 * j
            for a, jump in zip(part.breaks, part.jumps(), strict=True):
                if jump:
                    _add_jump(totals, sizes, a, jump * factor, dimension + 2 * j + 2, j + 1)
            part = part.derivative()
            if not any(part.pieces):
                break
        tiny = mpmath.mpf(10) ** -digits
        counts = multiplicities(dimension, last)
        found = [v * mpmath.sqrt(b) if abs(v) > tiny * s else 0 * v for v, s, b in zip(totals, sizes, counts, strict=True)]
        return Levels(tuple(found), _mean(line.squared(), dimension)[0], digits)


def _add_jump(totals: list[Any], sizes: list[Any], a: Any, weight: Any, dimension: int, first: int) -> None:
    """Add weight nu_D(a) Q_(k - first)(a) to every degree k >= first."""
    weight = weight * _density(a, dimension)
    previous, current = 0 * a, 1 + 0 * a
    for k in range(first, len(totals)):
        totals[k] += weight * current
        sizes[k] += abs(weight) * (abs(current) + abs(previous))
        n = k - first
        following = ((2 * n + dimension - 2) * a * current - n * previous) / (n + dimension - 2)
        previous, current = current, following


def _on_line(function: PiecewisePolynomial, dimension: int) -> _OnLine:
    import mpmath

    root = mpmath.sqrt(dimension)
    places = [(i, mpmath.mpf(a.numerator) / a.denominator / root) for i, a in enumerate(function.breaks)]
    inside = [(i, a) for i, a in places if -1 < a < 1]
    first = inside[0][0] if inside else sum(a <= -1 for _, a in places)
    pieces = function.pieces[first : first + len(inside) + 1]
    scaled = (tuple(root**p * c.numerator / c.denominator for p, c in enumerate(piece)) for piece in pieces)
    return _OnLine(tuple(a for _, a in inside), tuple(scaled))


def _mean(f: _OnLine, dimension: int) -> tuple[Any, Any]:
    """E_D[f], the first piece everywhere and what each break adds above it; and the sum of the sizes of all terms."""
    import mpmath

    terms = _terms(f.pieces[0], mpmath.mpf(-1), dimension)
    for a, (left, right) in zip(f.breaks, pairwise(f.pieces), strict=True):
        size = max(len(left), len(right))
        step = [(right[p] if p < len(right) else 0) - (left[p] if p < len(left) else 0) for p in range(size)]
        terms += _terms(step, a, dimension)
    return mpmath.fsum(terms), mpmath.fsum(terms, absolute=True)


def _terms(polynomial: Sequence[Any], a: Any, dimension: int) -> list[Any]:
    """c_p E_D[t^p; t > a]."""
    return [c * m for c, m in zip(polynomial, _moments_above(a, dimension, len(polynomial)), strict=True)]


def _moments_above(a: Any, dimension: int, size: int) -> list[Any]:
    """E_D[t^p; t > a] for p < size."""
    import mpmath

    edge = (1 - a * a) * _density(a, dimension) if a > -1 else mpmath.mpf(0)
    moments = [_probability_above(a, dimension), edge / (dimension - 1)]
    for p in range(size - 2):
        moments.append(((p + 1) * moments[p] + a ** (p + 1) * edge) / (p + dimension))
    return moments[:size]


def _probability_above(a: Any, dimension: int) -> Any:
    import mpmath

    if a == -1:
        return mpmath.mpf(1)
    # all terms positive, unlike those of the incomplete beta function's usual series
    series = mpmath.hyp2f1(1, mpmath.mpf(dimension) / 2, mpmath.mpf(3) / 2, a * a)
    return mpmath.mpf(1) / 2 - a * (1 - a * a) * _density(a, dimension) * series


def _density(t: Any, dimension: int) -> Any:
    import mpmath

    half = mpmath.mpf(dimension) / 2
    constant = mpmath.exp(mpmath.loggamma(half) - mpmath.loggamma(half - mpmath.mpf(1) / 2)) / mpmath.sqrt(mpmath.pi)
    return constant * (1 - t * t) ** (half - mpmath.mpf(3) / 2)


def _tail_digits(function: PiecewisePolynomial, dimension: int) -> int:
    """Digits that the probability above the breaks loses when it is taken as 1/2 minus a part."""
    from math import log10

    ratios = [float(a * a / dimension) for a in function.breaks]
    inside = [r for r in ratios if r < 1]
    return int(max((-log10(1 - r) * dimension / 2 for r in inside), default=0.0)) + 10


def _product(one: tuple[Any, ...], two: tuple[Any, ...]) -> tuple[Any, ...]:
    out = [0] * max(len(one) + len(two) - 1, 0)
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            out[i + j] += a * b
    return tuple(out)


def _at(polynomial: tuple[Any, ...], t: Any) -> Any:
    import mpmath

    return mpmath.polyval(list(reversed(polynomial)), t) if polynomial else mpmath.mpf(0)
