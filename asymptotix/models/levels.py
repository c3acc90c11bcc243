"""Spectrum and target of a design: what the theory reads, derived from what the experiment draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.models.designs import CubeKernel, DataFeatures, LevelDesign, SphereFeatures, SphereKernel
from asymptotix.spectra.arguments import real_array, real_number
from asymptotix.spectra.empirical import empirical_spectrum
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere import activation_spectrum, kernel_spectrum
from asymptotix.spectra.target import Target

__all__ = ["checked_labels", "checked_noise", "cube_energies", "data_levels", "drawable", "levels_of", "sphere_energies"]

FloatArray = NDArray[np.float64]


def levels_of(design: LevelDesign) -> tuple[Spectrum, Target]:
    """The levels of the kernel operator under the design's law of x, and the target's energy on each."""
    match design:
        case SphereKernel():
            top = design.energies.size - 1
            return kernel_spectrum(design.kernel, dimension=design.dimension, min_degree=top), Target(design.energies)
        case CubeKernel():
            top = design.energies.size - 1
            spectrum = kernel_spectrum(design.kernel, dimension=design.dimension, min_degree=top, domain="cube")
            return spectrum, Target(design.energies)
        case SphereFeatures():
            top = design.energies.size - 1
            return activation_spectrum(design.activation, dimension=design.dimension, min_degree=top), Target(design.energies)
        case DataFeatures():
            return empirical_spectrum(kernel_matrix(KernelMap(design.activation), design.inputs), design.labels)
        case _:
            return Spectrum(design.eigenvalues, design.multiplicities, design.tail), Target(design.energies, design.target_tail)


def data_levels(eigenvalues: FloatArray, vectors: FloatArray, labels: FloatArray) -> tuple[Spectrum, Target]:
    """`empirical_spectrum` from the eigenpairs of the kernel matrix; of several outputs, (N, m), the mean energies."""
    energies = (vectors.T @ labels.reshape(len(labels), -1)) ** 2 / len(labels)
    return Spectrum(eigenvalues / len(labels)), Target(energies.mean(axis=1))


def sphere_energies(target: Target, spectrum_from: Callable[[int], Spectrum]) -> FloatArray:
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


def cube_energies(target: Target, dimension: int, spectrum_from: Callable[[int], Spectrum]) -> FloatArray:
    """`sphere_energies` where the last degree is the dimension.

    Raises:
        InvalidInputError: energy in a degree above the dimension.
    """
    highest = int(np.max(np.flatnonzero(target.energies), initial=0))
    if highest <= dimension:
        within = Target(target.energies[: dimension + 1], target.tail)
        energies = sphere_energies(within, spectrum_from)
        if energies.size <= dimension + 1:
            return energies
        found, fix = "a tail", "give the energy of each degree"
    else:
        found, fix = f"energy in degree {highest}", "use a larger dimension"
    raise InvalidInputError("target", found, f"in degrees up to the dimension, {dimension}, of the hypercube", fix)


def drawable(spectrum: Spectrum, target: Target) -> tuple[Spectrum, Target]:
    """Levels that can be drawn, with whole multiplicities: an analytic spectrum eigenvalue by eigenvalue, any other as it is.

    The docstring of each spectrum's `head` states the error of doing so.
    """
    return spectrum.head(target)


def checked_noise(noise_variance: float) -> float:
    """A variance: finite and >= 0."""
    valid = "finite and >= 0 (a variance, not a standard deviation)"
    return real_number("noise_variance", noise_variance, lambda v: 0 <= v < np.inf, valid)


def checked_labels(labels: ArrayLike, n_points: int, *, several: bool = False) -> FloatArray:
    """One finite label per point, or if `several` is allowed, one for each output."""
    values = real_array("y", labels)
    if values.shape != (n_points,) and not (several and values.ndim == 2 and len(values) == n_points and values.size):
        more = f" (several outputs: ({n_points}, m))" if several else ""
        raise InvalidInputError("y", f"array of shape {values.shape}", f"of shape ({n_points},), one label per row of X{more}")
    if not np.all(np.isfinite(values)):
        raise InvalidInputError("y", "a NaN or infinite entry", "finite in every entry")
    return values
