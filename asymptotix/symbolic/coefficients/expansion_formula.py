r"""The expansion of Gegenbauer coefficients in 1/d as a formula: explicit terms, their proof, and numbers for any activation.

The theory is that of `dimension_expansion`; here it meets an activation, whose Hermite coefficients are put in, and its proof is
carried out: at order 1 by induction at a symbolic degree, at order 2 for one degree by a second route, exact moments of
powers on the sphere.

Source: derived here; order 0 is the classical limit of Gegenbauer to Hermite polynomials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.coefficients.degree_cases import HALF, checked_degree, require_degree_symbol
from asymptotix.symbolic.coefficients.dimension_expansion import coefficient_of_order, first_order
from asymptotix.symbolic.coefficients.dimension_steps import first_order_steps, second_order_steps
from asymptotix.symbolic.coefficients.gegenbauer_numbers import checked_dimensions
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation
from asymptotix.symbolic.dual import resolve_activation
from asymptotix.symbolic.formula import Formula, Status

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["gegenbauer_expansion"]

MAX_ORDER, MAX_DEGREE = 2, 40
D = sp.Symbol("d", positive=True)
MU = sp.Function("mu")
PREMISES = (
    "$x = \\sqrt d\\,t$ has the density proportional to $(1 - x^2/d)^{(d-3)/2}$, with respect to which its polynomials have the "
    "recurrence $x\\,\\pi_k = \\pi_{k+1} + c_k \\pi_{k-1}$.",
    "An expansion of the density in powers of $1/d$ may be integrated term by term against s of moderate growth.",
    "$x\\,He_j = He_{j+1} + j\\,He_{j-1}$.",
)


@time_limited
def gegenbauer_expansion(activation: Activation | str, k: Any, *, order: int = 1) -> Formula:
    r"""$\sqrt{k!\,B(d,k)}\;E[s(\sqrt d\,t) P_k(t)]$ up to $d^{-\mathrm{order}}$, t a coordinate on the unit sphere of R^d.

    $$\mu_k - \frac1d\Big[\tfrac14\mu_{k+4} + k\,\mu_{k+2} + \tfrac34 k(k-1)\,\mu_k\Big] + O(d^{-2}),
    \qquad \mu_j = E[s(G) He_j(G)].$$

    Order 0 is the limit d to infinity, the Hermite coefficient. Smoothness of s plays no part: the expansion is one of the
    density of t and of the polynomials.

    Args:
        activation: any activation with Hermite coefficients, in closed form or not.
        k: a degree from 0 to 40, or a SymPy symbol, whose formula is written with mu(k), mu(k + 2), ...
        order: 0 or 1, or 2 for a given degree.

    Returns:
        A formula in d (and k). For a symbol k its mu(j) are those of the activation in `evaluate` and `mp`.

    Raises:
        InvalidInputError: k or order out of range; order 2 in a symbolic degree.
        HypothesisError: the activation is not integrable under the normal law.

    Source: derived here (`.derivation`).

    >>> gegenbauer_expansion("relu", 1).expression
    1/2
    >>> gegenbauer_expansion("x**4", 0, order=2).expression
    3 - 6/d + 12/d**2
    """
    if isinstance(order, bool) or order not in (0, 1, 2):
        raise InvalidInputError("order", order, "0, 1 or 2")
    s = resolve_activation(activation)
    degree = require_degree_symbol("k", k) if isinstance(k, sp.Symbol) else _integer(k)
    if isinstance(degree, sp.Symbol) and order == 2:
        raise InvalidInputError("order", order, "0 or 1 for a symbolic degree", "order 2 needs an integer k")
    if degree in (D, HALF) or (isinstance(degree, sp.Symbol) and degree.name == "d"):
        raise InvalidInputError("k", degree, "another symbol than d and m")
    terms = _terms(degree, order)
    coefficients = {j: hermite_coefficient(s, j) for term in terms for j in term} if isinstance(degree, int) else {}
    derivation = _derivation(degree, order)
    status = Status.of(derivation, f"density and polynomials expanded in 1/d to order {order}")
    if any(one.status.kind == "numeric" for one in coefficients.values()):
        reason = next(one.status.reason for one in coefficients.values() if one.status.kind == "numeric")
        status = Status("numeric", 12, f"{status.route}; Hermite coefficients by quadrature", reason)
    numbers = ExpansionNumbers(s, degree, order)
    return Formula(
        name=f"gegenbauer_expansion({s.name!r}, {degree}, order={order})",
        left=rf"\sqrt{{{degree}!\, B(d, {degree})}}\; \lambda_{{{degree}}}(d)",
        symbols=(degree, D) if isinstance(degree, sp.Symbol) else (D,),
        fixed={} if isinstance(degree, sp.Symbol) else {"k": degree},
        expression=_expression(terms, coefficients),
        derivation=derivation,
        status=status,
        body=_latex(degree, terms),
        numbers=numbers,
    )


def _integer(k: Any) -> int:
    valid = f"an integer from 0 to {MAX_DEGREE}, or a SymPy symbol"
    if isinstance(k, bool | str) or (isinstance(k, sp.Expr) and not k.is_number):
        raise InvalidInputError("k", k, valid)
    try:
        if 0 <= k <= MAX_DEGREE and int(k) == k:
            return int(k)
    except (TypeError, ValueError):
        pass
    raise InvalidInputError("k", k, valid)


def _terms(degree: sp.Symbol | int, order: int) -> list[dict[Any, sp.Expr]]:
    """For each power of 1/d the weights of mu_j."""
    if isinstance(degree, int):
        return [coefficient_of_order(degree, n) for n in range(order + 1)]
    symbolic: list[dict[Any, sp.Expr]] = [{degree: sp.S.One}]
    if order:
        symbolic.append({degree + shift: weight for shift, weight in first_order(degree).items()})
    return symbolic


def _expression(terms: list[dict[Any, sp.Expr]], coefficients: Mapping[int, Formula]) -> sp.Expr:
    def mu(j: Any) -> sp.Expr:
        return coefficients[j].expression if j in coefficients else MU(j)

    return sp.Add(*(sp.expand(sp.Add(*(w * mu(j) for j, w in term.items()))) / D**n for n, term in enumerate(terms)))


def _latex(degree: sp.Symbol | int, terms: list[dict[Any, sp.Expr]]) -> str:
    """With mu_j as a paper writes it, whatever their values are."""
    from asymptotix.symbolic.printing.latex_printer import latex

    text = rf"\sqrt{{{degree}!\, B(d, {degree})}}\; \lambda_{{{degree}}}(d) = \mu_{{{degree}}}"
    for n, term in enumerate(terms[1:], start=1):
        sign = -1 if all(w.could_extract_minus_sign() for w in term.values()) else 1
        inner = ""
        for j, weight in sorted(term.items(), key=lambda item: -int(item[0] - degree)):
            w = sp.factor(sign * weight)
            shown = "" if w == 1 else latex(w) + r"\, "
            inner += (" + " if inner else "") + rf"{shown}\mu_{{{j}}}"
        power = "d" if n == 1 else f"d^{{{n}}}"
        text += rf" {'-' if sign < 0 else '+'} \frac{{1}}{{{power}}} \left[{inner}\right]" if inner else ""
    error = len(terms)
    return text + rf" + O\left(d^{{-{error}}}\right)"


def _derivation(degree: sp.Symbol | int, order: int) -> Derivation:
    steps = first_order_steps()
    if order == 2 and isinstance(degree, int):
        steps = (*steps, *second_order_steps(degree))
    return Derivation(f"Expansion in 1/d, degree {degree}, order {order}", steps, PREMISES, ("Muller1966",))


@dataclass(frozen=True)
class ExpansionNumbers:
    """Numbers of the expansion, from those of the Hermite coefficients."""

    activation: Activation
    degree: sp.Symbol | int
    order: int

    def evaluate(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """float64 values, arguments broadcast."""
        degrees = np.asarray(self.degree if isinstance(self.degree, int) else given[self.degree.name])
        k, d = np.broadcast_arrays(degrees, checked_dimensions("d", given["d"]))
        values = {j: self._terms(int(checked_degree("k", j))) for j in set(k.ravel().tolist())}
        flat = [
            sum(t / x**n for n, t in enumerate(values[j])) for j, x in zip(k.ravel().tolist(), d.ravel().tolist(), strict=True)
        ]
        return np.asarray(flat, dtype=np.float64).reshape(k.shape)

    def _terms(self, k: int) -> list[float]:
        mu = {j: float(hermite_coefficient(self.activation, j).evaluate()) for term in _terms(k, self.order) for j in term}
        return [float(sum(float(w) * mu[j] for j, w in term.items())) for term in _terms(k, self.order)]

    def precise(self, given: Mapping[str, Any], digits: int) -> mpmath.mpf:
        """One value."""
        k = self.degree if isinstance(self.degree, int) else checked_degree("k", given[self.degree.name])
        checked_dimensions("d", float(given["d"]))
        with mpmath.workdps(digits + 10):
            total, d = mpmath.mpf(0), mpmath.mpf(given["d"])
            for n, term in enumerate(_terms(k, self.order)):
                for j, w in term.items():
                    mu = hermite_coefficient(self.activation, j).mp(digits=digits + 8)
                    total += mpmath.mpf(int(w.p)) / int(w.q) * mu / d**n
        with mpmath.workdps(digits):
            return +total

    def error_bound(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """Refused: what is left out is of the next order in 1/d, with a constant that depends on the activation."""
        raise InvalidInputError("formula", "an expansion", "a formula that is computed by quadrature", "compare two orders")
