"""Regression on the tangent features of a two-layer network at finite width."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.designs import TangentFeatures
from asymptotix.models.levels import checked_noise, sphere_energies
from asymptotix.models.random_features import RandomFeatures
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.harmonics import checked_dimension
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.tangent_levels import tangent_levels
from asymptotix.spectra.target import Target, as_target

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["SMALLEST_WIDTH", "NeuralTangent", "checked_width"]

FloatArray = NDArray[np.float64]

SMALLEST_WIDTH = 5  # below it the excess risk was found 7 to 28 % above the equivalent (100 dimensions, widths 4, 2 and 1)


@dataclass(frozen=True, eq=False)
class NeuralTangent:
    r"""Ridge regression on $x\,\sigma'(\langle w_i,x\rangle)/\sqrt{dN}$, $i\le N$: the first layer of a network, linearized.

    x is uniform on the sphere of radius $\sqrt d$, $w_i$ on the unit sphere. The kernel is

    .. math:: K_N(x,x')=\frac{\langle x,x'\rangle}d\frac1N\sum_{i\le N}\sigma'(\langle w_i,x\rangle)\sigma'(\langle w_i,x'\rangle)
              \to K^{NT},

    and the deterministic equivalent is that of random features with the spectrum of $K^{NT}$ and $p=Nd$. It is heuristic: no
    published proof is known, experiments agree from width 5 up, and smaller widths are refused.

    Source:
        [MontanariZhong2022] for the kernel; the equivalent by a leave-one-out argument over the blocks of d features.
    """

    dimension: int
    activation: Activation
    energies: FloatArray
    noise_variance: float
    references: ClassVar[tuple[str, ...]] = ("MontanariZhong2022",)

    @classmethod
    def on_sphere(
        cls, activation: Activation | str, *, dimension: int, target: Target | ArrayLike, noise_variance: float = 0.0
    ) -> NeuralTangent:
        """The model on the sphere.

        Args:
            activation: a continuous Activation or its text.
            dimension: d >= 3.
            target: energies per degree, `[F_0^2, F_1^2, ...]`; the tail of a Target goes to the first degree beyond the levels.
            noise_variance: variance of the label noise.

        Raises:
            InvalidInputError: a dimension below 3, negative noise.
            HypothesisError: an activation with jumps.

        >>> model = NeuralTangent.on_sphere("relu", dimension=20, target=[0, 1])
        >>> round(model.spectrum.trace, 12)
        0.5
        """
        from asymptotix.activations.activation import activation as as_activation

        d, sigma = checked_dimension(dimension), as_activation(activation)
        energies = sphere_energies(as_target(target), lambda top: tangent_levels(sigma, d, top))
        model = cls(d, sigma, energies, checked_noise(noise_variance))
        _ = model.spectrum  # an activation without tangent features is refused here
        return model

    @cached_property
    def spectrum(self) -> Spectrum:
        """Eigenvalues of the tangent kernel at infinite width, per degree."""
        return tangent_levels(self.activation, self.dimension, self.energies.size - 1)

    @property
    def target(self) -> Target:
        """Energies of the target."""
        return Target(self.energies)

    @cached_property
    def equivalent(self) -> RandomFeatures:
        """Random features with this spectrum; width N has N d of them."""
        return RandomFeatures(self.spectrum, self.target, noise_variance=self.noise_variance)

    def n_features(self, width: ArrayLike | None) -> FloatArray:
        """N d, after a check of the widths.

        Raises:
            InvalidInputError: no width, one that is not a positive whole number or infinite.
            HypothesisError: a width below 5.
        """
        sizes = checked_width(width)
        if np.any(sizes < SMALLEST_WIDTH):
            raise HypothesisError(
                f"width = {float(sizes.min()):g} is below {SMALLEST_WIDTH}, where the equivalent of tangent features was found "
                "off by 7% and more; use a larger width, or simulate"
            )
        return sizes * self.dimension

    @property
    def design(self) -> TangentFeatures:
        """What an experiment draws."""
        return TangentFeatures(self.dimension, self.activation, self.energies, self.noise_variance)


def checked_width(width: ArrayLike | None) -> FloatArray:
    """Numbers of neurons.

    Raises:
        InvalidInputError: no width, or one that is not a positive whole number or infinite.
    """
    if width is None:
        raise InvalidInputError("width", None, "given: the number of neurons", "width=numpy.inf is the kernel limit")
    sizes = real_array("width", width, "a number or an array of numbers")
    wrong = ~((sizes >= 1) & ((sizes == np.floor(sizes)) | np.isinf(sizes)))
    if np.any(wrong):
        raise InvalidInputError("width", float(sizes[wrong].flat[0]), "a whole number >= 1, or infinite")
    return sizes
