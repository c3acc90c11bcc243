"""Spectrum and target of a design: what the theory reads, derived from what the experiment draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.models.designs import DataFeatures, DataKernel, LevelDesign, SphereFeatures, SphereKernel
from asymptotix.spectra.arguments import real_array, real_number
from asymptotix.spectra.empirical import empirical_spectrum
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere import activation_spectrum, kernel_spectrum
from asymptotix.spectra.target import Target

__all__ = ["checked_labels", "checked_noise", "drawable", "levels_of", "sphere_energies"]


def levels_of(design: LevelDesign) -> tuple[Spectrum, Target]:
    """The levels of the kernel operator under the design's law of x, and the target's energy on each."""
    match design:
        case SphereKernel():
            top = design.energies.size - 1
            return kernel_spectrum(design.kernel, dimension=design.dimension, min_degree=top), Target(design.energies)
        case SphereFeatures():
            top = design.energies.size - 1
            return activation_spectrum(design.activation, dimension=design.dimension, min_degree=top), Target(design.energies)
        case DataKernel():
            return empirical_spectrum(design.kernel_matrix, design.labels)
        case DataFeatures():
            return empirical_spectrum(kernel_matrix(KernelMap(design.activation), design.inputs), design.labels)
        case _:
            return Spectrum(design.eigenvalues, design.multiplicities, design.tail), Target(design.energies, design.target_tail)


def sphere_energies(target: Target, spectrum_from: Callable[[int], Spectrum]) -> NDArray[np.float64]:
    """Energies per degree; a tail becomes the energy of the first degree beyond the levels of the spectrum.

    `spectrum_from(k)` is the spectrum with degrees 0..k at least. Any degree beyond its levels has an eigenvalue far below the
    effective ridge, so that the choice does not move the theory.
    """
    if target.tail == 0:
        return target.energies
    beyond = len(spectrum_from(target.energies.size - 1))
    energies = np.zeros(beyond + 1)
    energies[: target.energies.size] = target.energies
    energies[beyond] = target.tail
    return energies


def drawable(spectrum: Spectrum, target: Target) -> tuple[Spectrum, Target]:
    """Levels that can be drawn, with whole multiplicities: an analytic spectrum eigenvalue by eigenvalue, any other as it is.

    The docstring of each spectrum's `head` states the error of doing so.
    """
    return spectrum.head(target)


def checked_noise(noise_variance: float) -> float:
    """A variance: finite and >= 0."""
    valid = "finite and >= 0 (a variance, not a standard deviation)"
    return real_number("noise_variance", noise_variance, lambda v: 0 <= v < np.inf, valid)


def checked_labels(labels: ArrayLike, n_points: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One finite label per point."""
    values = real_array("y", labels)
    if values.shape != (n_points,):
        raise InvalidInputError("y", f"array of shape {values.shape}", f"of shape ({n_points},), one label per row of X")
    if not np.all(np.isfinite(values)):
        raise InvalidInputError("y", "a NaN or infinite entry", "finite in every entry")
    return values
