r"""The three constants of an activation in the theory of random features, and what it is itself, for print.

mu_0 = E s(G),   mu_1 = E[G s(G)],   mu_*^2 = E s(G)^2 - mu_0^2 - mu_1^2,   G standard normal
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
import sympy as sp

from asymptotix.errors import ConvergenceError, NotInClosedClassError
from asymptotix.report.numbers import latex_number
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.dual import diagonal
from asymptotix.symbolic.expressions import X, sympy_expression
from asymptotix.symbolic.formula import Q1
from asymptotix.symbolic.presentation import latex

if TYPE_CHECKING:
    from asymptotix.activations import Activation, ActivationFamily
    from asymptotix.symbolic.formula import Formula

__all__ = ["ActivationConstant", "activation_constants", "activation_latex"]

TRIAL = sp.Rational(3, 10)  # of a parameter without a value, where the closed form is compared
DIGITS, LONGEST = 20, 160  # digits of the numbers; letters of a difference that is still worth printing


@dataclass(frozen=True)
class ActivationConstant:
    """One constant: its LaTeX name, the exact value where there is a closed form, the number to 20 digits, how sure it is.

    root: LaTeX name of its square root, printed beside it.
    """

    symbol: str
    expression: sp.Expr | None
    value: mpmath.mpf | None
    status: str
    root: str = ""

    def latex(self) -> str:
        """symbol = exact value = number."""
        exact = f" = {latex(self.expression)}" if self.expression is not None else ""
        exact = "" if self.root and len(exact) > LONGEST else exact  # its parts stand beside it
        rational = self.expression is not None and self.expression.is_Rational
        if self.value is None or (rational and not self.root):
            return f"{self.symbol}{exact}"
        number = "" if rational else " = 0" if self.value == 0 else rf" \approx {latex_number(float(self.value), 15)}"
        root = rf", \qquad {self.root} \approx {latex_number(float(mpmath.sqrt(self.value)), 15)}" if self.root else ""
        return f"{self.symbol}{exact}{number}{root}"


def activation_constants(s: Activation | ActivationFamily) -> tuple[ActivationConstant, ...]:
    r"""$\mu_0$, $\mu_1$, $E\,s^2$ and $\mu_*^2$.

    The closed form of the second moment is compared with a quadrature to 18 digits; without one, the number is the quadrature's.

    Raises:
        HypothesisError: a moment is infinite.

    >>> from asymptotix import activation
    >>> activation_constants(activation("relu"))[3].expression
    -(2 - pi)/(4*pi)
    """
    from asymptotix.symbolic.coefficients.hermite import hermite_coefficient

    first, second = (hermite_coefficient(s, k) for k in (0, 1))
    closed = [None if f.status.kind == "numeric" else f.expression for f in (first, second)]
    numbers = [None if f.symbols else _number(f) for f in (first, second)]
    square, size = _square(s), _second_moment(s)
    status = "numeric" if square is None else "verified"
    if square is not None:
        _require_same(s, square)
    rest = _difference(square, closed)
    rest = rest if rest is None else canonical(sp.expand(rest))
    with mpmath.workdps(DIGITS):
        left = _difference(size, numbers)
        if left is not None and left < mpmath.mpf(10) ** (2 - DIGITS) * size:  # a linear function has none: this is rounding
            left = mpmath.mpf(0)
    return (
        ActivationConstant(r"\mu_0 = \mathbb{E}\,\sigma(G)", closed[0], numbers[0], first.status.kind),
        ActivationConstant(r"\mu_1 = \mathbb{E}[G\,\sigma(G)]", closed[1], numbers[1], second.status.kind),
        ActivationConstant(r"\mathbb{E}\,\sigma(G)^2", square, size, status),
        ActivationConstant(r"\mu_*^2 = \mathbb{E}\,\sigma(G)^2 - \mu_0^2 - \mu_1^2", rest, left, status, root=r"\mu_*"),
    )


def _difference(square: Any, parts: list[Any]) -> Any:
    """E s^2 - mu_0^2 - mu_1^2, None where one of them is not known."""
    known = [part for part in parts if part is not None]
    return None if square is None or len(known) < len(parts) else square - sum(part**2 for part in known)


def _number(formula: Formula) -> mpmath.mpf:
    try:
        return formula.mp(digits=DIGITS)
    except NotInClosedClassError:  # a sum whose terms cancel to 0
        return mpmath.mpf(float(formula.evaluate()))


@time_limited
def _square(s: Activation | ActivationFamily) -> sp.Expr | None:
    try:
        return canonical(diagonal(s.tree).subs(Q1, 1))
    except NotInClosedClassError:
        return None


def _second_moment(s: Any) -> mpmath.mpf | None:
    """E s(G)^2 by quadrature; None for parameters without a value."""
    from asymptotix.activations import Activation
    from asymptotix.kernels.precise import precise_dual

    if not isinstance(s, Activation):
        return None
    with mpmath.workdps(2 * DIGITS):
        one = mpmath.mpf(1)
        return precise_dual(s, one, one, one, digits=DIGITS).value


def _require_same(s: Activation | ActivationFamily, expression: sp.Expr) -> None:
    """Compare the closed form with the quadrature; parameters without a value take one."""
    from asymptotix.activations import ActivationFamily

    if isinstance(s, ActivationFamily):
        names = [parameter.name for parameter in s.parameters]
        expression = expression.subs({symbol: TRIAL for symbol in expression.free_symbols if symbol.name in names})
        s = s.at(**dict.fromkeys(names, Fraction(TRIAL.p, TRIAL.q)))
    value: Any = _second_moment(s)
    with mpmath.workdps(2 * DIGITS):
        exact = sp.N(expression, 2 * DIGITS)._to_mpmath(mpmath.mp.prec)
        if abs(exact - value) > mpmath.mpf(10) ** (2 - DIGITS) * max(abs(value), mpmath.mpf(10) ** -DIGITS):
            raise ConvergenceError(f"E s(G)^2 = {expression} in closed form, but {mpmath.nstr(value, DIGITS)} by quadrature")


def activation_latex(s: Activation | ActivationFamily) -> tuple[str, str]:
    r"""LaTeX of $\sigma(x)$ and of its derivative almost everywhere.

    >>> from asymptotix import activation
    >>> print(*activation_latex(activation("gelu")), sep="   ")
    x\,\Phi(x)   \frac{x}{\sqrt{2 \pi}} e^{-x^2/2} + \Phi(x)
    """
    from asymptotix.activations import calculus

    slope = calculus.without_dirac(calculus.differentiate(s.tree))
    return latex(sympy_expression(s.tree, X)), latex(sympy_expression(slope, X))
