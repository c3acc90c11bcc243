r"""What is seen in a trial beside its errors and has a known mean: four functions of one training set with Gaussian inputs.

With $K=ZZ'$ the kernel matrix of the samples and f their noise-free labels, for rows $z\sim N(0,\Sigma)$, target energy
$e=E f^2$ and $a=|E[fz]|^2$,

    Tr K      n Tr Sigma                                  |f|^2     n e
    Tr K^2    n (n + 1) Tr Sigma^2 + n (Tr Sigma)^2       f' K f    n e Tr Sigma + n (n + 1) a

For p random features of Gaussian inputs (covariance diag(s), flat tail t) the rows are Gaussian given the weights, and Tr Sigma,
its square and Tr Sigma^2 in the first column stand for their means over the weights: with $T=\sum s$, $S=\sum s^2$

    E Tr Sigma = T + t,   E (Tr Sigma)^2 = (T + t)^2 + 2 S / p,   E Tr Sigma^2 = S (1 + 1/p) + (T^2 + 2 t T + t^2) / p

The analytic tail of covariates is a constant on the diagonal of K and left out.

Source: moments of the Gaussian and the Wishart law (Wick's formula).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.simulation.draws import Sampler
from asymptotix.simulation.estimators import SpectralFit
from asymptotix.simulation.gaussian_designs import CovariateSampler, FeatureSampler
from asymptotix.simulation.isotropic_design import IsotropicSampler
from asymptotix.simulation.rotated_fit import RotatedFit

__all__ = ["CONTROLS", "control_means", "control_values", "controls_of", "require_known_means"]

FloatArray = NDArray[np.float64]

CONTROLS = ("kernel_trace", "kernel_square_trace", "label_energy", "label_alignment")


def require_known_means(sampler: Sampler, model: Any) -> None:
    """InvalidInputError unless the controls of the design have known means."""
    if not isinstance(sampler, CovariateSampler | FeatureSampler | IsotropicSampler):
        kind = type(model.design).__name__
        fix = "known means need Gaussian covariates, or random features of them"
        raise InvalidInputError("control_variates", True, f"left out for {kind}", fix)


def control_means(sampler: Sampler, n_samples: int, n_features: int | None) -> FloatArray:
    """The expectations of `CONTROLS`, (4,)."""
    n = float(n_samples)
    if isinstance(sampler, IsotropicSampler):
        variance, energy = sampler.scale**2, sampler.energy
        trace, square = sampler.dimension * variance, sampler.dimension * variance**2
        trace_square, aligned = trace**2, variance * energy
    else:
        assert isinstance(sampler, CovariateSampler | FeatureSampler)
        variances, energies = sampler.scales**2, sampler.target**2
        trace, square = float(variances.sum()), float(np.sum(variances**2))
        trace_square, energy, aligned = trace**2, float(energies.sum()), float(energies @ variances)
        if isinstance(sampler, FeatureSampler):
            assert n_features is not None
            p, flat, inputs = float(n_features), sampler.tail, square
            square = inputs * (1.0 + 1.0 / p) + (trace**2 + 2.0 * flat * trace + flat**2) / p
            trace += flat
            trace_square = trace**2 + 2.0 * inputs / p
    return np.array(
        [n * trace, n * (n + 1.0) * square + n * trace_square, n * energy, n * energy * trace + n * (n + 1.0) * aligned]
    )


def control_values(fitted: SpectralFit | RotatedFit) -> FloatArray:
    """`CONTROLS` of a decomposed training set, (4,)."""
    eigenvalues, labels = fitted.eigenvalues, fitted.draw.labels
    squares = fitted.loads(labels) ** 2  # dual: of U' f; else of V' Z' f, whose sum is f' K f
    aligned = eigenvalues @ squares if fitted.dual else squares.sum()
    return np.array([eigenvalues.sum(), eigenvalues @ eigenvalues, labels @ labels, aligned])


def controls_of(fitted: SpectralFit | RotatedFit, means: FloatArray) -> FloatArray:
    """Deviations from the means, relative to them, (4,); 0 for what is always 0 (a target without energy)."""
    return np.asarray(np.where(means > 0, control_values(fitted) / np.where(means > 0, means, 1.0) - 1.0, 0.0))
