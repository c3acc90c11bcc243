r"""The effective regularization of ridge and of random-feature regression: one scalar equation, one solver.

With n samples, p features (infinite for ridge regression), $m=\min(n,p)$, $\Delta=|n-p|$ and $q = p\lambda/\kappa$, $\kappa$
is the root of

.. math:: m = \mathrm{df}_1(\kappa) + G(\kappa),\qquad G = \frac{2q}{\Delta+\sqrt{\Delta^2+4q}}\quad(p=\infty:\ G =
\lambda/\kappa). \tag{FP}

This is $\lambda p = \nu_2(n-\mathrm{df}_1)(p-\mathrm{df}_1)$ at $\kappa=\nu_2$, so $n-\mathrm{df}_1$ and $p-\mathrm{df}_1$ are
G and $G+\Delta$, never a subtraction.

Bounds. $f(\kappa)=\mathrm{df}_1+G$ is decreasing, convex in $\kappa$ and concave in $1/\kappa$, since each $s/(s+\kappa)$,
$\lambda/\kappa$ and the G of random features are. Hence, with $d=(f(\kappa)-m)/S$, $S=-\partial f/\partial\log\kappa$, the
tangents in the two variables bound the root:

.. math:: \kappa(1+d)\le\kappa_*\le\frac\kappa{1-d}. \tag{B}

Convergence. Every evaluation shrinks the bracket by (B), starting from that of `bracket` (the compiled loops: $e^{\pm300}$, and
what they do not find there is left to NumPy). A Newton step, in log-log far from the root and of third order near it, is taken if
it falls inside and the bracket halved in one of the last two or three evaluations; the bracket is bisected otherwise. So the
bracket of $\log\kappa$ halves at least once in four evaluations until $|d|$ is small: the iteration neither diverges nor crawls.

The last step. With $x=\log\kappa$, $S'=dS/dx$ and $c=S'/S$: $|S'|\le S$ and $|S''|\le S$. For with $L=s/(s+\kappa)$ the
derivatives of $L(1-L)$ are $L(1-L)(2L-1)$ and $L(1-L)(1-6L(1-L))$, and those of $H=-dG/dx$ are $-H(1-\theta)$ and
$H(1-3\theta+3\theta^2)$ with $\theta=2q/(\Delta^2+4q)\in[0,\frac12]$ ($\theta=0$ for ridge regression). Taylor's theorem then
gives, for $|d|\le10^{-2}$,

.. math:: \Big|\log\frac{\kappa_*}\kappa-d+\frac c2d^2-\frac{c^2}2d^3\Big|\le|d|^3,

so an evaluation with $|d|\le10^{-5}$ determines the root to $10^{-15}$, and one with $|d|\le10^{-8}$ does so by (B) without c.

Rounding. The split residual (`level_sums`) has condition at most 2 against S, so its summation error enters $\log\kappa$ at most
twice; this, the rounding of the counts, and the last step are what `lower` and `upper` allow for.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.constraint import constraint, gaps
from asymptotix.equivalents.level_sums import LevelSums, residual_and_slope
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.roots import Roots, find_roots
from asymptotix.errors import InvalidInputError, TruncationWarning
from asymptotix.runs.memory import refuse_beyond_memory
from asymptotix.spectra.arguments import real_array, true_or_false
from asymptotix.spectra.spectrum import Spectrum, checked_spectrum

__all__ = ["EffectiveRidge", "checked_grid", "effective_ridge", "solve_on_levels", "solve_with_sums", "warn_of_truncation"]

FloatArray = NDArray[np.float64]

_MANY_POINTS, _POINT_BYTES = 1_000_000, 25 * 8  # from where on memory is asked for; arguments, fields and what they need
_TRUNCATION = 1e-13  # relative change of kappa that a lumped tail may cause without a word
_INEXACT_TAIL = 1e-9  # the same for the rounding of a tail that was computed in float64


@dataclass(frozen=True, eq=False)
class EffectiveRidge:
    r"""The root of (FP) on a grid, with the evidence that it is one. All arrays have the broadcast shape of the arguments.

    `value` is $\lambda_*$ (units of the eigenvalues; $\nu_2$ for random features) and `log_value` its logarithm, which stays
    finite where `value` underflows.
    `lower` and `upper` bound the root (tangent bounds, widened by the rounding of the sums and, for multiplicities that are not
    whole numbers, of the eigenvalue counts); `residual` is the relative distance d of the last iterate.
    With `certify`, `certified` is true and the bounds are proved in ball arithmetic, for the arguments and the spectrum as the
    doubles that they are, and one or two doubles apart; with `digits`, `decimals` holds strings of that many proved digits.
    `samples_gap` $= n-\mathrm{df}_1$ and `features_gap` $= p-\mathrm{df}_1$; `nu1` $=\nu_2(1-\mathrm{df}_1/p)$, equal to
    `value` for ridge regression.
    """

    value: FloatArray
    log_value: FloatArray
    lower: FloatArray
    upper: FloatArray
    residual: FloatArray
    iterations: NDArray[np.int64]
    samples_gap: FloatArray
    features_gap: FloatArray
    nu1: FloatArray
    certified: bool = field(default=False, kw_only=True)
    decimals: NDArray[np.object_] | None = field(default=None, kw_only=True)


def effective_ridge(
    spectrum: Spectrum,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    n_features: ArrayLike | None = None,
    certify: bool = False,
    digits: int | None = None,
) -> EffectiveRidge:
    r"""The root $\kappa$ of $n-\lambda/\kappa=\mathrm{df}_1(\kappa)$, and with `n_features` of the equation of random features.

    That is $\lambda p=\nu_2(n-\mathrm{df}_1)(p-\mathrm{df}_1)$ at $\kappa=\nu_2$.

    Args:
        spectrum: the eigenvalues.
        n_samples: n > 0, not necessarily an integer; infinite allowed with finite `n_features`.
        ridge: $\lambda$ beside the *sum* of squared errors. At 0 the limit from above: the root of
            $\mathrm{df}_1=\min(n,p)$, or 0 if the rank (as rounded, if not whole) is not larger. Invisible at infinite n.
            Below 0 down to `smallest_ridge`; with more samples (and features) than rank the root is then negative and has no
            `log_value` (NaN).
        n_features: p > 0 or infinite. Default infinite: ridge and kernel ridge regression.
        certify: prove `lower` and `upper` in ball arithmetic, from every eigenvalue (extra "certified").
        digits: also give $\lambda_*$ as `decimals`, strings of so many digits, off by less than 0.51 units in the last, or of
            those that can be proved: 13 or 14 on a table (`compress`), whose own error of about 1e-15 is part of the proof, and
            as many as a tail with `tail_error` or `tail_peak` leaves certain. Implies `certify`.

    Raises:
        InvalidInputError: an argument out of range, or shapes that do not broadcast.
        MissingExtraError: `certify` without python-flint.
        HypothesisError: a ridge at or below `smallest_ridge`.
        ConvergenceError: no root can be seen in float64 (seen only in a gap between eigenvalues e^1380 apart).

    Source:
        Ridge: [HastieMontanariRossetTibshirani2022], [Simon2023]. Random features: [DefilippisLoureiroMisiakiewicz2024].
        derivations/ridge_fixed_point.py.
    """
    certify = true_or_false("certify", certify)
    levels = SortedLevels.of(checked_spectrum(spectrum))
    solved = solve_on_levels(levels, spectrum, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if not certify and digits is None:
        return solved
    from asymptotix.equivalents.certified.enclosures import certified_ridge  # needs an extra, and this module

    return certified_ridge(solved, spectrum, n_samples=n_samples, ridge=ridge, n_features=n_features, digits=digits)


def solve_on_levels(
    levels: SortedLevels, spectrum: Spectrum, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> EffectiveRidge:
    """`effective_ridge` for levels that were already sorted (and compressed), so that a risk does it once."""
    n, lam, p = checked_grid(n_samples, ridge, n_features, negative=True)
    return solve_with_sums(levels, spectrum, n, lam, p)[0]


def solve_with_sums(
    levels: SortedLevels, spectrum: Spectrum, n: FloatArray, lam: FloatArray, p: FloatArray
) -> tuple[EffectiveRidge, LevelSums | None]:
    """`solve_on_levels` for a checked grid, and the flat sums at the roots if the solution gave them on its way."""
    if np.any(lam < 0):
        from asymptotix.equivalents.negative_ridge.solver import solve_with_negative

        return solve_with_negative(levels, spectrum, n, lam, p), None
    roots = find_roots(levels, n, p, lam)
    return evidence(levels, spectrum, n, lam, p, roots), roots.sums


def evidence(
    levels: SortedLevels, spectrum: Spectrum, n: FloatArray, lam: FloatArray, p: FloatArray, roots: Roots
) -> EffectiveRidge:
    """The roots with their bounds and gaps, on the grid."""
    shape, log_kappa, kappa, slack = n.shape, roots.log_kappa, roots.kappa, roots.slack
    n, lam, p = n.ravel(), lam.ravel(), p.ravel()
    samples_gap, features_gap = gaps(n, p, roots.gap, log_kappa, levels.rank)
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        share = np.where(np.isinf(p), 1.0, features_gap / p)
        nu1 = np.where(share == 0, 0.0, kappa * share)  # 0 also where kappa overflows
    warn_of_truncation(spectrum, levels, n, p, lam, log_kappa)
    positive = log_kappa > -np.inf
    with np.errstate(over="ignore"):  # the neighbouring double also holds the root where kappa under- or overflows
        lower = np.where(slack < 1, kappa * np.exp(-slack), np.exp(log_kappa - slack))
        upper = np.where(slack < 1, kappa * np.exp(np.minimum(slack, 1.0)), np.exp(log_kappa + slack))
        lower = np.where(positive, np.nextafter(lower, 0.0), 0.0)
        upper = np.where(positive, np.nextafter(upper, np.inf), 0.0)
    fields = (kappa, log_kappa, lower, upper, roots.distance, roots.evaluations, samples_gap, features_gap, nu1)
    return EffectiveRidge(*(np.reshape(values, shape) for values in fields))


def checked_grid(
    n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None, *, negative: bool = False
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """n_samples, ridge and n_features (infinite if None) broadcast together; InvalidInputError where one is out of range.

    `negative`: whether ridges below zero are let through, for the edge that depends on n_samples to decide.
    """
    n = _numbers("n_samples", n_samples, lambda v: v > 0, "> 0")
    valid = "finite" if negative else "finite and >= 0"
    lam = _numbers("ridge", ridge, lambda v: (negative | (v >= 0)) & np.isfinite(v), valid)
    p = _numbers("n_features", np.inf if n_features is None else n_features, lambda v: v > 0, "> 0")
    try:
        shape = np.broadcast_shapes(n.shape, lam.shape, p.shape)
    except ValueError:
        names = {"n_samples": n.shape, "ridge": lam.shape} | ({} if n_features is None else {"n_features": p.shape})
        shapes = ", ".join(f"{name} {shape}" for name, shape in names.items())
        raise InvalidInputError(
            "grid", shapes, "arrays that broadcast together", "for a grid use n_samples[:, None] and ridge"
        ) from None
    if (points := math.prod(shape)) > _MANY_POINTS:
        fix = "cut the grid into parts"
        refuse_beyond_memory("grid", f"{points} points", points * _POINT_BYTES, "the curve", fix)
    endless = np.isinf(n)  # before they are broadcast, when they are short
    if np.any(endless) and np.any(endless & np.isinf(p)):
        raise InvalidInputError("n_samples", np.inf, "finite where n_features is infinite")
    n, lam, p = (values if values.shape == shape else np.broadcast_to(values, shape) for values in (n, lam, p))
    return n, lam, p


def _numbers(name: str, values: ArrayLike, valid: object, text: str) -> FloatArray:
    array = real_array(name, values, "a real number or an array of them")
    bad = ~valid(array)  # type: ignore[operator]  # a predicate, written inline by the three callers
    if np.any(bad):
        raise InvalidInputError(name, float(array[bad].flat[0]), text)
    return array


def warn_of_truncation(
    spectrum: Spectrum, levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, log_kappa: FloatArray
) -> None:
    """A `TruncationWarning` if the tail of the spectrum stands for eigenvalues that some of the roots can see."""
    if n.size == 0 or spectrum.tail == 0 or (spectrum.tail_peak == 0 and spectrum.tail_error == 0):
        return
    n, p, lam, log_kappa = n.ravel(), p.ravel(), lam.ravel(), log_kappa.ravel()
    _, spread = residual_and_slope(levels, log_kappa, np.minimum(n, p))
    spread = spread + constraint(n, p, lam, log_kappa)[1]
    with np.errstate(over="ignore"):
        lumped = spectrum.tail * spectrum.tail_peak * np.exp(-2.0 * log_kappa) / spread
        rounded = spectrum.tail_error * np.exp(-log_kappa) / spread
    for shift, tolerance, what in (
        (lumped, _TRUNCATION, "lumps degrees that are visible"),
        (rounded, _INEXACT_TAIL, "is rounded"),
    ):
        worst = int(np.argmax(shift))
        if shift[worst] > tolerance:
            warnings.warn(
                f"the tail of the spectrum {what} at n_samples = {n[worst]:g}, lambda* = {np.exp(log_kappa[worst]):.2g}: lambda* "
                f"may be off by {shift[worst]:.1g} relative; raise max_samples or max_degree of the spectrum, or the dimension",
                TruncationWarning,
                stacklevel=3,
            )
