"""Drawing Gaussian covariates, and random features of Gaussian covariates.

In the coordinates psi ~ N(0, I) the target is <psi, b> with b_i^2 = (energy of the level) / (its multiplicity), so that a level
of eigenvalue zero is simply never seen. Signs and directions of b within a level are irrelevant: the law of psi is invariant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import GaussianCovariates
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.population import SquareRisk
from asymptotix.simulation.wishart import repays, wishart_factor

__all__ = ["CovariateSampler", "FeatureSampler", "expand_levels", "require_whole"]

FloatArray = NDArray[np.float64]

MAX_DIMENSION = 50_000  # beyond it one trial takes gigabytes


def require_whole(multiplicities: FloatArray) -> FloatArray:
    """The multiplicities; InvalidInputError for one that is not a whole number, as in a table."""
    multiplicities = np.asarray(multiplicities, dtype=np.float64)
    if np.any(multiplicities < 0):  # only the nodes of a table have such weights
        fix = "make the model of the eigenvalues themselves, with Spectrum(...)"
        raise InvalidInputError("spectrum", "a table made by compress", "a Spectrum: a table has no eigenvalues to draw", fix)
    if np.any(multiplicities != np.round(multiplicities)):
        fix = "round them to draw samples; a table made by compress has no eigenvalues to draw"
        raise InvalidInputError("multiplicities", multiplicities, "whole numbers in a simulation", fix)
    return multiplicities


def expand_levels(design: GaussianCovariates) -> tuple[FloatArray, FloatArray]:
    """Standard deviations sqrt(s) and target coefficients b, one entry per coordinate.

    Raises:
        InvalidInputError: a multiplicity that is not a whole number, as in a table, or more than `MAX_DIMENSION` coordinates.
    """
    multiplicities = require_whole(design.multiplicities)
    total = multiplicities.sum()
    if total > MAX_DIMENSION:
        remedy = "lump the small eigenvalues into the spectrum's tail, or truncate the power law with size="
        raise InvalidInputError("multiplicities", total, f"at most {MAX_DIMENSION} in total in a simulation", remedy)
    counts = multiplicities.astype(np.int64)
    return np.repeat(np.sqrt(design.eigenvalues), counts), np.repeat(np.sqrt(design.energies / np.maximum(counts, 1)), counts)


@dataclass(frozen=True)
class CovariateSampler:
    """Rows x = D psi; the tail stays analytic (see `Draw`).

    Of a level with many more coordinates than there are samples only what the samples can tell is drawn: psi along the target,
    and the lower triangle of a Wishart matrix for the rest (see `wishart`). The law of every field is the same.
    """

    scales: FloatArray
    target: FloatArray
    tail: float
    unlearned: float
    noise_variance: float
    counts: NDArray[np.int64] | None = None
    """The multiplicities of the levels, in the order of the scales."""
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: GaussianCovariates) -> CovariateSampler:
        """The sampler of a design."""
        counts = np.asarray(design.multiplicities, dtype=np.float64)
        scales, target = expand_levels(design)
        rest = (design.tail, design.target_tail, design.noise_variance)
        return CovariateSampler(scales, target, *rest, counts.astype(np.int64))

    def drawn_coordinates(self, n_samples: int) -> int:
        """How many coordinates a training set is drawn in."""
        if self.counts is None:
            return len(self.scales)
        return int(np.sum(np.where(repays(n_samples, self.counts), n_samples + 1, self.counts)))

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        del n_features  # the covariates are the features
        if self.counts is not None and np.any(repays(n_samples, self.counts)):
            psi, scales, target = self._by_levels(n_samples, self.counts, rng)
            return Draw(psi * scales, psi @ target, SquareRisk(scales, target), tail=self.tail, unlearned=self.unlearned)
        psi = rng.standard_normal((n_samples, len(self.scales)))
        labels = psi @ self.target
        psi *= self.scales
        return Draw(psi, labels, SquareRisk(self.scales, self.target), tail=self.tail, unlearned=self.unlearned)

    def _by_levels(
        self, n_samples: int, counts: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """psi, the scales and the target in fewer coordinates."""
        blocks, scales, target = [], [], []
        starts = np.cumsum(counts) - counts
        for count, start, short in zip(counts, starts, repays(n_samples, counts), strict=True):
            level = slice(start, start + count)
            if not short:
                blocks.append(rng.standard_normal((n_samples, count)))
                scales.append(self.scales[level])
                target.append(self.target[level])
                continue
            blocks += [rng.standard_normal((n_samples, 1)), wishart_factor(n_samples, int(count) - 1, rng)]
            scales.append(np.full(n_samples + 1, self.scales[start]))
            target.append(np.append(np.linalg.norm(self.target[level]), np.zeros(n_samples)))
        return np.hstack(blocks), np.concatenate(scales), np.concatenate(target)


@dataclass(frozen=True)
class FeatureSampler:
    """Rows z = p^(-1/2) F D psi, plus independent N(0, tail / p) entries for a flat tail."""

    scales: FloatArray
    target: FloatArray
    tail: float
    unlearned: float
    noise_variance: float
    has_features: bool = True
    random_weights: bool = True
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: GaussianCovariates) -> FeatureSampler:
        """The sampler of a design."""
        return FeatureSampler(*expand_levels(design), design.tail, design.target_tail, design.noise_variance)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        assert n_features is not None
        weights = rng.standard_normal((len(self.scales), n_features))
        weights *= self.scales[:, None] / np.sqrt(n_features)
        psi = rng.standard_normal((n_samples, len(self.scales)))
        features = psi @ weights
        flat = self.tail / n_features
        if flat > 0:
            features += np.sqrt(flat) * rng.standard_normal(features.shape)
        return Draw(features, psi @ self.target, SquareRisk(weights, self.target, flat), unlearned=self.unlearned)
