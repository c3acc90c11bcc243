r"""Drawing Gaussian covariates whose eigenvalues are all equal, by their singular values: no rows are drawn.

The law of n x p standard normal entries psi = U S V' does not change under rotations: U, V and S are independent, U and V uniform
on the rotations, and the singular values S are those of a bidiagonal matrix of independent entries (Dumitriu and Edelman; r and
q are the smaller and the larger of n and p):

    diagonal chi_q, chi_(q-1), ..., chi_(q-r+1),   below it chi_(r-1), ..., chi_1

The target is b = |b| v with V'v the first r coordinates of a uniform unit vector. In the coordinates of U and V the rows are the
diagonal matrix S, and every field is the same but `loo`, which speaks of single samples (see `rotated_fit`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.models.designs import GaussianCovariates
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.gaussian_designs import MAX_DIMENSION, CovariateSampler, require_whole
from asymptotix.simulation.population import RotatedRisk

__all__ = ["IsotropicSampler", "is_isotropic", "singular_values"]

FloatArray = NDArray[np.float64]

FEWEST_ROWS = 128  # below it rows are drawn: a trial takes a few milliseconds either way
SEEN_SAMPLES = 32  # samples that `loo` looks at
# Eigenvalues of a tridiagonal matrix carry an absolute error of about 1e-16 of the largest one. Where the smallest one is below
# this fraction of the largest (n close to p), the singular values are computed without squaring, to their own 9 digits or more.
SQUARE_LIMIT = 1e-6


def is_isotropic(design: GaussianCovariates) -> bool:
    """Whether every level has the same eigenvalue, above 0."""
    eigenvalues = np.asarray(design.eigenvalues)
    return bool(len(eigenvalues) and eigenvalues[0] > 0 and np.all(eigenvalues == eigenvalues[0]))


def singular_values(n_rows: int, n_columns: int, rng: np.random.Generator) -> FloatArray:
    """Those of a matrix of independent standard normal entries, (min(n_rows, n_columns),), in no particular order."""
    from scipy.linalg import eigvalsh_tridiagonal

    small, large = sorted((n_rows, n_columns))
    diagonal = np.sqrt(rng.chisquare(np.arange(large, large - small, -1.0)))
    beside = np.sqrt(rng.chisquare(np.arange(small - 1.0, 0.0, -1.0)))
    squares = diagonal**2
    squares[1:] += beside**2
    eigenvalues = eigvalsh_tridiagonal(squares, diagonal[:-1] * beside, lapack_driver="sterf")
    if eigenvalues.min() > SQUARE_LIMIT * eigenvalues.max():
        return np.asarray(np.sqrt(eigenvalues))
    # The eigenvalues of (0 B; B' 0) are those of B and their negatives; in the order 1', 1, 2', 2, ... it is tridiagonal.
    woven = np.empty(2 * small - 1)
    woven[::2], woven[1::2] = diagonal, beside
    return np.asarray(np.abs(eigvalsh_tridiagonal(np.zeros(2 * small), woven, lapack_driver="sterf")[small:]))


@dataclass(frozen=True)
class IsotropicSampler:
    """Rows x = scale psi; `energy` is |b|^2; the tail stays analytic (see `Draw`)."""

    dimension: int
    scale: float
    energy: float
    tail: float
    unlearned: float
    noise_variance: float
    dense: CovariateSampler | None
    """For small training sets; None in dimensions whose rows are never drawn."""
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: GaussianCovariates) -> IsotropicSampler:
        """The sampler of a design for which `is_isotropic`."""
        counts = require_whole(design.multiplicities)
        dimension, scale = int(counts.sum()), float(np.sqrt(design.eigenvalues[0]))
        energy = float(np.sum(design.energies[counts > 0]))
        dense = CovariateSampler.of(design) if dimension <= MAX_DIMENSION else None
        return IsotropicSampler(dimension, scale, energy, design.tail, design.target_tail, design.noise_variance, dense)

    def trial_size(self, n_samples: int) -> int:
        """The numbers that one trial holds at once, to the order of magnitude."""
        small = min(n_samples, self.dimension)
        return (2 * SEEN_SAMPLES + 2) * n_samples + (SEEN_SAMPLES + 10) * small

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        small = min(n_samples, self.dimension)
        if self.dense is not None and small < FEWEST_ROWS:
            return self.dense.draw(n_samples, n_features, rng)
        values = singular_values(n_samples, self.dimension, rng)
        direction = rng.standard_normal(small)
        unseen = float(rng.chisquare(self.dimension - small)) if self.dimension > small else 0.0
        length = float(direction @ direction) + unseen
        seen = direction * np.sqrt(self.energy / length)
        labels = np.zeros(n_samples)
        labels[:small] = values * seen
        frame = np.linalg.qr(rng.standard_normal((n_samples, min(SEEN_SAMPLES, n_samples))))[0]
        return Draw(
            self.scale * values,
            labels,
            RotatedRisk(self.scale, seen, self.energy * unseen / length),
            tail=self.tail,
            unlearned=self.unlearned,
            seen_rows=frame[:small].T,
        )
