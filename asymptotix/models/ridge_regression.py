"""Linear ridge regression with Gaussian covariates of any covariance."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.models.designs import GaussianCovariates, MisspecifiedCovariates
from asymptotix.models.levels import checked_noise, drawable
from asymptotix.spectra.arguments import real_number
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
        misspecification: $\mathbb E f_\perp(x)^2\ge0$ of a part $f_\perp$ of the target that is uncorrelated with x, so that no
            linear predictor has it: $y=\langle x,\beta\rangle+f_\perp(x)+\varepsilon$. Spread over many directions of x it acts
            as noise, $\sigma^2\to\sigma^2+\mathbb E f_\perp^2$ in every formula; but it is a part of the target, of `bias` and of
            `excess_risk`. To the theory it is the same as energy in `Target.tail`, and is added to it in `target`; an experiment
            draws a quadratic function.

    Raises:
        InvalidInputError: no Spectrum, energies beyond its levels, a variance or a misspecification that is negative or not
            finite.

    Source:
        [HastieMontanariRossetTibshirani2022], [DobribanWager2018], [ChengMontanari2024].

    >>> import asymptotix as ax
    >>> at = {"n_samples": 100, "ridge": 10.0}
    >>> curved = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.1, misspecification=0.36)
    >>> noisy = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.1 + 0.36)
    >>> [round(float(ax.risk(model, **at).test_error), 9) for model in (curved, noisy)]
    [1.298058602, 1.298058602]
    """

    spectrum: Spectrum
    target: Target
    noise_variance: float = 0.0
    misspecification: float = 0.0
    linear_target: Target = field(init=False, repr=False)
    references: ClassVar[tuple[str, ...]] = ("HastieMontanariRossetTibshirani2022", "DobribanWager2018", "ChengMontanari2024")

    def __init__(
        self, spectrum: Spectrum, target: Target | ArrayLike, *, noise_variance: float = 0.0, misspecification: float = 0.0
    ) -> None:
        """See the class."""
        valid = "finite and >= 0 (a mean square)"
        unseen = real_number("misspecification", misspecification, lambda v: 0 <= v < np.inf, valid)
        linear = as_target(target)
        object.__setattr__(self, "spectrum", checked_spectrum(spectrum))
        object.__setattr__(self, "linear_target", linear)
        object.__setattr__(self, "target", _with_tail(linear, unseen) if unseen else linear)
        object.__setattr__(self, "noise_variance", checked_noise(noise_variance))
        object.__setattr__(self, "misspecification", unseen)
        self.target.padded(len(spectrum))

    @cached_property
    def design(self) -> GaussianCovariates:
        """What an experiment draws: the levels, or the head of a power law (`PowerLaw.head`)."""
        spectrum, target = drawable(self.spectrum, self.linear_target)
        energies = target.padded(len(spectrum))
        values = (spectrum.eigenvalues, spectrum.multiplicities, energies, spectrum.tail, target.tail, self.noise_variance)
        if self.misspecification:
            return MisspecifiedCovariates(*values, self.misspecification)
        return GaussianCovariates(*values)


def _with_tail(target: Target, more: float) -> Target:
    """The same target, of the same law, with more energy beyond its levels."""
    made = copy(target)
    object.__setattr__(made, "tail", target.tail + more)
    return made
