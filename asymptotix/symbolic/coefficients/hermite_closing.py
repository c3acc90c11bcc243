r"""Closed forms of the moments A_j = E[He_j(y)], y ~ N(M, 1 - w), and of sums of them, for even and for odd degrees.

    M = 0               A_{2n} = (-2w)^n Gamma(n + 1/2) / sqrt(pi),  A_{2n+1} = 0
    w = 0               A_j = M^j
    M real, w > 0       A_j = w^{j/2} He_j(M / sqrt(w))
    otherwise           A_{2n} = (-2w)^n Gamma(n + 1/2)/sqrt(pi) 1F1(-n; 1/2; M^2/(2w)),
                        A_{2n+1} = 2 M (-2w)^n Gamma(n + 3/2)/sqrt(pi) 1F1(-n; 3/2; M^2/(2w))

The last line is real for an imaginary M, the mean of a wave under a Gaussian; the families of M and -M, which come together
there, are joined by A_j(-M) = (-1)^j A_j(M). Several shifts of one family are reduced to two by A_{j+1} = M A_j - w j A_{j-1}.

Source: generating function exp(M t - w t^2/2) of the A_j; He_k as 1F1 is in any handbook, and proved here by its recurrence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

from asymptotix.symbolic.canonical import canonical, root
from asymptotix.symbolic.coefficients.degree_cases import HALF
from asymptotix.symbolic.coefficients.hermite_sums import DEGREE, Family, HermiteSum, Shifts
from asymptotix.symbolic.functions import He

__all__ = ["ClosedSum", "closed_sum", "is_skew", "is_uniform", "kummer_argument", "kummer_coefficients", "moment", "reduced"]

_SQRT_PI = sp.sqrt(sp.pi)


@dataclass(frozen=True)
class ClosedSum:
    """The value at k = 2m and at k = 2m + 1, in m = `HALF`; `generic` in k where one form holds for both."""

    even: sp.Expr
    odd: sp.Expr
    generic: sp.Expr | None


def closed_sum(total: HermiteSum) -> ClosedSum:
    """Closed forms of a sum, for k >= total.valid_from."""
    even, odd, generic = sp.S.Zero, sp.S.Zero, sp.S.Zero
    uniform = True
    for family, by_parity in _reflected_pairs(total.parts):
        if by_parity[0] is by_parity[1] and is_uniform(family):
            form = _closed(family, by_parity[0], DEGREE)
            generic += form
            even, odd = (e + form.xreplace({DEGREE: d}) for e, d in ((even, 2 * HALF), (odd, 2 * HALF + 1)))
        else:
            uniform = False
            even += _closed(family, by_parity[0], 2 * HALF)
            odd += _closed(family, by_parity[1], 2 * HALF + 1)
    return ClosedSum(even, odd, generic if uniform else None)


def _reflected_pairs(parts: Mapping[Family, Shifts]) -> Iterator[tuple[Family, tuple[Shifts, Shifts]]]:
    """Every family with its weights at even and at odd k; that of -M is added to that of M, that of conj(M) is left out."""
    done: set[Family] = set()
    for family, shifts in parts.items():
        if family in done:
            continue
        mirror = Family(canonical(-family.mean), family.width)
        if family.mean == 0 or mirror not in parts or is_skew(family):
            done.add(family)
            if is_skew(family):
                done.add(Family(canonical(sp.conjugate(family.mean)), family.width))
            yield family, (shifts, shifts)
            continue
        done |= {family, mirror}
        if family.mean.could_extract_minus_sign():
            family, mirror = mirror, family
        yield family, (_folded(parts[family], parts[mirror], 0), _folded(parts[family], parts[mirror], 1))


def _folded(own: Shifts, mirrored: Shifts, parity: int) -> Shifts:
    """Weights with A_j(-M) = (-1)^j A_j(M), at degrees of one parity."""
    signs = {s: (-1) ** ((s + parity) % 2) for s in {*own, *mirrored}}
    sums = {s: canonical(own.get(s, sp.S.Zero) + sign * mirrored.get(s, sp.S.Zero)) for s, sign in sorted(signs.items())}
    return {s: value for s, value in sums.items() if value != 0}


def _is_real(value: sp.Expr) -> bool:
    return value.is_real is True or not value.has(sp.I)


def is_skew(family: Family) -> bool:
    """A mean that is neither real nor imaginary: the two conjugate families add up to twice a real part."""
    return not _is_real(family.mean) and not _is_real(canonical(family.mean * sp.I))


def is_uniform(family: Family) -> bool:
    """Whether one form holds for both parities."""
    if family.mean == 0:
        return False
    if is_skew(family):
        return True
    return _is_real(family.mean) and (family.width == 0 or family.width.is_positive is True)


def _closed(family: Family, shifts: Shifts, k: sp.Expr) -> sp.Expr:
    """The sum over one family at k = 2m, k = 2m + 1 or any k."""
    if not shifts:
        return sp.S.Zero
    if family.mean == 0:
        return _gamma_form(family.width, shifts, k)
    if is_skew(family):
        return 2 * sp.re(_combined(shifts, lambda j: family_power(family, j), k), evaluate=False)
    kept = reduced(family, shifts, min(shifts))
    return _combined(kept, lambda j: moment(family, j), k)


def _combined(shifts: Shifts, sequence: Callable[[sp.Expr], sp.Expr], k: sp.Expr) -> sp.Expr:
    return sp.Add(*(sp.Mul(canonical(_at(weight, k)), sequence(k + shift)) for shift, weight in shifts.items()))


def _at(weight: sp.Expr, k: sp.Expr) -> sp.Expr:
    return weight.xreplace({DEGREE: k})


def reduced(family: Family, shifts: Shifts, lowest: int) -> Shifts:
    """The same sum over A_{k+lowest} and A_{k+lowest+1} alone."""
    weights = dict(shifts)
    last = lowest if family.width == 0 else lowest + 1
    for shift in range(max(shifts, default=lowest), last, -1):
        weight = weights.pop(shift, sp.S.Zero)
        for step, factor in ((1, family.mean), (2, -family.width * (DEGREE + shift - 1))):
            if factor != 0:
                # tidied at once: nested sums would double at every step
                weights[shift - step] = canonical(weights.get(shift - step, sp.S.Zero) + weight * factor)
    tidy = {shift: canonical(weight) for shift, weight in sorted(weights.items())}
    return {shift: weight for shift, weight in tidy.items() if weight != 0}


def moment(family: Family, j: sp.Expr) -> sp.Expr:
    """A_j in closed form, with j = 2n or 2n + 1, n an expression in `HALF`, where the form depends on the parity."""
    mean, width = family.mean, family.width
    if mean != 0 and is_uniform(family):
        return family_power(family, j)
    odd = sp.expand(j).subs(HALF, 0) % 2
    n = sp.expand((j - odd) / 2)
    if width == 0:  # an imaginary mean
        y = canonical(mean / sp.I)
        return (-1) ** n * y ** (2 * n + odd) * sp.I**odd
    if mean == 0:
        return sp.S.Zero if odd else _bare_power(-2 * width, n) * sp.gamma(n + sp.S.Half) / _SQRT_PI
    argument = kummer_argument(family)
    start = 2 * mean * sp.gamma(n + sp.Rational(3, 2)) if odd else sp.gamma(n + sp.S.Half)
    return start / _SQRT_PI * _bare_power(-2 * width, n) * sp.hyper([-n], [sp.S.Half + odd], argument)


def kummer_argument(family: Family) -> sp.Expr:
    """z = M^2 / (2 w) of the 1F1."""
    return canonical(family.mean**2 / (2 * family.width))


def kummer_coefficients(family: Family, j: sp.Expr, i: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """The coefficients of z^i in A_{j+1}, A_j and A_{j-1}, without a factor M that they share where j is even.

    A_{2n} is a series in z and A_{2n+1} is M times one, so that M A_{2n+1} holds M^2 = 2 w z.
    """
    odd = sp.expand(j).subs(HALF, 0) % 2
    shift = 1 if odd else 0
    above, below = (_kummer_coefficient(family.width, degree, i) for degree in (j + 1, j - 1))
    middle = _kummer_coefficient(family.width, j, i - shift) * (2 * family.width) ** shift / family.mean
    return above, middle, below


def _kummer_coefficient(width: sp.Expr, degree: sp.Expr, i: sp.Expr) -> sp.Expr:
    """Of z^i in A_{2n}, or in A_{2n+1} / M: (-n)_i = (-1)^i n! / (n-i)!, (b)_i = Gamma(b + i) / Gamma(b)."""
    odd = sp.expand(degree).subs(HALF, 0) % 2
    n = sp.expand((degree - odd) / 2)
    start = 2 * sp.gamma(n + sp.Rational(3, 2)) if odd else sp.gamma(n + sp.S.Half)
    bottom = sp.S.Half + odd
    rising = (-1) ** i * sp.gamma(n + 1) / sp.gamma(n - i + 1) * sp.gamma(bottom) / sp.gamma(bottom + i) / sp.gamma(i + 1)
    return start / _SQRT_PI * _bare_power(-2 * width, n) * rising


def family_power(family: Family, j: sp.Expr) -> sp.Expr:
    """M^j, or w^(j/2) He_j(M / sqrt(w))."""
    if family.width == 0:
        return family.mean**j
    return family.width ** sp.expand(j / 2) * He(j, canonical(family.mean / root(family.width)))


def _bare_power(base: sp.Expr, n: sp.Expr) -> sp.Expr:
    """base^n for an integer n, the numerical part of n as a factor."""
    base = sp.factor(base)
    return base**n if base.is_Rational else (-1) ** n * sp.factor(-base) ** n


def _gamma_form(width: sp.Expr, shifts: Shifts, k: sp.Expr) -> sp.Expr:
    """M = 0: all shifts over one Gamma function, A_{2n+2} = -w (2n + 1) A_{2n}."""
    odd = sp.expand(k).subs(HALF, 0) % 2
    kept = [shift for shift in sorted(shifts) if (shift + odd) % 2 == 0]
    if not kept:
        return sp.S.Zero
    start = sp.expand((k + kept[0]) / 2)
    total = sp.S.Zero
    for shift in kept:
        steps = range((shift - kept[0]) // 2)
        total += _at(shifts[shift], k) * sp.Mul(*(-width * (2 * (start + i) + 1) for i in steps))
    weight = canonical(total / _SQRT_PI)
    return sp.Mul(weight, _bare_power(-2 * width, start), sp.gamma(start + sp.S.Half))
