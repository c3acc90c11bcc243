r"""Gradient flow of a linear model: exponential decay of the loss, with its rate and its constant.

Claim    For a flow of the residual driven by a kernel matrix whose smallest eigenvalue is the squared smallest singular value
         of the Jacobian, half the squared residual is at most its initial value times exp(-2 sigma_min^2 t); the rate is
         attained. For the mean squared loss the exponent is 4 sigma_min^2 t / n.
Source   [MisiakiewiczMontanari2023] (Lemma 1: there sigma_min stands without its square and the initial loss is missing)
Used by  asymptotix/symbolic/network.py

Route: the residual splits into singular directions that decay independently. Two directions carry the proof, the smallest
singular value and one above it; every claim is a sum over directions. The bound itself is one line of matrix algebra for any
kernel.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

T, N, SIGMA, ETA = sp.symbols("t n sigma eta", positive=True)
GAP = sp.Symbol("g", nonnegative=True)  # of the other squared singular value above the smallest
STEPS = sp.Symbol("k", integer=True, positive=True)
START = sp.symbols("r_1 r_2", real=True)
RATES = (SIGMA**2, SIGMA**2 + GAP)
RESIDUALS = tuple(sp.Function(f"u_{i}") for i in (1, 2))
LOSS, MEAN_LOSS = sp.Function("L"), sp.Function("M")
PREMISES = (
    r"$\dot u = -JJ^\top u$ for the flow $\dot\theta = -\nabla L$ of $L = \frac12 |u|^2$, $u = f(X) - y$, with a constant "
    r"Jacobian $J$.",
    r"A function whose derivative is nowhere positive does not increase: $e^{2\sigma^2 t} L(t) \le L(0)$.",
)
HYPOTHESES = (
    r"$J$ has rank $n$ (no two rows dependent); $\sigma = \sigma_{\min}(J) > 0$, the squared singular values are "
    r"$\sigma^2$ and $\sigma^2 + g$, $g \ge 0$.",
)


def flow(speed: sp.Expr = sp.S.One) -> dict[sp.Basic, sp.Expr]:
    """The residuals of the two directions at a speed of the clock."""
    return {u: sp.Lambda((T,), r * sp.exp(-speed * s * T)) for u, r, s in zip(RESIDUALS, START, RATES, strict=True)}


def squares() -> sp.Expr:
    """|u(t)|^2."""
    return sp.Add(*(u(T) ** 2 for u in RESIDUALS))


def derivation() -> Derivation:
    """The steps."""
    theorem = ("decay", "attained", "mean squared loss")
    steps = (*_directions(), *_decay(), *_descent())
    return Derivation(
        "Exponential decay under gradient flow", steps, PREMISES, ("MisiakiewiczMontanari2023",), theorem, HYPOTHESES
    )


def _directions() -> tuple[Step, ...]:
    rate, displacement = RATES[1], sp.Function("v")
    moved = sp.Lambda((T,), -START[1] * (1 - sp.exp(-rate * T)) / sp.sqrt(rate))
    u = RESIDUALS[1]
    return (
        Step(
            equation(sp.Derivative(u(T), T), -rate * u(T)),
            "In a singular direction the kernel is a number, its squared singular value.",
            flow(),
            "direction",
        ),
        Step(
            equation(sp.Derivative(displacement(T), T), -sp.sqrt(rate) * u(T)),
            "The weights move along the same direction, by the singular value times the residual,",
            {**flow(), displacement: moved},
            "weights",
            ("direction",),
        ),
        Step(
            equation(START[1] + sp.sqrt(rate) * displacement(T), u(T)),
            "and the residual is what is left of its start after that movement.",
            {**flow(), displacement: moved},
            "consistent",
            ("weights",),
        ),
    )


def _decay() -> tuple[Step, ...]:
    size = sp.Symbol("m", integer=True, positive=True)
    kernel, half = (sp.MatrixSymbol(name, size, size) for name in ("K", "S"))
    u = sp.MatrixSymbol("u", size, 1)
    loss = {LOSS: sp.Lambda((T,), squares() / 2), **flow()}
    growth = sp.exp(2 * SIGMA**2 * T)
    quadratic = SIGMA**2 * u.T * u + (half * u).T * (half * u)
    why = (
        r"The lemma for any kernel $K \succeq \sigma^2$, constant or not: $\dot L = -u^\top K u \le -\sigma^2 u^\top u "
        r"= -2\sigma^2 L$."
    )
    return (
        Step(equation(u.T * kernel * u, quadratic), why, {kernel: SIGMA**2 * sp.Identity(size) + half.T * half}, "lemma"),
        Step(
            equation(sp.Derivative(growth * LOSS(T), T), -GAP * growth * RESIDUALS[1](T) ** 2),
            "Nowhere positive, so that $L(t) \\le L(0)\\, e^{-2\\sigma^2 t}$: the square of $\\sigma$, a factor 2, the "
            "initial loss.",
            loss,
            "decay",
            ("direction", "lemma"),
        ),
        Step(
            equation(LOSS(T), sp.exp(-2 * SIGMA**2 * T) * LOSS(sp.S.Zero)),
            "Without a component in the faster direction ($r_2 = 0$) the bound is an equality: no constant can be improved.",
            {**loss, START[1]: sp.S.Zero},
            "attained",
            ("decay",),
        ),
    )


def _descent() -> tuple[Step, ...]:
    mean = {MEAN_LOSS: sp.Lambda((T,), squares() / N), **flow(2 / N)}
    growth = sp.exp(4 * SIGMA**2 * T / N)
    iterate = sp.Function("u")
    descent = {iterate: sp.Lambda((STEPS,), START[0] * (1 - ETA * SIGMA**2) ** STEPS)}
    return (
        Step(
            equation(sp.Derivative(growth * MEAN_LOSS(T), T), -4 * GAP / N**2 * growth * RESIDUALS[1](T) ** 2),
            "The flow of $M = |u|^2/n$ is the same with a clock that runs $2/n$ times as fast: $M(t) \\le M(0)\\, "
            "e^{-4\\sigma^2 t/n}$.",
            mean,
            "mean squared loss",
            ("decay",),
        ),
        Step(
            equation(iterate(STEPS + 1), iterate(STEPS) - ETA * SIGMA**2 * iterate(STEPS)),
            "Gradient descent with step $\\eta$ replaces $e^{-st}$ by $(1 - \\eta s)^k$,",
            descent,
            "descent",
        ),
        Step(
            equation(iterate(STEPS) ** 2 - iterate(STEPS + 1) ** 2, ETA * SIGMA**2 * (2 - ETA * SIGMA**2) * iterate(STEPS) ** 2),
            "and decreases a component exactly when $\\eta s < 2$.",
            descent,
            "stability",
            ("descent",),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
