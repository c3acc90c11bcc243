r"""The effective regularization of ridge and of random-feature regression: one scalar equation, one solver.

With n samples, p features (infinite for ridge regression), $m=\min(n,p)$, $\Delta=|n-p|$ and $q = p\lambda/\kappa$, $\kappa$
is the root of

.. math:: m = \mathrm{df}_1(\kappa) + G(\kappa),\qquad G = \frac{2q}{\Delta+\sqrt{\Delta^2+4q}}\quad(p=\infty:\ G =
\lambda/\kappa). \tag{FP}

This is $\lambda p = \nu_2(n-\mathrm{df}_1)(p-\mathrm{df}_1)$ at $\kappa=\nu_2$, so $n-\mathrm{df}_1$ and $p-\mathrm{df}_1$ are
G and $G+\Delta$, never a subtraction.

Convergence. $f(\kappa)=\mathrm{df}_1+G$ is decreasing, convex in $\kappa$ and concave in $1/\kappa$. Hence, with
$d=(f(\kappa)-m)/(-\partial f/\partial\log\kappa)$, the tangents in the
two variables bound the root: $\kappa(1+d)\le\kappa_*\le\kappa/(1-d)$. Every evaluation shrinks the bracket by them, Newton's
step in log-log is taken if it falls inside and the bracket
is bisected otherwise, so the iteration cannot diverge; near the root it is quadratic, and $|d|\le10^{-8}$ determines it to $d^2$.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.level_sums import residual_and_slope
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import ConvergenceError, InvalidInputError, TruncationWarning
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["EffectiveRidge", "effective_ridge", "solve_on_levels"]

FloatArray = NDArray[np.float64]

_CONVERGED = 1e-8  # of d: the step that follows lies between the two tangent bounds, which are d^2 apart
_MAX_EVALUATIONS = 200
_TRUNCATION = 1e-13  # relative change of kappa that a lumped tail may cause without a word
_INEXACT_TAIL = 1e-9  # the same for the rounding of a tail that was computed in float64


@dataclass(frozen=True, eq=False)
class EffectiveRidge:
    r"""The root of (FP) on a grid, with the evidence that it is one. All arrays have the broadcast shape of the arguments.

    `value` is $\lambda_*$ (units of the eigenvalues; $\nu_2$ for random features) and `log_value` its logarithm, which stays
    finite where `value` underflows.
    `lower` and `upper` bound the root (tangent bounds, widened by the rounding of the sums); `residual` is the relative
    distance d of the last iterate.
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


