"""Random-feature ridge regression: from a spectrum, on the sphere, and on a data set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import DataFeatures, GaussianFeatures, SphereFeatures
from asymptotix.models.levels import checked_labels, checked_noise, drawable, levels_of, sphere_energies
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.harmonics import checked_dimension
from asymptotix.spectra.spectrum import Spectrum, checked_spectrum
from asymptotix.spectra.sphere import activation_spectrum
from asymptotix.spectra.target import Target, as_target

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["RandomFeatures"]


@dataclass(frozen=True, eq=False)
class RandomFeatures:
    r"""$\hat f(x)=p^{-1/2}\sum_ja_j\sigma(\langle x,w_j\rangle)$, $\hat a=\arg\min\|y-Za\|^2+\lambda\|a\|^2$, p random features.

    `RandomFeatures(spectrum, target, noise_variance=...)` has Gaussian features $z=p^{-1/2}F\Sigma^{1/2}\psi$ with standard
    normal $\psi$ and F, and $f_*=\langle\psi,b\rangle$ with energies $b_k^2$; `.on_sphere` and `.on_data` have an activation,
    and compute `spectrum` and `target` on first use.

    Source:
        [DefilippisLoureiroMisiakiewicz2024], [MeiMontanari2022].
    """

    design: GaussianFeatures | SphereFeatures | DataFeatures
    references: ClassVar[tuple[str, ...]] = ("DefilippisLoureiroMisiakiewicz2024", "MeiMontanari2022")

    def __init__(self, spectrum: Spectrum, target: Target | ArrayLike, *, noise_variance: float = 0.0) -> None:
        """See the class."""
        spectrum, energies = checked_spectrum(spectrum), as_target(target)
        energies.padded(len(spectrum))
        drawn, goal = drawable(spectrum, energies)
        design = GaussianFeatures(
            drawn.eigenvalues,
            drawn.multiplicities,
            goal.padded(len(drawn)),
            drawn.tail,
            goal.tail,
            checked_noise(noise_variance),
        )
        object.__setattr__(self, "design", design)
        self.__dict__["_levels"] = (spectrum, energies)

    @classmethod
    def _of(cls, design: SphereFeatures | DataFeatures) -> RandomFeatures:
        model = object.__new__(cls)
        object.__setattr__(model, "design", design)
        return model

    @classmethod
    def on_sphere(
        cls, activation: Activation | str, *, dimension: int, target: Target | ArrayLike, noise_variance: float = 0.0
    ) -> RandomFeatures:
        r"""x uniform on the sphere of radius $\sqrt d$, $w_j$ uniform on the unit sphere of $\mathbb R^d$.

        Args:
            activation: an Activation or its text.
            dimension: d >= 3.
            target: energies per degree, `[F_0^2, F_1^2, ...]`; the tail of a Target goes to the first degree beyond the levels.
            noise_variance: variance of the label noise.

        Raises:
            InvalidInputError: a dimension below 3, negative noise.
        """
        from asymptotix.activations.activation import activation as as_activation

        d, sigma = checked_dimension(dimension), as_activation(activation)
        energies = sphere_energies(as_target(target), lambda top: activation_spectrum(sigma, dimension=d, min_degree=top))
        return cls._of(SphereFeatures(d, sigma, energies, checked_noise(noise_variance)))

    @classmethod
    def on_data(cls, X: ArrayLike, y: ArrayLike, activation: Activation | str, *, noise_variance: float = 0.0) -> RandomFeatures:
        r"""n rows of X drawn with replacement, $w_j\sim N(0,I/d)$, errors over all N rows; y are the noise-free labels.

        Raises:
            InvalidInputError: shapes, values that are not finite, negative noise.
        """
        from asymptotix.activations.activation import activation as as_activation

        inputs = real_array("X", X)
        if inputs.ndim != 2 or inputs.size == 0 or not np.all(np.isfinite(inputs)):
            raise InvalidInputError(
                "X", f"array of shape {inputs.shape}", "a nonempty two-dimensional array of finite numbers, N x d"
            )
        labels = checked_labels(y, inputs.shape[0])
        return cls._of(DataFeatures(inputs, labels, as_activation(activation), checked_noise(noise_variance)))

    @property
    def noise_variance(self) -> float:
        """Variance of the label noise."""
        return self.design.noise_variance

    @cached_property
    def _levels(self) -> tuple[Spectrum, Target]:
        return levels_of(self.design)

    @property
    def spectrum(self) -> Spectrum:
        """Eigenvalues of the infinite-width kernel operator."""
        return self._levels[0]

    @property
    def target(self) -> Target:
        """Energies of the target."""
        return self._levels[1]
