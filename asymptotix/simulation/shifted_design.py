"""Drawing Gaussian covariates that are tested under another law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.models.designs import ShiftedCovariates
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.population import SquareRisk

__all__ = ["ShiftedSampler"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ShiftedSampler:
    """Rows x = D psi with labels <x, beta>; the population is that of the test law."""

    scales: FloatArray
    coefficients: FloatArray
    population: SquareRisk
    noise_variance: float
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: ShiftedCovariates) -> ShiftedSampler:
        """The sampler of a design."""
        population = SquareRisk(design.test_root, design.test_root @ design.test_coefficients)
        return ShiftedSampler(np.sqrt(design.eigenvalues), design.coefficients, population, design.noise_variance)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        del n_features  # the covariates are the features
        rows = rng.standard_normal((n_samples, len(self.scales))) * self.scales
        return Draw(rows, rows @ self.coefficients, self.population)
