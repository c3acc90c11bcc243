"""Regression on all parameters of a two-layer network, linearized: random features and tangent features together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.models.designs import TangentFeatures
from asymptotix.models.levels import checked_noise, sphere_energies
from asymptotix.models.neural_tangent import checked_width
from asymptotix.spectra.arguments import real_number
from asymptotix.spectra.harmonics import checked_dimension, multiplicity
from asymptotix.spectra.sphere import activation_spectrum
from asymptotix.spectra.tangent_levels import tangent_levels
from asymptotix.spectra.target import Target, as_target

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation
    from asymptotix.spectra.spectrum import Spectrum

__all__ = ["RandomFeaturesAndTangent", "TwoSpectra"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TwoSpectra:
    """Eigenvalues of both kernels on common levels, with the masses of their flat tails; energies per level, and the tail's."""

    features: FloatArray
    tangent: FloatArray
    multiplicities: FloatArray
    features_tail: float
    tangent_tail: float
    energies: FloatArray
    hidden: float


@dataclass(frozen=True, eq=False)
class RandomFeaturesAndTangent:
    r"""Ridge regression on $\sigma(\langle w_i,x\rangle)/\sqrt N$ and $\tau x\,\sigma'(\langle w_i,x\rangle)/\sqrt{dN}$.

    There are N neurons, x is uniform on the sphere of radius $\sqrt d$, $w_i$ on the unit sphere; $\tau^2$ is `tangent_variance`,
    the variance of the output weights at initialization. The kernel is

    .. math:: \frac1N\sum_i\sigma(\langle w_i,x\rangle)\sigma(\langle w_i,x'\rangle)
              +\tau^2\frac{\langle x,x'\rangle}{dN}\sum_i\sigma'(\langle w_i,x\rangle)\sigma'(\langle w_i,x'\rangle).

    The equivalent takes the two parts as independent kernels of N and of N d random features. It is heuristic: experiments with
    ReLU and erf agree from n far below to n beyond N d. Where samples, inputs and neurons are of the same number, the N d
    features are as good as infinitely many; the test error has its peaks where n passes N, and where it passes N d.

    Source:
        [AdlamPennington2020] for the setting with n, d and N in proportion.
    """

    dimension: int
    activation: Activation
    energies: FloatArray
    noise_variance: float
    tangent_variance: float
    references: ClassVar[tuple[str, ...]] = ("AdlamPennington2020",)

    @classmethod
    def on_sphere(
        cls,
        activation: Activation | str,
        *,
        dimension: int,
        target: Target | ArrayLike,
        noise_variance: float = 0.0,
        tangent_variance: float = 1.0,
    ) -> RandomFeaturesAndTangent:
        r"""The model on the sphere.

        Args:
            activation: a continuous Activation or its text.
            dimension: d >= 3.
            target: energies per degree, `[F_0^2, F_1^2, ...]`; the tail of a Target goes to the first degree beyond the levels.
            noise_variance: variance of the label noise.
            tangent_variance: $\tau^2\ge0$; 0 leaves random features.

        Raises:
            InvalidInputError: an argument out of range.
            HypothesisError: an activation with jumps.
        """
        from asymptotix.activations.activation import activation as as_activation

        d, sigma = checked_dimension(dimension), as_activation(activation)
        weight = real_number("tangent_variance", tangent_variance, lambda v: 0 <= v < np.inf, "finite and >= 0")
        energies = sphere_energies(as_target(target), lambda top: tangent_levels(sigma, d, top))
        model = cls(d, sigma, energies, checked_noise(noise_variance), weight)
        _ = model.levels  # an activation without tangent features is refused here
        return model

    @cached_property
    def levels(self) -> TwoSpectra:
        """Both spectra, per degree; a degree that one of them does not list is in its tail."""
        top = self.energies.size - 1
        one = activation_spectrum(self.activation, dimension=self.dimension, min_degree=top)
        two = tangent_levels(self.activation, self.dimension, top)
        size = min(len(one), len(two))
        counts = np.array([float(multiplicity(self.dimension, degree)) for degree in range(size)])
        known = self.energies[:size]
        padded = np.append(known, np.zeros(size - known.size))
        hidden = float(np.sum(self.energies[size:]))
        tau = self.tangent_variance
        tails = _mass_beyond(one, size), tau * _mass_beyond(two, size)
        return TwoSpectra(one.eigenvalues[:size], tau * two.eigenvalues[:size], counts, *tails, padded, hidden)

    def n_features(self, width: ArrayLike | None) -> FloatArray:
        """The width, checked: the number of random features.

        Raises:
            InvalidInputError: no width, or one that is not a positive whole number or infinite.
        """
        return checked_width(width)

    @property
    def design(self) -> TangentFeatures:
        """What an experiment draws."""
        return TangentFeatures(self.dimension, self.activation, self.energies, self.noise_variance, self.tangent_variance)


def _mass_beyond(spectrum: Spectrum, size: int) -> float:
    return spectrum.tail + float(np.sum(spectrum.eigenvalues[size:] * spectrum.multiplicities[size:]))
