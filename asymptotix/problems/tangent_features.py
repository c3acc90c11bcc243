"""Schema parts of the kinds "neural_tangent" and "random_features_and_tangent": linearized networks on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from asymptotix.problems.part import NonNegative, Part
from asymptotix.problems.spectrum import LevelTargetPart

if TYPE_CHECKING:
    from asymptotix.models.neural_tangent import NeuralTangent
    from asymptotix.models.random_features_and_tangent import RandomFeaturesAndTangent

__all__ = ["NeuralTangentPart", "RandomFeaturesAndTangentPart"]


class SphereNetworkPart(Part):
    """x uniform on the sphere of radius sqrt(dimension), weights uniform on the unit sphere."""

    activation: str
    dimension: Annotated[int, Field(ge=3)]
    target: LevelTargetPart
    noise_variance: NonNegative = 0.0


class NeuralTangentPart(SphereNetworkPart):
    """Features x s'(<x, w>), dimension of them a neuron."""

    kind: Literal["neural_tangent"]

    def build(self) -> NeuralTangent:
        """The model described."""
        from asymptotix.models.neural_tangent import NeuralTangent

        return NeuralTangent.on_sphere(
            self.activation, dimension=self.dimension, target=self.target.build(), noise_variance=self.noise_variance
        )


class RandomFeaturesAndTangentPart(SphereNetworkPart):
    """Those beside s(<x, w>), one a neuron."""

    kind: Literal["random_features_and_tangent"]
    tangent_variance: NonNegative = 1.0

    def build(self) -> RandomFeaturesAndTangent:
        """The model described."""
        from asymptotix.models.random_features_and_tangent import RandomFeaturesAndTangent

        return RandomFeaturesAndTangent.on_sphere(
            self.activation, dimension=self.dimension, target=self.target.build(), noise_variance=self.noise_variance,
            tangent_variance=self.tangent_variance,
        )  # fmt: skip
