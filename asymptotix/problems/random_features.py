"""Schema parts of `kind = "random_features"` and `kind = "random_features_sphere"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from asymptotix.problems.part import NonNegative, Part
from asymptotix.problems.spectrum import LevelTargetPart, SpectrumPart, TargetPart, spectrum_and_target

if TYPE_CHECKING:
    from asymptotix.models.random_features import RandomFeatures

__all__ = ["RandomFeaturesPart", "RandomFeaturesSpherePart"]


class RandomFeaturesPart(Part):
    """Gaussian random features of a kernel with the given eigenvalues."""

    kind: Literal["random_features"]
    spectrum: SpectrumPart
    target: TargetPart
    noise_variance: NonNegative = 0.0

    def build(self) -> RandomFeatures:
        """The model described."""
        from asymptotix.models.random_features import RandomFeatures

        spectrum, target = spectrum_and_target(self.spectrum, self.target)
        return RandomFeatures(spectrum, target, noise_variance=self.noise_variance)


class RandomFeaturesSpherePart(Part):
    """Features s(<x, w>), x uniform on the sphere of radius sqrt(dimension), w uniform on the unit sphere."""

    kind: Literal["random_features_sphere"]
    activation: str
    dimension: Annotated[int, Field(ge=3)]
    target: LevelTargetPart
    noise_variance: NonNegative = 0.0

    def build(self) -> RandomFeatures:
        """The model described."""
        from asymptotix.models.random_features import RandomFeatures

        return RandomFeatures.on_sphere(
            self.activation, dimension=self.dimension, target=self.target.build(), noise_variance=self.noise_variance
        )
