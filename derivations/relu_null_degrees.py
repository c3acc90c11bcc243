r"""Which degrees a ReLU network without bias cannot see, and what repairs it.

Claim    The two-layer kernels of ReLU, random-feature and tangent, are series in t without odd powers above the first, so that
         every odd degree from 3 on is null in every dimension and the kernels are not universal on the sphere. A second hidden
         layer brings every odd power back; a bias does too. Without bias the kernel is homogeneous at every depth, hence not
         universal on R^d.
Source   [ChoSaul2009], [Schoenberg1942], [Bach2017]
Used by  asymptotix/symbolic/learnability/vanishing_degrees.py, asymptotix/symbolic/learnability/universal_kernels.py

Route: the closed form of the kernel, differentiated twice, is a binomial series; the Laplacian of the sphere tells which
degrees see t. The package reads the degrees off the activation instead, by its even and odd part.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

D, K = sp.symbols("d k", positive=True)
T = sp.Symbol("t", real=True)
INDEX = sp.Symbol("i", integer=True, nonnegative=True)
KAPPA, BINOMIAL, COEFFICIENT, KERNEL = sp.Function("kappa"), sp.Function("b"), sp.Function("c"), sp.Function("K")
DEGREES = (3, 5, 7)
PREMISES = (
    "ReLU's dual kernel at correlation $t$ (derivation arc_cosine).",
    "A series with coefficients $c_j$ has the eigenvalue $\\sum_j c_j\\,E[t^j P_k]$ in degree $k$, and $E[t^j P_k] \\ge 0$, "
    "positive "
    "for $j = k$; a kernel whose eigenvalue is 0 in some degree has only functions orthogonal to the harmonics of that degree, "
    "and one whose eigenvalues are all positive has every polynomial (Schoenberg; Stone, Weierstrass).",
    "The Laplacian of the sphere is self-adjoint, with $P_k \\mapsto -k(k+d-2) P_k$ (derivation funk_hecke).",
)
HYPOTHESES = (
    "$t = \\langle x, x'\\rangle/d$ on the sphere $|x|^2 = |x'|^2 = d$, $d \\ge 2$, no bias unless $\\beta$ appears; "
    "weight variance 2, so that one layer maps correlations to correlations.",
)


def kernel() -> dict[sp.Basic, sp.Expr]:
    """ReLU's dual kernel at unit variances."""
    return {KAPPA: sp.Lambda((T,), (sp.sqrt(1 - T**2) + T * (sp.pi - sp.acos(T))) / (2 * sp.pi))}


def binomial() -> dict[sp.Basic, sp.Expr]:
    """The coefficient of t^(2i) in (1 - t^2)^(-1/2)."""
    return {BINOMIAL: sp.Lambda((INDEX,), sp.gamma(INDEX + sp.S.Half) / (sp.sqrt(sp.pi) * sp.gamma(INDEX + 1)))}


def coefficient() -> dict[sp.Basic, sp.Expr]:
    """That of t^(2i + 2) in the kernel: integrated twice."""
    return {COEFFICIENT: sp.Lambda((INDEX,), BINOMIAL(INDEX) / (2 * sp.pi * (2 * INDEX + 1) * (2 * INDEX + 2))), **binomial()}


def homogeneous_kernel() -> dict[sp.Basic, sp.Expr]:
    """The same at variances q1, q2 and covariance c."""
    q1, q2, c = sp.symbols("q_1 q_2 c", positive=True)
    root = sp.sqrt(q1 * q2)
    return {KERNEL: sp.Lambda((q1, q2, c), root * KAPPA(c / root)), **kernel()}


def polynomial(k: int) -> sp.Expr:
    """P_k by the recurrence (k + d - 2) P_(k+1) = (2k + d - 2) t P_k - k P_(k-1)."""
    before, here = sp.S.One, T
    for j in range(1, k):
        before, here = here, sp.factor(((2 * j + D - 2) * T * here - j * before) / (j + D - 2))
    return here


def derivation() -> Derivation:
    """The steps."""
    theorem = ("series", "only the first degree", "second layer", "bias", "homogeneous")
    steps = (*_series(), *_degrees(), *_repairs(), *_homogeneity())
    return Derivation(
        "Null degrees of ReLU networks", steps, PREMISES, ("ChoSaul2009", "Schoenberg1942", "Bach2017"), theorem, HYPOTHESES
    )


