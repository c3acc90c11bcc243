r"""The Marchenko-Pastur law: the spectrum of a sample covariance of white noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.arguments import real_number
from asymptotix.spectra.density import DensitySpectrum

__all__ = ["MarchenkoPastur"]

FloatArray = NDArray[np.float64]


class MarchenkoPastur(DensitySpectrum):
    r"""`size` eigenvalues of $W^\top W/N$, W of N rows of `size` independent entries of variance `scale`, in the limit of both.

    With $\gamma=\text{size}/N$ = `aspect_ratio` and scale v, the law has the density

    $$\frac{\sqrt{(s_+-s)(s-s_-)}}{2\pi\gamma v\,s},\qquad s_\pm=v(1\pm\sqrt\gamma)^2,$$

    and for $\gamma>1$ the mass $1-1/\gamma$ at zero. The density is integrated by `density_spectrum`; at $\gamma=1$ it
    is infinite at the origin, as $s^{-1/2}$. `target` makes energies in proportion to a power of the eigenvalue.

    Args:
        aspect_ratio: $\gamma$, from 1e-6 to 1e6.
        size: number of eigenvalues, zeros included; any positive number (a whole one in an experiment).
        scale: v > 0, the mean of the eigenvalues.

    Raises:
        InvalidInputError: an argument out of range.

    Source:
        [MarchenkoPastur1967].

    >>> import asymptotix as ax
    >>> spectrum = ax.MarchenkoPastur(aspect_ratio=0.5, size=200)
    >>> model = ax.RidgeRegression(spectrum, spectrum.target(), noise_variance=0.1)
    >>> print(ax.risk(model, n_samples=100, ridge=1.0).test_error.round(6))
    0.601563
    """

    aspect_ratio: float
    size: float
    scale: float

    def __init__(self, aspect_ratio: float, size: float, scale: float = 1.0) -> None:
        """See the class."""
        ratio = real_number("aspect_ratio", aspect_ratio, lambda v: 1e-6 <= v <= 1e6, "between 1e-6 and 1e6")
        size = real_number("size", size, lambda v: 0 < v < np.inf, "finite and > 0")
        scale = real_number("scale", scale, lambda v: 1e-100 < v < 1e100, "between 1e-100 and 1e100")
        low, high = scale * ((1.0 - ratio) / (1.0 + sqrt(ratio))) ** 2, scale * (1.0 + sqrt(ratio)) ** 2
        positive = size / max(ratio, 1.0)
        super().__init__(
            _Law(low, high, 2.0 * pi * ratio * scale),
            (low, high),
            size=positive,
            zeros=size - positive,
            singularities={low: -0.5 if low == 0 else 0.5, high: 0.5},
        )
        object.__setattr__(self, "aspect_ratio", ratio)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "scale", scale)

    def _scaled(self, factor: float) -> MarchenkoPastur:
        return MarchenkoPastur(self.aspect_ratio, self.size, self.scale * factor)


@dataclass(frozen=True)
class _Law:
    """The density; a class and no closure, so that the spectrum can be sent to another process."""

    low: float
    high: float
    norm: float

    def __call__(self, s: FloatArray) -> FloatArray:
        return np.asarray(np.sqrt((self.high - s) * (s - self.low)) / (self.norm * s))
