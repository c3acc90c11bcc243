"""Schema parts of the kinds "given_features" and "deep_features": networks of given or drawn weights on Gaussian inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from asymptotix.problems.matrix import MatrixPart, VectorPart, numbers_of
from asymptotix.problems.part import NonNegative, Part

if TYPE_CHECKING:
    from asymptotix.models.deep_features import DeepRandomFeatures
    from asymptotix.models.given_features import GivenFeatures
    from asymptotix.report.grid import FloatArray

__all__ = ["DeepFeaturesPart", "GivenFeaturesPart"]

Width = Annotated[int, Field(ge=1, le=20_000)]


class GaussianInputsPart(Part):
    """Inputs of a `covariance`, or independent ones; labels <x, coefficients>, whose default is (1, ..., 1) / sqrt(d)."""

    activation: str
    dimension: Annotated[int, Field(ge=1, le=20_000)] | None = None
    covariance: MatrixPart | None = None
    coefficients: VectorPart | None = None
    noise_variance: NonNegative = 0.0

    @model_validator(mode="after")
    def _inputs_given_once(self) -> GaussianInputsPart:
        if (self.dimension is None) == (self.covariance is None):
            raise ValueError("give either dimension (independent inputs) or covariance")
        return self

    def inputs(self) -> tuple[FloatArray, FloatArray]:
        """Covariance, a matrix or a diagonal, and coefficients."""
        import numpy as np

        covariance = np.ones(self.dimension or 0) if self.covariance is None else numbers_of("covariance", self.covariance)
        size = len(covariance)
        even = np.full(size, size**-0.5)
        return covariance, even if self.coefficients is None else numbers_of("coefficients", self.coefficients)


class GivenFeaturesPart(GaussianInputsPart):
    """Features of first-layer weights in a file; moments "exact" or "linearized"."""

    kind: Literal["given_features"]
    weights: MatrixPart
    moments: Literal["exact", "linearized"] = "exact"

    def build(self) -> GivenFeatures:
        """The model described."""
        from asymptotix.models.given_features import GivenFeatures

        covariance, coefficients = self.inputs()
        return GivenFeatures(
            numbers_of("weights", self.weights), covariance, self.activation, coefficients=coefficients,
            noise_variance=self.noise_variance, moments=self.moments,
        )  # fmt: skip


class DeepFeaturesPart(GaussianInputsPart):
    """The last of some layers of standard normal weights, drawn from `seed`."""

    kind: Literal["deep_features"]
    widths: Annotated[list[Width], Field(min_length=1, max_length=100)]
    seed: Annotated[int, Field(ge=0)] = 0

    def build(self) -> DeepRandomFeatures:
        """The model described."""
        from asymptotix.models.deep_features import DeepRandomFeatures

        covariance, coefficients = self.inputs()
        return DeepRandomFeatures.random(
            self.widths, covariance, self.activation, coefficients=coefficients, noise_variance=self.noise_variance,
            seed=self.seed,
        )  # fmt: skip
