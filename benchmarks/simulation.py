"""Simulated ridge regression at 50 ridges: `simulate` against the usual loop, a fit for each ridge and a test set.

The loop is what scikit-learn's `Ridge(alpha, fit_intercept=False)` does with fewer samples than features, without its checks of
the input: the Gram matrix, a Cholesky solve, the coefficients, predictions on 5000 test points. Data generation counts on both
sides. `python -m benchmarks.simulation` prints times, and times to an equal standard error.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from threadpoolctl import threadpool_limits

from asymptotix import RidgeRegression, Spectrum, simulate
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.gaussian_designs import CovariateSampler
from asymptotix.simulation.observables import observe
from benchmarks.measurement import Measurement

__all__ = [
    "Trials", "by_hand", "equal_error", "main", "run", "run_isotropic", "run_isotropic_large", "run_large", "run_levels",
    "with_the_package",
]  # fmt: skip

FloatArray = NDArray[np.float64]

NOISE, TEST_POINTS = 0.1, 5000
RIDGES = np.logspace(-4, 3, 50)


class Trials:
    """Test errors, (trials, ridges), and the CPU seconds of one trial at all RIDGES."""

    def __init__(self, errors: FloatArray, seconds: float) -> None:
        self.errors, self.seconds = errors, seconds


def by_hand(n: int, p: int, n_trials: int, every: int = 1, *, isotropic: bool = False, library: bool = False) -> Trials:
    """The loop, for one ridge in `every`; its time is scaled to all of them. `library`: scikit-learn itself fits and predicts."""
    ridges, rng = RIDGES[::every], np.random.default_rng(0)
    scales, beta = np.arange(1.0, p + 1.0) ** -0.75, np.arange(1.0, p + 1.0) ** -0.6
    if isotropic:
        scales, beta = np.ones(p), np.full(p, p**-0.5)
    errors, drawing, fitting = [], 0.0, 0.0

    def draw(rows: int) -> tuple[FloatArray, FloatArray]:
        x = rng.standard_normal((rows, p)) * scales
        return x, x @ beta + np.sqrt(NOISE) * rng.standard_normal(rows)

    if library:
        _by_scikit_learn(*draw(20), scales[None, :], 1.0)  # loads it
    for _ in range(n_trials):
        start = time.process_time()
        (x, y), (x_test, y_test) = draw(n), draw(TEST_POINTS)
        drawn = time.process_time()
        row = []
        for ridge in ridges:
            predicted = _by_scikit_learn(x, y, x_test, ridge) if library else x_test @ _coefficients(x, y, ridge)
            row.append(np.mean((predicted - y_test) ** 2))
        errors.append(row)
        drawing, fitting = drawing + drawn - start, fitting + time.process_time() - drawn
    return Trials(np.array(errors), (drawing + fitting * len(RIDGES) / len(ridges)) / n_trials)


def _coefficients(x: FloatArray, y: FloatArray, ridge: float) -> FloatArray:
    gram = x @ x.T
    gram.flat[:: len(x) + 1] += ridge
    return np.asarray(x.T @ solve(gram, y, assume_a="pos"))


def _by_scikit_learn(x: FloatArray, y: FloatArray, x_test: FloatArray, ridge: float) -> FloatArray:
    from sklearn.linear_model import Ridge as Library  # a part of the extra `data`

    return np.asarray(Library(alpha=ridge, fit_intercept=False).fit(x, y).predict(x_test))


def with_the_package(n: int, p: int, n_trials: int, every: int = 1, *, isotropic: bool = False) -> Trials:
    """The same experiment by `simulate`, with every other field of the curve, at all ridges."""
    index = np.arange(1.0, p + 1.0)
    model = RidgeRegression(Spectrum(index**-1.5), index**-2.7, noise_variance=NOISE)
    if isotropic:
        model = RidgeRegression(Spectrum([1.0], [p]), [1.0], noise_variance=NOISE)
    simulate(model, n_samples=20, ridge=RIDGES, n_trials=1, progress=False)  # loads what it needs
    start = time.process_time()
    curve = simulate(model, n_samples=n, ridge=RIDGES, n_trials=n_trials, progress=False)
    return Trials(curve.samples["test_error"][:, ::every], (time.process_time() - start) / n_trials)


def run(n: int = 500, p: int = 1000, trials: tuple[int, int] = (10, 3), every: int = 5) -> Measurement:
    """CPU seconds of a trial; the difference is that of the means, which are random."""
    with threadpool_limits(1):
        package, hand = with_the_package(n, p, trials[0], every), by_hand(n, p, trials[1], every)
    difference = float(np.max(np.abs(package.errors.mean(axis=0) / hand.errors.mean(axis=0) - 1)))
    return Measurement(f"one trial, 50 ridges, n = {n}, p = {p}", package.seconds, hand.seconds, difference)


def run_large() -> Measurement:
    """The same with n = 2000, p = 4000."""
    return run(2000, 4000, (2, 1), 10)


def run_isotropic(
    n: int = 500, p: int = 1000, trials: tuple[int, int] = (200, 3), every: int = 5, *, library: bool = False
) -> Measurement:
    """The same with all eigenvalues equal, where the package draws singular values and no rows."""
    with threadpool_limits(1):
        package = with_the_package(n, p, trials[0], every, isotropic=True)
        hand = by_hand(n, p, trials[1], every, isotropic=True, library=library)
    difference = float(np.max(np.abs(package.errors.mean(axis=0) / hand.errors.mean(axis=0) - 1)))
    return Measurement(f"one trial, 50 ridges, equal eigenvalues, n = {n}, p = {p}", package.seconds, hand.seconds, difference)


def run_isotropic_large() -> Measurement:
    """The same with n = 2000, p = 4000."""
    return run_isotropic(2000, 4000, (20, 1), 10)


def run_levels(n: int = 300, p: int = 20_000, n_trials: int = 3) -> Measurement:
    """Two levels with many more coordinates than samples: triangular factors against the rows of the same experiment."""
    design = RidgeRegression(Spectrum([1.0, 0.1], [p // 2, p // 2]), [1.0, 1.0], noise_variance=NOISE).design
    whole = CovariateSampler.of(design)
    seconds, means = [], []
    with threadpool_limits(1):
        for sampler in (whole, replace(whole, counts=None)):
            start = time.process_time()
            found = [
                observe(sampler.draw(n, None, np.random.default_rng(seed)), Ridge(RIDGES), NOISE, None, None)["test_error"]
                for seed in range(n_trials)
            ]
            seconds.append((time.process_time() - start) / n_trials)
            means.append(np.mean(found, axis=0))
    difference = float(np.max(np.abs(means[0] / means[1] - 1)))
    return Measurement(f"one trial, 50 ridges, two levels, n = {n}, p = {p}", seconds[0], seconds[1], difference)


def equal_error(n: int = 500, p: int = 1000, n_trials: int = 40, every: int = 4) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For each ridge: it, the ratio of the variances of one trial, and the ratio of the times to an equal standard error."""
    with threadpool_limits(1):
        package, hand = with_the_package(n, p, n_trials, every), by_hand(n, p, n_trials, every)
    variances = hand.errors.var(axis=0, ddof=1) / package.errors.var(axis=0, ddof=1)
    return RIDGES[::every], variances, variances * hand.seconds / package.seconds


def main() -> None:
    """Print the times of a trial, and the times to an equal standard error at each ridge."""
    library = run_isotropic(library=True)
    print(f"{library.workload}: package {library.package_seconds:.3g} s, scikit-learn {library.by_hand_seconds:.3g} s, ", end="")
    print(f"ratio {library.ratio:.1f}")
    for done in (run(), run_large(), run_isotropic(), run_isotropic_large(), run_levels()):
        print(
            f"{done.workload}: package {done.package_seconds:.3g} s, by hand {done.by_hand_seconds:.3g} s, ratio {done.ratio:.1f}"
        )
    for ridge, variance, ratio in zip(*equal_error(), strict=True):
        print(f"ridge {ridge:.1e}: variance of a trial / {variance:.3g}, time to equal standard error / {ratio:.3g}")


if __name__ == "__main__":
    main()
