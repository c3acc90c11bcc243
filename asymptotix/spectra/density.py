r"""DensitySpectrum: eigenvalues that follow a density, such as the law of a large random matrix."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import ConvergenceError, InvalidInputError, TruncationWarning
from asymptotix.spectra.arguments import real_array, real_number
from asymptotix.spectra.counting_measure import summing_to
from asymptotix.spectra.density_quadrature import DensityRule, density_rule
from asymptotix.spectra.density_quantiles import quantiles
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["DensitySpectrum", "DensityTarget", "density_spectrum"]

FloatArray = NDArray[np.float64]

_GOAL = 1e-14  # of the relative quadrature error
_SILENT = 1e-12  # errors up to it need no word: a tenth of what is promised of a risk
_LARGEST_HEAD = 50_000
_INTEGRABLE = -0.5  # below it the energy within e^-75 of the origin would be seen


class DensitySpectrum(Spectrum):
    r"""`nonzero` eigenvalues that follow $\rho(s)\,ds$, and `zeros` that are zero; made by `density_spectrum`.

    `quadrature_error` is the estimated relative error of the sums over the spectrum, for every $\kappa\ge0$.
    """

    quadrature_error: float
    nonzero: float
    zeros: float
    _density: Callable[[FloatArray], FloatArray]
    _rule: DensityRule
    _power_at_zero: float

    def __init__(
        self,
        density: Callable[[FloatArray], ArrayLike],
        support: tuple[float, float],
        *,
        size: float | None = None,
        zeros: float = 0.0,
        singularities: Mapping[float, float] | None = None,
        tolerance: float = 1e-9,
    ) -> None:
        """See `density_spectrum`."""
        breaks = _breaks(support, singularities or {})
        zeros = real_number("zeros", zeros, lambda v: 0 <= v < np.inf, "finite and >= 0")
        if not callable(density):
            raise InvalidInputError("density", density, "a function of an array of eigenvalues")
        checked = _Checked(density)
        rule = density_rule(checked, breaks, _GOAL)
        mass = float(np.sum(rule.weights))
        if not 0 < mass < np.inf:
            raise InvalidInputError("density", f"a mass of {mass:g}", "of positive and finite mass on the support")
        size = mass if size is None else real_number("size", size, lambda v: 0 < v < np.inf, "finite and > 0")
        _judge(rule.error, real_number("tolerance", tolerance, lambda v: 0 < v < 1, "between 0 and 1"))
        order = np.argsort(-rule.nodes, kind="stable")
        order = order[rule.weights[order] > 0]
        nodes, weights = rule.nodes[order], summing_to(rule.weights[order] * (size / mass), size)
        extra = [0.0] if zeros > 0 else []
        super().__init__(np.append(nodes, extra), np.append(weights, [zeros] if extra else []))
        for name, value in (("nonzero", size), ("zeros", zeros), ("quadrature_error", rule.error), ("_rule", rule)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_density", checked)
        object.__setattr__(self, "_power_at_zero", breaks.get(0.0, np.inf))

    def target(self, weight: float | Callable[[FloatArray], ArrayLike] = 1.0, *, energy: float = 1.0) -> DensityTarget:
        r"""Energies in proportion to `weight` of the eigenvalue: a power of s, or a function of it; `energy` in total.

        The default, $e_i\propto s_i$, is a target whose coefficients have no preferred direction, as a random $\beta$. A function
        must be smooth where the density is.

        Raises:
            InvalidInputError: weights that are negative, not finite or all zero, or a power whose energy diverges at the origin.
        """
        energy = real_number("energy", energy, lambda v: 0 <= v < np.inf, "finite and >= 0")
        if not callable(weight):
            power = real_number(
                "weight", weight, lambda v: bool(np.isfinite(v)), "a finite power, or a function of the eigenvalue"
            )
            least = 0.0 if self.zeros > 0 else _INTEGRABLE - self._power_at_zero
            if power < least:
                raise InvalidInputError("weight", power, f">= {least:g}", "the energy of the smallest eigenvalues diverges")
            return DensityTarget(self, _Power(power), energy)
        return DensityTarget(self, weight, energy)

    def head(self, target: Target) -> tuple[Spectrum, Target]:
        r"""As an experiment draws it: the m nonzero eigenvalues at the quantiles $(i-\frac12)/m$ of the density.

        That is the midpoint rule in the quantile; m and the number of zeros are rounded. At 200 eigenvalues of a Marchenko-Pastur
        law it moves $\mathrm{df}_1$ by less than 1e-3 relative (tests/spectra/test_marchenko_pastur.py).

        Raises:
            InvalidInputError: a number of eigenvalues that is not whole or above 50 000, or a target that `target` did not make.
        """
        total = self.nonzero + self.zeros
        if abs(total - round(total)) > 1e-9 * total or not 1 <= total <= _LARGEST_HEAD:
            raise InvalidInputError("size", total, f"a whole number from 1 to {_LARGEST_HEAD} in a simulation")
        drawn = max(round(self.nonzero), 1)
        values, counts = quantiles(self._rule, self._density, drawn)[::-1], np.ones(drawn)
        if round(total) > drawn:
            values, counts = np.append(values, 0.0), np.append(counts, round(total) - drawn)
        spectrum = Spectrum(values, counts)
        if isinstance(target, DensityTarget):
            return spectrum, Target(_energies(target.weight, spectrum, target.energy))
        if np.any(target.energies > 0):
            fix = "use the target method of this spectrum"
            raise InvalidInputError("energies", f"{target.energies.size} values", "zero on the nodes of a density", fix)
        return spectrum, Target(np.zeros(1), target.tail)

    def __repr__(self) -> str:
        """Class, eigenvalues, levels, trace, quadrature error."""
        return (
            f"{type(self).__name__}({self.nonzero:g} eigenvalues in {len(self)} levels, {self.zeros:g} zeros, "
            f"trace {self.trace:.6g}, quadrature error {self.quadrature_error:.1g})"
        )


class DensityTarget(Target):
    """Energies in proportion to a function of the eigenvalue, on the nodes of a DensitySpectrum; keeps function and `total`."""

    weight: Callable[[FloatArray], ArrayLike]
    total: float

    def __init__(self, spectrum: Spectrum, weight: Callable[[FloatArray], ArrayLike], energy: float) -> None:
        """See `DensitySpectrum.target`."""
        super().__init__(_energies(weight, spectrum, energy))
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "total", energy)

    @property
    def power(self) -> float | None:
        """The power of the eigenvalue that the energies are proportional to; None for another function."""
        return self.weight.power if isinstance(self.weight, _Power) else None


def density_spectrum(
    density: Callable[[FloatArray], ArrayLike],
    support: tuple[float, float],
    *,
    size: float | None = None,
    zeros: float = 0.0,
    singularities: Mapping[float, float] | None = None,
    tolerance: float = 1e-9,
) -> DensitySpectrum:
    r"""The spectrum whose eigenvalues have the density $\rho$: a few hundred Gauss nodes in place of the integral over it.

    $\sum_im_ig(s_i)=\int g\rho\,ds$ for $g=\frac s{s+\kappa},\frac\kappa{s+\kappa}$ and their products, for all $\kappa\ge0$:
    panels are halved until two rules agree to 1e-14 at $\kappa=0$ and 21 values from $10^{-18}b$ to $10^2b$; what remains of
    their difference is `quadrature_error`. Where the density is infinite at the origin, $\kappa/(s+\kappa)$ keeps its relative
    accuracy down to $\kappa=10^{-18}b$ and an absolute one of 1e-15 `size` below.

    Args:
        density: $\rho(s)\ge0$, vectorised over an array.
        support: (a, b), $0\le a<b<\infty$.
        size: number of eigenvalues, to which $\rho$ is normalised; its integral if left out.
        zeros: number of eigenvalues that are zero, on top of `size`.
        singularities: point a of the support -> power $\beta>-1$ of the density there, $\rho\sim|s-a|^\beta$: both ends, if it
            is not smooth there, and each inner point where it jumps, has a kink (power 0) or is infinite: `{0: -0.5, 4: 0.5}`.
        tolerance: a larger relative error is refused; one between 1e-12 and it comes with a `TruncationWarning`.

    Raises:
        InvalidInputError: a support, size, power or tolerance out of range; a density that is negative or not finite.
        ConvergenceError: an estimated error above `tolerance`: a singularity that was not named.

    Source:
        Gauss-Legendre panels in the logarithm of the distance to a singular point: `spectra.density_quadrature`.

    >>> import asymptotix as ax
    >>> uniform = ax.density_spectrum(lambda s: 1.0 + 0.0 * s, (0.0, 1.0), size=300)
    >>> model = ax.RidgeRegression(uniform, uniform.target(), noise_variance=0.1)
    >>> print(ax.risk(model, n_samples=100, ridge=0.5).test_error.round(6))
    0.748029
    """
    return DensitySpectrum(density, support, size=size, zeros=zeros, singularities=singularities, tolerance=tolerance)


def _breaks(support: tuple[float, float], singularities: Mapping[float, float]) -> dict[float, float]:
    ends = real_array("support", support, "two real numbers")
    if ends.shape != (2,) or not (0 <= ends[0] < ends[1] < np.inf):
        raise InvalidInputError("support", support, "(a, b) with 0 <= a < b < infinity")
    low, high = float(ends[0]), float(ends[1])
    breaks = {low: 0.0, high: 0.0}
    for point, power in singularities.items():
        valid = f"in the support [{low:g}, {high:g}]"
        place = real_number("singularities", point, lambda v: low <= v <= high, valid)
        breaks[place] = real_number(
            "singularities", power, lambda v: -1 < v < np.inf, "powers > -1 (the mass diverges otherwise)"
        )
    return breaks


@dataclass(frozen=True)
class _Checked:
    """A density whose values are checked at every call; a class, so that it can be sent to another process."""

    density: Callable[[FloatArray], ArrayLike]

    def __call__(self, s: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            values = real_array("density", _of_array("density", self.density, s), "a function that returns real numbers")
        if values.shape != s.shape:
            raise InvalidInputError("density", f"array of shape {values.shape}", f"of shape {s.shape}, one value an eigenvalue")
        bad = ~(np.isfinite(values) & (values >= 0))
        if np.any(bad):
            raise InvalidInputError("density", f"{values[bad][0]:g} at {s[bad][0]:g}", "finite and >= 0 inside the support")
        return values


def _of_array(argument: str, function: Callable[[FloatArray], ArrayLike], s: FloatArray) -> ArrayLike:
    """The function's values; a function of single numbers, such as math.sqrt, is refused in a line."""
    try:
        return function(s)
    except (TypeError, ValueError) as error:
        fix = f"use NumPy's functions, or numpy.vectorize; the function itself says: {error}"
        raise InvalidInputError(argument, "a function that fails on an array", "vectorised over a NumPy array", fix) from error


