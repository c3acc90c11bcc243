"""Schema part of `kind = "ridge_regression"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from asymptotix.problems.part import NonNegative, Part
from asymptotix.problems.spectrum import SpectrumPart, TargetPart, spectrum_and_target

if TYPE_CHECKING:
    from asymptotix.models.ridge_regression import RidgeRegression

__all__ = ["RidgeRegressionPart"]


class RidgeRegressionPart(Part):
    """Ridge regression on a covariance with the given eigenvalues."""

    kind: Literal["ridge_regression"]
    spectrum: SpectrumPart
    target: TargetPart
    noise_variance: NonNegative = 0.0
    misspecification: NonNegative = 0.0

    def build(self) -> RidgeRegression:
        """The model described."""
        from asymptotix.models.ridge_regression import RidgeRegression

        spectrum, target = spectrum_and_target(self.spectrum, self.target)
        return RidgeRegression(spectrum, target, noise_variance=self.noise_variance, misspecification=self.misspecification)
