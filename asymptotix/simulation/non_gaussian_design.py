"""Drawing covariates x = r D psi with a given covariance D^2 that are not Gaussian.

psi has independent entries of mean 0 and variance 1 (Gaussian, signs, Student), and r, with E r^2 = 1, is one random scale for
all coordinates of a row: uncorrelated and dependent. The covariance of x is D^2 whatever the law, so that the risk of a linear
predictor is the same exact sum of squares as for Gaussian rows; what the law changes is the training set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.models.designs import NonGaussianCovariates
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.gaussian_designs import expand_levels
from asymptotix.simulation.population import SquareRisk

__all__ = ["NonGaussianSampler"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class NonGaussianSampler:
    """Rows x = r D psi; the tail stays analytic (see `Draw`), which needs r = 1."""

    scales: FloatArray
    target: FloatArray
    tail: float
    unlearned: float
    noise_variance: float
    entries: str
    degrees_of_freedom: float | None
    scale_degrees_of_freedom: float | None
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: NonGaussianCovariates) -> NonGaussianSampler:
        """The sampler of a design."""
        freedoms = (design.degrees_of_freedom, design.scale_degrees_of_freedom)
        rest = (design.tail, design.target_tail, design.noise_variance)
        return NonGaussianSampler(*expand_levels(design), *rest, design.entries, *freedoms)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`. Gaussian entries are those of `CovariateSampler` from the same stream."""
        del n_features  # the covariates are the features
        psi = self._entries((n_samples, len(self.scales)), rng)
        if self.scale_degrees_of_freedom is not None:
            freedom = self.scale_degrees_of_freedom
            psi *= np.sqrt((freedom - 2.0) / rng.chisquare(freedom, n_samples))[:, None]
        labels = psi @ self.target
        psi *= self.scales
        return Draw(psi, labels, SquareRisk(self.scales, self.target), tail=self.tail, unlearned=self.unlearned)

    def _entries(self, shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
        """Independent, of mean 0 and variance 1."""
        if self.entries == "rademacher":
            return np.asarray(2.0 * rng.integers(0, 2, shape) - 1.0, dtype=np.float64)
        if self.entries == "student":
            freedom = self.degrees_of_freedom
            assert freedom is not None
            return np.asarray(rng.standard_t(freedom, shape) * np.sqrt((freedom - 2.0) / freedom))
        return rng.standard_normal(shape)
