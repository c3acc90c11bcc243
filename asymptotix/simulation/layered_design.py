"""Drawing Gaussian inputs and their features in a network of given weights; errors over fresh inputs of each trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.models.designs import LayeredFeatures
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.population import FinitePopulation

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["LayeredSampler"]

FloatArray = NDArray[np.float64]

# The theory's second moments are kernels of the activation; here an average over inputs stands for them, so that an error in the
# kernels would show. It is unbiased at any number of inputs, and its noise is part of the standard error over trials.
_TEST_INPUTS = 2000


@dataclass(frozen=True)
class LayeredSampler:
    """See `LayeredFeatures`; the weights are the same in every trial."""

    weights: tuple[FloatArray, ...]
    root: FloatArray
    activation: Activation
    coefficients: FloatArray
    noise_variance: float
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: LayeredFeatures) -> LayeredSampler:
        """The sampler of a design."""
        return LayeredSampler(design.weights, design.root, design.activation, design.coefficients, design.noise_variance)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        del n_features  # given with the weights
        matrix, labels = self._inputs(n_samples, rng)
        return Draw(matrix, labels, FinitePopulation(*self._inputs(_TEST_INPUTS, rng)))

    def _inputs(self, count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        inputs = rng.standard_normal((count, len(self.root))) @ self.root
        hidden = inputs
        for layer in self.weights:
            hidden = np.asarray(self.activation(hidden @ layer.T), dtype=np.float64)
        return hidden / np.sqrt(hidden.shape[1]), np.asarray(inputs @ self.coefficients)
