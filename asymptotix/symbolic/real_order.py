r"""Arc-cosine kernels of real and of symbolic order n > -1/2, by the Taylor series in the correlation.

    E[u_+^n v_+^n] = (q1 q2)^(n/2) 2^n / (4 pi) [ Gamma((n+1)/2)^2     2F1(-n/2, -n/2; 1/2; rho^2)
                                              + 2 rho Gamma(n/2+1)^2  2F1((1-n)/2, (1-n)/2; 3/2; rho^2) ],  rho = c/sqrt(q1 q2)

Proof. The kernel at unit variances is k_n(rho) = sum_j E[G_+^n He_j(G)]^2 rho^j / j!, and every coefficient is an analytic
function of n > -1/2, as those of the formula are. So it is enough to compare them for n > j, where Price's theorem may be applied
j times: k_n' = n^2 k_(n-1), down to the constant terms k_m(0) = E[G_+^m]^2. Coefficient by coefficient this is an
identity between Gamma functions of the symbols n and j.

Source: [ChoSaul2009] for integer orders (their kernel is twice this one); [Price1958].
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from asymptotix.kernels.rectified_power import RectifiedPowerKernel
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.formula import Q1, Q2, C, Formula, Status

__all__ = ["order_derivation", "real_order_kernel", "unit_real_order"]

RHO = sp.Symbol("rho", real=True)
_N = sp.Symbol("n", positive=True)
_J = sp.Symbol("j", integer=True, nonnegative=True)
_ROUTE = "Taylor series in the correlation; coefficients proved by Price's recurrence in the order"
PREMISES = (
    "Mehler's expansion: $k_n(\\rho) = \\sum_j \\mathbb{E}[G_+^n He_j(G)]^2 \\rho^j / j!$ for $|\\rho| < 1$, and at $\\pm 1$ "
    "by continuity.",
    "Both sides of every claim are analytic in $n > -1/2$: equality for $n > j$ is enough.",
    "Price's theorem at unit variances, $k_n' = n^2 k_{n-1}$, since $(x_+^n)' = n\\,x_+^{n-1}$.",
    "$\\mathbb{E}[G_+^m] = 2^{m/2-1}\\,\\Gamma(\\tfrac{m+1}{2})/\\sqrt{\\pi}$.",
    "The Gamma function's recurrence and duplication formulas.",
)


def unit_real_order(n: sp.Expr, rho: sp.Expr = RHO) -> sp.Expr:
    """The kernel at unit variances."""
    even = sp.gamma((n + 1) / 2) ** 2 * sp.hyper((-n / 2, -n / 2), (sp.S.Half,), rho**2)
    odd = 2 * rho * sp.gamma(n / 2 + 1) ** 2 * sp.hyper(((1 - n) / 2, (1 - n) / 2), (sp.Rational(3, 2),), rho**2)
    return 2**n / (4 * sp.pi) * (even + odd)


def real_order_kernel(n: sp.Expr) -> Formula:
    """The formula for a rational order, or for a symbol; the caller has checked n > -1/2 where n is a number."""
    correlation = C / sp.sqrt(Q1 * Q2)
    derivation = order_derivation()
    symbolic = isinstance(n, sp.Symbol)
    return Formula(
        name=f"arc_cosine_kernel({n})",
        left=rf"\mathbb{{E}}[u_+^{{{sp.latex(n)}}} v_+^{{{sp.latex(n)}}}]",
        symbols=(Q1, Q2, C, n) if symbolic else (Q1, Q2, C),
        expression=(Q1 * Q2) ** (n / 2) * unit_real_order(n, correlation),
        derivation=derivation,
        status=Status.of(derivation, _ROUTE),
        kernel=None if symbolic else RectifiedPowerKernel(float(n)),
        assumptions=(sp.Gt(2 * n + 1, 0, evaluate=False),) if symbolic else (),
        body=_latex(n),
    )


def _coefficients(n: sp.Expr, j: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Coefficients of rho^(2j) and of rho^(2j+1)."""
    factor = 2**n / (4 * sp.pi)
    even = factor * sp.gamma((n + 1) / 2) ** 2 * _rising(-n / 2, j) ** 2 / (_rising(sp.S.Half, j) * sp.factorial(j))
    odd = 2 * factor * sp.gamma(n / 2 + 1) ** 2 * _rising((1 - n) / 2, j) ** 2
    return even, odd / (_rising(sp.Rational(3, 2), j) * sp.factorial(j))


def _rising(a: sp.Expr, j: sp.Expr) -> sp.Expr:
    return sp.gamma(a + j) / sp.gamma(a)


def order_derivation() -> Derivation:
    """Price's recurrence and the value at rho = 0, coefficient by coefficient at symbolic n and j."""
    even, odd = sp.Function("e"), sp.Function("o")
    environment = {
        even: sp.Lambda((_N, _J), _coefficients(_N, _J)[0]),
        odd: sp.Lambda((_N, _J), _coefficients(_N, _J)[1]),
    }
    start = sp.Symbol("M_n")
    moment = {start: 2 ** (_N / 2 - 1) * sp.gamma((_N + 1) / 2) / sp.sqrt(sp.pi)}
    steps = (
        Step(
            sp.Eq(even(_N, sp.S.Zero), start**2, evaluate=False),
            "The constant term is the square of the half-line moment $M_n$ of a standard Gaussian; $e(n, j)$ and $o(n, j)$ are "
            "the coefficients of $\\rho^{2j}$ and $\\rho^{2j+1}$.",
            {**environment, **moment},
            "start",
        ),
        Step(
            sp.Eq((2 * _J + 1) * odd(_N, _J), _N**2 * even(_N - 1, _J), evaluate=False),
            "Price's recurrence, even powers of the derivative.",
            environment,
            "odd",
            ("start",),
        ),
        Step(
            sp.Eq((2 * _J + 2) * even(_N, _J + 1), _N**2 * odd(_N - 1, _J), evaluate=False),
            "Price's recurrence, odd powers of the derivative.",
            environment,
            "even",
            ("odd",),
        ),
    )
    return Derivation("The arc-cosine kernel of real order", steps, PREMISES, ("ChoSaul2009", "Price1958"))


def _latex(n: Any) -> str:
    from asymptotix.symbolic.presentation import latex
    from asymptotix.symbolic.printing.latex_functions import inline_fractions
    from asymptotix.symbolic.printing.line_breaking import equation

    def half(value: sp.Expr) -> str:
        return latex(sp.together(value))

    order, a, b = latex(n), half(-n / 2), half((1 - n) / 2)
    even = rf"\Gamma\left({half((n + 1) / 2)}\right)^2 {{}}_2F_1\left({a}, {a}; \frac{{1}}{{2}}; \rho^2\right)"
    odd = rf"2 \rho\, \Gamma\left({half(n / 2 + 1)}\right)^2 {{}}_2F_1\left({b}, {b}; \frac{{3}}{{2}}; \rho^2\right)"
    scale = rf"{latex(2 ** (n - 2) / sp.pi)} (q_1 q_2)^{{{inline_fractions(half(n / 2))}}}"
    order_inline = inline_fractions(order)
    left = rf"\mathbb{{E}}[u_+^{{{order_inline}}} v_+^{{{order_inline}}}]"
    where = [r"\rho = \frac{c}{\sqrt{q_1 q_2}}"] + ([rf"{order} > -\frac{{1}}{{2}}"] if isinstance(n, sp.Symbol) else [])
    return equation(left, rf"{scale} \left[{even} + {odd}\right]", tuple(where))
