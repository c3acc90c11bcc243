r"""The Funk-Hecke formula: an inner-product kernel on the sphere acts on a spherical harmonic as a number.

Claim    Averaged over the circle of points at height t about an axis e, a harmonic of degree k is P_k(t) times its value at
         e; so E_w[s(<e, w>) Y(w)] = lambda_k Y(e) with lambda_k = E[s(t) P_k(t)], and a kernel made of random features has
         the eigenvalues lambda_k^2.
Source   [Muller1966], [Bach2017]
Used by  asymptotix/spectra/sphere.py, asymptotix/spectra/two_layer.py, asymptotix/models/random_features.py

Route: the average is a harmonic function that depends on height and radius only, which makes it a solution of Gegenbauer's
equation that is regular at the pole. In three dimensions the average is then taken of actual harmonics, over equally spaced
angles.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation, generic_function

D, K = sp.symbols("d k", positive=True)
Z, T = sp.symbols("z t", real=True)
S, ANGLE, RADIUS = sp.symbols("s phi r", positive=True)
ZONAL, ZONAL1, ZONAL2 = generic_function("g", 2)
EXTENSION = sp.Function("H")
PREMISES = (
    "The Laplacian commutes with the rotations about $e$, so that the average of a harmonic polynomial over them is "
    "harmonic; it is "
    "homogeneous of the same degree $k$ and depends on $z = \\langle x, e\\rangle$ and $s = |x - ze|$ only.",
    "$P_k$ is the solution of Gegenbauer's equation that is regular at $t = 1$, up to a factor.",
    "A trigonometric polynomial of degree below 6 has as its mean over the circle that over 6 equally spaced angles.",
    "The Laplacian of a function of $z$ and $s$ in $R^d$ is $H_{zz} + H_{ss} + \\frac{d-2}{s} H_s$.",
)
HYPOTHESES = (
    "$w$ is uniform on the unit sphere of $R^d$, $d \\ge 3$, $e$ a unit vector, $t = \\langle e, w\\rangle$; $P_k(1) = 1$.",
    "$H = r^k g(z/r)$, $r^2 = z^2 + s^2$, is the average of the harmonic polynomial over the rotations about $e$.",
)


def derivation() -> Derivation:
    """The steps."""
    sources = ("Muller1966", "Bach2017")
    theorem = ("Gegenbauer's equation", "density of the height", "eigenvalue of a random-feature kernel")
    harmonics = tuple(_harmonic(k) for k in range(1, 5))
    return Derivation("The Funk-Hecke formula", (*_zonal(), *harmonics, *_kernels()), PREMISES, sources, theorem, HYPOTHESES)


def _zonal() -> tuple[Step, ...]:
    here = EXTENSION(Z, S)
    laplacian = sp.Derivative(here, Z, Z) + sp.Derivative(here, S, S) + (D - 2) / S * sp.Derivative(here, S)
    equation_of_g = (1 - T**2) * ZONAL2(T) - (D - 1) * T * ZONAL1(T) + K * (K + D - 2) * ZONAL(T)
    distance = sp.sqrt(Z**2 + S**2)
    area = sp.Function("A")
    angle = sp.Function("phi")
    return (
        Step(
            equation(laplacian, RADIUS ** (K - 2) * equation_of_g),
            "The Laplacian of the average. It vanishes, so that $g$ solves Gegenbauer's equation of degree $k$; being the "
            "average of a "
            "polynomial it is regular at the pole, hence $g(t) = g(1) P_k(t)$, and $g(1)$ is the value at $e$.",
            {EXTENSION: sp.Lambda((Z, S), distance**K * ZONAL(Z / distance)), T: Z / RADIUS, RADIUS: distance},
            "Gegenbauer's equation",
        ),
        Step(
            equation(-sp.Derivative(angle(T), T) * area(angle(T)), (1 - T**2) ** ((D - 3) / 2)),
            "The circle at angle $\\phi$ from $e$ has an area in proportion to $\\sin(\\phi)^{d-2}$, which gives the density of "
            "$t = \\cos\\phi$. With it, $E_w[s(t) Y(w)] = E[s(t) P_k(t)]\\,Y(e)$.",
            {angle: sp.Lambda((T,), sp.acos(T)), area: sp.Lambda((ANGLE,), sp.sin(ANGLE) ** (D - 2))},
            "density of the height",
        ),
    )


def harmonic(k: int, x: sp.Expr, y: sp.Expr, z: sp.Expr) -> sp.Expr:
    """A harmonic polynomial of R^3 with no axis of symmetry: powers of <v, x> are harmonic where <v, v> = 0."""
    isotropic = ((3 * x + 4 * y + 5 * sp.I * z) ** k, 2 * (y + sp.I * x) ** k)
    return sum(sp.re(sp.expand(power)) for power in isotropic)


def polynomial(k: int) -> sp.Expr:
    """P_k in dimension 3 by its recurrence."""
    below, here = sp.S.One, T
    for j in range(1, k):
        below, here = here, sp.expand(((2 * j + 1) * T * here - j * below) / (j + 1))
    return here


def _harmonic(k: int) -> Step:
    """The mean over the circle at height t about the axis e = (3, 0, 4)/5."""
    name = sp.Function(f"Y_{k}")
    axis, first, second = (sp.Rational(3, 5), 0, sp.Rational(4, 5)), (0, 1, 0), (-sp.Rational(4, 5), 0, sp.Rational(3, 5))
    x, y, z = sp.symbols("x y z", real=True)
    circle = sp.S.Zero
    for j in range(6):
        angle = sp.pi * j / 3
        offset = sp.sqrt(1 - T**2) * sp.cos(angle), sp.sqrt(1 - T**2) * sp.sin(angle)
        circle += name(*(T * a + offset[0] * b + offset[1] * c for a, b, c in zip(axis, first, second, strict=True))) / 6
    mean = sp.Function(f"m_{k}")
    claim = equation(mean(T), polynomial(k) * name(*axis))
    environment = {mean: sp.Lambda((T,), circle), name: sp.Lambda((x, y, z), harmonic(k, x, y, z))}
    why = f"An actual harmonic of degree {k} in three dimensions, averaged over the circle at height $t$ about $e = (3, 0, 4)/5$."
    return Step(claim, why, environment, f"degree {k}", ("Gegenbauer's equation",))


def _kernels() -> tuple[Step, ...]:
    coefficient, harmonic_ = sp.Symbol(r"\lambda_k"), sp.Symbol("Y")
    operator = sp.Function("F")
    return (
        Step(
            equation(operator(operator(harmonic_)), coefficient**2 * harmonic_),
            "The kernel $E_w[s(\\langle w, x\\rangle) s(\\langle w, x'\\rangle)]$ applies the formula twice, once in $x'$ "
            "and once in $w$.",
            {operator: sp.Lambda((harmonic_,), coefficient * harmonic_)},
            "eigenvalue of a random-feature kernel",
            ("Gegenbauer's equation", "density of the height"),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
