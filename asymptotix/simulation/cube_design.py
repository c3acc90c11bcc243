"""Drawing on the hypercube: uniform vertices, targets in random directions, exact population moments by counting."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import CubeKernel
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.hypercube import distances, joint_moments, krawtchouk, random_vertices
from asymptotix.simulation.population import QuadraticRisk

__all__ = ["CubeKernelSampler"]

FloatArray = NDArray[np.float64]

_LARGEST_MULTIPLICITY = 10**300
_LARGEST_DIMENSION = 2000  # the moments cost d^2 operations for each of d distances: seconds


@dataclass(frozen=True)
class CubeKernelSampler:
    """Kernel ridge regression on uniform vertices; the coefficients are those of k(., x_i).

    Tables over the distance of two vertices: the kernel, its second moment E_x k(x, a) k(x, b), and for every degree k of the
    target that has energy, F_k sqrt(binom(d, k)) Q_k and its moment with the kernel.
    """

    dimension: int
    kernel: FloatArray
    second_moment: FloatArray
    parts: tuple[FloatArray, ...]
    cross_moments: tuple[FloatArray, ...]
    energy: float
    noise_variance: float
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: CubeKernel) -> CubeKernelSampler:
        """The sampler of a design."""
        d, energies = design.dimension, np.asarray(design.energies, dtype=np.float64)
        if not 1 <= d <= _LARGEST_DIMENSION:
            raise InvalidInputError("dimension", d, f"from 1 to {_LARGEST_DIMENSION} in a simulation on the hypercube")
        kernel = np.asarray(design.kernel(1.0, 1.0, 1.0 - 2.0 * np.arange(d + 1) / d), dtype=np.float64) * np.ones(d + 1)
        degrees = _drawable_degrees(d, energies)
        parts = tuple(np.sqrt(energies[k]) * polynomial for k, polynomial in zip(degrees, krawtchouk(d, degrees), strict=True))
        crosses = tuple(joint_moments(kernel, part) for part in parts)
        return CubeKernelSampler(
            d, kernel, joint_moments(kernel, kernel), parts, crosses, float(energies.sum()), design.noise_variance
        )

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        del n_features  # a kernel has none
        directions = random_vertices(len(self.parts), self.dimension, rng)
        points = random_vertices(n_samples, self.dimension, rng)
        between, to_target = distances(points, points), distances(points, directions).T
        population = QuadraticRisk(self.second_moment[between], _total(self.cross_moments, to_target), self.energy)
        return Draw(self.kernel[between], _total(self.parts, to_target), population, is_kernel=True)


def _drawable_degrees(dimension: int, energies: FloatArray) -> list[int]:
    """Those with energy."""
    degrees = [int(k) for k in np.flatnonzero(energies)]
    for k in degrees:
        if not 0 < comb(dimension, k) < _LARGEST_MULTIPLICITY:
            fix = f"on the hypercube of {dimension} dimensions binom({dimension}, {k}) is 0 or beyond double precision"
            raise InvalidInputError("target", f"energy in degree {k}", "in degrees whose multiplicity is from 1 to 1e300", fix)
    return degrees


def _total(tables: tuple[FloatArray, ...], at: NDArray[np.int64]) -> FloatArray:
    """The sum of the tables, each at its own row of distances."""
    total = np.zeros(at.shape[1])
    for table, row in zip(tables, at, strict=True):
        total += table[row]
    return total
