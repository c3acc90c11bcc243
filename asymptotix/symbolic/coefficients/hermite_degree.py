r"""Hermite coefficients in a symbolic degree: closed forms by parity, a table of exceptional degrees, and the proof of both.

`hermite_sums` writes the coefficient as a finite sum, valid from some degree on; `hermite_closing` closes it. Below that
degree the form may be wrong, so every such degree is computed on its own and goes to the table where they differ.

The proof has four parts, each checked at a symbolic degree except the last: the form of s at k is the form of s', derived anew,
at k - 1 (Stein's identity); the closed moments obey the recurrence that defines them; the printed forms are the sums; and every
degree of the table, and the first ones beyond it, agree with the expectation of s times the polynomial He_k.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from asymptotix.activations.tree import Node
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.cache import CachedForm, load, store
from asymptotix.symbolic.canonical import canonical, is_zero
from asymptotix.symbolic.coefficients.degree_cases import HALF, DegreeCases, written_out
from asymptotix.symbolic.coefficients.hermite_closing import (
    closed_sum,
    is_uniform,
    kummer_argument,
    kummer_coefficients,
    moment,
    reduced,
)
from asymptotix.symbolic.coefficients.hermite_integer import by_polynomial, derivative_values
from asymptotix.symbolic.coefficients.hermite_sums import DEGREE, Family, HermiteSum, hermite_sum, standardized
from asymptotix.symbolic.derivation import Derivation, DerivationError, Step, equation
from asymptotix.symbolic.formula import Status
from asymptotix.symbolic.functions import He
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.terms import Terms, differentiate

__all__ = ["OWN_SYMBOLS", "HermiteForm", "hermite_form"]

ROUTE = "Stein's identity and generating functions in a symbolic degree; low degrees by the expectation of the product with He_k"
PREMISES = (
    "Recurrence $x\\,He_k = He_{k+1} + k\\,He_{k-1}$ and Stein's identity $\\mathbb{E}[f\\,He_k] = \\mathbb{E}[f'\\,He_{k-1}]$.",
    "$\\mathbb{E}[\\delta_a\\,He_k] = \\varphi(a)\\,He_k(a)$.",
    "A Gaussian times an exponential is a multiple of another Gaussian, $\\mathcal{N}(M, 1 - w)$,"
    " and $A_j = \\mathbb{E}[He_j]$ under it has $A_0 = 1$, $A_{j+1} = M A_j - w\\,j\\,A_{j-1}$.",
)
TERM = sp.Symbol("i", integer=True, nonnegative=True)
OWN_SYMBOLS = (DEGREE, HALF, TERM)
MORE_DEGREES = 2  # checked one by one beyond the table


@dataclass(frozen=True)
class HermiteForm:
    """Closed forms in `DEGREE`, their checked derivation and its status."""

    cases: DegreeCases
    derivation: Derivation
    status: Status


@lru_cache(maxsize=128)
def hermite_form(tree: Node, mean: sp.Expr, variance: sp.Expr) -> HermiteForm:
    """E[s(mean + sqrt(variance) G) He_k(G)] for every k, proved or verified; stored on disk once it is.

    Raises:
        NotInClosedClassError: no closed form in a symbolic degree.
    """
    key = f"hermite coefficients of {tree!r}, mean {sp.srepr(mean)}, variance {sp.srepr(variance)}"
    known = load(key)
    if known is not None:
        return HermiteForm(_unpacked(known.expression), known.derivation, Status.of(known.derivation, known.route))
    terms = lower(tree)
    total = hermite_sum(standardized(terms, mean, variance))
    cases = _cases(terms, total, mean, variance)
    steps = tuple(_steps(terms, total, cases, mean, variance))
    named = {f"degree {degree}" for degree in cases.exceptions} | {"every degree", "even degrees", "odd degrees"}
    theorem = tuple(step.label for step in steps if step.label in named)
    derivation = Derivation("Hermite coefficients of every degree", steps, PREMISES, theorem=theorem)
    try:
        status = Status.of(derivation, ROUTE)
    except DerivationError as failure:  # a form that is not confirmed is not a form
        raise NotInClosedClassError(f"no closed form known to the engine that passes its own check: {failure}") from failure
    store(key, CachedForm(_packed(cases), derivation, (), ROUTE))
    return HermiteForm(cases, derivation, status)


def _cases(terms: Terms, total: HermiteSum, mean: sp.Expr, variance: sp.Expr) -> DegreeCases:
    """The closed forms, with an exception wherever they differ from the coefficient of an integer degree."""
    closed = closed_sum(total)
    generic = DegreeCases(DEGREE, closed.even, closed.odd, {}, closed.generic)
    exceptions = {}
    for degree, exact in zip(range(total.valid_from), derivative_values(terms, mean, variance), strict=False):
        form = generic.at(degree)
        if _has_no_value(form) or not is_zero(form - exact):
            exceptions[degree] = canonical(exact)
    return DegreeCases(DEGREE, closed.even, closed.odd, exceptions, closed.generic)


def _has_no_value(form: sp.Expr) -> bool:
    return form.has(sp.nan, sp.zoo, sp.oo) or any(isinstance(f, He) for f in form.atoms(sp.Function))


# --- on disk: (even, odd, (generic) or (), ((degree, value), ...)) -------------------------------------------------------------


def _packed(cases: DegreeCases) -> sp.Tuple:
    generic = () if cases.generic is None else (cases.generic,)
    table = (sp.Tuple(degree, value) for degree, value in cases.exceptions.items())
    return sp.Tuple(cases.even, cases.odd, sp.Tuple(*generic), sp.Tuple(*table))


def _unpacked(packed: sp.Tuple) -> DegreeCases:
    even, odd, generic, table = packed
    return DegreeCases(DEGREE, even, odd, {int(degree): value for degree, value in table}, next(iter(generic), None))


# --- the proof ----------------------------------------------------------------------------------------------------------------


def _steps(terms: Terms, total: HermiteSum, cases: DegreeCases, mean: sp.Expr, variance: sp.Expr) -> Iterator[Step]:
    yield _stein_step(standardized(terms, mean, variance), total)
    for family in total.parts:
        yield from _moment_steps(family)
    yield from _form_steps(total, cases)
    for degree in range(total.valid_from + MORE_DEGREES):
        yield _table_step(degree, cases.at(degree), by_polynomial(terms, degree, mean, variance))


def _stein_step(terms: Terms, total: HermiteSum) -> Step:
    """mu_k of s = mu_{k-1} of s', both over the two lowest moments of every family."""
    derived = hermite_sum(differentiate(terms))
    sides: list[sp.Expr] = [sp.S.Zero, sp.S.Zero]
    for number, family in enumerate(dict.fromkeys((*total.parts, *derived.parts)), start=1):
        rows = (
            dict(total.parts.get(family, {})),
            {s - 1: w.xreplace({DEGREE: DEGREE - 1}) for s, w in derived.parts.get(family, {}).items()},
        )
        lowest = min(shift for row in rows for shift in row)
        for side, row in enumerate(rows):
            for shift, weight in reduced(family, row, lowest).items():
                sides[side] += weight * sp.Symbol(rf"A^{{({number})}}_{{{sp.latex(DEGREE + shift)}}}")
    mu, nu = sp.Symbol(r"\mu_{k}^{s}"), sp.Symbol(r"\mu_{k-1}^{s'}")
    why = "The form of $s$ in degree $k$ is that of its derivative, obtained anew, in degree $k-1$."
    return Step(equation(mu, nu), why, {mu: sides[0], nu: sides[1]}, "Stein")


