r"""Gegenbauer coefficients of an activation on the sphere, in symbolic or given dimension.

    lambda_k(d) = E[s(r t) P_k(t)],  t the first coordinate of a uniform point of the unit sphere of R^d,  P_k(1) = 1,
    (k + d - 2) P_{k+1} = (2k + d - 2) t P_k - k P_{k-1}.

Moments obey E t_+^{p+2} = (p+1)/(p+d) E t_+^p, so everything is rational in d but for the one constant
M(d) = E t_+ = Gamma(d/2) / (2 sqrt(pi) Gamma((d+1)/2)). Exponentials give Bessel-type series (0F1, 1F1).

Source: [Muller1966] for the polynomials and Rodrigues' formula; eigenvalues of two-layer kernels in [Bach2017].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.polys.fields import FracField

from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.dual import resolve_activation
from asymptotix.symbolic.formula import Formula, Status
from asymptotix.symbolic.gegenbauer_series import Series, entire_series
from asymptotix.symbolic.hermite import exact_number, integer_degree
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.sphere_moments import moment_route, rodrigues_route
from asymptotix.symbolic.terms import ONE, Step as StepFactor, Terms

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["gegenbauer_coefficient"]

MAX_DEGREE = 60  # rational functions of d of that degree take seconds; floats of every degree: activation_spectrum
MAX_DIMENSION = 10_000  # of an exact value, whose Gamma functions are factorials
M = sp.Symbol("M", positive=True)  # E t_+


@time_limited
def gegenbauer_coefficient(activation: Activation | str, k: Any, d: Any, *, radius: Any = 1) -> Formula:
    r"""Closed form of $\lambda_k(d) = E[s(r t) P_k(t)]$, $P_k(1) = 1$, t = first coordinate on the unit sphere of R^d.

    Args:
        activation: polynomials in x and x_+ (relu, its powers, step, sign, abs, ...), exponentials, sines and cosines of
            x, exp(a x^2), and sums of these.
        k: an integer degree, 0 <= k <= 60.
        d: dimension, an integer from 3 to 10,000, or a SymPy symbol, whose formula evaluates in every dimension.
        radius: r > 0, a number or a SymPy expression such as sqrt(d).

    Raises:
        InvalidInputError: k, d or radius out of range.
        NotInClosedClassError: a symbolic degree or another activation; `activation_spectrum` has the number.

    Source: [Muller1966]; for rectified monomials [Bach2017].

    >>> gegenbauer_coefficient("relu", 1, sp.Symbol("d")).expression
    1/(2*d)
    """
    degree = integer_degree(k, MAX_DEGREE)
    dimension = _dimension(d)
    r = exact_number("radius", radius)
    if r.is_number and r.is_positive is not True:
        raise InvalidInputError("radius", radius, "positive")
    s = resolve_activation(activation)
    algebraic, entire = _sort(lower(s.tree), dimension)
    moments, rodrigues = (_algebraic(route, algebraic, degree, dimension, r) for route in (moment_route, rodrigues_route))
    series = entire_series(entire, degree, dimension, r)
    derivation = _derivation(degree, moments, rodrigues, series)
    expression = _in_full(moments, dimension) + _sum(series)
    others = sorted(expression.free_symbols - {dimension}, key=str)
    return Formula(
        name=f"gegenbauer_coefficient({s.name!r}, {degree}, {dimension}{'' if r == 1 else f', radius={r}'})",
        left=rf"\lambda_{{{degree}}}({dimension})",
        symbols=(dimension, *others) if dimension.is_Symbol else tuple(others),
        fixed={"k": degree} if dimension.is_Symbol else {"k": degree, "d": int(dimension)},
        expression=expression,
        derivation=derivation,
        status=Status.of(derivation, "moment recurrence on the sphere; proved by Rodrigues' formula"),
    )


def _dimension(d: Any) -> sp.Expr:
    if isinstance(d, sp.Symbol):
        return d
    if isinstance(d, bool) or not isinstance(d, int | sp.Integer) or not 3 <= d <= MAX_DIMENSION:
        valid = f"an integer from 3 to {MAX_DIMENSION}, or a SymPy symbol"
        raise InvalidInputError("d", d, valid, "beyond, evaluate the formula of a symbol: .evaluate(d=...)")
    return sp.Integer(d)


def _sort(terms: Terms, d: sp.Expr) -> tuple[Terms, Terms]:
    """Terms c x^n or c x^n H(x), and terms c exp(a x^2) or c exp(b x)."""
    algebraic, entire = [], []
    for t in terms:
        plain = t.quadratic == 0 and t.linear == 0
        if plain and t.factor in (ONE, StepFactor(sp.S.Zero)):
            algebraic.append(t)
        elif t.factor == ONE and t.power == 0 and (t.quadratic == 0 or t.linear == 0):
            entire.append(t)
        else:
            where, number = ("symbolic dimension", "...") if d.is_Symbol else (f"dimension d = {d}", f"{d}")
            raise NotInClosedClassError(
                f"no closed form known to the engine for the term {t.expression(sp.Symbol('x'))} in {where}; "
                f"asymptotix.activation_spectrum(activation, dimension={number}) has the numbers"
            )
    return tuple(algebraic), tuple(entire)


def _algebraic(route: Callable[[int, int, Any], Any], terms: Terms, k: int, d: sp.Expr, r: sp.Expr) -> sp.Expr:
    """sum c r^n E[t^n P_k] or E[t_+^n P_k], with M = E t_+ left as a symbol."""
    if d.is_Symbol:
        symbol = sp.Symbol("d")
        element = FracField([symbol], sp.QQ).gens[0]
    else:
        symbol, element = d, sp.QQ(int(d))
    total = sp.S.Zero
    for t in terms:
        odd = (t.power + k) % 2
        if t.factor == ONE and odd:
            continue  # the whole power: both halves cancel, and double otherwise
        value = route(t.power, k, element) * (1 if t.factor != ONE else 2)
        exact = (
            sp.factor(value.as_expr()).subs(symbol, d)
            if d.is_Symbol
            else sp.Rational(int(value.numerator), int(value.denominator))
        )
        total += t.coefficient * r**t.power * exact * (M if odd else 1)
    return total


def _sum(series: tuple[Series, ...]) -> sp.Expr:
    """Equal hypergeometric functions (those of a sine's two exponentials) share one weight."""
    weights: dict[sp.Expr, sp.Expr] = {}
    for one in series:
        weights[one.shape] = weights.get(one.shape, sp.S.Zero) + one.weight
    return sp.Add(*(sp.factor(sp.expand(weight)) * shape for shape, weight in weights.items()))


def _in_full(expression: sp.Expr, d: sp.Expr) -> sp.Expr:
    """M as a ratio of Gamma functions."""
    return expression.subs(M, sp.gamma(d / 2) / (2 * sp.sqrt(sp.pi) * sp.gamma((d + 1) / 2)))


def _derivation(k: int, moments: sp.Expr, rodrigues: sp.Expr, series: tuple[Series, ...]) -> Derivation:
    one, two = sp.symbols(rf"\lambda_{k} \lambda'_{k}")
    first = Step(
        sp.Eq(one, two, evaluate=False),
        "The part of polynomials in $t$ and $t_+$: the moment recurrence against Rodrigues' formula. $M = \\mathbb{E}\\,t_+$.",
        {one: moments, two: rodrigues},
        "two routes",
    )
    premises = (
        "Moments on the sphere: $\\mathbb{E}\\,t_+^{p+2} = \\frac{p+1}{p+d}\\,\\mathbb{E}\\,t_+^p$.",
        "Rodrigues' formula: $\\mathbb{E}[f P_k] = \\mathbb{E}_{d+2k}[f^{(k)}] / (2^k (d/2)_k)$.",
    )
    steps = (first, *(step for one_series in series for step in one_series.steps))
    return Derivation(f"Gegenbauer coefficient of degree {k}", steps, premises, ("Muller1966",))
