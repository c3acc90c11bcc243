"""What one trial hands to the estimators, and what a design must be able to do: plain arrays, no distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from asymptotix.simulation.population import Population

__all__ = ["Draw", "Sampler"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """One training set and the population it is judged on.

    `matrix`: features, (n, q), or with `is_kernel` the kernel matrix, (n, n), not divided by n; `labels`: noise-free, (n,).
    A `matrix` (r,) holds the singular values of the features: then everything is in the coordinates of their singular vectors,
    and `seen_rows`, (k, r), are k samples in them, for what speaks of single samples.
    `further`: the same training set with other outputs, over which the errors are averaged.
    `tail`: kernel mass on an infinitely flat remainder: the samples see K + tail I, the predictor has no
    mass there. `unlearned`: target energy there: independent noise to the fit, part of the excess risk.
    """

    matrix: FloatArray
    labels: FloatArray
    population: Population
    is_kernel: bool = False
    tail: float = 0.0
    unlearned: float = 0.0
    further: tuple[Draw, ...] = ()
    seen_rows: FloatArray | None = None


class Sampler(Protocol):
    """A design made ready for drawing, picklable, everything that does not change from trial to trial computed once."""

    @property
    def noise_variance(self) -> float:
        """Variance of the label noise."""

    @property
    def has_features(self) -> bool:
        """Whether trials have a number of features."""

    @property
    def random_weights(self) -> bool:
        """Whether the features are random functions of the inputs, so that there are two effective ridges."""

    @property
    def classifies(self) -> bool:
        """Whether trials report a classification error."""

    @property
    def max_samples(self) -> int | None:
        """The largest number of samples there is, None for no limit."""

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set, from `rng` alone."""
