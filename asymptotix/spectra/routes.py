"""Which formula or quadrature gives the levels of an activation or a kernel, and up to which degree it is fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.activations.narrow import narrow_places
from asymptotix.activations.piecewise import piecewise_polynomial
from asymptotix.errors import ConvergenceError, NotInClosedClassError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.spectra.angle_interpolant import AngleInterpolant, angle_interpolant
from asymptotix.spectra.certified_levels import EXTRA, LevelProblem, resolve
from asymptotix.spectra.degree_levels import DegreeLevels, from_float, from_high_precision
from asymptotix.spectra.domains import Domain
from asymptotix.spectra.entire_levels import entire_energies, is_entire
from asymptotix.spectra.float_levels import float_coefficients
from asymptotix.spectra.monomials import DIGITS, monomial_energies
from asymptotix.spectra.piecewise_levels import piecewise_levels
from asymptotix.spectra.two_layer import two_layer_energies
from asymptotix.symbolic.deadline import check_deadline  # loads no SymPy

__all__ = ["Route", "activation_route", "kernel_route"]

FloatArray = NDArray[np.float64]

_FIRST_DIGITS = 45
_KERNEL_DIGITS = 34  # kernels cost milliseconds a point
_ROUNDING = 16 * np.finfo(np.float64).eps  # of the float64 route, relative to the mass
_SMOOTH_INSIDE = 64  # from this dimension on the ends of the interval, where kernels are singular, have no weight
_NARROW = 0.2
_GRADED = 6


@dataclass(frozen=True)
class Route:
    """Degree -> levels up to it.

    `ceiling` bounds the automatic number of degrees, `largest` what may be asked for; `is_closed` where a formula gives them.
    """

    levels: Callable[[int], DegreeLevels]
    ceiling: int
    largest: int
    kind: str
    is_closed: bool = False


def activation_route(sigma: Activation, domain: Domain) -> Route:
    """Recurrences for homogeneous activations, jumps for piecewise polynomials, power series for entire functions, or quadrature.

    On the cube, exact sums.
    """
    d = domain.dimension
    form = sigma.homogeneity
    if domain.is_sphere and form is not None:
        a, b = Fraction(form.positive), Fraction(form.negative)
        return _closed(lambda top, digits: monomial_energies(form.degree, a, b, d, top, digits), "activation")
    exact = piecewise_polynomial(sigma.tree)
    if domain.is_sphere and exact is not None:
        return Route(
            lambda top: from_high_precision(lambda k, digits: _squares(piecewise_levels(exact, d, k, digits)), top, DIGITS),
            1024, 4096, "activation", is_closed=True,
        )  # fmt: skip
    problems = _activation_problems(sigma, domain)
    entire = domain.is_sphere and is_entire(sigma.tree)

    def energies(top: int, digits: int) -> tuple[Sequence[Any], Any, int]:
        found = entire_energies(sigma.tree, d, top, digits) if entire else None
        return found or _squares(_first_that_converges(problems, top, digits))

    return Route(lambda top: from_high_precision(energies, top, _FIRST_DIGITS), 384, 1024, "activation")


def kernel_route(kernel: Any, domain: Domain) -> Route:
    """Recurrences for two-layer kernels of homogeneous activations, quadrature of the `mp` method, or of float64 values."""
    exact = two_layer_energies(kernel, domain.dimension) if domain.is_sphere else None
    if exact is not None:
        return _closed(exact, "kernel")
    if not _has_high_precision(kernel):
        return Route(lambda top: _float_kernel(kernel, domain, top), 4096, 16384, "kernel")
    problems = _kernel_problems(kernel, domain)

    def energies(top: int, digits: int) -> tuple[Sequence[Any], Any, int]:
        import mpmath

        counts = domain.multiplicities(top + EXTRA)
        lost = _digits_of(max(counts)) // 2 + 1  # an energy is a coefficient times the root of the multiplicity
        levels = _first_that_converges(problems, top, digits, lost)
        with mpmath.workdps(levels.digits + 10):
            values = [c * mpmath.sqrt(b) for c, b in zip(levels.coefficients, counts, strict=True)]
            return values, kernel.mp(1, 1, mpmath.mpf(1)), levels.digits - lost

    return Route(lambda top: from_high_precision(energies, top, _KERNEL_DIGITS), 384, 1024, "kernel")


def _closed(energies: Callable[[int, int], tuple[list[Any], Any]], kind: str) -> Route:
    def compute(top: int, digits: int) -> tuple[Sequence[Any], Any, int]:
        values, mass = energies(top, digits)
        return values, mass, digits

    return Route(lambda top: from_high_precision(compute, top, DIGITS), 65536, 65536, kind, is_closed=True)


def _squares(levels: Any) -> tuple[list[Any], Any, int]:
    import mpmath

    with mpmath.workdps(levels.digits + 20):
        return [c * c for c in levels.coefficients], levels.mass, levels.digits


def _activation_problems(sigma: Activation, domain: Domain) -> list[LevelProblem]:
    import mpmath

    kinks = [abs(mpmath.mpf(Fraction(a).numerator) / Fraction(a).denominator) for a in sigma.kink_points]
    narrow = narrow_places(sigma.tree)
    graded = [abs(place + sign * width * 4.0**j) for place, width in narrow for j in range(_GRADED) for sign in (-1, 1)]
    breaks = [*kinks, *(mpmath.mpf(place) for place, _ in narrow), *map(mpmath.mpf, graded)]
    broken = _problem(_pointwise(sigma.mp), domain, domain.broken_rules(lambda bits: breaks), sigma.name, grows=True)
    if kinks or any(width < _NARROW for _, width in narrow) or not domain.is_sphere:
        return [broken]
    return [_problem(_pointwise(sigma.mp), domain, domain.smooth_rules(), sigma.name, grows=True), broken]


def _kernel_problems(kernel: Any, domain: Domain) -> list[LevelProblem]:
    import mpmath

    def at(t: Any) -> Any:
        return kernel.mp(1, 1, max(min(t, mpmath.mpf(1)), mpmath.mpf(-1)))  # rounding may carry t beyond 1

    @lru_cache(maxsize=4)
    def series(bits: int) -> AngleInterpolant:
        return angle_interpolant(lambda angle: at(mpmath.sin(angle)), domain.dimension, bits, "the kernel")

    def interpolated(points: Sequence[Any], bits: int) -> Sequence[Any]:
        root = mpmath.sqrt(domain.dimension)
        return series(bits)([mpmath.asin(x / root) for x in points])

    direct = _pointwise(lambda x: at(x / mpmath.sqrt(domain.dimension)))
    if not domain.is_sphere:
        return [_problem(direct, domain, domain.smooth_rules(), "the kernel")]

    def breaks(bits: int) -> list[Any]:
        root = mpmath.sqrt(domain.dimension)
        return [abs(root * mpmath.sin(low)) for low, _, _ in series(bits).panels]

    panels = _problem(interpolated, domain, domain.broken_rules(breaks), "the kernel")
    if domain.dimension < _SMOOTH_INSIDE:
        return [panels]
    return [_problem(direct, domain, domain.smooth_rules(costly=True), "the kernel"), panels]


def _pointwise(value: Callable[[Any], Any]) -> Callable[[Sequence[Any], int], Sequence[Any]]:
    def values(points: Sequence[Any], bits: int) -> Sequence[Any]:
        out = []
        for x in points:
            check_deadline()
            out.append(value(x))
        return out

    return values


def _problem(
    values: Callable[[Sequence[Any], int], Sequence[Any]],
    domain: Domain,
    rules: tuple[Any, int],
    name: str,
    *,
    grows: bool = False,
) -> LevelProblem:
    end = domain.end if grows else None
    return LevelProblem(values, domain.squares, rules[0], rules[1], name, domain.last, end)


def _first_that_converges(problems: Sequence[LevelProblem], top: int, digits: int, lost: int = 0) -> Any:
    for problem in problems[:-1]:
        try:
            return resolve(problem, top, digits, lost)
        except ConvergenceError:
            continue
    return resolve(problems[-1], top, digits, lost)


def _has_high_precision(kernel: Any) -> bool:
    """Whether the kernel has values beyond float64: a user's function has not, nor a kernel that is itself a quadrature."""
    if not hasattr(kernel, "mp"):
        return False
    try:
        kernel.mp(1, 1, 0)
    except NotInClosedClassError:
        return False
    return True


def _float_kernel(kernel: Any, domain: Domain, top: int) -> DegreeLevels:
    coefficients = float_coefficients(lambda t: kernel(1.0, 1.0, t), domain, top)
    mass = float(np.asarray(kernel(1.0, 1.0, np.ones(1))).reshape(-1)[0])
    noise = _ROUNDING * abs(mass)
    if isinstance(kernel, KernelMap):  # known by a quadrature, which knows its error
        noise += float(kernel.error_bound(1.0, 1.0, 0.0 if kernel.kind == "dual" else 1.0))
    return from_float(coefficients, mass, noise, domain.multiplicities(top))


def _digits_of(count: int) -> int:
    return int(log10(count)) + 1
