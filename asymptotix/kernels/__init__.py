"""Kernels in floating point: dual, NNGP and tangent kernels that stay accurate at every correlation, and kernel matrices."""

from asymptotix.kernels.finite_width import finite_width_kernel
from asymptotix.kernels.inner_product import (
    exponential_kernel,
    inner_product_kernel,
    laplace_kernel,
    polynomial_kernel,
    rbf_kernel,
)
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.largest_eigenvalues import TopSpectrum, top_spectrum
from asymptotix.kernels.many_ridges import RidgePath, ridge_path
from asymptotix.kernels.matrix import kernel_matrices, kernel_matrix
from asymptotix.kernels.operator import KernelOperator
from asymptotix.kernels.pair import Correlation, GaussianPair
from asymptotix.kernels.regression import FittedRegression, KernelRegression

__all__ = [
    "Correlation",
    "FittedRegression",
    "GaussianPair",
    "KernelMap",
    "KernelOperator",
    "KernelRegression",
    "RidgePath",
    "TopSpectrum",
    "exponential_kernel",
    "finite_width_kernel",
    "inner_product_kernel",
    "kernel_matrices",
    "kernel_matrix",
    "laplace_kernel",
    "polynomial_kernel",
    "rbf_kernel",
    "ridge_path",
    "top_spectrum",
]
