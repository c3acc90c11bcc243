"""Linear ridge regression with Gaussian covariates of any covariance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from numpy.typing import ArrayLike

from asymptotix.models.designs import GaussianCovariates
from asymptotix.models.levels import checked_noise, drawable
from asymptotix.spectra.spectrum import Spectrum, checked_spectrum
from asymptotix.spectra.target import Target, as_target

__all__ = ["RidgeRegression"]


@dataclass(frozen=True, eq=False)
class RidgeRegression:
    r"""$y=\langle x,\beta\rangle+\varepsilon$, $x\sim N(0,\Sigma)$, $\hat\beta=\arg\min\|y-X\beta\|^2+\lambda\|\beta\|^2$.

    Args:
        spectrum: eigenvalues of $\Sigma$.
        target: energies $s_i\beta_i^2$ per level, a Target or an array.
        noise_variance: $\mathrm{Var}\,\varepsilon\ge0$.

    Raises:
        InvalidInputError: no Spectrum, energies beyond its levels, a noise variance that is negative or not finite.

    Source:
        [HastieMontanariRossetTibshirani2022], [DobribanWager2018], [ChengMontanari2024].
    """

    spectrum: Spectrum
    target: Target
    noise_variance: float = 0.0
    references: ClassVar[tuple[str, ...]] = ("HastieMontanariRossetTibshirani2022", "DobribanWager2018", "ChengMontanari2024")

    def __init__(self, spectrum: Spectrum, target: Target | ArrayLike, *, noise_variance: float = 0.0) -> None:
        """See the class."""
        object.__setattr__(self, "spectrum", checked_spectrum(spectrum))
        object.__setattr__(self, "target", as_target(target))
        object.__setattr__(self, "noise_variance", checked_noise(noise_variance))
        self.target.padded(len(spectrum))

    @cached_property
    def design(self) -> GaussianCovariates:
        """What an experiment draws: the levels, or the head of a power law (`PowerLaw.head`)."""
        spectrum, target = drawable(self.spectrum, self.target)
        energies = target.padded(len(spectrum))
        return GaussianCovariates(
            spectrum.eigenvalues, spectrum.multiplicities, energies, spectrum.tail, target.tail, self.noise_variance
        )
