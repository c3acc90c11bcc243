r"""Kernel ridge regression on n of N given points, drawn without replacement: errors over the N - n points not drawn.

With the eigenvalues $D_i$ of the N x N kernel matrix, $L_i=D_i/(D_i+\kappa)$, $\ell=\frac1N\sum L_i$, $c=n/N$, the effective
ridge solves $n-\sum_iL_i=\omega(N-\sum_iL_i)$, $\omega=\lambda/\kappa$, which is $\sum_i\frac{D_i+\lambda}{D_i+\kappa}=n$: the
ridgeless equation of the spectrum $D+\lambda$ at $\kappa-\lambda$. With $e=\frac1N\sum L_i(1-L_i)$, $b=\sum(1-L_i)^2v_i^2$ and
$\Delta=\omega(1-\ell)+(1-\omega)e$,

.. math::
    \mathrm{bias}=\frac{c\,b}{(1-\ell)\Delta},\qquad \mathrm{variance}=\sigma^2\frac{\mathrm{Var}_i(L_i)}{(1-\ell)\Delta},\qquad
    \mathrm{train}=\frac{\omega^2(1-\ell)}{c\,\Delta}\Big[b+\frac{\sigma^2}N\sum(1-L_i)^2\Big].

Obtained by free compression of the kernel matrix to a random subset; no published source is known. For N to infinity at fixed n
it is the formula for independent samples. The eigenvectors of the kernel matrix are assumed to be in general position to the
sampling: noise-free labels with structure deviate (the demo measures by how much), label noise does not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.fixed_point import checked_grid, effective_ridge
from asymptotix.equivalents.grids import cross_validated, curve, no_features
from asymptotix.equivalents.sign_error import has_signs, held_out_sign_error
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.designs import DataKernel
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.results import Fields, RiskCurve
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["finite_population_risk", "has_finite_population"]

FloatArray = NDArray[np.float64]


def has_finite_population(model: object) -> TypeGuard[KernelRidge]:
    """Whether the samples of a model are drawn from a data set without replacement, so that its errors are over the others."""
    return isinstance(model, KernelRidge) and isinstance(model.design, DataKernel) and not model.design.replacement


def finite_population_risk(
    model: KernelRidge, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> RiskCurve:
    """Held-out risk on a data set, on a grid of n_samples and ridge.

    `effective_ridge` is 1 / Tr (K_nn + ridge)^-1 of the n drawn points, and `df2` is n - d ridge / d effective_ridge, as for
    independent samples. Of several outputs every field is the mean; `classification_error` (of `sign_error`) is there if all
    labels are +-1, and computed when it is read: it takes the eigenvectors, where the others take the eigenvalues.

    Raises:
        InvalidInputError: an argument out of range, n_samples not below N, or `n_features`.
        HypothesisError: ridge = 0 at n_samples = rank.
    """
    no_features(model, n_features)
    population = model.spectrum.multiplicities.size
    n, lam, _ = checked_grid(n_samples, ridge, None)
    if np.any(n >= population):
        valid, fix = f"below the number of points ({population})", "sampling='replacement' has no such limit"
        raise InvalidInputError("n_samples", float(np.max(n)), valid, fix)
    out = {name: np.empty(n.size) for name in _FIELDS}
    block = max(1, _BLOCK // population)
    for one_ridge in np.unique(lam):
        at = np.flatnonzero(lam == one_ridge)
        for start in range(0, at.size, block):
            points = at[start : start + block]
            for name, values in _at_ridge(model, population, n.ravel()[points], float(one_ridge)).items():
                out[name][points] = values
    fields = cross_validated({name: found.reshape(n.shape) for name, found in out.items()})
    found = curve(model, fields, n_samples=n_samples, ridge=ridge)
    if not has_signs(model):
        return found
    late = {"classification_error": partial(held_out_sign_error, model, out, n)}
    return replace(found, values=Fields({**fields, **late}))


_BLOCK = 1 << 18  # entries of a temporary, one a point and eigenvalue: two megabytes

_FIELDS = (
    "excess_risk",
    "bias",
    "variance",
    "test_error",
    "train_error",
    "in_sample_risk",
    "squared_norm",
    "df1",
    "df2",
    "effective_ridge",
    "overfitting_coefficient",
)


def _at_ridge(model: KernelRidge, population: int, n: FloatArray, ridge: float) -> dict[str, FloatArray]:
    noise, energies = model.noise_variance, model.target.padded(len(model.spectrum))
    d = population * model.spectrum.eigenvalues
    kappa = ridge + effective_ridge(Spectrum(d + ridge), n_samples=n, ridge=0.0).value
    rank = model.spectrum.rank
    with np.errstate(invalid="ignore", divide="ignore"):
        omega = np.where(kappa > 0, ridge / kappa, (n - rank) / (population - rank))
        unlearned = np.where(d > 0, kappa[:, None] / (d + kappa[:, None]), 1.0)
    learned = np.where(d > 0, d / (d + kappa[:, None] + (d == 0)), 0.0)
    ell, spread = learned.mean(axis=1), (learned * unlearned).mean(axis=1)
    left = unlearned.mean(axis=1)
    delta = omega * left + (1.0 - omega) * spread
    if np.any(delta == 0):
        raise HypothesisError(
            f"ridge = 0 is not valid at n_samples = {n[delta == 0][0]:g}: that is the rank of the kernel matrix, where the "
            "risk is infinite; use ridge > 0"
        )
    gamma = (1.0 - omega) * _per_kappa(d, kappa).mean(axis=1) / delta
    b, c = unlearned**2 @ energies, n / population
    bias = c * b / (left * delta)
    scatter, left_squared = ((learned - ell[:, None]) ** 2).mean(axis=1), (unlearned**2).mean(axis=1)
    variance = noise * scatter / (left * delta)
    train = omega**2 * left / (c * delta) * (b + noise * left_squared)
    return {
        "excess_risk": bias + variance,
        "bias": bias,
        "variance": variance,
        "test_error": bias + variance + noise,
        "train_error": train,
        "in_sample_risk": train - noise + 2.0 * noise * population * ell / n,
        "squared_norm": _squared_norm(d, kappa, gamma, unlearned, energies, noise),
        "df1": population * ell,
        "df2": population * scatter / left_squared,
        "effective_ridge": kappa / (population * left),
        "overfitting_coefficient": c / (left * delta),
    }


def _squared_norm(
    d: FloatArray, kappa: FloatArray, gamma: FloatArray, unlearned: FloatArray, energies: FloatArray, noise: float
) -> FloatArray:
    r"""$\sum_i(Nv_i^2+\sigma^2)\big[\frac{D_i}{(D_i+\kappa)^2}+\gamma(1-L_i)^2\big]$ with
    $\gamma=\frac{1-\omega}\Delta\frac1N\sum\frac{D_i}{(D_i+\kappa)^2}$: the norm $y^\top R y-\lambda y^\top R^2y$,
    $R\simeq(K+\kappa)^{-1}$.
    """  # noqa: D205 the formula is the summary, and one line does not hold it
    weight = _per_kappa(d, kappa) + gamma[:, None] * unlearned**2
    return np.asarray(d.size * weight @ energies + noise * weight.sum(axis=1))


def _per_kappa(d: FloatArray, kappa: FloatArray) -> FloatArray:
    """D / (D + kappa)^2, 0 for a zero eigenvalue also at kappa = 0."""
    total = d + kappa[:, None] + (d == 0)
    with np.errstate(over="ignore", under="ignore"):
        return np.where(d > 0, d / total / total, 0.0)