def _moment_steps(family: Family) -> Iterator[Step]:
    """A_{j+1} = M A_j - w j A_{j-1} for the closed forms that depend on the parity of j."""
    if is_uniform(family):
        return
    first, mean = sp.symbols("A_0 A_1")
    starts = {first: moment(family, 2 * HALF), mean: moment(family, 2 * HALF + 1)}
    for name, value in ((first, sp.S.One), (mean, family.mean)):
        start = written_out(starts[name].subs(HALF, 0))
        yield Step(equation(name, value), f"The moments of $M = {sp.latex(family.mean)}$ begin with $1, M$.", {name: start})
    series = family.mean != 0 and family.width != 0  # then term by term, at z^i
    upper, middle, lower_one = sp.symbols("A_{j+1} A_j A_{j-1}")
    for j, text in ((2 * HALF + 1, "odd"), (2 * HALF + 2, "even")):
        claim = equation(upper, family.mean * middle - family.width * j * lower_one)
        if series:
            names = kummer_coefficients(family, j, TERM)
            where = f", the coefficient of $z^i$, $z = {sp.latex(kummer_argument(family))}$"
        else:
            names, where = (moment(family, j + 1), moment(family, j), moment(family, j - 1)), ""
        why = f"Recurrence of the moments with $M = {sp.latex(family.mean)}$ at {text} $j${where}."
        yield Step(claim, why, dict(zip((upper, middle, lower_one), names, strict=True)))


