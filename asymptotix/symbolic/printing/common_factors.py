r"""A sum with what its terms share in front of brackets: sqrt(D) e^a + sqrt(D) e^b -> sqrt(D) (e^a + e^b)."""

from __future__ import annotations

from collections import Counter

import sympy as sp

from asymptotix.symbolic.printing.latex_printer import factors, latex, term_key
from asymptotix.symbolic.printing.line_breaking import visible_width

__all__ = ["collect"]

_LEAST_SAVING = 0  # visible characters; brackets cost two


def collect(terms: list[sp.Expr], depth: int = 2) -> list[sp.Expr]:
    """The terms, those that share a root, an exponential or a polynomial joined to factor * (sum), at most `depth` brackets deep.

    >>> x, y, z = sp.symbols("x y z", positive=True)
    >>> collect([sp.sqrt(x + y + z) * sp.exp(x), sp.sqrt(x + y + z) * sp.exp(y)])
    [(exp(x) + exp(y))*sqrt(x + y + z)]
    """
    if depth == 0 or len(terms) < 2:
        return terms
    count: Counter[sp.Expr] = Counter(f for term in terms for f in set(factors(term)) if _sharable(f))
    savings = {f: _saving(f, [term for term in terms if f in factors(term)]) for f in count if count[f] > 1}
    shared = [f for f in savings if savings[f] >= _LEAST_SAVING]
    if not shared:
        return terms
    best = max(shared, key=lambda f: (savings[f], sp.default_sort_key(f)))
    inside = [term for term in terms if best in factors(term)]
    outside = [term for term in terms if best not in factors(term)]
    common = _common(inside)
    rests = collect([_without(term, common) for term in inside], depth - 1)
    number = _content(rests)
    scaled = [_scaled(rest, 1 / number) for rest in rests]
    body = sp.Add(*sorted(scaled, key=term_key), evaluate=False) if len(scaled) > 1 else scaled[0]
    joined = sp.Mul(*([number] if number != 1 else []), *common, body, evaluate=False)
    return [joined, *collect(outside, depth)]


def _sharable(factor: sp.Expr) -> bool:
    return not factor.is_Rational and not factor.is_number


def _saving(factor: sp.Expr, terms: list[sp.Expr]) -> int:
    """Visible characters; a number that all terms have is pulled out as well."""
    numbers = {abs(sp.Mul(*(f for f in factors(term) if f.is_Rational))) for term in terms}
    number = visible_width(latex(numbers.pop())) if len(numbers) == 1 and numbers != {sp.S.One} else 0
    return (len(terms) - 1) * (visible_width(latex(factor)) + number) - 2


def _common(terms: list[sp.Expr]) -> list[sp.Expr]:
    """The factors that all terms have, numbers aside."""
    first, *others = (Counter(factors(term)) for term in terms)
    for other in others:
        first &= other
    return [f for f in first.elements() if not f.is_Rational]


def _without(term: sp.Expr, common: list[sp.Expr]) -> sp.Expr:
    left = Counter(factors(term)) - Counter(common)
    rest = list(left.elements())
    return sp.Mul(*rest, evaluate=False) if len(rest) > 1 else sp.Mul(*rest)


def _content(terms: list[sp.Expr]) -> sp.Rational:
    """The common rational factor; negative where every term is."""
    numbers = [sp.Mul(*(f for f in factors(term) if f.is_Rational)) for term in terms]
    content = sp.gcd_list(numbers)
    return -content if all(number < 0 for number in numbers) else content


def _scaled(term: sp.Expr, number: sp.Rational) -> sp.Expr:
    parts = factors(term)
    own = sp.Mul(*(f for f in parts if f.is_Rational)) * number
    rest = [f for f in parts if not f.is_Rational]
    if not rest:
        return own
    kept = [own, *rest] if own != 1 else rest
    return sp.Mul(*kept, evaluate=False) if len(kept) > 1 else kept[0]
