r"""Ridge regression with the infinite power law $s_i=i^{-2}$: the sums over levels by Euler's series of the cotangent.

With $x=\pi/\sqrt\kappa$, $\mathrm{df}_1=(x\coth x-1)/2$ and $\mathrm{df}_2=(x\coth x+x^2/\sinh^2x-2)/4$. The fixed point
$n=\mathrm{df}_1+\lambda/\kappa$ is transcendental, its inverse explicit: $\kappa$ is the parameter of the curve, found by
`evaluate`.

Source: [BartlettMontanariRakhlin2021], [MallinarEtAl2022]; the sums derived here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp

from asymptotix.symbolic.closed_risk.family import FloatArray, Parameter, RiskFamily, Root
from asymptotix.symbolic.closed_risk.letters import KAPPA, NOISE, RIDGE, N, parameter
from asymptotix.symbolic.closed_risk.ridge_terms import PREMISE, SOURCES
from asymptotix.symbolic.closed_risk.root_search import halved
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.formula import Binding

__all__ = ["power_law_2_ridge"]

X, DF1, DF2, OPENING = sp.symbols("x T1 T2 D", positive=True)
PRIOR = sp.Symbol("beta2", nonnegative=True)
INDEX = sp.Symbol("i", positive=True)
_SMALL, _TERMS = 0.7, 60  # a = 1/sqrt(kappa) below which the series in a is summed: 0.7^120 is 3e-19


def power_law_2_ridge() -> RiskFamily:
    """Eigenvalues 1/i^2, coefficients of one size."""
    first, second = (X * sp.coth(X) - 1) / 2, (X * sp.coth(X) + X**2 / sp.sinh(X) ** 2 - 2) / 4
    unlearned = PRIOR * KAPPA * (DF1 - DF2)
    test = N * (unlearned + NOISE) / OPENING
    textbook_test = N * (unlearned + NOISE) / (N - DF2)
    return RiskFamily(
        name="power_law_2_ridge",
        title="Ridge regression, eigenvalues 1/i^2",
        parameters=(
            parameter(N),
            parameter(RIDGE),
            Parameter(PRIOR, "coefficient_variance", "square of every coefficient: energies beta^2/i^2", r"\beta^2", zero=True),
            parameter(NOISE),
        ),
        root=Root(
            KAPPA, N - RIDGE / KAPPA - first.subs(X, sp.pi / sp.sqrt(KAPPA)), "the only positive root",
            N - RIDGE / KAPPA - first.subs(X, sp.pi / sp.sqrt(KAPPA)),
        ),
        definitions=(
            Binding(X, sp.pi / sp.sqrt(KAPPA)),
            Binding(DF1, first),
            Binding(DF2, second),
            Binding(OPENING, RIDGE / KAPPA + DF1 - DF2),
        ),
        quantities={
            "effective_ridge": KAPPA,
            "df1": first,
            "df2": second,
            "bias": N * unlearned / OPENING,
            "variance": NOISE * DF2 / OPENING,
            "excess_risk": (N * unlearned + NOISE * DF2) / OPENING,
            "test_error": test,
            "train_error": (RIDGE / (N * KAPPA)) ** 2 * test,
        },
        textbook={
            "bias": N * unlearned / (N - DF2),
            "variance": NOISE * DF2 / (N - DF2),
            "excess_risk": textbook_test - NOISE,
            "test_error": textbook_test,
            "train_error": (RIDGE / (N * KAPPA)) ** 2 * textbook_test,
        },
        elimination={OPENING: RIDGE / KAPPA + DF1 - DF2, N: RIDGE / KAPPA + DF1},
        facts=_series_steps(),
        premises=(
            PREMISE,
            "Euler's partial fractions: $\\sum_{i \\ge 1} 1/(i^2 + a^2) = (\\pi a \\coth \\pi a - 1)/(2a^2)$.",
            "The target has coefficients of one size, $\\beta_i^2 = \\beta^2$: energies $e_i = \\beta^2 s_i$.",
        ),
        hypotheses=("Eigenvalues $s_i = i^{-2}$, $i = 1, 2, \\dots$ without end.", "Branch: $\\kappa > 0$."),
        sources=(*SOURCES, "MallinarEtAl2022"),
        stable={KAPPA.name: _kappa, DF1.name: _first, DF2.name: _second, "df1": _first, "df2": _second,
                OPENING.name: lambda at: at["lambda"] / at["kappa"] + _difference(at)},
    )  # fmt: skip


def _kappa(at: Mapping[str, FloatArray]) -> FloatArray:
    return halved(lambda x: at["n"] > _first({"kappa": x}) + at["lambda"] / x, at["n"].shape)


def _hyperbolic(kappa: FloatArray) -> tuple[FloatArray, FloatArray]:
    """X coth x, and x^2 / sinh(x)^2, where no series is needed."""
    x = np.pi / np.sqrt(np.minimum(kappa, 4.0))
    decay = np.exp(-2.0 * x)
    return x * (1.0 + decay) / (1.0 - decay), 4.0 * x * x * decay / (1.0 - decay) ** 2


def _series(kappa: FloatArray, shift: int, weighted: bool) -> FloatArray:
    """The power series of a sum in 1/kappa = a^2, with Riemann's zeta at 2, 4, 6, ..."""
    from scipy.special import zeta

    a = np.minimum(1.0 / np.sqrt(kappa), _SMALL)
    total = np.zeros_like(a)
    for j in reversed(range(_TERMS)):
        weight = (j + 1) if weighted else 1
        total = -total * a * a + weight * zeta(2.0 * (j + shift))
    return np.asarray(total * a ** (2 * shift))


