"""Schema part of `kind = "kernel_ridge_cube"`: a kernel, a dimension and a target, x uniform on the hypercube."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from asymptotix.problems.kernels import KernelPart
from asymptotix.problems.part import NonNegative, Part
from asymptotix.problems.spectrum import LevelTargetPart

if TYPE_CHECKING:
    from asymptotix.models.kernel_ridge import KernelRidge

__all__ = ["KernelRidgeCubePart"]


class KernelRidgeCubePart(Part):
    """Kernel ridge regression, x uniform on the hypercube {-1, 1}^dimension."""

    kind: Literal["kernel_ridge_cube"]
    kernel: KernelPart
    dimension: Annotated[int, Field(ge=1)]
    target: LevelTargetPart
    noise_variance: NonNegative = 0.0

    def build(self) -> KernelRidge:
        """The model described."""
        from asymptotix.models.kernel_ridge import KernelRidge

        return KernelRidge.on_cube(
            self.kernel.build(), dimension=self.dimension, target=self.target.build(), noise_variance=self.noise_variance
        )
