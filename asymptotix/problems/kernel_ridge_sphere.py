"""Schema part of `kind = "kernel_ridge_sphere"`: a kernel, a dimension and a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from asymptotix.problems.part import NonNegative, Part, Positive
from asymptotix.problems.spectrum import LevelTargetPart

if TYPE_CHECKING:
    from asymptotix.models.kernel_ridge import KernelRidge

__all__ = ["ExponentialKernelPart", "KernelPart", "KernelRidgeSpherePart", "NngpKernelPart", "TangentKernelPart"]


class _NetworkKernelPart(Part):
    activation: str
    depth: Annotated[int, Field(ge=1, le=50)] = 1
    weight_variance: Positive = 1.0
    bias_variance: NonNegative = 0.0


class TangentKernelPart(_NetworkKernelPart):
    """The tangent kernel T_depth of a network; `layers` keeps the part of the first or of the last layer."""

    name: Literal["tangent"]
    layers: Literal["all", "first", "last"] = "all"

    def build(self) -> Any:
        """The kernel described."""
        from asymptotix.symbolic.network import tangent_kernel

        return tangent_kernel(
            self.activation, depth=self.depth, weight_variance=self.weight_variance, bias_variance=self.bias_variance,
            layers=self.layers,
        )  # fmt: skip


class NngpKernelPart(_NetworkKernelPart):
    """The Gaussian-process kernel S_depth of a network."""

    name: Literal["nngp"]

    def build(self) -> Any:
        """The kernel described."""
        from asymptotix.symbolic.network import nngp_kernel

        return nngp_kernel(
            self.activation, depth=self.depth, weight_variance=self.weight_variance, bias_variance=self.bias_variance
        )


class ExponentialKernelPart(Part):
    """The kernel exp(t), t = <x, x'>/d."""

    name: Literal["exponential"]

    def build(self) -> Any:
        """The kernel described."""
        from asymptotix.kernels.inner_product import exponential_kernel

        return exponential_kernel()


KernelPart = Annotated[TangentKernelPart | NngpKernelPart | ExponentialKernelPart, Field(discriminator="name")]


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
