"""What an experiment needs to know to draw data: plain values, no spectrum, no theory.

Each model has a `design`. The simulation reads nothing else, so that agreement with the theory is evidence.
Noise enters every design as a variance, and y_i = f(x_i) + eps_i.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = [
    "CubeKernel", "DataFeatures", "DataKernel", "Design", "GaussianCovariates", "GaussianFeatures", "LatentFeatures",
    "LayeredFeatures",
    "LevelDesign", "MisspecifiedCovariates", "NonGaussianCovariates", "ShiftedCovariates", "SphereFeatures", "SphereKernel",
    "TangentFeatures",
]  # fmt: skip

FloatArray = NDArray[np.float64]
KernelFunction = Callable[[Any, Any, Any], FloatArray]  # k(q1, q2, c), q = |x|^2/d, c = <x, x'>/d


@dataclass(frozen=True)
class GaussianCovariates:
    """Rows x ~ N(0, diag(s)), f(x) = <x, beta>.

    Level i has `multiplicities[i]` coordinates of variance `eigenvalues[i]` and the total energy `energies[i]` = s_i sum beta^2.

    `tail`: mass of an infinitely flat remainder of the covariance; it acts as K + tail I on the kernel matrix of the samples.
    `target_tail`: target energy on that remainder; it acts as independent label noise that counts as excess risk.
    """

    eigenvalues: FloatArray
    multiplicities: FloatArray
    energies: FloatArray
    tail: float
    target_tail: float
    noise_variance: float


@dataclass(frozen=True)
class MisspecifiedCovariates(GaussianCovariates):
    """The same with f(x) = <x, beta> + f_perp(x), f_perp of mean square `misspecification` and uncorrelated with x.

    f_perp is quadratic and spread over all coordinates psi of x = D psi: in proportion to sum_i psi_i psi_(i+1).
    """

    misspecification: float


@dataclass(frozen=True)
class NonGaussianCovariates(GaussianCovariates):
    """The same covariance and target with rows x = r diag(s)^(1/2) psi of another law; E r^2 = 1, psi of mean 0 and covariance I.

    The entries of psi are independent: "gaussian", "rademacher" (+-1), or "student" with `degrees_of_freedom`. r = 1, or with
    `scale_degrees_of_freedom` nu the root of (nu - 2) / chi^2_nu, independent of psi, one for each row; then there is no tail.
    """

    entries: str
    degrees_of_freedom: float | None
    scale_degrees_of_freedom: float | None


@dataclass(frozen=True)
class GaussianFeatures(GaussianCovariates):
    """Random features z = p^(-1/2) F D psi with psi ~ N(0, I), F (p rows) standard normal, D^2 = diag(s).

    f = <psi, b> with |b|^2 over level i = `energies[i]`. A flat tail adds independent N(0, tail / p) entries to the feature
    matrix.
    """


@dataclass(frozen=True)
class SphereKernel:
    """Kernel ridge regression, x uniform on the sphere of radius sqrt(d), kernel h(<x,x'>/d) = kernel(1, 1, <x,x'>/d).

    The target is f = sum_k F_k sqrt(B(d,k)) Q_k(<x, u_k>/sqrt d), F_k^2 = energies[k], Q_k(1) = 1, u_k random unit vectors.
    """

    dimension: int
    kernel: KernelFunction
    energies: FloatArray
    noise_variance: float


@dataclass(frozen=True)
class CubeKernel:
    """Kernel ridge regression, x uniform on the hypercube {-1, 1}^d, kernel h(<x,x'>/d) = kernel(1, 1, <x,x'>/d).

    The target is f = sum_k F_k binom(d,k)^(1/2) Q_k(<x, u_k>), F_k^2 = energies[k], with the Krawtchouk polynomials Q_k(d) = 1
    and random vertices u_k of the hypercube.
    """

    dimension: int
    kernel: KernelFunction
    energies: FloatArray
    noise_variance: float


@dataclass(frozen=True)
class SphereFeatures:
    """Random features p^(-1/2) s(<x, w_j>), x uniform on the sphere of radius sqrt(d), w_j uniform on the unit sphere of R^d.

    Target as in `SphereKernel`.
    """

    dimension: int
    activation: Activation
    energies: FloatArray
    noise_variance: float


@dataclass(frozen=True)
class TangentFeatures:
    """Features x s'(<x, w_i>) / sqrt(d N), i <= N, x on the sphere of radius sqrt(d), w_i uniform on the unit sphere of R^d.

    With a `tangent_variance` they are multiplied by its root, and s(<x, w_i>) / sqrt(N) stand beside them. Target as in
    `SphereKernel`.
    """

    dimension: int
    activation: Activation
    energies: FloatArray
    noise_variance: float
    tangent_variance: float | None = None


@dataclass(frozen=True)
class DataKernel:
    """Kernel ridge regression on n of N points.

    Drawn without replacement (`replacement=False`: errors over the N - n points not drawn) or with replacement (errors over all
    N points). `labels` are the noise-free values y on the N points, (N,), or (N, m) for m outputs, over which errors are means.
    """

    kernel_matrix: FloatArray
    labels: FloatArray
    noise_variance: float
    replacement: bool


@dataclass(frozen=True)
class DataFeatures:
    """Random features p^(-1/2) s(<x, w_j>), w_j ~ N(0, I/d), rows x of `inputs` drawn with replacement, errors over all rows."""

    inputs: FloatArray
    labels: FloatArray
    activation: Activation
    noise_variance: float


@dataclass(frozen=True)
class LatentFeatures:
    """Features x = W z + u of a hidden z ~ N(0, I_d), u ~ N(0, I_p), W' W = (p/d) I_d; f = <theta, z>, |theta|^2 = `signal`."""

    dimension: int
    signal: float
    noise_variance: float


@dataclass(frozen=True)
class ShiftedCovariates:
    """Rows x ~ N(0, diag(s)), f(x) = <x, `coefficients`>; errors are |`test_root` (b - `test_coefficients`)|^2.

    `test_root` (p, p) is a root R of the test covariance, R' R.
    """

    eigenvalues: FloatArray
    coefficients: FloatArray
    test_root: FloatArray
    test_coefficients: FloatArray
    noise_variance: float


@dataclass(frozen=True)
class LayeredFeatures:
    """Features of x = R' g, g ~ N(0, I): layer after layer s(W h), divided by the root of their number; f = <x, `coefficients`>.

    `weights` are the W of the layers, with whatever scale they have; `root` is R, (d, d).
    """

    weights: tuple[FloatArray, ...]
    root: FloatArray
    activation: Activation
    coefficients: FloatArray
    noise_variance: float


# the designs of one spectrum and one target
LevelDesign = GaussianCovariates | GaussianFeatures | SphereKernel | CubeKernel | SphereFeatures | DataFeatures
Design = LevelDesign | DataKernel | LatentFeatures | LayeredFeatures | ShiftedCovariates | TangentFeatures