@dataclass(frozen=True)
class _Power:
    """A power of the eigenvalue."""

    power: float

    def __call__(self, s: FloatArray) -> FloatArray:
        return np.asarray(s**self.power)


def _judge(error: float, tolerance: float) -> None:
    fix = "name the points where the density is not smooth in singularities="
    if not error <= tolerance:
        raise ConvergenceError(f"the quadrature of the density has a relative error of about {error:.1g} > {tolerance:g}; {fix}")
    if error > _SILENT:
        message = f"the quadrature of the density has a relative error of about {error:.1g}; {fix}"
        warnings.warn(message, TruncationWarning, stacklevel=4)


def _energies(weight: Callable[[FloatArray], ArrayLike], spectrum: Spectrum, energy: float) -> FloatArray:
    values = real_array("weight", _of_array("weight", weight, spectrum.eigenvalues), "a function that returns real numbers")
    if values.shape != spectrum.eigenvalues.shape or not np.all(np.isfinite(values) & (values >= 0)):
        raise InvalidInputError("weight", "a function with other values", "finite and >= 0 at every eigenvalue, zero included")
    shares = spectrum.multiplicities * values
    total = float(np.sum(shares))
    if total == 0:
        raise InvalidInputError("weight", "a function that vanishes", "positive somewhere on the spectrum")
    return np.asarray(energy * shares / total)
