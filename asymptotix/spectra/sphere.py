r"""Spectra of kernels on the sphere: one level per degree, multiplicity B(d,k), as many degrees as are visible.

Lumping the degrees beyond K into a flat tail of mass $\tau$ changes the fixed-point sum by at most $\tau s_{K+1}/\kappa^2$. The
number of degrees is raised until this is below 1e-13 of the sum for every ridge $\ge 0$ and up to `max_samples` samples (or
features); a result that uses the spectrum beyond that comes with a `TruncationWarning`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.spectra.arguments import real_number, whole_number
from asymptotix.spectra.harmonics import checked_dimension, multiplicity
from asymptotix.spectra.monomials import DIGITS, monomial_energies
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere_quadrature import coefficients_float, coefficients_high_precision
from asymptotix.spectra.truncation import lump, resolved_levels
from asymptotix.spectra.two_layer import two_layer_energies

__all__ = ["activation_spectrum", "checked_kernel", "kernel_spectrum"]

FloatArray = NDArray[np.float64]

_DIGITS = 30  # of the mpmath route; degrees whose energy is below 10^-26 of the mass count as zero
_ROUNDING = 16 * np.finfo(np.float64).eps  # of the float64 route, relative to the mass

# max_degree -> (energy of each degree, mass, tail = mass - sum of the energies, absolute error of the tail)
Energies = Callable[[int], tuple[FloatArray, float, float, float]]


def activation_spectrum(
    activation: Activation | str,
    *,
    dimension: int,
    max_degree: int | None = None,
    weights: str = "sphere",
    max_samples: float = 1e5,
    min_degree: int = 0,
) -> Spectrum:
    r"""Eigenvalues $\xi_k^2$ of $\mathbb E_w[\sigma(\langle x,w\rangle)\sigma(\langle x',w\rangle)]$ on the sphere $|x|=\sqrt d$.

    $\xi_k = \mathbb E[\sigma(\sqrt d\,t)Q_k(t)]$ with multiplicity $B(d,k)$ for w uniform on the unit sphere of $\mathbb R^d$,
    $\sum_k B(d,k)\xi_k^2 = \mathbb E\sigma^2$.

    Args:
        activation: an Activation or its text.
        dimension: d >= 3.
        max_degree: lump every degree beyond it into the flat tail, by definition. Default: as many degrees as matter.
        weights: "sphere", or "gaussian" for w ~ N(0, I/d), which is the spectrum of the dual kernel. The two agree for
            activations homogeneous of degree 0 and 1, and differ by O(1/d) otherwise.
        max_samples: up to how many samples the automatic choice of degrees is exact to 1e-13.
        min_degree: keep at least these degrees as levels.

    Raises:
        InvalidInputError: a dimension below 3, max_degree, max_samples or min_degree out of range, weights that are neither, an
            activation that is not square-integrable.
    """
    sigma = as_activation(activation)
    d = checked_dimension(dimension)
    if weights == "gaussian":
        return kernel_spectrum(
            KernelMap(sigma), dimension=d, max_degree=max_degree, max_samples=max_samples, min_degree=min_degree
        )
    if weights != "sphere":
        raise InvalidInputError("weights", weights, "'sphere' or 'gaussian'")
    if sigma.homogeneity is not None:
        energies, ceiling = _exact(_homogeneous(sigma, d)), 65536
    elif sigma.kinks:
        energies, ceiling = _with_kinks(sigma, d), 4096
    else:
        energies, ceiling = _smooth(sigma, d), 192
    return _assemble(energies, d, max_degree, max_samples, min_degree, ceiling)


def kernel_spectrum(
    kernel: Any, *, dimension: int, max_degree: int | None = None, max_samples: float = 1e5, min_degree: int = 0
) -> Spectrum:
    r"""Eigenvalues $s_k = \mathbb E[h(t)Q_k(t)]$, multiplicity $B(d,k)$, of $h(\langle x,x'\rangle/d)$, $|x|=|x'|=\sqrt d$.

    $\sum_k B(d,k)s_k = h(1)$.

    Args:
        kernel: a Formula, a KernelMap, or a vectorised k(q1, q2, c); h(t) = k(1, 1, t). With an `mp` method the eigenvalues are
            computed to 30 digits; without one in float64, and degrees that drown in its rounding are lumped into the tail.
        dimension: d >= 3.
        max_degree: as in `activation_spectrum`.
        max_samples: as in `activation_spectrum`.
        min_degree: as in `activation_spectrum`.

    Raises:
        InvalidInputError: a dimension below 3, max_degree, max_samples or min_degree out of range, no kernel, or a kernel with a
            negative eigenvalue, which is not positive semidefinite.
    """
    d = checked_dimension(dimension)
    kernel = checked_kernel(kernel)
    exact = two_layer_energies(kernel, d)
    if exact is not None:
        energies, ceiling = _exact(exact), 65536
    elif _has_high_precision(kernel):
        energies, ceiling = _kernel_high_precision(kernel, d), 192
    else:
        energies, ceiling = _kernel_float(kernel, d), 4096
    return _assemble(energies, d, max_degree, max_samples, min_degree, ceiling)


def checked_kernel(kernel: Any) -> Any:
    """The function k(q1, q2, c) of a Formula, a KernelMap or a function.

    Raises:
        InvalidInputError: a text, an activation (whose kernel is still to be chosen) or another thing that is no function.
    """
    found = getattr(kernel, "kernel", kernel)
    if not callable(found) or isinstance(found, Activation):
        valid = "a Formula with a kernel, a KernelMap, or a function k(q1, q2, c)"
        raise InvalidInputError(
            "kernel", kernel, valid, "of an activation: dual_kernel(...), nngp_kernel(...) or tangent_kernel(...)"
        )
    return found


def _has_high_precision(kernel: Any) -> bool:
    """Whether the kernel has values beyond float64: a user's function has not, nor a kernel that is itself a quadrature."""
    if not hasattr(kernel, "mp"):
        return False
    try:
        kernel.mp(1, 1, 0)
    except NotInClosedClassError:
        return False
    return True


def _homogeneous(sigma: Activation, d: int) -> Callable[[int], tuple[list[Any], Any]]:
    form = sigma.homogeneity
    assert form is not None  # the caller has looked
    return lambda top: monomial_energies(form.degree, Fraction(form.positive), Fraction(form.negative), d, top)


def _exact(energies: Callable[[int], tuple[list[Any], Any]]) -> Energies:
    return lambda top: _from_mp(*energies(top), digits=DIGITS)


def _with_kinks(sigma: Activation, d: int) -> Energies:
    root = np.sqrt(d)

    def energies(top: int) -> tuple[FloatArray, float, float, float]:
        kinks = [float(kink) / root for kink in sigma.kinks]
        coefficients, mass = coefficients_float(lambda t: sigma(root * t), d, top, kinks)
        return _from_float(coefficients**2, mass)

    return energies


def _smooth(sigma: Activation, d: int) -> Energies:
    import mpmath

    def energies(top: int) -> tuple[FloatArray, float, float, float]:
        digits = _digits(d, top)
        with mpmath.workdps(digits):
            root = mpmath.sqrt(d)
        coefficients, mass = coefficients_high_precision(lambda t: sigma.mp(root * t), d, top, digits)
        with mpmath.workdps(digits):
            return _from_mp([c * c for c in coefficients], mass, digits=digits)

    return energies


def _kernel_high_precision(kernel: Any, d: int) -> Energies:
    import mpmath

    def energies(top: int) -> tuple[FloatArray, float, float, float]:
        digits = _digits(d, top)
        coefficients, _ = coefficients_high_precision(lambda t: kernel.mp(1, 1, t), d, top, digits)
        with mpmath.workdps(digits):
            values = [c * mpmath.sqrt(mpmath.mpf(multiplicity(d, k))) for k, c in enumerate(coefficients)]
            return _from_mp(values, kernel.mp(1, 1, mpmath.mpf(1)), digits=digits)

    return energies


def _kernel_float(kernel: Any, d: int) -> Energies:
    def energies(top: int) -> tuple[FloatArray, float, float, float]:
        coefficients, _ = coefficients_float(lambda t: kernel(1.0, 1.0, t), d, top)
        mass = float(np.asarray(kernel(1.0, 1.0, np.ones(1))).reshape(-1)[0])
        # beyond the first coefficient that is rounding, so are the others, multiplied by sqrt(B)
        noise = np.flatnonzero(np.abs(coefficients) < 4 * _ROUNDING * abs(mass))
        pairs = noise[:-1][np.diff(noise) == 1]
        coefficients[pairs[0] if pairs.size else top + 1 :] = 0.0
        return _from_float(np.sqrt(_multiplicities(d, top)) * coefficients, mass)

    return energies


def _digits(d: int, top: int) -> int:
    """Working digits: a kernel coefficient is multiplied by sqrt(B)."""
    return _DIGITS + int(np.log10(multiplicity(d, top)) / 2) + 1


def _from_mp(values: list[Any], mass: Any, *, digits: int) -> tuple[FloatArray, float, float, float]:
    import mpmath

    with mpmath.workdps(digits):
        floor = abs(mass) * mpmath.mpf(10) ** (4 - _DIGITS)
        tail = mass - mpmath.fsum(values)
        levels = np.array([0.0 if abs(v) < floor else float(v) for v in values])
        return levels, float(mass), 0.0 if tail < floor else float(tail), 0.0


def _from_float(values: FloatArray, mass: float) -> tuple[FloatArray, float, float, float]:
    error = _ROUNDING * abs(mass)
    tail = mass - float(np.sum(values))
    return values, mass, 0.0 if tail < error else tail, 0.0 if tail < error else error


def _assemble(energies: Energies, d: int, max_degree: int | None, max_samples: float, min_degree: int, ceiling: int) -> Spectrum:
    max_samples = real_number("max_samples", max_samples, lambda v: 0 < v < np.inf, "finite and > 0")
    min_degree = whole_number("min_degree", min_degree, 0)
    if max_degree is not None:
        max_degree = whole_number("max_degree", max_degree, 0)
        multiplicity(d, max_degree)  # refuses a degree out of range before the quadrature
        return _spectrum(*energies(max_degree), d, by_definition=True)
    # the degrees needed grow as the dimension falls; a first guess that suffices saves the quadrature of a smaller one
    top = max(96 if d <= 12 else 48 if d <= 40 else 16, min_degree)
    while True:
        spectrum = _spectrum(*energies(top), d, by_definition=False)
        kept = resolved_levels(spectrum, max_samples)
        if kept is not None or 2 * top > ceiling or multiplicity(d, top) > 1e200:
            break
        top *= 2
    return spectrum if kept is None else lump(spectrum, max(kept, min_degree + 1))


def _spectrum(levels: FloatArray, mass: float, tail: float, tail_error: float, d: int, *, by_definition: bool) -> Spectrum:
    if not np.isfinite(mass):
        raise InvalidInputError("mass", mass, "finite", "the activation or kernel is not square-integrable on the sphere")
    counts = _multiplicities(d, levels.size - 1)
    if np.any(levels < -1e-12 * abs(mass)):
        k = int(np.argmin(levels))
        raise InvalidInputError(
            "kernel", f"eigenvalue {levels[k] / counts[k]:.3g} at degree {k}", "positive semidefinite on the sphere"
        )
    values = np.maximum(levels, 0.0) / counts
    # degrees of one parity may vanish, so the next eigenvalue is bounded by the larger of the last two
    peak = 0.0 if by_definition or tail == 0 else float(np.max(values[-2:]))
    return Spectrum(values, counts, tail, peak, tail_error)


def _multiplicities(d: int, top: int) -> FloatArray:
    return np.array([multiplicity(d, k) for k in range(top + 1)])
