"""Drawing on the sphere: points, random target directions, kernel matrices and features, with exact population moments.

The target is f = sum_k F_k sqrt(B(d, k)) Q_k(<x, u_k> / |x|), and by Funk-Hecke, for any g with coefficients c_k,
    E_x[g(<x, a>) f(x)] = sum_k F_k sqrt(B(d, k)) c_k Q_k(<a, u_k>).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import KernelFunction, SphereFeatures, SphereKernel
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.homogeneous import has_closed_gram, homogeneous_gram
from asymptotix.simulation.population import QuadraticRisk
from asymptotix.simulation.quadrature import (
    SphereSeries,
    gegenbauer_polynomials,
    multiplicity,
    sphere_coefficients,
    sphere_series,
)

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation
    from asymptotix.activations.homogeneity import Homogeneity

__all__ = [
    "SphereFeatureSampler", "SphereKernelSampler", "SphereTarget", "cosine_matrix", "kernel_at", "unit_vectors",
]  # fmt: skip

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class SphereTarget:
    """F_k^2 = energies[k]; the directions u_k, one column per degree, come with each draw."""

    dimension: int
    energies: FloatArray

    def values(self, cosines: FloatArray, factors: FloatArray | None = None) -> FloatArray:
        """sum_k F_k sqrt(B(d, k)) factor_k Q_k(cosines[:, k]); without factors this is f at points with these cosines to u_k."""
        total = np.zeros(len(cosines))
        for degree, energy in enumerate(self.energies):
            scale = np.sqrt(energy * multiplicity(self.dimension, degree))
            if scale > 0:
                polynomial = _polynomial(self.dimension, degree, cosines[:, degree])
                total += scale * (1.0 if factors is None else factors[degree]) * polynomial
        return total

    def moments(self, cosines: FloatArray, series: SphereSeries) -> FloatArray:
        """E_x[g(<x, a>) f(x)] for unit vectors a with these cosines to u_k, g with the coefficients of `series`."""
        return self.values(cosines, np.array([series.coefficient(degree) for degree in range(len(self.energies))]))


@dataclass(frozen=True)
class SphereKernelSampler:
    """Kernel ridge regression on uniform points; the coefficients are those of k(., x_i)."""

    kernel: KernelFunction
    target: SphereTarget
    series: SphereSeries
    noise_variance: float
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: SphereKernel) -> SphereKernelSampler:
        """The sampler of a design."""
        target = _target(design.dimension, design.energies)
        series = sphere_series(lambda t: kernel_at(design.kernel, t), design.dimension, min_degree=len(target.energies) - 1)
        return SphereKernelSampler(design.kernel, target, series, design.noise_variance)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        del n_features  # a kernel has none
        directions = unit_vectors(len(self.target.energies), self.target.dimension, rng).T
        points = unit_vectors(n_samples, self.target.dimension, rng)
        cosines, to_target = cosine_matrix(points), points @ directions
        population = QuadraticRisk(
            self.series.gram(cosines), self.target.moments(to_target, self.series), float(self.target.energies.sum())
        )
        return Draw(kernel_at(self.kernel, cosines), self.target.values(to_target), population, is_kernel=True)


@dataclass(frozen=True)
class SphereFeatureSampler:
    """Features p^(-1/2) s(<x, w_j>), x uniform on the sphere of radius sqrt(d), w_j uniform on the unit sphere."""

    activation: Activation
    target: SphereTarget
    series: SphereSeries
    noise_variance: float
    has_features: bool = True
    random_weights: bool = True
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: SphereFeatures) -> SphereFeatureSampler:
        """The sampler of a design."""
        target = _target(design.dimension, design.energies)
        radius = np.sqrt(target.dimension)
        kinks = [kink / radius for kink in design.activation.kinks]
        series = _feature_series(lambda t: design.activation(radius * t), target, kinks, design.activation.homogeneity)
        return SphereFeatureSampler(design.activation, target, series, design.noise_variance)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        assert n_features is not None
        dimension = self.target.dimension
        directions = unit_vectors(len(self.target.energies), dimension, rng).T
        weights = unit_vectors(n_features, dimension, rng)
        points = unit_vectors(n_samples, dimension, rng)
        features = np.asarray(self.activation(np.sqrt(dimension) * (points @ weights.T)), dtype=np.float64) / np.sqrt(n_features)
        population = QuadraticRisk(
            self._gram(cosine_matrix(weights)) / n_features,
            self.target.moments(weights @ directions, self.series) / np.sqrt(n_features),
            float(self.target.energies.sum()),
        )
        return Draw(features, self.target.values(points @ directions), population)

    def _gram(self, cosines: FloatArray) -> FloatArray:
        homogeneity = self.activation.homogeneity
        if homogeneity is not None and has_closed_gram(homogeneity):
            return homogeneous_gram(homogeneity, self.target.dimension, cosines)
        return self.series.gram(cosines)


def _target(dimension: int, energies: FloatArray) -> SphereTarget:
    if dimension != int(dimension) or dimension < 3:
        raise InvalidInputError("dimension", dimension, "a whole number >= 3")
    return SphereTarget(int(dimension), np.asarray(energies, dtype=np.float64))


def _feature_series(
    function: Callable[[FloatArray], FloatArray], target: SphereTarget, kinks: list[float], homogeneity: Homogeneity | None
) -> SphereSeries:
    """With a closed second moment the series serves the target's degrees only, and slow decay does not matter."""
    last = len(target.energies) - 1
    if not has_closed_gram(homogeneity):
        return sphere_series(function, target.dimension, kinks=kinks, min_degree=last)
    coefficients, square = sphere_coefficients(function, target.dimension, degree=last, kinks=kinks)
    counts = np.array([multiplicity(target.dimension, degree) for degree in range(last + 1)])
    return SphereSeries(target.dimension, coefficients, square - float(np.sum(counts * coefficients**2)))


def kernel_at(kernel: KernelFunction, cosines: FloatArray) -> FloatArray:
    """h(t) = k(1, 1, t) at every entry."""
    return np.asarray(kernel(1.0, 1.0, cosines), dtype=np.float64) * np.ones_like(cosines)


def unit_vectors(count: int, dimension: int, rng: np.random.Generator) -> FloatArray:
    """Independent uniform points of the unit sphere, one a row."""
    vectors = rng.standard_normal((count, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def cosine_matrix(points: FloatArray) -> FloatArray:
    """<a_i, a_j> with the rounding beyond [-1, 1] cut off and an exact diagonal."""
    cosines = np.clip(points @ points.T, -1.0, 1.0)
    np.fill_diagonal(cosines, 1.0)
    return cosines


def _polynomial(dimension: int, degree: int, t: FloatArray) -> FloatArray:
    polynomials = gegenbauer_polynomials(dimension, t)
    for _ in range(degree):
        next(polynomials)
    return next(polynomials)
