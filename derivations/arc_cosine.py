r"""The arc-cosine kernels of order 0 to 3, in polar coordinates.

Claim    For standard normals u, v at angle theta, the kernel E[u_+^n v_+^n] is a radial moment times an integral over the wedge
         where both are positive; in closed form it is the published one, and it obeys Price's recurrence in the order.
Source   [ChoSaul2009] (their kernel is twice this one), [Price1958]
Used by  asymptotix/symbolic/arc_cosine.py, asymptotix/symbolic/dual.py, asymptotix/kernels/arc_cosine.py

Route: with u = r cos(phi), v = r cos(phi - theta) the pair is isotropic in (r, phi); the radius and the angle separate. The
package goes another way: it integrates Price's recurrence in the correlation, or lowers powers by Stein's identity.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

ORDERS = (0, 1, 2, 3)
THETA, PHI = sp.symbols("theta phi", real=True)
RADIUS = sp.Symbol("r", positive=True)
PREMISES = (
    "In polar coordinates $u = r\\cos\\phi$, $v = r\\cos(\\phi-\\theta)$ the density is $\\frac{1}{2\\pi} r e^{-r^2/2}$.",
    "Both variables are positive exactly for $\\theta - \\pi/2 < \\phi < \\pi/2$.",
    "Price's theorem, against which the result is tested: $\\partial_\\rho E[s(u)s(v)] = E[s'(u)s'(v)]$ at unit variances.",
)
HYPOTHESES = ("$0 \\le \\theta \\le \\pi$ is the angle between the two variables: their correlation is $\\cos\\theta$.",)


def primitive(order: int) -> sp.Expr:
    """A primitive in phi of (cos phi cos(phi - theta))^n = 2^-n (cos theta + cos psi)^n, psi = 2 phi - theta, term by term."""
    psi = 2 * PHI - THETA
    terms = (sp.binomial(order, m) * sp.cos(THETA) ** (order - m) * _wave_primitive(m, psi) for m in range(order + 1))
    return sum(terms, sp.S.Zero) / 2**order


def _wave_primitive(m: int, psi: sp.Expr) -> sp.Expr:
    """A primitive in phi of cos(psi)^m = 2^-m sum_j binomial(m, j) cos((m - 2j) psi); dpsi = 2 dphi."""
    total = sp.S.Zero
    for j in range(m + 1):
        frequency = m - 2 * j
        wave = sp.sin(frequency * psi) / (2 * frequency) if frequency else PHI
        total += sp.binomial(m, j) * wave / 2**m
    return total


def radial_moment(order: int) -> sp.Expr:
    """R_n = int_0^oo r^(2n+1) exp(-r^2/2) dr by R_n = 2n R_(n-1), R_0 = 1."""
    return sp.S.One if order == 0 else 2 * order * radial_moment(order - 1)


def kernel(order: int) -> sp.Expr:
    """R_n / (2 pi) times the primitive between the ends of the wedge."""
    inside = primitive(order)
    wedge = inside.subs(PHI, sp.pi / 2) - inside.subs(PHI, THETA - sp.pi / 2)
    return sp.expand(radial_moment(order) * wedge / (2 * sp.pi))


def derivation() -> Derivation:
    """The steps, order by order."""
    steps = tuple(step for n in ORDERS for step in (_angle(n), _radius(n), _kernel(n), _end(n), _closed_form(n)))
    raised = tuple(_next(n) for n in ORDERS[:-1])
    theorem = tuple(f"closed form {n}" for n in ORDERS)
    sources = ("ChoSaul2009", "Price1958")
    return Derivation("Arc-cosine kernels in polar coordinates", (*steps, *raised), PREMISES, sources, theorem, HYPOTHESES)


def _angle(n: int) -> Step:
    potential = sp.Function(f"F_{n}")
    integrand = (sp.cos(PHI) * sp.cos(PHI - THETA)) ** n
    claim = equation(sp.Derivative(potential(PHI), PHI), integrand)
    environment = {potential: sp.Lambda((PHI,), primitive(n))}
    return Step(claim, f"A primitive of the angular integrand of order {n}.", environment, f"angle {n}")


def _radius(n: int) -> Step:
    gauss = sp.exp(-(RADIUS**2) / 2)
    lower = 2 * n * RADIUS ** (2 * n - 1) * gauss if n else sp.S.Zero
    claim = equation(sp.Derivative(-(RADIUS ** (2 * n)) * gauss, RADIUS), RADIUS ** (2 * n + 1) * gauss - lower)
    value = "1" if n == 0 else f"{2 * n} R_{n - 1} = {radial_moment(n)}"
    return Step(claim, f"Integrated over $r > 0$ this is the radial moment, $R_{n} = {value}$.", {}, f"radius {n}")


def _kernel(n: int) -> Step:
    here = sp.Function(f"k_{n}")
    environment = {here: sp.Lambda((THETA,), kernel(n))}
    uses = (f"angle {n}", f"radius {n}")
    if n == 0:
        claim = equation(here(sp.S.Zero), sp.S.Half)
        return Step(claim, "Equal variables are positive with probability 1/2.", environment, f"kernel {n}", uses)
    below = sp.Function(f"k_{n - 1}")
    environment[below] = sp.Lambda((THETA,), kernel(n - 1))
    claim = equation(sp.Derivative(here(THETA), THETA), -(n**2) * sp.sin(THETA) * below(THETA))
    why = f"The kernel is the primitive between the ends of the wedge; it satisfies Price's recurrence of order {n}."
    return Step(claim, why, environment, f"kernel {n}", uses)


def _end(n: int) -> Step:
    here = sp.Function(f"k_{n}")
    claim = equation(here(sp.pi), sp.S.Zero)
    environment = {here: sp.Lambda((THETA,), kernel(n))}
    return Step(claim, "Opposite variables are never both positive.", environment, f"end {n}", (f"kernel {n}",))


def _closed_form(n: int) -> Step:
    sine, cosine, supplement = sp.sin(THETA), sp.cos(THETA), sp.pi - THETA
    bracket = (
        supplement,
        sine + supplement * cosine,
        3 * sine * cosine + supplement * (1 + 2 * cosine**2),
        sine * (4 + 11 * cosine**2) + supplement * (9 * cosine + 6 * cosine**3),
    )[n]
    here = sp.Function(f"k_{n}")
    environment = {here: sp.Lambda((THETA,), kernel(n))}
    return Step(
        equation(here(THETA), bracket / (2 * sp.pi)), "As it is printed.", environment, f"closed form {n}", (f"kernel {n}",)
    )


def _next(n: int) -> Step:
    here, there = sp.Function(f"k_{n}"), sp.Function(f"k_{n + 1}")
    claim = equation(there(THETA), (2 * n + 1) * sp.cos(THETA) * here(THETA) - sp.sin(THETA) * sp.Derivative(here(THETA), THETA))
    environment = {function: sp.Lambda((THETA,), kernel(m)) for function, m in ((here, n), (there, n + 1))}
    why = (
        f"From order {n} to {n + 1}; iterated from $(\\pi - \\theta)/(2\\pi)$ this is the published "
        "$\\frac{(-1)^n}{2\\pi} \\sin^{2n+1}\\theta\\,(\\frac{1}{\\sin\\theta} \\partial_\\theta)^n "
        "\\frac{\\pi-\\theta}{\\sin\\theta}$."
    )
    return Step(claim, why, environment, f"order {n + 1} from order {n}", (f"closed form {n}", f"closed form {n + 1}"))


if __name__ == "__main__":
    print(derivation().to_markdown())
