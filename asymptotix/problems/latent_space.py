"""Schema part of `kind = "latent_space"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from asymptotix.problems.part import NonNegative, Part

if TYPE_CHECKING:
    from asymptotix.models.latent_space import LatentSpace

__all__ = ["LatentSpacePart"]


class LatentSpacePart(Part):
    """n_features noisy views of `dimension` hidden variables, on which the target of squared norm `signal` is linear."""

    kind: Literal["latent_space"]
    dimension: Annotated[int, Field(ge=1)]
    signal: NonNegative = 1.0
    noise_variance: NonNegative = 0.0

    def build(self) -> LatentSpace:
        """The model described."""
        from asymptotix.models.latent_space import LatentSpace

        return LatentSpace(self.dimension, signal=self.signal, noise_variance=self.noise_variance)
