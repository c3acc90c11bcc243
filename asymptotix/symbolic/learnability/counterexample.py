r"""A function that no element of the space of a kernel comes close to, with the distance it keeps."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.polys.fields import FracField

from asymptotix.symbolic.coefficients.sphere_moments import gegenbauer_terms
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.learnability.degree_set import degree_text
from asymptotix.symbolic.presentation import latex

__all__ = ["MAX_DEGREE", "Counterexample", "D", "T", "orthogonality", "zonal"]

D, T = sp.Symbol("d", positive=True), sp.Symbol("t", real=True)
MAX_DEGREE, _CHECKED = 12, 8  # of polynomials that are written out, and of those whose orthogonality is checked again


@dataclass(frozen=True)
class Counterexample:
    """A continuous function and how far it is from every function of the space.

    Attributes:
        expression: the function; t = <x, e>/sqrt(d) for a unit vector e where it is a polynomial on the sphere.
        description: what it is, in words.
        distance: in the supremum norm every function of the space is at least that far from it; may depend on d.
    """

    expression: sp.Expr
    description: str
    distance: sp.Expr

    def latex(self) -> str:
        """The function and the distance it keeps."""
        return rf"f = {latex(self.expression)}, \quad \inf_{{g \in \mathcal{{H}}}} \|f - g\|_\infty \ge {latex(self.distance)}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return f"{self.expression} ({self.description})"


def zonal(k: int) -> Counterexample:
    r"""The Gegenbauer polynomial P_k(t), P_k(1) = 1, orthogonal to the space where degree k is null.

    For g in the space, $\|P_k - g\|_\infty \ge \|P_k - g\|_2 \ge \|P_k\|_2 = B(d,k)^{-1/2}$.

    >>> zonal(3).expression
    t*(d*t**2 + 2*t**2 - 3)/(d - 1)
    """
    name = "the constant" if k == 0 else f"the Gegenbauer polynomial P_k of degree k = {degree_text(k)}"
    what = f"{name}, orthogonal to every function of the space"
    if k > MAX_DEGREE:
        return Counterexample(sp.Function("P_k")(T), what, sp.S.Zero)
    return Counterexample(sp.factor(_polynomial(k)), what, 1 / sp.sqrt(_multiplicity(k)))


def orthogonality(k: int) -> tuple[Step, ...]:
    """E[t^j P_k] = 0 for the powers j below k of its parity, by the moments of t."""
    if k > _CHECKED:
        return ()
    power = sp.Symbol("j", integer=True, nonnegative=True)
    moment, polynomial = sp.Function("m"), sp.Poly(_polynomial(k), T)
    even = sp.Lambda((power,), sp.gamma(D / 2) * sp.gamma((power + 1) / 2) / (sp.sqrt(sp.pi) * sp.gamma((D + power) / 2)))
    weights = sp.symbols(f"z_0:{k}")
    powers = range(k % 2, k, 2)
    if not powers:
        return ()
    mean = sp.Add(*(weights[j] * c * moment(sp.Integer(j + p)) for j in powers for (p,), c in polynomial.terms()))
    why = (
        f"The counterexample $P_{{{k}}}$ is orthogonal to each power $t^j$, $j < {k}$, of its parity (with any weights $z_j$); "
        "$m(j) = E\\,t^j$ is a Beta integral."
    )
    return (Step(equation(mean, sp.S.Zero), why, {moment: even}, "counterexample"),)


def _polynomial(k: int) -> sp.Expr:
    symbol = sp.Symbol("d")
    terms = gegenbauer_terms(k, FracField([symbol], sp.QQ).gens[0])
    return sp.Add(*(sp.factor(c.as_expr()).subs(symbol, D) * T**p for p, c in terms.items()))


def _multiplicity(k: int) -> sp.Expr:
    """B(d, k) = (2k + d - 2) (d - 1) d ... (d + k - 3) / k!."""
    if k == 0:
        return sp.S.One
    return (2 * k + D - 2) * sp.Mul(*(D - 1 + i for i in range(k - 1))) / sp.factorial(k)
