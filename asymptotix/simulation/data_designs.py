"""Drawing training sets from a finite population: kernel ridge regression and random features on a data set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.models.designs import DataFeatures, DataKernel
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.population import FinitePopulation

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["DataFeatureSampler", "DataKernelSampler"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class DataKernelSampler:
    """n of N points with their kernel matrix; the coefficients are those of k(., x_i). `labels` is (N,), or (N, m) for m outputs.

    Without replacement the population is the N - n points not drawn, with replacement all N.
    """

    kernel_matrix: FloatArray
    labels: FloatArray
    noise_variance: float
    replacement: bool
    classifies: bool
    max_samples: int | None
    has_features: bool = False
    random_weights: bool = False

    @staticmethod
    def of(design: DataKernel) -> DataKernelSampler:
        """The sampler of a design."""
        kernel, labels = (np.asarray(values, dtype=np.float64) for values in (design.kernel_matrix, design.labels))
        # At least one point must be left over to be judged on.
        most = None if design.replacement else len(labels) - 1
        return DataKernelSampler(kernel, labels, design.noise_variance, design.replacement, _are_signs(labels), most)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        del n_features  # a kernel has none
        size = len(self.labels)
        if self.replacement:
            train, test = rng.integers(size, size=n_samples), np.arange(size)
        else:
            order = rng.permutation(size)
            train, test = order[:n_samples], order[n_samples:]
        matrix, rows = self.kernel_matrix[np.ix_(train, train)], self.kernel_matrix[np.ix_(test, train)]
        outputs = [
            Draw(matrix, output[train], FinitePopulation(rows, output[test]), is_kernel=True)
            for output in self.labels.reshape(size, -1).T
        ]
        return replace(outputs[0], further=tuple(outputs[1:]))


@dataclass(frozen=True)
class DataFeatureSampler:
    """Features p^(-1/2) s(<x, w_j>), w_j ~ N(0, I/d), of rows drawn with replacement; the population is all N rows."""

    inputs: FloatArray
    labels: FloatArray
    activation: Activation
    noise_variance: float
    classifies: bool
    has_features: bool = True
    random_weights: bool = True
    max_samples: int | None = None

    @staticmethod
    def of(design: DataFeatures) -> DataFeatureSampler:
        """The sampler of a design."""
        inputs, labels = (np.asarray(values, dtype=np.float64) for values in (design.inputs, design.labels))
        return DataFeatureSampler(inputs, labels, design.activation, design.noise_variance, _are_signs(labels))

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        assert n_features is not None
        size, dimension = self.inputs.shape
        rows = rng.integers(size, size=n_samples)
        weights = rng.standard_normal((dimension, n_features)) / np.sqrt(dimension)
        features = np.asarray(self.activation(self.inputs @ weights), dtype=np.float64) / np.sqrt(n_features)
        return Draw(features[rows], self.labels[rows], FinitePopulation(features, self.labels))


def _are_signs(labels: FloatArray) -> bool:
    return bool(np.all(np.abs(labels) == 1.0))
