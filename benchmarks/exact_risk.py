"""The exact population risk of random features against ten thousand test points, at 50 ridges, for one trained sample.

ReLU features of inputs on the sphere, whose second moments are the arc-cosine kernel of the weights. Both sides get the same
coefficients; `python -m benchmarks.exact_risk` prints the times and the noise of the test set, which the exact risk has none of.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from asymptotix import RandomFeatures
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.estimators import fit
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.homogeneous import homogeneous_gram
from asymptotix.simulation.population import FinitePopulation, QuadraticRisk
from asymptotix.simulation.sphere_designs import SphereFeatureSampler, cosine_matrix, unit_vectors
from benchmarks.measurement import Measurement

__all__ = ["main", "run", "run_large"]

FloatArray = NDArray[np.float64]

RIDGES = np.logspace(-4, 3, 50)
TEST_POINTS = 10_000


def run(n: int = 500, p: int = 800, dimension: int = 50, repeats: int = 3) -> Measurement:
    """CPU seconds of the exact risks, moments included, as the package's; the difference is the noise of the test set."""
    sampler = SphereFeatureSampler.of(RandomFeatures.on_sphere("relu", dimension=dimension, target=[0.0, 1.0]).design)
    rng, errors = np.random.default_rng(0), []
    seconds: tuple[list[float], list[float]] = ([], [])
    homogeneity = sampler.activation.homogeneity
    assert homogeneity is not None
    with threadpool_limits(1):
        for _ in range(repeats):
            directions, weights, points = (unit_vectors(count, dimension, rng) for count in (2, p, n))
            hidden = np.sqrt(dimension) * (points @ weights.T)
            features = np.maximum(hidden, 0.0) / np.sqrt(p)
            cosines = points @ directions.T
            labels = sampler.target.values(cosines)
            draw = Draw(features, labels, FinitePopulation(features, labels))  # `fit` reads no population
            fitted, estimator = fit(draw, RIDGES[0]), Ridge(RIDGES)
            coefficients = fitted.coefficients(draw.labels, estimator.gains(fitted.eigenvalues))
            start = time.process_time()
            moments = homogeneous_gram(homogeneity, dimension, cosine_matrix(weights)) / p
            cross = sampler.target.moments(weights @ directions.T, sampler.series) / np.sqrt(p)
            exact = QuadraticRisk(moments, cross, float(sampler.target.energies.sum())).excess(coefficients)
            middle = time.process_time()
            fresh = unit_vectors(TEST_POINTS, dimension, rng)
            predicted = np.maximum(np.sqrt(dimension) * (fresh @ weights.T), 0.0) @ (coefficients / np.sqrt(p))
            tested = np.mean((predicted - sampler.target.values(fresh @ directions.T)[:, None]) ** 2, axis=0)
            end = time.process_time()
            seconds[0].append(middle - start)
            seconds[1].append(end - middle)
            errors.append(float(np.max(np.abs(tested / exact - 1))))
    return Measurement(f"risk of random features, 50 ridges, n = {n}, p = {p}", min(seconds[0]), min(seconds[1]), max(errors))


def run_large() -> Measurement:
    """The same with n = 1500, p = 2000 in 100 dimensions."""
    return run(1500, 2000, 100, repeats=2)


def main() -> None:
    """Print both sizes."""
    for done in (run(), run_large()):
        print(f"{done.workload}: exact {done.package_seconds:.3g} s, {TEST_POINTS} points {done.by_hand_seconds:.3g} s, ", end="")
        print(f"ratio {done.ratio:.1f}, noise of the test set up to {done.largest_difference:.1%}")


if __name__ == "__main__":
    main()
