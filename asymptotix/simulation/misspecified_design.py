r"""Drawing Gaussian covariates with a target that is not linear: <x, beta> plus a quadratic part that no linear predictor has.

With x = D psi and psi ~ N(0, I_p), f_perp = (m / p)^(1/2) sum_i psi_i psi_(i+1), the index taken modulo p: mean 0, mean square m,
uncorrelated with every coordinate of x, and spread over all of them. That it acts as noise is for the experiment to find: it is
a deterministic function of x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import MisspecifiedCovariates
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.gaussian_designs import expand_levels
from asymptotix.simulation.population import SquareRisk

__all__ = ["MisspecifiedSampler"]

FloatArray = NDArray[np.float64]

_FEWEST = 3  # coordinates: with fewer the products of neighbours are not all different


@dataclass(frozen=True)
class MisspecifiedRisk:
    """The risk of a linear predictor, and of what it cannot have: f_perp is orthogonal to it and to its target."""

    linear: SquareRisk
    misspecification: float
    rounding: float = 0.0

    def excess(self, coefficients: FloatArray) -> FloatArray:
        """See `Population.excess`."""
        return self.linear.excess(coefficients) + self.misspecification

    def squares(self, directions: FloatArray) -> FloatArray:
        """See `Population.squares`."""
        return self.linear.squares(directions)


@dataclass(frozen=True)
class MisspecifiedSampler:
    """Rows x = D psi with labels <x, beta> + f_perp(psi); the tail stays analytic (see `Draw`)."""

    scales: FloatArray
    target: FloatArray
    tail: float
    unlearned: float
    misspecification: float
    noise_variance: float
    has_features: bool = False
    random_weights: bool = False
    classifies: bool = False
    max_samples: int | None = None

    @staticmethod
    def of(design: MisspecifiedCovariates) -> MisspecifiedSampler:
        """The sampler of a design.

        Raises:
            InvalidInputError: fewer than 3 coordinates.
        """
        scales, target = expand_levels(design)
        if scales.size < _FEWEST:
            fix = "in few dimensions it is not spread, and does not act as noise"
            raise InvalidInputError("misspecification", design.misspecification, f"0 below {_FEWEST} dimensions", fix)
        rest = (design.tail, design.target_tail, design.misspecification, design.noise_variance)
        return MisspecifiedSampler(scales, target, *rest)

    def draw(self, n_samples: int, n_features: int | None, rng: np.random.Generator) -> Draw:
        """One training set; see `Sampler.draw`."""
        del n_features  # the covariates are the features
        psi = rng.standard_normal((n_samples, len(self.scales)))
        products = np.einsum("ij,ij->i", psi, np.roll(psi, 1, axis=1))
        labels = psi @ self.target + np.sqrt(self.misspecification / len(self.scales)) * products
        psi *= self.scales
        population = MisspecifiedRisk(SquareRisk(self.scales, self.target), self.misspecification)
        return Draw(psi, labels, population, tail=self.tail, unlearned=self.unlearned)
