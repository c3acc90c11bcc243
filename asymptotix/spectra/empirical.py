"""The spectrum and the energies of one data set."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.eigendecomposition import positive_semidefinite
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["empirical_spectrum"]


def empirical_spectrum(kernel_matrix: ArrayLike, y: ArrayLike) -> tuple[Spectrum, Target]:
    r"""Eigenvalues of $K/N$ and energies $(N^{-1/2} u_i^\top y)^2$ of the labels on them.

    Args:
        kernel_matrix: N x N, symmetric, positive semidefinite, not divided by N.
        y: N labels (without the noise of the model).

    Raises:
        InvalidInputError: wrong shapes, a matrix that is not positive semidefinite, labels that are not finite.

    Source:
        [Simon2023], [BordelonCanatarPehlevan2020].
    """
    values, vectors = positive_semidefinite("kernel_matrix", kernel_matrix)
    labels = real_array("y", y)
    if labels.shape != values.shape:
        raise InvalidInputError("y", f"array of shape {labels.shape}", f"of shape ({values.size},)")
    if not np.all(np.isfinite(labels)):
        raise InvalidInputError("y", "a NaN or infinite entry", "finite in every entry")
    n_points = values.size
    return Spectrum(values / n_points), Target((vectors.T @ labels) ** 2 / n_points)