def effective_ridge(
    spectrum: Spectrum, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> EffectiveRidge:
    r"""The root $\kappa$ of $n-\lambda/\kappa=\mathrm{df}_1(\kappa)$, and with `n_features` of the equation of random features.

    That is $\lambda p=\nu_2(n-\mathrm{df}_1)(p-\mathrm{df}_1)$ at $\kappa=\nu_2$.

    Args:
        spectrum: the eigenvalues.
        n_samples: n > 0, not necessarily an integer; infinite allowed with finite `n_features`.
        ridge: $\lambda\ge0$ beside the *sum* of squared errors. At 0 the limit from above: the root of
            $\mathrm{df}_1=\min(n,p)$, or 0 if the rank is not larger.
        n_features: p > 0 or infinite. Default infinite: ridge and kernel ridge regression.

    Raises:
        InvalidInputError: an argument out of range, or shapes that do not broadcast.
        ConvergenceError: the iteration did not converge (never seen; no unconverged number is returned).

    Source:
        Ridge: [HastieMontanariRossetTibshirani2022], [Simon2023]. Random features: [DefilippisLoureiroMisiakiewicz2024].
        derivations/ridge_fixed_point.py.
    """
    return solve_on_levels(SortedLevels.of(spectrum), spectrum, n_samples=n_samples, ridge=ridge, n_features=n_features)


def solve_on_levels(
    levels: SortedLevels, spectrum: Spectrum, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> EffectiveRidge:
    """`effective_ridge` for levels that were already sorted (and compressed), so that a risk does it once."""
    n, lam, p = _grid(n_samples, ridge, n_features)
    shape = n.shape
    n, lam, p = n.ravel(), lam.ravel(), p.ravel()
    at_zero = (lam == 0) & (np.minimum(n, p) >= levels.rank)
    log_kappa = np.full(n.shape, -np.inf)
    distance, evaluations = np.zeros(n.shape), np.zeros(n.shape, dtype=np.int64)
    solve = ~at_zero
    log_kappa[solve], distance[solve], evaluations[solve] = _solve(levels, n[solve], p[solve], lam[solve])
    samples_gap, features_gap = _gaps(n, p, lam, log_kappa, levels.rank)
    with np.errstate(under="ignore"):
        kappa = np.exp(log_kappa)
        nu1 = np.where(np.isinf(p), kappa, kappa * np.where(np.isinf(p), 1.0, features_gap) / np.where(np.isinf(p), 1.0, p))
    _warn_of_truncation(spectrum, levels, n, p, lam, log_kappa)
    slack = _rounding(levels, log_kappa)
    lower, upper = kappa * (1.0 - slack), kappa * (1.0 + slack)
    fields = (kappa, log_kappa, lower, upper, distance, evaluations, samples_gap, features_gap, nu1)
    return EffectiveRidge(*(np.reshape(values, shape) for values in fields))


def _grid(n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    n = _numbers("n_samples", n_samples, lambda v: v > 0, "> 0")
    lam = _numbers("ridge", ridge, lambda v: (v >= 0) & np.isfinite(v), "finite and >= 0")
    p = _numbers("n_features", np.inf if n_features is None else n_features, lambda v: v > 0, "> 0")
    try:
        n, lam, p = np.broadcast_arrays(n, lam, p)
    except ValueError:
        names = {"n_samples": n.shape, "ridge": lam.shape} | ({} if n_features is None else {"n_features": p.shape})
        shapes = ", ".join(f"{name} {shape}" for name, shape in names.items())
        raise InvalidInputError(
            "grid", shapes, "arrays that broadcast together", "for a grid use n_samples[:, None] and ridge"
        ) from None
    if np.any(np.isinf(n) & np.isinf(p)):
        raise InvalidInputError("n_samples", np.inf, "finite where n_features is infinite")
    return n, lam, p


def _numbers(name: str, values: ArrayLike, valid: object, text: str) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInputError(name, values, "a real number or an array of them") from None
    bad = ~valid(array)  # type: ignore[operator]  # a predicate, written inline by the three callers
    if np.any(bad):
        raise InvalidInputError(name, float(array[bad].flat[0]), text)
    return array


def _constraint(n: FloatArray, p: FloatArray, lam: FloatArray, log_kappa: FloatArray) -> tuple[FloatArray, FloatArray]:
    """G and -dG/dlog(kappa) of (FP)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ridge_term = np.where(lam > 0, np.exp(np.minimum(np.log(lam) - log_kappa, 709.0)), 0.0)
        finite = np.isfinite(n) & np.isfinite(p)
        delta = np.where(finite, np.abs(n - p), 1.0)
        q = np.where(finite, p, 1.0) * ridge_term
        root = np.sqrt(delta**2 + 4.0 * q)
        gap = np.where(q > 0, 2.0 * q / (delta + root), 0.0)
        slope = np.where(q > 0, q / root, 0.0)
    # infinite n at finite ridge: the ridge is invisible; infinite p: ridge regression
    gap = np.where(finite, gap, np.where(np.isinf(p), ridge_term, 0.0))
    slope = np.where(finite, slope, np.where(np.isinf(p), ridge_term, 0.0))
    return gap, slope


def _gaps(n: FloatArray, p: FloatArray, lam: FloatArray, log_kappa: FloatArray, rank: float) -> tuple[FloatArray, FloatArray]:
    """n - df1 and p - df1 without subtraction; at kappa = 0 df1 is the rank."""
    gap, _ = _constraint(n, p, lam, np.where(np.isfinite(log_kappa), log_kappa, 0.0))
    with np.errstate(invalid="ignore"):
        samples = np.where(n <= p, gap, gap + np.where(n > p, n - p, 0.0))
        features = np.where(p <= n, gap, gap + np.where(p > n, p - n, 0.0))
    zero = log_kappa == -np.inf
    learned = rank if np.any(zero) else 0.0
    return np.where(zero, n - learned, samples), np.where(zero, p - learned, features)


def _solve(
    levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """log(kappa), the last d and the number of evaluations of each point."""
    goal = np.minimum(n, p)
    log_kappa = _start(levels, n, p, lam, goal)
    low, high = np.full(n.shape, -np.inf), np.full(n.shape, np.inf)
    distance, evaluations = np.full(n.shape, np.inf), np.zeros(n.shape, dtype=np.int64)
    active = np.arange(n.size)
    for _ in range(_MAX_EVALUATIONS):
        if active.size == 0:
            return log_kappa, distance, evaluations
        x = log_kappa[active]
        residual, slope = residual_and_slope(levels, x, goal[active])
        gap, gap_slope = _constraint(n[active], p[active], lam[active], x)
        residual, slope = residual + gap, slope + gap_slope
        d = residual / slope
        step = _newton_step(residual, slope, goal[active])
        lo, hi = _tangent_bounds(x, d)
        low[active], high[active] = np.maximum(low[active], lo), np.minimum(high[active], hi)
        log_kappa[active] = _inside(x + step, low[active], high[active])
        distance[active], evaluations[active] = d, evaluations[active] + 1
        done = np.abs(d) <= np.maximum(_CONVERGED, 8 * np.finfo(float).eps * np.abs(x))
        log_kappa[active[done]] = x[done] + np.log1p(d[done] * (1.0 + d[done] / 2))
        active = active[~done]
    worst = int(active[np.argmax(np.abs(distance[active]))])
    raise ConvergenceError(
        f"lambda* did not converge at n_samples = {n[worst]:g}, n_features = {p[worst]:g}, ridge = {lam[worst]:g}: "
        f"relative distance {distance[worst]:.2g}"
        f"relative distance {distance[worst]:.2g}"
    )


def _newton_step(residual: FloatArray, slope: FloatArray, goal: FloatArray) -> FloatArray:
    """Newton on log f(log kappa) = log m: exact for one level, and for a power law far inside it."""
    ratio = np.maximum(residual / goal, -1.0 + 1e-15)
    return np.asarray(np.log1p(ratio) * (goal + residual) / slope)


def _tangent_bounds(x: FloatArray, d: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Brackets of log(kappa*), widened by a few ulp, since near d = -1 and d = 1 they lose relative accuracy."""
    width = 1e-14 * (1.0 + np.abs(x))
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(d > -1.0, x + np.log1p(np.maximum(d, -1.0)), -np.inf)
        upper = np.where(d < 1.0, x - np.log1p(-np.minimum(d, 1.0)), np.inf)
    return lower - width, upper + width


def _inside(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        middle = np.where(
            np.isfinite(low) & np.isfinite(high), (low + high) / 2, np.where(np.isfinite(low), low + 5.0, high - 5.0)
        )
    outside = ~((x >= low) & (x <= high))
    return np.where(outside, middle, x)


def _start(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, goal: FloatArray) -> FloatArray:
    """log of kappa <= (ridge + sum of the eigenvalues beyond the k largest) / (m - k), at k of about m / 2."""
    with np.errstate(divide="ignore", invalid="ignore"):
        # a node of a compressed octave may have a negative weight: left out, since this is only a start
        log_mass = np.where(levels.multiplicities > 0, np.log(levels.multiplicities), -np.inf) + levels.logs
        log_tail = np.log(levels.tail) if levels.tail > 0 else -np.inf
        beyond = np.logaddexp.accumulate(np.append(log_mass, log_tail)[::-1])[::-1]
        k = levels.bounds[np.minimum(np.searchsorted(levels.counts, goal / 2, side="left"), levels.bounds.size - 1)]
        log_ridge = np.where(np.isinf(n), -np.inf, np.log(lam))
        start = np.logaddexp(beyond[k], log_ridge) - np.log(goal / 2)
    fallback = levels.logs[-1] if levels.logs.size else 0.0
    return np.where(np.isfinite(start), start, fallback)


def _rounding(levels: SortedLevels, log_kappa: FloatArray) -> FloatArray:
    """Relative rounding error of kappa.

    E is at least half the sum of the split terms, so their summation error enters at most twice; |log kappa| eps is the
    exponential's.
    """
    finite = np.where(np.isfinite(log_kappa), np.abs(log_kappa), 0.0)
    return np.asarray(np.finfo(float).eps * (8.0 + 2.0 * np.sqrt(max(levels.logs.size, 1)) + finite))


def _warn_of_truncation(
    spectrum: Spectrum, levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, log_kappa: FloatArray
) -> None:
    if spectrum.tail == 0 or (spectrum.tail_peak == 0 and spectrum.tail_error == 0):
        return
    _, spread = residual_and_slope(levels, log_kappa, np.minimum(n, p))
    spread = spread + _constraint(n, p, lam, log_kappa)[1]
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
