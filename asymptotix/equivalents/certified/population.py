"""The formulas of `kernel_ridge` (n of N given points, held-out error) in balls, at one point.

The eigenvalues are those of K/N as the model stores them, already rounded by the eigendecomposition: what is certified is what
follows from them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from asymptotix.equivalents.certified.levels import BallLevels
from asymptotix.equivalents.certified.root import Point, enclose_root
from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["population_enclosure"]

_GUARD_BITS = 80


def population_enclosure(model: KernelRidge) -> Callable[[Point, int], dict[str, Ball]]:
    """From a point and a precision to every field of `kernel_ridge.finite_population_risk`."""
    flint = load_flint()

    def enclose(point: Point, bits: int) -> dict[str, Ball]:
        rounded = Spectrum(_size(model) * model.spectrum.eigenvalues + point.ridge)
        start = float(effective_ridge(rounded, n_samples=point.n, ridge=0.0).log_value)
        ridgeless = dataclasses.replace(point, ridge=0.0, log_start=start)
        shift = enclose_root(lambda precision: _shifted_levels(model, point.ridge, precision), ridgeless, bits)
        with flint.ctx.workprec(bits + _GUARD_BITS):
            return _fields(model, point, shift)

    return enclose


def _size(model: KernelRidge) -> int:
    return int(model.spectrum.multiplicities.size)


def _kernel_eigenvalues(model: KernelRidge) -> list[Ball]:
    ball = load_flint().arb
    return [_size(model) * ball(s) for s in model.spectrum.eigenvalues.tolist()]


def _shifted_levels(model: KernelRidge, ridge: float, bits: int) -> BallLevels:
    """D + ridge, whose ridgeless root is kappa - ridge; exact in balls, not in the doubles from which the search starts."""
    flint = load_flint()
    with flint.ctx.workprec(bits):
        shifted = sorted((d + flint.arb(ridge) for d in _kernel_eigenvalues(model)), key=float, reverse=True)
        nonzero, zero = [d for d in shifted if d > 0], flint.arb(0)
        logs = np.array([float(d.log()) for d in nonzero])
    return BallLevels(logs, np.ones(logs.size), nonzero, None, zero, None)


def _fields(model: KernelRidge, point: Point, shift: Ball) -> dict[str, Ball]:
    """The formulas of `kernel_ridge._at_ridge`, with 1 - omega = shift / kappa, and L - mean(L) = mean(1 - L) - (1 - L)."""
    ball, d, size = type(shift), _kernel_eigenvalues(model), _size(model)
    n, ridge, noise = ball(point.n), ball(point.ridge), ball(model.noise_variance)
    kappa, rank = ridge + shift, sum(value > 0 for value in d)
    if kappa > 0:
        omega, rest = ridge / kappa, shift / kappa
    else:
        omega, rest = (n - rank) / (size - rank), (size - n) / (size - rank)
    unlearned = [kappa / (value + kappa) if value > 0 else ball(1) for value in d]
    learned = [value / (value + kappa) if value > 0 else ball(0) for value in d]
    per_kappa = [value / (value + kappa) ** 2 if value > 0 else ball(0) for value in d]
    energies = list(map(ball, model.target.padded(size).tolist()))
    ell, left = _mean(learned), _mean(unlearned)
    delta = omega * left + rest * _mean([a * b for a, b in zip(learned, unlearned, strict=True)])
    squares = [u * u for u in unlearned]
    b = sum((e * u for e, u in zip(energies, squares, strict=True)), ball(0))
    scatter, left_squared = _mean([(left - u) ** 2 for u in unlearned]), _mean(squares)
    c = n / size
    bias, variance = c * b / (left * delta), noise * scatter / (left * delta)
    train = omega * omega * left / (c * delta) * (b + noise * left_squared)
    gamma = rest * _mean(per_kappa) / delta
    weights = [a + gamma * u for a, u in zip(per_kappa, squares, strict=True)]
    norm = size * sum((w * e for w, e in zip(weights, energies, strict=True)), ball(0)) + noise * sum(weights, ball(0))
    return {
        "excess_risk": bias + variance,
        "bias": bias,
        "variance": variance,
        "test_error": bias + variance + noise,
        "train_error": train,
        "in_sample_risk": train - noise + 2 * noise * size * ell / n,
        "squared_norm": norm,
        "df1": size * ell,
        "df2": size * scatter / left_squared,
        "effective_ridge": kappa / (size * left),
        "overfitting_coefficient": c / (left * delta),
    }


def _mean(values: list[Ball]) -> Ball:
    return sum(values[1:], values[0]) / len(values)
