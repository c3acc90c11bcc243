"""The latent space model: many noisy views of few hidden variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import LatentFeatures
from asymptotix.models.levels import checked_noise
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.arguments import real_number, whole_number
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["LatentSpace"]


@dataclass(frozen=True, eq=False)
class LatentSpace:
    r"""$x=Wz+u\in\mathbb R^p$, $y=\langle\theta,z\rangle+\varepsilon$; $z,u$ standard normal, $W^\top W=\frac pdI_d$.

    With r = p/d the covariance of x has the eigenvalue 1 + r d times and 1 p - d times. The target's part in the first level has
    the energy $\|\theta\|^2\frac r{1+r}$; what x does not show of z, $\|\theta\|^2/(1+r)$, is independent of x: noise to the fit,
    and part of the excess risk. More features are a better view of z, and more directions that act as a ridge of their own.

    Args:
        dimension: d, of z.
        signal: $\|\theta\|^2\ge0$.
        noise_variance: $\mathrm{Var}\,\varepsilon\ge0$.

    Raises:
        InvalidInputError: an argument out of range.

    Source:
        [HastieMontanariRossetTibshirani2022].

    >>> model = LatentSpace(20, signal=1.0, noise_variance=0.1)
    >>> model.at(380).spectrum
    Spectrum(2 levels, rank 380, trace 760, tail 0)
    """

    dimension: int
    signal: float = 1.0
    noise_variance: float = 0.0
    references: ClassVar[tuple[str, ...]] = ("HastieMontanariRossetTibshirani2022",)

    def __init__(self, dimension: int, *, signal: float = 1.0, noise_variance: float = 0.0) -> None:
        """See the class."""
        object.__setattr__(self, "dimension", whole_number("dimension", dimension, 1))
        object.__setattr__(self, "signal", real_number("signal", signal, lambda v: 0 <= v < np.inf, "finite and >= 0"))
        object.__setattr__(self, "noise_variance", checked_noise(noise_variance))

    def at(self, n_features: float) -> RidgeRegression:
        r"""The linear model of p features; the limit p to infinity in units of r, where the weak directions are a flat tail.

        Raises:
            InvalidInputError: p below d, where $W^\top W=\frac pdI_d$ is impossible.
        """
        d, p = (
            self.dimension,
            real_number("n_features", n_features, lambda v: v >= self.dimension, f">= dimension = {self.dimension}"),
        )
        if np.isinf(p):
            return RidgeRegression(Spectrum([1.0], [d], tail=d), [self.signal], noise_variance=self.noise_variance)
        r = p / d
        seen, hidden = self.signal * r / (1.0 + r), self.signal / (1.0 + r)
        values, counts = ([1.0 + r, 1.0], [d, p - d]) if p > d else ([1.0 + r], [d])
        return RidgeRegression(Spectrum(values, counts), Target([seen], hidden), noise_variance=self.noise_variance)

    @property
    def design(self) -> LatentFeatures:
        """What an experiment draws."""
        return LatentFeatures(self.dimension, self.signal, self.noise_variance)

    def checked_features(self, n_features: object) -> None:
        """InvalidInputError if the number of features is not given."""
        if n_features is None:
            raise InvalidInputError("n_features", None, "given: the number of features x", "n_features=numpy.inf is the limit")
