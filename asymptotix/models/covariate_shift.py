"""Ridge regression tested elsewhere than it was trained: another covariance, another target."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import ShiftedCovariates
from asymptotix.models.levels import checked_noise
from asymptotix.models.matrix_arguments import finite_vector, matrix_or_diagonal
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.eigendecomposition import positive_semidefinite
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["CovariateShift"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CovariateShift:
    r"""Trained on $x\sim N(0,\Sigma)$, $y=\langle x,\beta\rangle+\varepsilon$; tested on $N(0,\Sigma_0)$ against $\beta_0$.

    The two covariances need not commute. Noise has the same variance in training and test.

    Args:
        covariance: $\Sigma$, (p, p), or its eigenvalues, (p,), if it is diagonal.
        coefficients: $\beta$, (p,).
        test_covariance: $\Sigma_0$, in the same two forms.
        test_coefficients: $\beta_0$, (p,); default $\beta$, no concept shift.
        noise_variance: $\mathrm{Var}\,\varepsilon\ge0$.

    Raises:
        InvalidInputError: a matrix that is not symmetric and positive semidefinite, shapes that do not fit, values that are not
            finite.

    Source:
        [HastieMontanariRossetTibshirani2022] for one covariance; the equivalent with two from the two-point resolvent of
        [ChengMontanari2024] (attribution from memory).
    """

    eigenvalues: FloatArray
    coefficients: FloatArray
    test_covariance: FloatArray
    test_coefficients: FloatArray
    noise_variance: float = 0.0
    references: ClassVar[tuple[str, ...]] = ("HastieMontanariRossetTibshirani2022", "ChengMontanari2024")

    def __init__(
        self,
        covariance: ArrayLike,
        coefficients: ArrayLike,
        test_covariance: ArrayLike,
        *,
        test_coefficients: ArrayLike | None = None,
        noise_variance: float = 0.0,
    ) -> None:
        """See the class; what is kept is in the eigenbasis of the training covariance."""
        values, vectors = positive_semidefinite("covariance", matrix_or_diagonal("covariance", covariance))
        test = matrix_or_diagonal("test_covariance", test_covariance)
        positive_semidefinite("test_covariance", test)
        if test.shape != vectors.shape:
            raise InvalidInputError(
                "test_covariance", f"array of shape {test.shape}", f"of shape {vectors.shape}, that of covariance"
            )
        beta = finite_vector("coefficients", coefficients, values.size)
        other = beta if test_coefficients is None else finite_vector("test_coefficients", test_coefficients, values.size)
        object.__setattr__(self, "eigenvalues", values)
        object.__setattr__(self, "coefficients", vectors.T @ beta)
        object.__setattr__(self, "test_covariance", vectors.T @ test @ vectors)
        object.__setattr__(self, "test_coefficients", vectors.T @ other)
        object.__setattr__(self, "noise_variance", checked_noise(noise_variance))

    @cached_property
    def training(self) -> RidgeRegression:
        """The same regression, tested where it was trained."""
        energies = self.eigenvalues * self.coefficients**2
        return RidgeRegression(Spectrum(self.eigenvalues), energies, noise_variance=self.noise_variance)

    @property
    def design(self) -> ShiftedCovariates:
        """What an experiment draws."""
        values, vectors = np.linalg.eigh(self.test_covariance)
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
        return ShiftedCovariates(self.eigenvalues, self.coefficients, root, self.test_coefficients, self.noise_variance)
