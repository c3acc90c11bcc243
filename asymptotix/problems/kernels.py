"""`[model.kernel]`: the kernel of a network, or one by a formula."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from asymptotix.problems.part import NonNegative, Part, Positive

__all__ = ["KernelPart"]


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


class RbfKernelPart(Part):
    """The kernel exp(-|x - x'|^2 / (2 d bandwidth^2))."""

    name: Literal["rbf"]
    bandwidth: Positive = 1.0

    def build(self) -> Any:
        """The kernel described."""
        from asymptotix.kernels.inner_product import rbf_kernel

        return rbf_kernel(self.bandwidth)


class LaplaceKernelPart(Part):
    """The kernel exp(-|x - x'| / (sqrt(d) bandwidth))."""

    name: Literal["laplace"]
    bandwidth: Positive = 1.0

    def build(self) -> Any:
        """The kernel described."""
        from asymptotix.kernels.inner_product import laplace_kernel

        return laplace_kernel(self.bandwidth)


class PolynomialKernelPart(Part):
    """The kernel (t + offset)^degree, t = <x, x'>/d."""

    name: Literal["polynomial"]
    degree: Annotated[int, Field(ge=1, le=64)] = 2
    offset: NonNegative = 1.0

    def build(self) -> Any:
        """The kernel described."""
        from asymptotix.kernels.inner_product import polynomial_kernel

        return polynomial_kernel(self.degree, self.offset)


KernelPart = Annotated[
    TangentKernelPart | NngpKernelPart | ExponentialKernelPart | RbfKernelPart | LaplaceKernelPart | PolynomialKernelPart,
    Field(discriminator="name"),
]
