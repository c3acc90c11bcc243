r"""Spectra of kernels on the sphere and on the hypercube: one level per degree, as many degrees as are visible.

Lumping the degrees beyond K into a flat tail of mass $\tau$ changes the fixed-point sum by at most $\tau s_{K+1}/\kappa^2$. The
number of degrees is raised until this is below 1e-13 of the sum for every ridge $\ge 0$ and up to `max_samples` samples (or
features); a result that uses the spectrum beyond that comes with a `TruncationWarning`.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import ConvergenceError, InvalidInputError, NotInClosedClassError
from asymptotix.kernels.arity import require_arity
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.spectra.arguments import real_number, whole_number
from asymptotix.spectra.degree_levels import as_spectrum, representable
from asymptotix.spectra.domains import Domain, domain_of
from asymptotix.spectra.routes import Route, activation_route, kernel_route
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.truncation import lump, resolved_levels
from asymptotix.symbolic.deadline import time_limit  # loads no SymPy

__all__ = ["activation_spectrum", "checked_kernel", "kernel_spectrum"]

_LARGEST_GUESS = 1e200  # of a multiplicity up to which the automatic number of degrees is doubled
_LONGEST = {"activation": 8.0, "kernel": 60.0}  # seconds of processor time, in which the number of degrees is found
_NEGLIGIBLE = 1e-26  # of the mass: a smaller tail is not refined, and results without a ridge that feel it come with a warning


def activation_spectrum(
    activation: Activation | str,
    *,
    dimension: int,
    max_degree: int | None = None,
    weights: str = "uniform",
    max_samples: float = 1e5,
    min_degree: int = 0,
    domain: str = "sphere",
) -> Spectrum:
    r"""Eigenvalues $\xi_k^2$ of $\mathbb E_w[\sigma(\langle x,w\rangle)\sigma(\langle x',w\rangle)]$ on the sphere $|x|=\sqrt d$.

    $\xi_k = \mathbb E[\sigma(\sqrt d\,t)Q_k(t)]$ with multiplicity $B(d,k)$ for w uniform on the unit sphere of $\mathbb R^d$,
    $\sum_k B(d,k)\xi_k^2 = \mathbb E\sigma^2$. On the hypercube x is uniform on $\{-1,1\}^d$ and w on $\{-1,1\}^d/\sqrt d$;
    $Q_k$ are Krawtchouk polynomials, and the multiplicity is $\binom dk$.

    Every eigenvalue and the tail are right to 1e-12 of themselves, however small: closed forms for piecewise polynomials,
    power series for entire functions, elsewhere two rules that agree on every level, with as many digits as the smallest of
    them needs. On the sphere the argument is bounded: fast growth such as that of exp(x^2) does no harm as long as
    $\mathbb E\sigma^2$ is below 1e300. Degrees whose multiplicity is beyond 1e300 belong to the tail, energies below 1e-330 of
    the mass count as zero.

    Args:
        activation: an Activation or its text.
        dimension: d >= 3; on the hypercube from 1 to 1e6.
        max_degree: lump every degree beyond it into the flat tail, by definition. Default: as many degrees as matter, until
            the rest is below 1e-26 of the mass.
        weights: "uniform" as above (on the sphere also "sphere"), or "gaussian" for w ~ N(0, I/d), which is the spectrum of the
            dual kernel. On the sphere the two agree for activations homogeneous of degree 0 and 1, else up to O(1/d).
        max_samples: up to how many samples the automatic choice of degrees is exact to 1e-13.
        min_degree: keep at least these degrees as levels.
        domain: "sphere" or "cube".

    Raises:
        InvalidInputError: a dimension, max_degree, max_samples or min_degree out of range, weights or a domain that are neither,
            an activation that is not square-integrable, or $\mathbb E\sigma^2$ beyond 1e300.
        ConvergenceError: an activation with features too narrow for the finest rule, or one whose first degrees take longer than
            8 s of processor time. Further degrees for which no time is left are lumped into the tail.

    Source:
        [Muller1966] for the sphere; eigenvalues of two-layer kernels in [Bach2017].

    >>> spectrum = activation_spectrum("relu", dimension=100, max_degree=4)
    >>> float(round(spectrum.eigenvalues[1] * 100, 12))  # degree 1: E[relu]' squared over d, times its d directions
    0.25
    """
    sigma = as_activation(activation)
    where = domain_of(domain, dimension)
    if weights == "gaussian":
        return kernel_spectrum(
            KernelMap(sigma), dimension=dimension, max_degree=max_degree, max_samples=max_samples, min_degree=min_degree,
            domain=domain,
        )  # fmt: skip
    if weights not in ("uniform", where.name):
        raise InvalidInputError("weights", weights, f"'uniform', '{where.name}' or 'gaussian'")
    return _assemble(activation_route(sigma, where), where, max_degree, max_samples, min_degree)


def kernel_spectrum(
    kernel: Any,
    *,
    dimension: int,
    max_degree: int | None = None,
    max_samples: float = 1e5,
    min_degree: int = 0,
    domain: str = "sphere",
) -> Spectrum:
    r"""Eigenvalues $s_k = \mathbb E[h(t)Q_k(t)]$, multiplicity $B(d,k)$, of $h(\langle x,x'\rangle/d)$, $|x|=|x'|=\sqrt d$.

    $\sum_k B(d,k)s_k = h(1)$. On the hypercube $\{-1,1\}^d$ t is $S/d$ for a sum S of d signs, the multiplicity $\binom dk$.

    Args:
        kernel: a Formula, a KernelMap, or a vectorised k(q1, q2, c); h(t) = k(1, 1, t). With an `mp` method every eigenvalue is
            right to 1e-12 of itself. Without one (a user's function, or an activation without a closed form) the kernel is known
            in float64 only, to 4e-15 of the mass or to the `error_bound` of its quadrature: levels with
            $|s_k|\sqrt{B(d,k)}$ below four times this are lumped into the tail, whose `tail_error` says how well it is known.
        dimension: as in `activation_spectrum`.
        max_degree: as in `activation_spectrum`.
        max_samples: as in `activation_spectrum`.
        min_degree: as in `activation_spectrum`.
        domain: "sphere" or "cube".

    Raises:
        InvalidInputError: a dimension, max_degree, max_samples or min_degree out of range, no kernel, or a kernel with a
            eigenvalue that is negative beyond its error, which is not positive semidefinite.
        ConvergenceError: a kernel with features too narrow for the finest rule, or whose first degrees take longer than 60 s of
            processor time; further degrees as in `activation_spectrum`.

    Source:
        [Muller1966] for the sphere; eigenvalues of two-layer kernels in [Bach2017].
    """
    where = domain_of(domain, dimension)
    return _assemble(kernel_route(checked_kernel(kernel), where), where, max_degree, max_samples, min_degree)


def checked_kernel(kernel: Any) -> Any:
    """The function k(q1, q2, c) of a Formula, a KernelMap or a function.

    Raises:
        InvalidInputError: a text, an activation (whose kernel is still to be chosen) or another thing that is no function; a
            function that does not take q1, q2, c.
    """
    found = getattr(kernel, "kernel", kernel)
    if not callable(found) or isinstance(found, Activation):
        valid = "a Formula with a kernel, a KernelMap, or a function k(q1, q2, c)"
        raise InvalidInputError(
            "kernel", kernel, valid, "of an activation: dual_kernel(...), nngp_kernel(...) or tangent_kernel(...)"
        )
    require_arity("kernel", found, ("q1", "q2", "c"))
    return found


def _assemble(route: Route, domain: Domain, max_degree: int | None, max_samples: float, min_degree: int) -> Spectrum:
    max_samples = real_number("max_samples", max_samples, lambda v: 0 < v < np.inf, "finite and > 0")
    min_degree = representable(domain, _degree("min_degree", min_degree, domain, route))
    if max_degree is not None:
        last = representable(domain, _degree("max_degree", max_degree, domain, route))
        return as_spectrum(route.levels(last), domain, by_definition=True)
    d, last = domain.dimension, domain.dimension if domain.last is None else domain.last
    # more degrees in fewer dimensions; where they cost nothing, a guess that suffices at once
    top = max((96 if d <= 12 else 48 if d <= 40 else 16) if route.is_closed else 24 if d <= 40 else 16, min_degree)
    spectrum, ends = None, time.thread_time() + _LONGEST[route.kind]
    while True:
        top = top if domain.is_sphere else min(top, last)
        try:
            with time_limit(max(ends - time.thread_time(), 0.0)):
                spectrum = as_spectrum(route.levels(top), domain, by_definition=top == domain.last)
        except NotInClosedClassError:  # out of time: what there is has a tail that says how much is lumped
            if spectrum is None:
                raise ConvergenceError(
                    f"the first {top} degrees take longer than {_LONGEST[route.kind]:g} s: pass max_degree"
                ) from None
            break
        kept = resolved_levels(spectrum, max_samples)
        if kept is not None or 2 * top > route.ceiling or len(spectrum) <= top or spectrum.multiplicities[-1] > _LARGEST_GUESS:
            break
        if spectrum.tail < _NEGLIGIBLE * spectrum.trace:
            break
        top *= 2
    return spectrum if kept is None else lump(spectrum, max(kept, min_degree + 1))


def _degree(name: str, value: object, domain: Domain, route: Route) -> int:
    degree = whole_number(name, value, 0)
    if domain.last is not None and degree > domain.last:
        raise InvalidInputError(name, value, f"at most the dimension {domain.last} on the hypercube")
    if degree > route.largest:
        raise InvalidInputError(name, value, f"at most {route.largest} for this {route.kind}")
    return degree
