"""What `simulate(..., control_variates=True)` brings to the exact averages, and whether its error bars hold.

`python -m benchmarks.control_variates` prints, for each ridge, by what factor the variance of one trial falls (4000 trials, where
fitting costs nothing) and the mean squared error of 50 trials over that with controls, both against the mean of the pool. Then
the null experiment: 1000 pairs of 50 trials drawn from the pool, the two compared in their standard errors at Student's limits,
and each table of 8 ridges against the mean of the pool at the limit of `check`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from asymptotix import RidgeRegression, SimulatedCurve, Spectrum, simulate
from asymptotix.simulation.control_regression import adjusted
from asymptotix.simulation.control_variates import CONTROLS
from asymptotix.verdict.significance import z_limit

__all__ = ["main", "null_experiment", "pool", "splits"]

FloatArray = NDArray[np.float64]

NOISE, BATCH, PAIRS = 0.1, 50, 1000
RIDGES = np.logspace(-4, 3, 8)
LEVELS = (0.32, 0.05, 0.01)


def pool(n: int, p: int, decay: float, energy_decay: float, n_trials: int) -> SimulatedCurve:
    """Trials with controls at eigenvalues i^-decay and energies i^-energy_decay."""
    index = np.arange(1.0, p + 1.0)
    energies = index**-energy_decay / np.sum(index**-energy_decay)
    model = RidgeRegression(Spectrum(index**-decay), energies, noise_variance=NOISE)
    return simulate(model, n_samples=n, ridge=RIDGES, n_trials=n_trials, control_variates=True, progress=False)


def splits(curve: SimulatedCurve, pairs: int = PAIRS) -> dict[str, FloatArray]:
    """Means and standard errors of two disjoint groups of BATCH trials: (pair, group, mean or error, ridge), by kind."""
    errors = curve.samples.test_error
    controls = np.stack([curve.controls[name][:, 0] for name in CONTROLS], axis=1)
    rng, found = np.random.default_rng(0), {"plain": [], "controlled": []}
    for _ in range(pairs):
        for kind, known in (("plain", controls[:, :0]), ("controlled", controls)):
            groups = np.split(rng.permutation(len(errors))[: 2 * BATCH], 2)
            results = [adjusted(errors[group], known[group]) for group in groups]
            found[kind].append([[one.mean, one.standard_error] for one in results])
    return {kind: np.array(values) for kind, values in found.items()}


def null_experiment(groups: FloatArray, truth: FloatArray, n_controls: int) -> tuple[list[float], int]:
    """Of one kind of `splits`: the rates at which pairs differ at LEVELS, over all ridges, and the false alarms of tables."""
    from scipy.special import stdtrit

    free = BATCH - 1 - n_controls
    means, errors = groups[:, :, 0], groups[:, :, 1]
    apart = np.abs(means[:, 0] - means[:, 1]) / np.hypot(errors[:, 0], errors[:, 1])
    rates = [float(np.mean(apart > stdtrit(2 * free, 1.0 - level / 2))) for level in LEVELS]
    z = np.abs(means[:, 0] - truth) / errors[:, 0]
    return rates, int(np.sum(np.any(z > z_limit(len(RIDGES), free), axis=1)))


def main() -> None:
    """Print the gains and the null experiment of three designs."""
    with threadpool_limits(1):
        for n, p, decay, energy_decay in ((100, 200, 1.5, 2.7), (100, 200, 1.2, 2.0), (100, 200, 0.0, 0.0)):
            curve = pool(n, p, decay, energy_decay, 4000)
            groups, truth = splits(curve), curve.test_error
            print(f"n = {n}, p = {p}, eigenvalues i^-{decay}, energies i^-{energy_decay}")
            squared = {kind: np.mean((found[:, :, 0] - truth) ** 2, axis=(0, 1)) for kind, found in groups.items()}
            gains = zip(RIDGES, curve.variance_reduction.test_error, squared["plain"] / squared["controlled"], strict=True)
            for ridge, variance, error in gains:
                print(f"  ridge {ridge:.0e}: variance / {variance:.3g}, error of {BATCH} trials / {error:.3g}")
            for kind, found in groups.items():
                rates, alarms = null_experiment(found, truth, len(CONTROLS) if kind == "controlled" else 0)
                shown = ", ".join(f"{rate:.3f} ({level:g})" for rate, level in zip(rates, LEVELS, strict=True))
                print(f"  {kind}: pairs apart {shown}; false alarms {alarms} of {PAIRS} tables (1)")


if __name__ == "__main__":
    main()
