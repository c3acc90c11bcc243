"""Schema part of `kind = "covariate_shift"`: two covariances, two targets, as matrices and vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from asymptotix.problems.matrix import MatrixPart, VectorPart, numbers_of
from asymptotix.problems.part import NonNegative, Part

if TYPE_CHECKING:
    from asymptotix.models.covariate_shift import CovariateShift

__all__ = ["CovariateShiftPart"]


class CovariateShiftPart(Part):
    """Ridge regression trained on one covariance and tested on another; a covariance given as a list is diagonal."""

    kind: Literal["covariate_shift"]
    covariance: MatrixPart
    coefficients: VectorPart
    test_covariance: MatrixPart
    test_coefficients: VectorPart | None = None
    noise_variance: NonNegative = 0.0

    def build(self) -> CovariateShift:
        """The model described."""
        from asymptotix.models.covariate_shift import CovariateShift

        matrices = (numbers_of(name, getattr(self, name)) for name in ("covariance", "coefficients", "test_covariance"))
        other = None if self.test_coefficients is None else numbers_of("test_coefficients", self.test_coefficients)
        return CovariateShift(*matrices, test_coefficients=other, noise_variance=self.noise_variance)
