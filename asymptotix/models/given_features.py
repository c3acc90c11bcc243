"""Ridge regression on the features of given first-layer weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.layer_constants import layer_constants
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.models.designs import LayeredFeatures
from asymptotix.models.feature_moments import regression_on_features
from asymptotix.models.levels import checked_noise
from asymptotix.models.matrix_arguments import finite_matrix, finite_vector, matrix_or_diagonal
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.eigendecomposition import positive_semidefinite

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["GivenFeatures"]

FloatArray = NDArray[np.float64]

_MOMENTS = ("exact", "linearized")


@dataclass(frozen=True, eq=False)
class GivenFeatures:
    r"""Features $u=p^{-1/2}\sigma(Wx)$ of a given W, p x d, $x\sim N(0,\Omega)$; $y=\langle x,\beta\rangle+\varepsilon$.

    The fit is $\arg\min\|y-Ua\|^2+\lambda\|a\|^2$, without intercept. To leading order its errors are those of Gaussian features
    with the second moments

    .. math:: M=\mathbb E uu^\top=\frac1pE[\sigma(w_i^\top x)\sigma(w_j^\top x)],\quad v=\mathbb E[u\langle x,\beta\rangle],\quad
              v_i=\kappa_{1i}(W\Omega\beta)_i/\sqrt p,

    M being the dual kernel at variances $r_i=w_i^\top\Omega w_i$ and covariances $w_i^\top\Omega w_j$. With
    `moments="linearized"` it is its Gaussian equivalent, with constants of each row,

    .. math:: M\approx\frac1p\big[\mu_0\mu_0^\top+\mathrm{diag}(\kappa_1)W\Omega W^\top\mathrm{diag}(\kappa_1)
              +\mathrm{diag}(\kappa_*^2)\big],\quad \kappa_1=\mathbb E\sigma'(\sqrt rG),\quad
              \kappa_*^2=\mathrm{Var}\,\sigma(\sqrt rG)-r\kappa_1^2 .

    Args:
        weights: W, (p, d), one row a neuron. Rows of size about $d^{-1/2}$ where $\Omega$ is about the identity give
            variances of order 1. For the equivalence no direction may dominate a row: see `asymptotix.check`.
        covariance: $\Omega$, (d, d), or its diagonal, (d,).
        activation: an Activation or its text.
        coefficients: $\beta$, (d,).
        noise_variance: $\mathrm{Var}\,\varepsilon\ge0$.
        moments: "exact" or "linearized".

    Raises:
        InvalidInputError: a covariance that is not symmetric and positive semidefinite, shapes that do not fit (weights whose
            columns are not those of the covariance), values that are not finite, a row on which the inputs have no variance.

    Source:
        [GoldtEtAl2022], [LoureiroEtAl2021].
    """

    weights: FloatArray
    covariance: FloatArray
    activation: Activation
    coefficients: FloatArray
    noise_variance: float = 0.0
    moments: str = "exact"
    references: ClassVar[tuple[str, ...]] = ("GoldtEtAl2022", "LoureiroEtAl2021")

    def __init__(
        self,
        weights: ArrayLike,
        covariance: ArrayLike,
        activation: Activation | str,
        *,
        coefficients: ArrayLike,
        noise_variance: float = 0.0,
        moments: str = "exact",
    ) -> None:
        """See the class."""
        from asymptotix.activations.activation import activation as as_activation

        omega = matrix_or_diagonal("covariance", covariance)
        values, vectors = positive_semidefinite("covariance", omega)
        rows = finite_matrix("weights", weights, values.size, "as the covariance has")
        if not isinstance(moments, str) or moments not in _MOMENTS:
            raise InvalidInputError("moments", moments, f"one of {', '.join(_MOMENTS)}")
        object.__setattr__(self, "weights", rows)
        object.__setattr__(self, "covariance", omega)
        object.__setattr__(self, "activation", as_activation(activation))
        object.__setattr__(self, "coefficients", finite_vector("coefficients", coefficients, values.size))
        object.__setattr__(self, "noise_variance", checked_noise(noise_variance))
        object.__setattr__(self, "moments", moments)
        self.__dict__["_root"] = np.sqrt(values)[:, None] * vectors.T
        if np.any(np.einsum("ij,ij->i", self._seen, self._seen) == 0):
            raise InvalidInputError("weights", "a row on which the inputs have no variance", "rows w with w' covariance w > 0")

    @property
    def _root(self) -> FloatArray:
        """R with R' R = covariance."""
        root: FloatArray = self.__dict__["_root"]
        return root

    @cached_property
    def _seen(self) -> FloatArray:
        """W R': the weights in coordinates in which the inputs are white."""
        return np.asarray(self.weights @ self._root.T)

    @cached_property
    def equivalent(self) -> RidgeRegression:
        """The ridge regression on Gaussian features with the same second moments."""
        p, d = self.weights.shape
        seen = self._seen
        constants = layer_constants(self.activation, np.einsum("ij,ij->i", seen, seen))  # refuses variances out of range first
        if self.moments == "exact":
            second: Any = kernel_matrix(KernelMap(self.activation), seen * np.sqrt(d))
        else:
            linear = constants.slope[:, None] * seen
            second = linear @ linear.T + np.outer(constants.mean, constants.mean) + np.diag(constants.residual)
        truth = self._root @ self.coefficients
        cross = constants.slope * (seen @ truth)
        return regression_on_features(second / p, cross / np.sqrt(p), float(truth @ truth), self.noise_variance)

    @property
    def design(self) -> LayeredFeatures:
        """What an experiment draws."""
        return LayeredFeatures((self.weights,), self._root, self.activation, self.coefficients, self.noise_variance)
