"""The letters of the closed forms, and what `evaluate` calls them; each means the same in every family."""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.closed_risk.family import Parameter

__all__ = ["F2", "KAPPA", "NOISE", "PSI1", "PSI2", "RIDGE", "D", "N", "P", "S", "parameter"]

N, P, D, S, PSI1, PSI2 = sp.symbols("n p d s psi1 psi2", positive=True)
RIDGE, NOISE, F2 = sp.symbols("lambda sigma2 F2", nonnegative=True)
KAPPA = sp.Symbol("kappa", positive=True)
_KNOWN = {
    N: Parameter(N, "n_samples", "samples"),
    P: Parameter(P, "n_features", "features"),
    D: Parameter(D, "dimension", "eigenvalues equal to s: the dimension of linear inputs"),
    S: Parameter(S, "eigenvalue", "the eigenvalue"),
    RIDGE: Parameter(RIDGE, "ridge", "the ridge, beside the sum of squared errors", zero=True),
    NOISE: Parameter(NOISE, "noise_variance", "variance of the label noise", r"\sigma^2", zero=True),
    F2: Parameter(F2, "energy", "squared norm of the target", "{F}^2", zero=True),
}


def parameter(symbol: sp.Symbol) -> Parameter:
    """The parameter of a letter."""
    return _KNOWN[symbol]
