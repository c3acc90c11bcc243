r"""The limits of vanishing ridge, of ridge regression with isotropic features and of random features.

Claim    On either side of the interpolation threshold the risks at ridge zero are explicit: for isotropic ridge regression
         rational functions of n and p, for random features the general formula with one of its two gaps equal to zero.
Source   [HastieMontanariRossetTibshirani2022], [MeiMontanari2022], [DefilippisLoureiroMisiakiewicz2024]
Used by  asymptotix/equivalents/ridge.py, asymptotix/equivalents/random_features.py

Route: the risks in their forms without subtraction are continuous at ridge zero away from n = p. There the effective ridge takes
its limit (derivation isotropic_ridge), or one of the gaps a = n - T1 and c = p - T1 closes.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

N, P, S, G, NU, NOISE, ENERGY = sp.symbols(r"n p s g nu_2 sigma^2 e_1", positive=True)
A, C, E, T1, T2, PURE, MIXED = sp.symbols(r"a c e T_1 T_2 B_2 B_\Sigma", positive=True)
KAPPA, DF2, SPLIT, BIAS, VARIANCE, TEST, TRAIN = sp.symbols(
    r"kappa d_2 D \mathrm{Bias} \mathrm{Var} \mathrm{test} \mathrm{train}"
)
SHARE, RATIO = sp.symbols(r"x r")
PREMISES = (
    "Ridge regression: bias, variance and test error with $D = \\lambda/\\kappa + \\sum_i m_i s_i \\kappa/(s_i + \\kappa)^2$.",
    "At $\\lambda = 0$: $\\kappa = s(p/n - 1)$ for $n < p$; $\\kappa = 0$ and $\\lambda/\\kappa = n - p$ for $n > p$ "
    "(derivation isotropic_ridge).",
    "Random features: the stable form of the test error and the training error (derivation random_features_risk).",
    "At $\\lambda = 0$ the scalar equation $\\lambda p = \\nu_2 (n - T_1)(p - T_1)$ closes one gap: $T_1 = \\min(n, p)$.",
)
HYPOTHESES = (
    "Ridge: $p$ eigenvalues $s$, target energy $e_1$ in all, noise $\\sigma^2$; $g = |n - p| > 0$.",
    "Random features: $T_1, T_2, B_2, B_\\Sigma$ at $\\nu_2$, as in the premises; fewer than $\\min(n, p)$ nonzero "
    "eigenvalues excluded.",
)


def ridge(kappa: sp.Expr, gap: sp.Expr, **sizes: sp.Expr) -> dict[sp.Basic, sp.Expr]:
    """Ridge regression with isotropic features, given kappa and lambda/kappa."""
    samples, features = sizes.get("n", N), sizes.get("p", P)
    return {
        BIAS: samples * KAPPA**2 * ENERGY / (S + KAPPA) ** 2 / SPLIT,
        VARIANCE: NOISE * DF2 / SPLIT,
        DF2: features * S**2 / (S + KAPPA) ** 2,
        SPLIT: gap + features * S * KAPPA / (S + KAPPA) ** 2,
        KAPPA: kappa,
        **{symbol: size for symbol, size in ((N, samples), (P, features)) if symbol != size},
    }


def random_features(first: sp.Expr, **sizes: sp.Expr) -> dict[sp.Basic, sp.Expr]:
    """The stable form at a value of T1."""
    denominator = A * C + (A + C) * E
    test = N * ((C + E) * (PURE + NOISE) + E * MIXED) / denominator
    fits = {TEST: test, TRAIN: (A / N) ** 2 * test, VARIANCE: NOISE * (C * T2 + E * T1) / denominator, RATIO: C / P}
    values = {A: N - T1, C: P - T1, E: T1 - T2, T1: first}
    sized = {symbol: sizes[name] for name, symbol in (("n", N), ("p", P)) if name in sizes}
    return {name: sp.cancel(_through(value, values, sized)) for name, value in fits.items()}


def _through(value: sp.Expr, values: dict[sp.Basic, sp.Expr], sized: dict[sp.Basic, sp.Expr]) -> sp.Expr:
    for name, content in values.items():
        value = value.subs(name, content)
    return value.subs(sized)


def derivation() -> Derivation:
    """The steps."""
    sources = ("HastieMontanariRossetTibshirani2022", "MeiMontanari2022", "DefilippisLoureiroMisiakiewicz2024")
    theorem = ("ridge, n < p: bias", "ridge, n < p: variance", "ridge, n > p: variance", "features, n < p", "features, n > p")
    return Derivation("Ridgeless limits", (*_ridge(), *_features()), PREMISES, sources, theorem, HYPOTHESES)


def _ridge() -> tuple[Step, ...]:
    few = ridge(S * (P - N) / N, sp.S.Zero)
    many = ridge(sp.S.Zero, N - P)
    test = (ENERGY * (1 - N / P) ** 2 + NOISE) * P / (P - N)
    return (
        Step(
            equation(BIAS, ENERGY * (1 - N / P)),
            "Fewer samples than features: what is left of the target,",
            few,
            "ridge, n < p: bias",
        ),
        Step(equation(VARIANCE, NOISE * N / (P - N)), "what the noise adds,", few, "ridge, n < p: variance"),
        Step(
            equation(BIAS + VARIANCE + NOISE, test),
            "and both with the noise of the label itself.",
            few,
            "ridge, n < p: test",
            ("ridge, n < p: bias", "ridge, n < p: variance"),
        ),
        Step(equation(BIAS, sp.S.Zero), "More samples than features: no bias,", many, "ridge, n > p: bias"),
        Step(equation(VARIANCE, NOISE * P / (N - P)), "and a variance of its own.", many, "ridge, n > p: variance"),
    )


def _features() -> tuple[Step, ...]:
    few, many = random_features(N), random_features(P)
    del many[RATIO]  # nu_1 vanishes with c
    gap = N - T2
    interpolating = N * ((P - N + gap) * (PURE + NOISE) + gap * MIXED) / ((P - N) * gap)
    return (
        Step(
            equation(RATIO, 1 - N / P),
            "Random features, $n < p$: $T_1 = n$, hence $r = \\nu_1/\\nu_2$;",
            few,
            "features, n < p: ratio",
        ),
        Step(equation(TRAIN, sp.S.Zero), "the data are interpolated;", few, "features, n < p: train"),
        Step(equation(TEST, interpolating), "the gap $a$ is closed, $c = p - n$ and $e = n - T_2$;", few, "features, n < p"),
        Step(
            equation(VARIANCE, NOISE * (T2 / gap + N / (P - N))),
            "the noise is amplified by the data and by the features, one term each.",
            few,
            "features, n < p: variance",
            ("features, n < p",),
        ),
        Step(
            equation(TEST, N / (N - P) * (PURE + MIXED + NOISE)),
            "$n > p$: the gap $c$ is closed; the approximation error $G = B_2 + B_\\Sigma$ of the $p$ features acts like noise,",
            many,
            "features, n > p",
        ),
        Step(
            equation(VARIANCE, NOISE * P / (N - P)),
            "with the variance of ordinary least squares,",
            many,
            "features, n > p: variance",
        ),
        Step(
            equation(TRAIN, (N - P) / N * (PURE + MIXED + NOISE)),
            "and the training error is smaller by as much as the test error is larger.",
            many,
            "features, n > p: train",
            ("features, n > p",),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