def _series() -> tuple[Step, ...]:
    y = sp.Function("y")
    root = {y: sp.Lambda((T,), 1 / sp.sqrt(1 - T**2))}
    start = sp.Symbol("z_0") * KAPPA(sp.S.Zero) + sp.Symbol("z_1") * sp.Subs(sp.Derivative(KAPPA(T), T), T, 0)
    term = COEFFICIENT(INDEX) * T ** (2 * INDEX + 2)
    return (
        Step(
            equation(sp.Derivative(KAPPA(T), T, T), 1 / (2 * sp.pi * sp.sqrt(1 - T**2))),
            "Two derivatives of the kernel leave an even function.",
            kernel(),
            "second derivative",
        ),
        Step(
            equation((1 - T**2) * sp.Derivative(y(T), T), T * y(T)),
            "Its series: $y = (1-t^2)^{-1/2}$ obeys $(1 - t^2) y' = t y$, $y(0) = 1$,",
            root,
            "differential equation",
        ),
        Step(
            equation((2 * INDEX + 2) * BINOMIAL(INDEX + 1), (2 * INDEX + 1) * BINOMIAL(INDEX)),
            "so that the coefficient $b(i)$ of $t^{2i}$, positive with $b(0) = 1$, obeys this recurrence.",
            binomial(),
            "binomial series",
            ("differential equation",),
        ),
        Step(
            equation(sp.Derivative(term, T, T), BINOMIAL(INDEX) * T ** (2 * INDEX) / (2 * sp.pi)),
            "Integrated twice: $c(i)$, the coefficient of $t^{2i+2}$ in the kernel, is positive.",
            coefficient(),
            "series",
            ("second derivative", "binomial series"),
        ),
        Step(
            equation(start, sp.Symbol("z_0") / (2 * sp.pi) + sp.Symbol("z_1") / 4),
            "Value and slope at 0 (with any weights $z_0, z_1$): the powers below $t^2$ are $\\frac1{2\\pi} + \\frac t4$. No "
            "odd power "
            "but the first occurs.",
            kernel(),
            "low powers",
        ),
        Step(
            equation(
                T * sp.Derivative(term, T),
                (2 * INDEX + 2) * term,
            ),
            "The tangent kernel of the first layer is $t\\,\\kappa'(t)$ (derivation price): the same powers.",
            coefficient(),
            "tangent kernel",
            ("series",),
        ),
    )


def _degrees() -> tuple[Step, ...]:
    mean = sp.Symbol(r"\mu")
    moment = sp.Function("m")
    family = {moment: sp.Lambda((K,), sp.gamma(D / 2) * sp.gamma((K + 1) / 2) / (sp.sqrt(sp.pi) * sp.gamma((D + K) / 2)))}
    total = sp.S.Zero
    for j, k in enumerate(DEGREES):
        for (p,), c in sp.Poly(polynomial(k), T).terms():
            total += sp.Symbol(f"z_{j}") * sp.factor(c) * moment(sp.Integer(p + 1))
    return (
        Step(
            equation((K * (K + D - 2) - (D - 1)) * mean, (K - 1) * (K + D - 1) * mean),
            "The Laplacian maps $t$ to $-(d-1) t$, so that $(k (k+d-2) - (d-1))\\,E[t P_k] = 0$; the factor vanishes at $k = 1$ "
            "only. Every odd degree from 3 on is null.",
            {},
            "only the first degree",
            ("low powers",),
        ),
        Step(
            equation(total, sp.S.Zero),
            f"The same in degrees {', '.join(map(str, DEGREES))} (with any weights), polynomials written out against the moments "
            "$m(j) = E\\,t^j$, a Beta integral.",
            family,
            "odd degrees written out",
            ("only the first degree",),
        ),
    )


def _repairs() -> tuple[Step, ...]:
    even, hidden, square = sp.Function("e"), sp.Symbol("h"), sp.Symbol("s")
    u, beta, gamma, m = sp.symbols("u beta gamma m", positive=True)
    power = sp.Function("f")
    return (
        Step(
            equation(square, even(T) ** 2 + T**2 / 4 + T * even(T)),
            "A second layer puts $h(t) = 2\\kappa(t) = e(t) + t/2$ into itself, $e$ even with positive coefficients. Its "
            "power $h^2$ "
            "contains $t\\,e(t)$, all odd powers with positive coefficients, and $h$ itself all even ones; nothing cancels. "
            "Every "
            "degree is there, on the sphere of every dimension.",
            {square: hidden**2, hidden: even(T) + T / 2},
            "second layer",
            ("series", "low powers"),
        ),
        Step(
            equation(sp.Subs(sp.Derivative(power(u), u), u, 0), m * beta * gamma ** (m - 1)),
            "A bias makes $t$ into $\\beta + \\gamma t$: next to $t^m$ the power $(\\beta + \\gamma t)^m = t^m (\\gamma + "
            "\\beta u)^m$, "
            "$u = 1/t$, contains $t^{m-1}$ with a positive coefficient. With the even $m$ every odd power is there.",
            {power: sp.Lambda((u,), (gamma + beta * u) ** m)},
            "bias",
            ("series",),
        ),
    )


def _homogeneity() -> tuple[Step, ...]:
    a, q1, q2, c = sp.symbols("a q_1 q_2 c", positive=True)
    inner, outer = sp.symbols("K_1 K_2")
    layers = {
        inner: KERNEL(KERNEL(a**2 * q1, a**2 * q1, a**2 * q1), KERNEL(q2, q2, q2), KERNEL(a**2 * q1, q2, a * c)),
        outer: KERNEL(KERNEL(q1, q1, q1), KERNEL(q2, q2, q2), KERNEL(q1, q2, c)),
        **homogeneous_kernel(),
    }
    domain = {c: (0.1, 0.9)}
    return (
        Step(
            equation(KERNEL(a**2 * q1, q2, a * c), a * KERNEL(q1, q2, c)),
            "Without bias $K(a x, x') = a K(x, x')$ for $a > 0$, and so $f(a x) = a f(x)$ for every function of the space: the "
            "constants are out of reach on a set that contains $x$ and $2x$.",
            homogeneous_kernel(),
            "homogeneous",
            (),
            domain,
        ),
        Step(
            equation(inner, a * outer),
            "The same for two layers, and so for any number.",
            layers,
            "homogeneous, two layers",
            ("homogeneous",),
            domain,
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
