r"""Gegenbauer coefficients of an activation on the sphere, in symbolic or given degree and dimension.

    lambda_k(d) = E[s(r t) P_k(t)],  t the first coordinate of a uniform point of the unit sphere of R^d,  P_k(1) = 1,
    (k + d - 2) P_{k+1} = (2k + d - 2) t P_k - k P_{k-1}.

Powers of x and x_+ give ratios of Gamma functions in k and d, exponentials and error functions hypergeometric functions;
other activations have numbers only, at one degree in one dimension.

Source: [Muller1966] for the polynomials and Rodrigues' formula; eigenvalues of two-layer kernels in [Bach2017].
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy as sp

from asymptotix.activations.tree import Node
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.degree_cases import HALF, DegreeCases, require_degree_symbol
from asymptotix.symbolic.coefficients.gegenbauer_degree import SphereCoefficients
from asymptotix.symbolic.coefficients.gegenbauer_numbers import GegenbauerNumbers
from asymptotix.symbolic.coefficients.hermite import exact_number
from asymptotix.symbolic.coefficients.power_series import power_series
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation
from asymptotix.symbolic.dual import resolve_activation
from asymptotix.symbolic.formula import Formula, Status
from asymptotix.symbolic.lowering import lower

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["checked_degree_argument", "checked_dimension", "checked_radius", "gegenbauer_coefficient", "sphere_coefficients"]

MAX_DEGREE = 60  # of an exact value: rational functions of d of that degree take seconds. A symbol evaluates at every degree
MAX_DIMENSION = 10_000  # of an exact value, whose Gamma functions are factorials
ROUTE = "moments of every degree by their recurrence and by Rodrigues' formula, series by their term ratios"


def gegenbauer_coefficient(
    activation: Activation | str, k: Any, d: Any, *, radius: Any = 1, allow_numeric: bool = True
) -> Formula:
    r"""Closed form of $\lambda_k(d) = E[s(r t) P_k(t)]$, $P_k(1) = 1$, t = first coordinate on the unit sphere of R^d.

    With B(d, k) harmonics of degree k (`multiplicity`), $\sum_k B(d,k)\lambda_k(d)^2 = E\,s(r t)^2$.

    Args:
        activation: closed forms exist for sums of x^n, x_+^n, and these times exp(b x) or exp(a x^2), and of x^n Phi(w x) and
            x^n erf(w x): relu and its powers, step, abs, leaky relu, polynomials, exp, sin, cos, gauss, erf, gelu, elu, ...
        k: a degree from 0 to 60, or a SymPy symbol: one `Piecewise` in k, with degrees that fall out of the pattern as rows
            of their own; its formula evaluates at every degree.
        d: dimension, an integer from 2 to 10,000, or a SymPy symbol, whose formula evaluates in every dimension.
        radius: r > 0, a number or a SymPy expression such as sqrt(d).
        allow_numeric: without a closed form, at a given degree in a given dimension, return a formula of status "numeric":
            the defining integral, with values by quadrature and a bound on their error. False insists on a closed form.

    Raises:
        InvalidInputError: k, d or radius out of range.
        NotInClosedClassError: no closed form, and k or d is a symbol or `allow_numeric` is False.

    Source: [Muller1966]; for rectified monomials [Bach2017].

    >>> k, d = sp.symbols("k d")
    >>> gegenbauer_coefficient("relu", 1, d).expression
    1/(2*d)
    >>> relu = gegenbauer_coefficient("relu", k, d)
    >>> relu.expression.subs(k, 2)
    gamma(d/2)/(4*sqrt(pi)*gamma(d/2 + 3/2))
    >>> relu.evaluate(k=[0, 1, 2, 3], d=3)
    array([0.25      , 0.16666667, 0.0625    , 0.        ])
    >>> gegenbauer_coefficient("tanh", 1, 10).status.kind
    'numeric'
    """
    degree, dimension = checked_degree_argument(k), checked_dimension(d)
    r = checked_radius(radius, degree, dimension)
    s = resolve_activation(activation)
    try:
        return _closed_form(s, degree, dimension, r)
    except NotInClosedClassError as refusal:
        if not allow_numeric or isinstance(degree, sp.Symbol) or dimension.is_Symbol or not r.is_number:
            raise
        from asymptotix.symbolic.coefficients.gegenbauer_quadrature import numeric_coefficient

        return numeric_coefficient(s, degree, int(dimension), r, str(refusal).split("; ")[0])


@time_limited
def _closed_form(s: Activation, degree: sp.Symbol | int, dimension: sp.Expr, r: sp.Expr) -> Formula:
    expression, cases, derivation, status = _proved(s.tree, degree, dimension, r)
    coefficients = sphere_coefficients(s, dimension, r)
    own = [symbol for symbol in (degree, dimension) if isinstance(symbol, sp.Symbol)]
    others = sorted(r.free_symbols - set(own), key=str)
    fixed = {"k": degree} if isinstance(degree, int) else {}
    fixed |= {} if dimension.is_Symbol else {"d": int(dimension)}
    left = rf"\lambda_{{{degree}}}({dimension})"
    return Formula(
        name=f"gegenbauer_coefficient({s.name!r}, {degree}, {dimension}{'' if r == 1 else f', radius={r}'})",
        left=left,
        symbols=(*own, *others),
        fixed=fixed,
        expression=expression,
        derivation=derivation,
        status=status,
        body="" if cases is None else cases.latex(left),
        numbers=GegenbauerNumbers(
            coefficients.series,
            r,
            (*own, *others),
            degree,
            dimension if isinstance(dimension, sp.Symbol) else int(dimension),
        ),
    )


@lru_cache(maxsize=256)
def _proved(
    tree: Node, degree: sp.Symbol | int, dimension: sp.Expr, r: sp.Expr
) -> tuple[sp.Expr, DegreeCases | None, Derivation, Status]:
    """Expression, its rows for a symbolic degree, the derivation and what its check found."""
    coefficients = _coefficients(tree, dimension, r)
    if isinstance(degree, int):
        expression, steps = coefficients.at(degree)
        cases = None
    else:
        cases, steps = coefficients.cases(degree)
        expression = cases.expression
    derivation = coefficients.derivation(steps, f"Gegenbauer coefficient of degree {degree}")
    return expression, cases, derivation, Status.of(derivation, ROUTE)


def sphere_coefficients(s: Activation, dimension: sp.Expr, radius: sp.Expr) -> SphereCoefficients:
    """The coefficients of all degrees.

    Raises:
        NotInClosedClassError: no closed form is known to the engine.
    """
    return _coefficients(s.tree, dimension, radius)


@lru_cache(maxsize=256)
def _coefficients(tree: Node, dimension: sp.Expr, radius: sp.Expr) -> SphereCoefficients:
    where, number = ("symbolic dimension", "...") if dimension.is_Symbol else (f"dimension d = {dimension}", f"{dimension}")
    remedy = f"asymptotix.activation_spectrum(activation, dimension={number}) has the numbers"
    remedy += ", and for integers k and d so has gegenbauer_coefficient"
    try:
        terms = lower(tree)
    except NotInClosedClassError as refusal:
        raise NotInClosedClassError(f"{str(refusal).split('; ')[0]} in {where}; {remedy}") from refusal
    return SphereCoefficients(power_series(terms, where, remedy), dimension, radius)


def checked_degree_argument(k: Any) -> sp.Symbol | int:
    """A degree: a symbol as it is, or an int.

    Raises:
        InvalidInputError: neither, or out of range.
    """
    if isinstance(k, sp.Symbol):
        return require_degree_symbol("k", k)
    valid = f"an integer from 0 to {MAX_DEGREE}, or a SymPy symbol"
    fix = "the formula of a symbol evaluates at every degree: .evaluate(k=...)"
    if isinstance(k, bool | str) or (isinstance(k, sp.Expr) and not k.is_number):
        raise InvalidInputError("k", k, valid, fix)
    try:
        if 0 <= k <= MAX_DEGREE and int(k) == k:  # nan fails the first
            return int(k)
    except (TypeError, ValueError):
        pass
    raise InvalidInputError("k", k, valid, fix)


def checked_dimension(d: Any) -> sp.Expr:
    """A dimension: a symbol as it is, or an integer.

    Raises:
        InvalidInputError: neither, or out of range.
    """
    if isinstance(d, sp.Symbol) and d != HALF and d.is_positive is not False and d.is_real is not False:
        return d
    if isinstance(d, bool) or not isinstance(d, int | sp.Integer) or not 2 <= d <= MAX_DIMENSION:
        valid = f"an integer from 2 to {MAX_DIMENSION}, or a SymPy symbol"
        raise InvalidInputError("d", d, valid, "beyond, evaluate the formula of a symbol: .evaluate(d=...)")
    return sp.Integer(d)


def checked_radius(radius: Any, degree: sp.Symbol | int, dimension: sp.Expr) -> sp.Expr:
    """A radius as an exact expression.

    Raises:
        InvalidInputError: not positive, or it depends on the degree.
    """
    r = exact_number("radius", radius)
    if r.is_number and r.is_positive is not True:
        raise InvalidInputError("radius", radius, "positive")
    if isinstance(degree, sp.Symbol) and degree == dimension:
        raise InvalidInputError("k", degree, "another symbol than d")
    if r.free_symbols & {degree, HALF}:
        raise InvalidInputError("radius", radius, f"an expression without {', '.join(map(str, r.free_symbols & {degree, HALF}))}")
    return r
