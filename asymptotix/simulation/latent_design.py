"""Drawing the latent space model: hidden variables z, features W z + u with W a random frame, W' W = (p/d) I."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import LatentFeatures
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.population import SquareRisk

__all__ = ["LatentSampler"]


@dataclass(frozen=True)
class LatentSampler:
    """Rows x = W z + u; the predictor errs by |W' b - theta|^2 + |b|^2."""

    dimension: int
    signal: float
    noise_variance: float
    has_features: bool = True
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: LatentFeatures) -> LatentSampler:
        """The sampler of a design."""
        return LatentSampler(design.dimension, design.signal, design.noise_variance)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        assert n_features is not None
        d = self.dimension
        if n_features < d:
            raise InvalidInputError("n_features", n_features, f">= dimension = {d}")
        frame, _ = np.linalg.qr(rng.standard_normal((n_features, d)))
        weights = np.sqrt(n_features / d) * frame
        hidden = rng.standard_normal((n_samples, d))
        theta = np.full(d, np.sqrt(self.signal / d))
        features = hidden @ weights.T + rng.standard_normal((n_samples, n_features))
        return Draw(features, hidden @ theta, SquareRisk(weights.T, theta, flat=1.0))