def _chosen(kappa: FloatArray, series: FloatArray, closed: FloatArray) -> FloatArray:
    return np.where(1.0 / np.sqrt(kappa) < _SMALL, series, closed)


def _first(at: Mapping[str, FloatArray]) -> FloatArray:
    # x coth x - 1 cancels for large kappa, and so do the two below
    k = at["kappa"]
    return _chosen(k, _series(k, 1, False), (_hyperbolic(k)[0] - 1.0) / 2.0)


def _second(at: Mapping[str, FloatArray]) -> FloatArray:
    k = at["kappa"]
    return _chosen(k, _series(k, 2, True), (np.add(*_hyperbolic(k)) - 2.0) / 4.0)


def _difference(at: Mapping[str, FloatArray]) -> FloatArray:
    k = at["kappa"]
    one, two = _hyperbolic(k)
    return _chosen(k, _series(k, 1, True), (one - two) / 4.0)


def _series_steps() -> tuple[Step, ...]:
    a, decay = sp.symbols("a E", positive=True)  # E = exp(-2 x), dE/dx = -2 E
    term = 1 / (1 + KAPPA * INDEX**2)
    coth, inverse_sinh = (1 + decay) / (1 - decay), 4 * decay / (1 - decay) ** 2  # of 1/sinh^2
    x_of = sp.pi / sp.sqrt(KAPPA)
    one = (X * coth - 1) / 2
    slope = -X / 2 * (sp.diff(one, X) - 2 * decay * sp.diff(one, decay))  # kappa d/dkappa
    return (
        Step(
            equation(INDEX**-2 / (INDEX**-2 + KAPPA), term),
            "A level's share of $\\mathrm{df}_1$; with $a = \\kappa^{-1/2}$ it is $a^2/(i^2 + a^2)$,",
            {},
            "share",
        ),
        Step(
            equation(term, a**2 / (INDEX**2 + a**2)),
            "so that Euler's series sums it: $\\mathrm{df}_1 = (x \\coth x - 1)/2$, $x = \\pi a$.",
            {KAPPA: a**-2},
            "df1",
            ("share",),
        ),
        Step(
            equation(term + KAPPA * sp.diff(term, KAPPA), term**2),
            "Term by term $\\mathrm{df}_2 = \\mathrm{df}_1 + \\kappa\\, d\\,\\mathrm{df}_1/d\\kappa$;",
            {},
            "euler operator",
            ("df1",),
        ),
        Step(
            equation(KAPPA * sp.diff(x_of, KAPPA), -x_of / 2),
            "$\\kappa\\, dx/d\\kappa = -x/2$,",
            {},
            "chain rule",
        ),
        Step(
            equation(one + slope, (X * coth + X**2 * inverse_sinh - 2) / 4),
            "hence $\\mathrm{df}_2$, with $\\coth x = (1 + E)/(1 - E)$ and $1/\\sinh^2 x = 4E/(1 - E)^2$ for $E = e^{-2x}$.",
            {},
            "df2",
            ("euler operator", "chain rule"),
        ),
        Step(
            equation(KAPPA**2 * INDEX**-2 / (INDEX**-2 + KAPPA) ** 2, KAPPA * (term - term**2)),
            "Term by term $\\kappa^2 \\sum_i s_i/(s_i + \\kappa)^2 = \\kappa (\\mathrm{df}_1 - \\mathrm{df}_2)$: the target's "
            "part in the bias.",
            {},
            "target",
            ("df1", "df2"),
        ),
        Step(
            equation(sp.Derivative(N - RIDGE / KAPPA - term, KAPPA), RIDGE / KAPPA**2 + INDEX**2 * term**2),
            "$n - \\lambda/\\kappa - \\mathrm{df}_1$ increases in $\\kappa$: one positive root.",
            {},
            "effective_ridge",
            ("df1",),
        ),
    )  # fmt: skip
