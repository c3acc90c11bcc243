r"""Hermite coefficients of an activation: $\mu_k = E[s(G) He_k(G)]$, not divided by k!.

At an integer degree mu_k = E[s^(k)(G)] by Stein's identity, with distributional derivatives, proved by the other route, the
expectation of s times the polynomial He_k. In a symbolic degree: `asymptotix.symbolic.coefficients.hermite_degree`.

Convention: He_0 = 1, He_1 = x, He_{k+1} = x He_k - k He_{k-1}, E[He_j(G) He_k(G)] = k! for j = k, else 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from asymptotix.activations import ActivationFamily
from asymptotix.activations.tree import Symbol
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.canonical import canonical, is_zero
from asymptotix.symbolic.coefficients.degree_cases import require_degree_symbol
from asymptotix.symbolic.coefficients.hermite_degree import OWN_SYMBOLS, hermite_form
from asymptotix.symbolic.coefficients.hermite_integer import by_derivatives, by_polynomial
from asymptotix.symbolic.coefficients.hermite_numbers import HermiteNumbers
from asymptotix.symbolic.coefficients.hermite_numeric import numeric_coefficient
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.dual import resolve
from asymptotix.symbolic.expressions import parameter_conditions, sympy_symbol
from asymptotix.symbolic.formula import Formula, Status
from asymptotix.symbolic.integrability import assumptions_latex, mean_assumptions
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.printing.latex_printer import latex

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["exact_number", "hermite_coefficient", "integer_degree"]

MAX_DEGREE = 60  # beyond it exact coefficients have thousands of digits; a symbolic degree evaluates at every one


def hermite_coefficient(
    activation: Activation | ActivationFamily | str,
    k: Any,
    *,
    normalized: bool = False,
    mean: Any = 0,
    variance: Any = 1,
    allow_numeric: bool = True,
) -> Formula:
    r"""$E[s(m + \sqrt{v}\,G)\, He_k(G)]$, G standard normal: in closed form where one is known, for one degree or for all.

    With a SymPy symbol for k the expression is one Piecewise in k: first the finitely many degrees where the general form is
    wrong, then k even and k odd. There is such a form for sums of piecewise polynomials, polynomials times Phi and erf,
    polynomials times exp(a x^2 + b x), and waves; not for an exponential times a step (ELU), which has closed forms for
    integer degrees only.

    Args:
        activation: an Activation, its text, or an ActivationFamily, whose parameters become further symbols of the formula.
        k: an integer degree, 0 <= k <= 60, or a SymPy symbol that stands for every integer k >= 0.
        normalized: divide by sqrt(k!), so that the sum of squares over k is E[s(m + sqrt(v) G)^2].
        mean: m, a number or a SymPy expression.
        variance: v > 0, a number or a SymPy expression with positive symbols.
        allow_numeric: where no closed form is known for an integer degree (tanh, softplus), return a formula of status "numeric".

    Raises:
        InvalidInputError: k, mean or variance out of range.
        NotInClosedClassError: no closed form in a symbolic degree, or none at all and no numbers either.
        HypothesisError: the expectation is infinite.

    Source: definition; E[f(G) He_k(G)] = E[f^(k)(G)] is Stein's identity k times.

    >>> hermite_coefficient("relu", 1).expression
    1/2
    >>> k = sp.Symbol("k")
    >>> formula = hermite_coefficient("relu", k)
    >>> formula.expression.subs(k, 1), formula.expression.subs(k, 3)
    (1/2, 0)
    >>> formula.evaluate(k=[0, 1, 2, 4])
    array([ 0.39894228,  0.5       ,  0.39894228, -0.39894228])
    """
    degree = _symbol(k) or integer_degree(k, MAX_DEGREE)
    m, v = exact_number("mean", mean), exact_number("variance", variance)
    if v.is_positive is not True:
        raise InvalidInputError("variance", variance, "positive")
    s = resolve(activation)
    parameters = s.parameters if isinstance(s, ActivationFamily) else ()
    _symbols(m, v, parameters)
    options = [", normalized=True"] if normalized else []
    options += [f", mean={mean}"] if m != 0 else []
    options += [f", variance={variance}"] if v != 1 else []
    name = f"hermite_coefficient({s.name!r}, {degree}{''.join(options)})"
    if isinstance(degree, sp.Symbol):
        return _every_degree(s, degree, name, normalized, m, v)
    try:
        return _one_degree(s, degree, name, normalized, m, v)
    except NotInClosedClassError as refusal:
        if isinstance(s, ActivationFamily):
            raise NotInClosedClassError(f"{str(refusal).split('; ')[0]}; {s.numeric_remedy()}") from refusal
        if not allow_numeric:
            raise
        return numeric_coefficient(s, degree, name, _left(str(degree), normalized, m, v), normalized, (m, v), refusal)


@time_limited
def _one_degree(
    s: Activation | ActivationFamily, degree: int, name: str, normalized: bool, mean: sp.Expr, variance: sp.Expr
) -> Formula:
    terms = lower(s.tree)
    family = s if isinstance(s, ActivationFamily) else None
    parameters = family.parameters if family is not None else ()
    value = canonical(by_derivatives(terms, degree, mean, variance))
    value = sp.S.Zero if is_zero(value) else value  # an odd degree of a hat is 0 only by Phi(-z) = 1 - Phi(z)
    derivation = _derivation(value, by_polynomial(terms, degree, mean, variance), degree)
    scale = 1 / sp.sqrt(sp.factorial(degree)) if normalized else sp.S.One
    return Formula(
        name=name,
        left=_left(str(degree), normalized, mean, variance),
        symbols=_symbols(mean, variance, parameters),
        family=family,
        fixed={"k": degree},
        expression=canonical(scale * value),
        derivation=derivation,
        assumptions=(*mean_assumptions(terms, variance), *parameter_conditions(parameters)),
        status=Status.of(derivation, "Stein's identity; proved by the expectation of the product with He_k"),
    )


@time_limited
def _every_degree(
    s: Activation | ActivationFamily, k: sp.Symbol, name: str, normalized: bool, mean: sp.Expr, variance: sp.Expr
) -> Formula:
    family = s if isinstance(s, ActivationFamily) else None
    parameters = family.parameters if family is not None else ()
    others = _symbols(mean, variance, parameters)
    if k.name in {symbol.name for symbol in others}:
        raise InvalidInputError("k", k, f"a symbol other than {', '.join(map(str, others))}")
    taken = set(OWN_SYMBOLS).intersection(others)
    if taken:
        raise InvalidInputError(
            "symbols", sorted(map(str, taken)), "other than the integers k, m and i of the form", "rename them"
        )
    try:
        terms, form = lower(s.tree), hermite_form(s.tree, mean, variance)
    except NotInClosedClassError as refusal:
        raise NotInClosedClassError(f"{str(refusal).split('; ')[0]}; {_remedy(s)}") from refusal
    cases = form.cases.renamed(k)
    cases = cases.scaled(lambda degree: 1 / sp.sqrt(sp.factorial(degree))) if normalized else cases
    assumptions = (*mean_assumptions(terms, variance), *parameter_conditions(parameters))
    left = _left(latex(k), normalized, mean, variance)
    return Formula(
        name=name,
        left=left,
        symbols=(k, *others),
        family=family,
        expression=cases.expression,
        derivation=form.derivation,
        assumptions=assumptions,
        status=form.status,
        body=cases.latex(left) + assumptions_latex(assumptions),
        numbers=HermiteNumbers(name, cases, assumptions, family),
    )


def _remedy(s: Activation | ActivationFamily) -> str:
    call = f"asymptotix.hermite_coefficient({s.name!r}, 0), 1, 2, ..."
    return f"one integer degree after the other has a closed form or a number: {call}"


def _symbol(k: Any) -> sp.Symbol | None:
    """A symbolic degree, None for what should be an integer."""
    if isinstance(k, sp.Symbol):
        return require_degree_symbol("k", k)
    if isinstance(k, sp.Expr) and not k.is_number:
        raise InvalidInputError("k", k, "an integer or one SymPy symbol", "substitute into the expression of a symbol")
    return None


def _symbols(mean: sp.Expr, variance: sp.Expr, parameters: tuple[Symbol, ...]) -> tuple[sp.Symbol, ...]:
    """Those of mean and variance, then the parameters; a name stands for one of them."""
    own, free = [sympy_symbol(parameter) for parameter in parameters], mean.free_symbols | variance.free_symbols
    clash = sorted({symbol.name for symbol in free} & {symbol.name for symbol in own})
    if clash:
        where, value = ("variance", variance) if clash[0] in map(str, variance.free_symbols) else ("mean", mean)
        raise InvalidInputError(where, value, f"without {', '.join(clash)}, a parameter of the activation")
    return (*sorted(free, key=str), *own)


def integer_degree(k: Any, highest: int) -> int:
    """A degree as an int, or a typed refusal."""
    if isinstance(k, sp.Expr) and not k.is_number:
        raise NotInClosedClassError(f"k = {k}: coefficients have closed forms for integer degrees 0, 1, 2, ... only")
    if isinstance(k, bool | str) or not 0 <= k <= highest or int(k) != k:  # nan fails the middle one
        fix = "a SymPy symbol for k gives a formula for every degree"
        raise InvalidInputError("k", k, f"an integer from 0 to {highest}", fix)
    return int(k)


def exact_number(name: str, value: Any) -> sp.Expr:
    """A SymPy expression as it is; an int or float as the exact decimal that was written."""
    if isinstance(value, sp.Expr):
        return value
    try:
        return sp.Rational(str(value))
    except (TypeError, ValueError):
        raise InvalidInputError(name, value, "a finite number or a SymPy expression") from None


def _derivation(stein: sp.Expr, polynomial: sp.Expr, k: int) -> Derivation:
    one, two = sp.Symbol(f"mu_{k}"), sp.Symbol(f"nu_{k}")
    step = Step(
        sp.Eq(one, two, evaluate=False),
        f"The expectation of derivative {k} of s equals the expectation of s times the Hermite polynomial of degree {k}.",
        {one: stein, two: polynomial},
        "two routes",
    )
    premises = ("One-dimensional Gaussian expectations by tilting, Stein's identity and densities at the jumps.",)
    return Derivation(f"Hermite coefficient of degree {k}", (step,), premises)


def _left(k: str, normalized: bool, mean: sp.Expr, variance: sp.Expr) -> str:
    shift = mean != 0 or variance != 1
    argument = r"m + \sqrt{v}\,G" if shift else "G"
    coefficient = rf"\mathbb{{E}}\bigl[\sigma({argument})\,He_{{{k}}}(G)\bigr]"
    return (rf"\tfrac{{1}}{{\sqrt{{{k}!}}}}\," if normalized else "") + coefficient
