"""What control variates would add to the exact averages of `simulate`, whose trials have none.

Controls: functions of one training set with known means, Tr K, Tr K^2, |f|^2 and f' K f (K = X X', f the noise-free labels). The
mean of 50 trials is corrected by regression on them, its error bar is the jackknife's, which pays for the estimated coefficients.
`python -m benchmarks.control_variates` prints, for each ridge, by what factor the variance of one trial falls, the mean squared
error of 50 trials over that with controls, and how often the mean of the pool lies within one jackknife error (nominal: 0.68).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from asymptotix import RidgeRegression, Spectrum
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.gaussian_designs import CovariateSampler
from asymptotix.simulation.observables import observe

__all__ = ["controlled", "gains", "main", "pool"]

FloatArray = NDArray[np.float64]

NOISE, BATCH = 0.1, 50
RIDGES = np.logspace(-4, 3, 8)


def pool(n: int, p: int, decay: float, energy_decay: float, n_trials: int) -> tuple[FloatArray, FloatArray]:
    """Test errors (trial, ridge) and controls minus their means (trial, 4) at eigenvalues i^-decay, energies i^-energy_decay."""
    index = np.arange(1.0, p + 1.0)
    energies = index**-energy_decay / np.sum(index**-energy_decay)
    sampler = CovariateSampler.of(RidgeRegression(Spectrum(index**-decay), energies, noise_variance=NOISE).design)
    variances, rng = sampler.scales**2, np.random.default_rng(0)
    trace, aligned = float(variances.sum()), float(energies @ variances)
    means = [n * trace, n * (n + 1) * np.sum(variances**2) + n * trace**2, n, n * trace + n * (n + 1) * aligned]
    errors, controls = [], []
    for _ in range(n_trials):
        draw = sampler.draw(n, None, rng)
        errors.append(observe(draw, Ridge(RIDGES), NOISE, None, None)["test_error"])
        gram, seen = draw.matrix @ draw.matrix.T, draw.matrix.T @ draw.labels
        controls.append([np.trace(gram), np.sum(gram**2), draw.labels @ draw.labels, seen @ seen])
    centred = np.array(controls) / means - 1.0
    return np.array(errors), centred


def controlled(errors: FloatArray, controls: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean at controls of mean 0 by regression, and its jackknife standard error, each (ridge,)."""
    design = np.column_stack([np.ones(len(errors)), controls])
    weights = np.linalg.pinv(design)
    leverages = np.einsum("ij,ji->i", design, weights)
    coefficients = weights @ errors
    residuals = errors - design @ coefficients
    # without trial i the intercept is lower by w_i r_i / (1 - h_i)
    without = coefficients[0] - weights[0][:, None] * residuals / (1.0 - leverages)[:, None]
    count = len(errors)
    return coefficients[0], np.sqrt((count - 1) / count * np.sum((without - without.mean(axis=0)) ** 2, axis=0))


def gains(errors: FloatArray, controls: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For each ridge: of the variance of a trial, of the mean squared error of BATCH trials, and the share within one error."""
    design = np.column_stack([np.ones(len(errors)), controls])
    residuals = errors - design @ (np.linalg.pinv(design) @ errors)
    truth = controlled(errors, controls)[0]
    batches = len(errors) // BATCH
    plain, better, within = [], [], []
    for batch in np.split(np.arange(batches * BATCH), batches):
        value, bar = controlled(errors[batch], controls[batch])
        plain.append((errors[batch].mean(axis=0) - truth) ** 2)
        better.append((value - truth) ** 2)
        within.append(np.abs(value - truth) < bar)
    return errors.var(axis=0) / residuals.var(axis=0), np.sum(plain, axis=0) / np.sum(better, axis=0), np.mean(within, axis=0)


def main() -> None:
    """Print the gains of three designs."""
    with threadpool_limits(1):
        for n, p, decay, energy_decay in ((100, 200, 1.5, 2.7), (100, 200, 1.2, 2.0), (100, 200, 0.0, 0.0)):
            print(f"n = {n}, p = {p}, eigenvalues i^-{decay}, energies i^-{energy_decay}")
            for ridge, *found in zip(RIDGES, *gains(*pool(n, p, decay, energy_decay, 4000)), strict=True):
                print(
                    "  ridge {:.0e}: variance / {:.3g}, error of 50 trials / {:.3g}, within one error {:.2f}".format(
                        ridge, *found
                    )
                )


if __name__ == "__main__":
    main()
