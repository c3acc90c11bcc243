"""Ridge regression on the last layer of a deep network with random weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.layer_constants import layer_constants
from asymptotix.models.designs import LayeredFeatures
from asymptotix.models.feature_moments import regression_on_features
from asymptotix.models.levels import checked_noise
from asymptotix.models.matrix_arguments import finite_matrix, finite_vector, matrix_or_diagonal
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.arguments import whole_number
from asymptotix.spectra.eigendecomposition import positive_semidefinite

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["DeepRandomFeatures"]

FloatArray = NDArray[np.float64]

_MAX_WIDTH = 20_000


@dataclass(frozen=True, eq=False)
class DeepRandomFeatures:
    r"""Features $\varphi_L/\sqrt{k_L}$, $\varphi_l=\sigma(W_l\varphi_{l-1}/\sqrt{k_{l-1}})$, $\varphi_0=x\sim N(0,\Omega)$.

    The activation is odd. The weights are given, with entries of variance about 1; `DeepRandomFeatures.random` draws them. The
    linearized covariance and the covariance with the inputs go from layer to layer, with the constants of each row i at its
    variance $r_i=(W_l\Omega_{l-1}W_l^\top)_{ii}/k_{l-1}$:

    .. math:: \Omega_l=\mathrm{diag}(\kappa_1)\frac{W_l\Omega_{l-1}W_l^\top}{k_{l-1}}\mathrm{diag}(\kappa_1)
              +\mathrm{diag}(\kappa_*^2),\qquad \Phi_l=\mathrm{diag}(\kappa_1)W_l\Phi_{l-1}/\sqrt{k_{l-1}},\qquad \Phi_0=\Omega .

    Whatever the depth, interpolation sets in at n = the width of the last layer.

    Args:
        weights: $W_1,\dots,W_L$, of shapes (k_1, d), (k_2, k_1), ...
        covariance: $\Omega$, (d, d), or its diagonal, (d,).
        activation: an odd Activation or its text.
        coefficients: $\beta$, (d,), of the labels $\langle x,\beta\rangle+\varepsilon$.
        noise_variance: $\mathrm{Var}\,\varepsilon\ge0$.

    Raises:
        InvalidInputError: shapes that do not fit, values that are not finite, a covariance that is not symmetric and positive
            semidefinite.
        HypothesisError: an activation that is not odd.

    Source:
        [SchroderEtAl2023]; constants of each row, which halve the error at small widths, as measured.
    """

    weights: tuple[FloatArray, ...]
    covariance: FloatArray
    activation: Activation
    coefficients: FloatArray
    noise_variance: float = 0.0
    references: ClassVar[tuple[str, ...]] = ("SchroderEtAl2023",)

    def __init__(
        self,
        weights: Sequence[ArrayLike],
        covariance: ArrayLike,
        activation: Activation | str,
        *,
        coefficients: ArrayLike,
        noise_variance: float = 0.0,
    ) -> None:
        """See the class."""
        from asymptotix.activations.activation import activation as as_activation

        omega = matrix_or_diagonal("covariance", covariance)
        values, vectors = positive_semidefinite("covariance", omega)
        sigma = as_activation(activation)
        if sigma.parity != "odd":
            raise HypothesisError(
                f"activation = {sigma.text!r} is not odd: the recursion of deep random features is for odd activations; use one "
                'such as "tanh" or "erf", or GivenFeatures for a single layer'
            )
        if not isinstance(weights, list | tuple) or not weights:
            raise InvalidInputError("weights", weights, "a nonempty list of matrices, one a layer")
        layers, columns = [], values.size
        for number, layer in enumerate(weights, 1):
            layers.append(finite_matrix(f"weights[{number - 1}]", layer, columns, "as the layer before has units"))
            columns = layers[-1].shape[0]
        object.__setattr__(self, "weights", tuple(layers))
        object.__setattr__(self, "covariance", omega)
        object.__setattr__(self, "activation", sigma)
        object.__setattr__(self, "coefficients", finite_vector("coefficients", coefficients, values.size))
        object.__setattr__(self, "noise_variance", checked_noise(noise_variance))
        self.__dict__["_root"] = np.sqrt(values)[:, None] * vectors.T

    @classmethod
    def random(
        cls,
        widths: Sequence[int],
        covariance: ArrayLike,
        activation: Activation | str,
        *,
        coefficients: ArrayLike,
        noise_variance: float = 0.0,
        seed: int = 0,
    ) -> DeepRandomFeatures:
        """Standard normal weights of layers of these widths, drawn from `seed`.

        Raises:
            InvalidInputError: a width below 1, and as the class.
        """
        rng = np.random.default_rng(whole_number("seed", seed, 0))
        omega = matrix_or_diagonal("covariance", covariance)
        if omega.ndim != 2:
            raise InvalidInputError("covariance", covariance, "a square matrix, or its diagonal")
        if not isinstance(widths, list | tuple) or not widths:
            raise InvalidInputError("widths", widths, "a nonempty list of whole numbers, one a layer")
        inputs, layers = len(omega), []
        for width in widths:
            layers.append(rng.standard_normal((_width(width), inputs)))
            inputs = layers[-1].shape[0]
        return cls(layers, covariance, activation, coefficients=coefficients, noise_variance=noise_variance)

    @property
    def _root(self) -> FloatArray:
        """R with R' R = covariance."""
        root: FloatArray = self.__dict__["_root"]
        return root

    @property
    def scaled_weights(self) -> tuple[FloatArray, ...]:
        """W_l / sqrt(k_(l-1)): what a layer multiplies its input by."""
        return tuple(layer / np.sqrt(layer.shape[1]) for layer in self.weights)

    @cached_property
    def equivalent(self) -> RidgeRegression:
        """The ridge regression on Gaussian features with the linearized second moments."""
        second, cross = self.covariance, self.covariance @ self.coefficients
        energy = float(self.coefficients @ cross)
        for layer in self.scaled_weights:
            second = layer @ second @ layer.T
            constants = layer_constants(self.activation, np.diag(second).copy())
            second = constants.slope[:, None] * second * constants.slope + np.diag(constants.residual)
            cross = constants.slope * (layer @ cross)
        width = len(cross)
        return regression_on_features(second / width, cross / np.sqrt(width), energy, self.noise_variance)

    @property
    def design(self) -> LayeredFeatures:
        """What an experiment draws: the inputs; the weights stay."""
        return LayeredFeatures(self.scaled_weights, self._root, self.activation, self.coefficients, self.noise_variance)


def _width(width: int) -> int:
    units = whole_number("widths", width, 1)
    if units > _MAX_WIDTH:
        raise InvalidInputError("widths", width, f"at most {_MAX_WIDTH}: the moments of a layer are a matrix of so many rows")
    return units
