"""Drawing the tangent features of a two-layer network on the sphere; errors over fresh points of each trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import TangentFeatures
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.population import FinitePopulation
from asymptotix.simulation.sphere_designs import SphereTarget, unit_vectors

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["TangentSampler"]

FloatArray = NDArray[np.float64]

_TEST_POINTS = 1500  # an average over them is unbiased at any number, and its noise is part of the standard error over trials


@dataclass(frozen=True)
class TangentSampler:
    """See `TangentFeatures`; the number of features is N d for tangent features alone, and N where there are both kinds."""

    activation: Activation
    slope: Activation
    target: SphereTarget
    noise_variance: float
    tangent_variance: float | None
    has_features: bool = True
    random_weights: bool = True
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: TangentFeatures) -> TangentSampler:
        """The sampler of a design."""
        target = SphereTarget(design.dimension, np.asarray(design.energies, dtype=np.float64))
        both = design.tangent_variance is not None
        slope = design.activation.pointwise_derivative
        weight = design.tangent_variance
        return TangentSampler(design.activation, slope, target, design.noise_variance, weight, random_weights=not both)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        assert n_features is not None
        d = self.target.dimension
        per_neuron = d if self.tangent_variance is None else 1
        if n_features % per_neuron:
            raise InvalidInputError("n_features", n_features, f"a multiple of the dimension {d}", "pass width= instead")
        directions = unit_vectors(len(self.target.energies), d, rng).T
        weights = unit_vectors(n_features // per_neuron, d, rng)
        training, test = (self._features(size, weights, directions, rng) for size in (n_samples, _TEST_POINTS))
        return Draw(*training, FinitePopulation(*test))

    def _features(
        self, count: int, weights: FloatArray, directions: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """The feature matrix and the labels of fresh points."""
        points = unit_vectors(count, self.target.dimension, rng)
        arguments = np.sqrt(self.target.dimension) * (points @ weights.T)
        slopes = np.asarray(self.slope(arguments), dtype=np.float64)
        # |x| = sqrt(d): x / sqrt(d) is the unit vector
        features = (slopes[:, :, None] * points[:, None, :]).reshape(count, -1)
        if self.tangent_variance is not None:
            values = np.asarray(self.activation(arguments), dtype=np.float64)
            features = np.hstack([values, np.sqrt(self.tangent_variance) * features])
        return features / np.sqrt(len(weights)), self.target.values(points @ directions)
