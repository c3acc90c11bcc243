"""Kernels in floating point: dual, NNGP and tangent kernels that stay accurate at every correlation, and kernel matrices."""

from asymptotix.kernels.inner_product import (
    exponential_kernel,
    inner_product_kernel,
    laplace_kernel,
    polynomial_kernel,
    rbf_kernel,
)
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.kernels.pair import Correlation, GaussianPair

__all__ = [
    "Correlation",
    "GaussianPair",
    "KernelMap",
    "exponential_kernel",
    "inner_product_kernel",
    "kernel_matrix",
    "laplace_kernel",
    "polynomial_kernel",
    "rbf_kernel",
]