def _form_steps(total: HermiteSum, cases: DegreeCases) -> Iterator[Step]:
    """The printed form is the sum over the families, its moments written out one by one."""
    rows = [(DEGREE, cases.generic, "k", "every degree")] if cases.generic is not None else []
    rows = rows or [(2 * HALF, cases.even, "2m", "even degrees"), (2 * HALF + 1, cases.odd, "2m+1", "odd degrees")]
    for k, form, text, label in rows:
        mu, nu = sp.Symbol(rf"\mu_{{{text}}}"), sp.Symbol(rf"\Sigma_{{{text}}}")
        names = {mu: _in_conjugates(form), nu: _written_out(total, k)}
        yield Step(equation(mu, nu), f"The form at degree ${text}$ is the sum of its moments.", names, label, ("Stein",))


def _in_conjugates(form: sp.Expr) -> sp.Expr:
    """Re z as (z + z*)/2; the symbols are real, so that z* has -i for i."""
    return form.replace(sp.re, lambda z: (z + z.xreplace({sp.I: -sp.I})) / 2)


def _written_out(total: HermiteSum, k: sp.Expr) -> sp.Expr:
    """The sum at degree k; moments above the two lowest ones of a family by its recurrence, upwards."""
    value = sp.S.Zero
    for family, shifts in total.parts.items():
        mirrored = Family(canonical(-family.mean), family.width) in total.parts and family.mean.could_extract_minus_sign()
        sequence = _moments(family, mirrored, k, min(shifts), max(shifts))
        value += sp.Add(*(weight.xreplace({DEGREE: k}) * sequence[shift] for shift, weight in shifts.items()))
    return value


def _moments(family: Family, mirrored: bool, k: sp.Expr, lowest: int, highest: int) -> dict[int, sp.Expr]:
    """A_{k+lowest}, ..., A_{k+highest}."""
    if family.mean == 0:
        return {shift: moment(family, k + shift) for shift in range(lowest, highest + 1)}
    base = Family(canonical(-family.mean), family.width) if mirrored else family
    names = sp.symbols("A_0 A_1")
    values = dict(zip((lowest, lowest + 1), names, strict=True))
    for shift in range(lowest + 1, highest):
        values[shift + 1] = canonical(base.mean * values[shift] - base.width * (k + shift) * values[shift - 1])
    first_two = {name: moment(base, k + shift) for shift, name in zip((lowest, lowest + 1), names, strict=True)}
    sign = sp.S.NegativeOne if mirrored else sp.S.One
    return {shift: sign ** (k + shift) * value.xreplace(first_two) for shift, value in values.items()}


def _table_step(degree: int, value: sp.Expr, product: sp.Expr) -> Step:
    mu, nu = sp.symbols(rf"\mu_{degree} \nu_{degree}")
    why = f"Degree {degree} is the expectation of $s$ times the Hermite polynomial."
    return Step(equation(mu, nu), why, {mu: value, nu: product}, f"degree {degree}")
