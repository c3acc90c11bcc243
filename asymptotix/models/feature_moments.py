r"""From second moments of features to a ridge regression with their spectrum.

With $M=\sum_is_iu_iu_i^\top$ and $v=\mathbb E[uf_*]$ the energies are $e_i=(u_i^\top v)^2/s_i$, and what no combination of the
features shows, $\mathbb Ef_*^2-v^\top M^{-1}v$, is a target tail: noise to the fit and a part of the excess risk.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.eigendecomposition import positive_semidefinite
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["regression_on_features"]

FloatArray = NDArray[np.float64]

_TOLERANCE = 1e-6  # of E f^2, by which the energies may exceed it before the moments count as contradictory


def regression_on_features(second: FloatArray, cross: FloatArray, energy: float, noise_variance: float) -> RidgeRegression:
    """Ridge regression on Gaussian features with these moments, of a target of mean square `energy`.

    Raises:
        InvalidInputError: second moments that are not positive semidefinite, or cross moments that no target has.
    """
    values, vectors = positive_semidefinite("second moments of the features", second)
    positive = values > 0
    energies = np.zeros_like(values)
    energies[positive] = (vectors[:, positive].T @ cross) ** 2 / values[positive]
    hidden = energy - float(np.sum(energies))
    if hidden < -_TOLERANCE * energy:
        seen = float(np.sum(energies))
        raise InvalidInputError("cross moments of the features", seen, f"those of a target of mean square {energy:g}")
    return RidgeRegression(Spectrum(values), Target(energies, max(hidden, 0.0)), noise_variance=noise_variance)
