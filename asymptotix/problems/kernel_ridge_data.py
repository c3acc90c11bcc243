"""Schema part of `kind = "kernel_ridge_data"`: a kernel, and the inputs and labels of a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from asymptotix.problems.kernels import KernelPart
from asymptotix.problems.matrix import MatrixPart, numbers_of
from asymptotix.problems.part import NonNegative, Part

if TYPE_CHECKING:
    from asymptotix.models.kernel_ridge import KernelRidge

__all__ = ["KernelRidgeDataPart"]


class KernelRidgeDataPart(Part):
    """Kernel ridge regression on n_samples rows of a data set; labels one a row, or one row of outputs."""

    kind: Literal["kernel_ridge_data"]
    kernel: KernelPart
    inputs: MatrixPart
    labels: MatrixPart
    noise_variance: NonNegative = 0.0
    sampling: Literal["without_replacement", "replacement"] = "without_replacement"

    def build(self) -> KernelRidge:
        """The model described."""
        from asymptotix.models.kernel_ridge import KernelRidge

        return KernelRidge.on_data(
            numbers_of("inputs", self.inputs), numbers_of("labels", self.labels), self.kernel.build(),
            noise_variance=self.noise_variance, sampling=self.sampling,
        )  # fmt: skip
