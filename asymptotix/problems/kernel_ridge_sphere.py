"""Schema part of `kind = "kernel_ridge_sphere"`: a kernel, a dimension and a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from asymptotix.problems.kernels import KernelPart
from asymptotix.problems.part import NonNegative, Part
from asymptotix.problems.spectrum import LevelTargetPart

if TYPE_CHECKING:
    from asymptotix.models.kernel_ridge import KernelRidge

__all__ = ["KernelRidgeSpherePart"]


class KernelRidgeSpherePart(Part):
    """Kernel ridge regression, x uniform on the sphere of radius sqrt(dimension)."""

    kind: Literal["kernel_ridge_sphere"]
    kernel: KernelPart
    dimension: Annotated[int, Field(ge=3)]
    target: LevelTargetPart
    noise_variance: NonNegative = 0.0

    def build(self) -> KernelRidge:
        """The model described."""
        from asymptotix.models.kernel_ridge import KernelRidge

        return KernelRidge.on_sphere(
            self.kernel.build(), dimension=self.dimension, target=self.target.build(), noise_variance=self.noise_variance
        )
