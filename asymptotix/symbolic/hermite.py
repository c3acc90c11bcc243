r"""Hermite coefficients of an activation: $\mu_k = E[s(G) He_k(G)]$, not divided by k!.

By Stein's identity mu_k = E[s^(k)(G)], with distributional derivatives; this is the route taken. The coefficient is proved by
the other route, the expectation of s times the polynomial He_k.

Convention: He_0 = 1, He_1 = x, He_{k+1} = x He_k - k He_{k-1}, E[He_j(G) He_k(G)] = k! for j = k, else 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from asymptotix.activations import ActivationFamily
from asymptotix.activations.tree import Symbol
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import check_deadline, time_limited
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.dual import resolve
from asymptotix.symbolic.expectation import gaussian_mean
from asymptotix.symbolic.expressions import parameter_conditions, sympy_symbol
from asymptotix.symbolic.formula import Formula, Status
from asymptotix.symbolic.functions import hermite_polynomial
from asymptotix.symbolic.integrability import mean_assumptions
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.terms import Term, Terms, differentiate, multiply

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["exact_number", "hermite_coefficient", "integer_degree"]

MAX_DEGREE = 60  # beyond it exact coefficients have thousands of digits; activation_spectrum gives floats of every degree


@time_limited
def hermite_coefficient(
    activation: Activation | ActivationFamily | str, k: Any, *, normalized: bool = False, mean: Any = 0, variance: Any = 1
) -> Formula:
    r"""Closed form of $E[s(m + \sqrt{v}\,G)\, He_k(G)]$, G standard normal.

    Args:
        activation: an Activation, or its text.
        k: an integer degree, 0 <= k <= 60.
        normalized: divide by sqrt(k!), so that the sum of squares over k is E[s(G)^2].
        mean: m, a number or a SymPy expression.
        variance: v > 0, a number or a SymPy expression with positive symbols.

    Raises:
        InvalidInputError: k or the variance out of range.
        NotInClosedClassError: a symbolic k, or an activation outside the engine's class.

    Source: definition; E[f(G) He_k(G)] = E[f^(k)(G)] is Stein's identity k times.

    >>> hermite_coefficient("relu", 1).expression
    1/2
    """
    degree = integer_degree(k, MAX_DEGREE)
    m, v = exact_number("mean", mean), exact_number("variance", variance)
    if v.is_positive is not True:
        raise InvalidInputError("variance", variance, "positive")
    s = resolve(activation)
    family = s if isinstance(s, ActivationFamily) else None
    parameters = family.parameters if family is not None else ()
    terms = lower(s.tree)
    value = canonical(_by_derivatives(terms, degree, m, v))
    derivation = _derivation(value, _by_polynomial(terms, degree, m, v), degree)
    scale = 1 / sp.sqrt(sp.factorial(degree)) if normalized else sp.S.One
    options = [", normalized=True"] if normalized else []
    options += [f", mean={mean}"] if m != 0 else []
    options += [f", variance={variance}"] if v != 1 else []
    expression = canonical(scale * value)
    return Formula(
        name=f"hermite_coefficient({s.name!r}, {degree}{''.join(options)})",
        left=_left(degree, normalized, m, v),
        symbols=_symbols(m, v, parameters),
        family=family,
        fixed={"k": degree},
        expression=expression,
        derivation=derivation,
        assumptions=(*mean_assumptions(terms, v), *parameter_conditions(parameters)),
        status=Status.of(derivation, "Stein's identity; proved by the expectation of the product with He_k"),
    )


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
        raise InvalidInputError("k", k, f"an integer from 0 to {highest}", "activation_spectrum gives floats for high degrees")
    return int(k)


def exact_number(name: str, value: Any) -> sp.Expr:
    """A SymPy expression as it is; an int or float as the exact decimal that was written."""
    if isinstance(value, sp.Expr):
        return value
    try:
        return sp.Rational(str(value))
    except (TypeError, ValueError):
        raise InvalidInputError(name, value, "a finite number or a SymPy expression") from None


def _by_derivatives(terms: Terms, k: int, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """v^(k/2) E[s^(k)(m + sqrt(v) G)]."""
    for _ in range(k):
        check_deadline()
        terms = differentiate(terms)
    return variance ** sp.Rational(k, 2) * gaussian_mean(terms, mean, variance)


def _by_polynomial(terms: Terms, k: int, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """E[s(x) He_k((x - m) / sqrt(v))], x ~ N(m, v)."""
    x = sp.Dummy("x")
    polynomial = sp.Poly(sp.expand(hermite_polynomial(k, (x - mean) / sp.sqrt(variance))), x)
    factors = tuple(Term(coefficient, power) for (power,), coefficient in polynomial.terms())
    return gaussian_mean(multiply(terms, factors), mean, variance)


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


def _left(k: int, normalized: bool, mean: sp.Expr, variance: sp.Expr) -> str:
    shift = mean != 0 or variance != 1
    argument = r"m + \sqrt{v}\,G" if shift else "G"
    coefficient = rf"\mathbb{{E}}\bigl[\sigma({argument})\,He_{{{k}}}(G)\bigr]"
    return (rf"\tfrac{{1}}{{\sqrt{{{k}!}}}}\," if normalized else "") + coefficient
