r"""Random-feature ridge regression: the published risk without a subtraction; training error and norm from its objective.

Claim    Bias, variance and test error of the published formulas are ratios in which nothing is subtracted; the training error
         is the test error times (1 - T1/n)^2; the norm of the coefficients follows from the minimum of the objective; for
         many features the test error is that of kernel ridge regression.
Source   [DefilippisLoureiroMisiakiewicz2024]
Used by  asymptotix/equivalents/random_features.py, asymptotix/equivalents/kernel_ridge.py

Route: the published Upsilon and chi in terms of n, p and the sums over the spectrum, as rational functions. Training error
and norm come from the derivative of the minimum in the ridge (the envelope theorem), not from their own equivalents.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

N, P, NU, NOISE = sp.symbols(r"n p nu_2 sigma^2", positive=True)
LEVELS = tuple(sp.symbols(f"m_{i} s_{i} b_{i}", positive=True) for i in (1, 2))
A, C, E, T1, T2, PURE, MIXED, WHOLE = sp.symbols(r"a c e T_1 T_2 B_2 B_\Sigma G", positive=True)
UPSILON, CHI, SHARE, DENOMINATOR, BIAS, VARIANCE, TEST = sp.symbols(r"Y chi r D \mathrm{Bias} \mathrm{Var} \mathrm{test}")
DEFINED = {DENOMINATOR: A * C + (A + C) * E, A: N - T1, C: P - T1, E: T1 - T2}
PREMISES = (
    "The equivalents of bias and variance in terms of $Y$ and $\\chi$, and $p - p\\nu_1/\\nu_2 = T_1$, $n - "
    "\\lambda/\\nu_1 = T_1$.",
    "The equivalent $\\frac an (G + \\sigma^2)$ of the minimum of the objective $\\frac1n |y - Za|^2 + \\frac\\lambda n |a|^2$.",
    "Envelope theorem: the slope of the minimum in $\\lambda$ is the norm over $n$; what is left is the training error.",
)
HYPOTHESES = (
    "$T_1 = \\sum_i m_i s_i/(s_i + \\nu_2)$, $T_2 = \\sum_i m_i s_i^2/(s_i + \\nu_2)^2$, $a = n - T_1$, $c = p - T_1$, $e "
    "= T_1 - T_2$, all positive.",
    "$B_2 = \\nu_2^2 \\sum_i b_i^2/(s_i + \\nu_2)^2$, $B_\\Sigma = \\nu_2 \\sum_i s_i b_i^2/(s_i + \\nu_2)^2$, $G = B_2 + "
    "B_\\Sigma$.",
)


def published() -> dict[sp.Basic, sp.Expr]:
    """Y, chi, bias and variance as published; r = nu_1/nu_2, and Tr Sigma (Sigma + nu)^-2 = e/nu."""
    return {
        BIAS: (PURE + CHI * NU * MIXED) / (1 - UPSILON),
        VARIANCE: NOISE * UPSILON / (1 - UPSILON),
        UPSILON: P / N * ((1 - SHARE) ** 2 + SHARE**2 * T2 / (P - T2)),
        CHI: E / NU / (P - T2),
        SHARE: C / P,
        **DEFINED,
    }


def derivation() -> Derivation:
    """The steps."""
    steps = (*_sums(), *_risk(), *_training(), _many_features())
    theorem = ("bias", "variance", "test error", "training error", "norm", "many features")
    return Derivation(
        "The risk of random features", steps, PREMISES, ("DefilippisLoureiroMisiakiewicz2024",), theorem, HYPOTHESES
    )


def _sums() -> tuple[Step, ...]:
    first, whole = sp.Function("T_1"), sp.Function("G")
    sums = {
        first: sp.Lambda((NU,), sum(m * s / (s + NU) for m, s, _ in LEVELS)),
        whole: sp.Lambda((NU,), sum(NU * b**2 / (s + NU) for _, s, b in LEVELS)),
        T2: sum(m * s**2 / (s + NU) ** 2 for m, s, _ in LEVELS),
        MIXED: sum(NU * s * b**2 / (s + NU) ** 2 for _, s, b in LEVELS),
        PURE: sum(NU**2 * b**2 / (s + NU) ** 2 for _, s, b in LEVELS),
    }
    return (
        Step(
            equation(-NU * sp.Derivative(first(NU), NU), first(NU) - T2),
            "The slope of $T_1$ is $-e/\\nu_2$;",
            sums,
            "slope of T1",
        ),
        Step(equation(whole(NU), PURE + MIXED), "$G = \\nu_2 \\langle b, (\\Sigma + \\nu_2)^{-1} b\\rangle$,", sums, "energy"),
        Step(
            equation(NU * sp.Derivative(whole(NU), NU), MIXED),
            "and its slope is $B_\\Sigma/\\nu_2$.",
            sums,
            "slope of G",
            ("energy",),
        ),
    )


def _risk() -> tuple[Step, ...]:
    fits = published()
    stable = N * ((C + E) * (PURE + NOISE) + E * MIXED) / DENOMINATOR
    return (
        Step(
            equation(UPSILON, (C * T2 + E * T1) / (N * (C + E))),
            "The published $Y$, with $\\nu_1/\\nu_2 = c/p$ and $p - T_2 = c + e$.",
            fits,
            "upsilon",
            ("slope of T1",),
        ),
        Step(
            equation(BIAS, N * ((C + E) * PURE + E * MIXED) / DENOMINATOR),
            "The published bias: every term on the right is positive.",
            fits,
            "bias",
            ("upsilon",),
        ),
        Step(
            equation(VARIANCE, NOISE * (C * T2 + E * T1) / DENOMINATOR), "The published variance.", fits, "variance", ("upsilon",)
        ),
        Step(
            equation(BIAS + VARIANCE + NOISE, stable),
            "Their sum with the noise: the noise enters like a part of the target that no feature sees.",
            fits,
            "test error",
            ("bias", "variance"),
        ),
    )


def _training() -> tuple[Step, ...]:
    """The minimum O = a (G + sigma^2)/n and the ridge lambda = nu_2 a c/p as functions of nu_2, their slopes by the sums."""
    a, c, whole = (sp.Function(name) for name in ("a", "c", "G"))
    slopes = {sp.Derivative(a(NU), NU): E / NU, sp.Derivative(c(NU), NU): E / NU, sp.Derivative(whole(NU), NU): MIXED / NU}
    names = {a(NU): A, c(NU): C, whole(NU): WHOLE}

    def slope(expression: sp.Expr) -> sp.Expr:
        return sp.diff(expression, NU).subs(slopes).subs(names)

    minimum, ridge = a(NU) * (whole(NU) + NOISE) / N, NU * a(NU) * c(NU) / P
    least, penalty, rate, growth, norm, train = sp.symbols(
        r"O \lambda \frac{dO}{d\nu_2} \frac{d\lambda}{d\nu_2} |\hat{a}|^2 \mathrm{train}"
    )
    shown = {rate: slope(minimum), growth: slope(ridge)}
    envelope = {
        norm: N * rate / growth,
        train: least - penalty * rate / growth,
        least: minimum.subs(names),
        penalty: ridge.subs(names),
        **shown,
    }
    split = {DENOMINATOR: A * C + (A + C) * E, WHOLE: PURE + MIXED}
    uses = ("slope of T1", "slope of G")
    stable = N * ((C + E) * (PURE + NOISE) + E * MIXED) / DENOMINATOR
    return (
        Step(
            equation(P * growth, DENOMINATOR),
            "The slope of $\\lambda = \\nu_2 a c/p$,",
            {**shown, **split},
            "slope of the ridge",
            uses,
        ),
        Step(
            equation(N * rate, E / NU * (WHOLE + NOISE) + A / NU * MIXED),
            "and that of the minimum.",
            {**shown, **split},
            "slope of the minimum",
            uses,
        ),
        Step(
            equation(norm, P / DENOMINATOR * (E / NU * (WHOLE + NOISE) + A / NU * MIXED)),
            "The norm is $n$ times the slope of the minimum in $\\lambda$.",
            {**envelope, **split},
            "norm",
            ("slope of the ridge", "slope of the minimum"),
        ),
        Step(
            equation(train, (A / N) ** 2 * stable),
            "The minimum less $\\lambda$ times its slope: the training error is $(a/n)^2$ times the test error, as generalized "
            "cross-validation has it.",
            {**envelope, **split},
            "training error",
            ("slope of the ridge", "slope of the minimum", "test error"),
        ),
    )


def _many_features() -> Step:
    inverse = sp.Symbol("q", positive=True)
    test = N * ((C + E) * (PURE + NOISE) + E * MIXED) / DENOMINATOR
    for definitions in ({DENOMINATOR: A * C + (A + C) * E}, {C: 1 / inverse - T1}, {A: N - T1, E: T1 - T2}):
        test = test.subs(definitions)
    limit = {TEST: sp.cancel(test).subs(inverse, 0)}
    claim = equation(TEST, N * (PURE + NOISE) / (N - T2))
    return Step(claim, "At $1/p = 0$: kernel ridge regression.", limit, "many features", ("test error",))


if __name__ == "__main__":
    print(derivation().to_markdown())
