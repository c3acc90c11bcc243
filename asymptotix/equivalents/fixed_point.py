r"""The effective regularization of ridge and of random-feature regression: one scalar equation, one solver.

With n samples, p features (infinite for ridge regression), $m=\min(n,p)$, $\Delta=|n-p|$ and $q = p\lambda/\kappa$, $\kappa$
is the root of

.. math:: m = \mathrm{df}_1(\kappa) + G(\kappa),\qquad G = \frac{2q}{\Delta+\sqrt{\Delta^2+4q}}\quad(p=\infty:\ G =
\lambda/\kappa). \tag{FP}

This is $\lambda p = \nu_2(n-\mathrm{df}_1)(p-\mathrm{df}_1)$ at $\kappa=\nu_2$, so $n-\mathrm{df}_1$ and $p-\mathrm{df}_1$ are
G and $G+\Delta$, never a subtraction.

Convergence. $f(\kappa)=\mathrm{df}_1+G$ is decreasing, convex in $\kappa$ and concave in $1/\kappa$. Hence, with
$d=(f(\kappa)-m)/(-\partial f/\partial\log\kappa)$, the tangents in the
two variables bound the root: $\kappa(1+d)\le\kappa_*\le\kappa/(1-d)$. Every evaluation shrinks the bracket by them, starting
from that of `bracket`; Newton's step in log-log is taken if it falls inside and the bracket halved in one of the last two
evaluations, and the bracket is bisected otherwise, so the iteration can neither diverge nor crawl; near the root it is
quadratic, and $|d|\le10^{-8}$ determines it to $d^2$.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.bracket import first_bounds, first_guess
from asymptotix.equivalents.level_sums import residual_and_slope
from asymptotix.equivalents.levels import SAFE_LOG, SortedLevels
from asymptotix.errors import ConvergenceError, InvalidInputError, TruncationWarning
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.spectrum import Spectrum, checked_spectrum

__all__ = ["EffectiveRidge", "checked_grid", "effective_ridge", "solve_on_levels"]

FloatArray = NDArray[np.float64]

_CONVERGED = 1e-8  # of d: the step that follows lies between the two tangent bounds, which are d^2 apart
_MAX_EVALUATIONS = 200
_PATIENCE = 2  # evaluations that may leave more than half of the bracket before it is bisected
_PLATEAU = 1e-300  # a slope below it is underflow: between eigenvalues e^1400 apart there is no root to be seen in float64
_EPS = float(np.finfo(np.float64).eps)
_TRUNCATION = 1e-13  # relative change of kappa that a lumped tail may cause without a word
_INEXACT_TAIL = 1e-9  # the same for the rounding of a tail that was computed in float64


@dataclass(frozen=True, eq=False)
class EffectiveRidge:
    r"""The root of (FP) on a grid, with the evidence that it is one. All arrays have the broadcast shape of the arguments.

    `value` is $\lambda_*$ (units of the eigenvalues; $\nu_2$ for random features) and `log_value` its logarithm, which stays
    finite where `value` underflows.
    `lower` and `upper` bound the root (tangent bounds, widened by the rounding of the sums and, for multiplicities that are not
    whole numbers, of the eigenvalue counts); `residual` is the relative distance d of the last iterate.
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
            $\mathrm{df}_1=\min(n,p)$, or 0 if the rank (as rounded, if not whole) is not larger. Invisible at infinite n.
        n_features: p > 0 or infinite. Default infinite: ridge and kernel ridge regression.

    Raises:
        InvalidInputError: an argument out of range, or shapes that do not broadcast.
        ConvergenceError: no root can be seen in float64 (seen only in a gap between eigenvalues e^1380 apart).

    Source:
        Ridge: [HastieMontanariRossetTibshirani2022], [Simon2023]. Random features: [DefilippisLoureiroMisiakiewicz2024].
        derivations/ridge_fixed_point.py.
    """
    levels = SortedLevels.of(checked_spectrum(spectrum))
    return solve_on_levels(levels, spectrum, n_samples=n_samples, ridge=ridge, n_features=n_features)


def solve_on_levels(
    levels: SortedLevels, spectrum: Spectrum, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> EffectiveRidge:
    """`effective_ridge` for levels that were already sorted (and compressed), so that a risk does it once."""
    n, lam, p = checked_grid(n_samples, ridge, n_features)
    shape = n.shape
    n, lam, p = n.ravel(), lam.ravel(), p.ravel()
    at_zero = ((lam == 0) | np.isinf(n)) & (np.minimum(n, p) >= levels.rank)
    log_kappa = np.full(n.shape, -np.inf)
    distance, slack, evaluations = np.zeros(n.shape), np.zeros(n.shape), np.zeros(n.shape, dtype=np.int64)
    solve = ~at_zero
    log_kappa[solve], distance[solve], slack[solve], evaluations[solve] = _solve(levels, n[solve], p[solve], lam[solve])
    samples_gap, features_gap = _gaps(n, p, lam, log_kappa, levels.rank)
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        kappa = np.exp(log_kappa)
        share = np.where(np.isinf(p), 1.0, features_gap / p)
        nu1 = np.where(share == 0, 0.0, kappa * share)  # 0 also where kappa overflows
    _warn_of_truncation(spectrum, levels, n, p, lam, log_kappa)
    with np.errstate(over="ignore"):  # the neighbouring double also holds the root where kappa under- or overflows
        lower = np.where(solve, np.nextafter(kappa * np.exp(-slack), 0.0), 0.0)
        upper = np.where(solve, np.nextafter(kappa * np.exp(slack), np.inf), 0.0)
    fields = (kappa, log_kappa, lower, upper, distance, evaluations, samples_gap, features_gap, nu1)
    return EffectiveRidge(*(np.reshape(values, shape) for values in fields))


def checked_grid(
    n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """n_samples, ridge and n_features (infinite if None) broadcast together; InvalidInputError where one is out of range."""
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
    array = real_array(name, values, "a real number or an array of them")
    bad = ~valid(array)  # type: ignore[operator]  # a predicate, written inline by the three callers
    if np.any(bad):
        raise InvalidInputError(name, float(array[bad].flat[0]), text)
    return array


def _constraint(n: FloatArray, p: FloatArray, lam: FloatArray, log_kappa: FloatArray) -> tuple[FloatArray, FloatArray]:
    """G and -dG/dlog(kappa) of (FP)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        direct = lam / np.exp(log_kappa)  # beyond the range of doubles through logarithms
        far = np.exp(np.minimum(np.log(lam) - log_kappa, 700.0))
        ridge_term = np.where(lam == 0, 0.0, np.where(np.abs(log_kappa) < SAFE_LOG, np.minimum(direct, np.exp(700.0)), far))
        finite = np.isfinite(n) & np.isfinite(p)
        delta = np.where(finite, np.abs(n - p), 1.0)
        half = np.sqrt(np.where(finite, p, 1.0)) * np.sqrt(ridge_term)  # of q, since neither q nor delta^2 may overflow
        root = np.hypot(delta, 2.0 * half)
        gap = np.where(half > 0, half * (half / (delta / 2 + root / 2)), 0.0)
        slope = np.where(half > 0, half * (half / root), 0.0)
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
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.int64]]:
    """log(kappa), the last d, the rounding error of log(kappa) and the number of evaluations of each point."""
    goal = np.minimum(n, p)
    low, high = first_bounds(levels, n, p, lam)
    log_kappa = np.clip(first_guess(levels, n, lam, goal), low, high)
    distance, slack, evaluations = np.full(n.shape, np.inf), np.zeros(n.shape), np.zeros(n.shape, dtype=np.int64)
    stalled = np.zeros(n.shape, dtype=np.int64)
    active = np.arange(n.size)
    for _ in range(_MAX_EVALUATIONS):
        if active.size == 0:
            return log_kappa, distance, slack, evaluations
        x, width = log_kappa[active], high[active] - low[active]
        residual, slope = residual_and_slope(levels, x, goal[active])
        gap, gap_slope = _constraint(n[active], p[active], lam[active], x)
        residual, slope = residual + gap, slope + gap_slope
        d, noise = residual / slope, levels.count_error(x) / slope
        lo, hi = _tangent_bounds(x, d, noise)
        low[active], high[active] = np.maximum(low[active], lo), np.minimum(high[active], hi)
        stalled[active] = np.where(high[active] - low[active] > width / 2, stalled[active] + 1, 0)
        step = np.where(stalled[active] >= _PATIENCE, np.inf, _newton_step(residual, slope, goal[active]))
        log_kappa[active] = _inside(x + step, low[active], high[active])
        distance[active], evaluations[active] = d, evaluations[active] + 1
        done = (np.abs(d) <= np.maximum(_CONVERGED, np.maximum(8 * _EPS * np.abs(x), 2 * noise))) & (slope > _PLATEAU)
        settled = np.clip(d[done], -0.5, 0.5)  # beyond only where the rounding of the counts leaves no digit
        log_kappa[active[done]] = x[done] + np.log1p(settled * (1.0 + settled / 2))
        slack[active[done]] = _rounding(levels, x[done]) + 4 * noise[done]
        active = active[~done]
    worst = int(active[np.argmax(np.abs(distance[active]))])
    raise ConvergenceError(
        f"lambda* did not converge at n_samples = {n[worst]:g}, n_features = {p[worst]:g}, ridge = {lam[worst]:g}: "
        f"relative distance {distance[worst]:.2g}"
    )


def _newton_step(residual: FloatArray, slope: FloatArray, goal: FloatArray) -> FloatArray:
    """Newton on log f(log kappa) = log m: exact for one level, and for a power law far inside it."""
    ratio = np.maximum(residual / goal, -1.0 + 1e-15)
    with np.errstate(over="ignore"):
        return np.asarray(np.log1p(ratio) * (goal + residual) / slope)


def _tangent_bounds(x: FloatArray, d: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Brackets of log(kappa*), widened by a few ulp, since near d = -1 and d = 1 they lose relative accuracy."""
    width = 1e-14 * (1.0 + np.abs(x))
    lower, upper = d - 4 * noise, d + 4 * noise
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.where(lower > -1.0, x + np.log1p(np.maximum(lower, -1.0)), -np.inf)
        above = np.where(upper < 1.0, x - np.log1p(-np.minimum(upper, 1.0)), np.inf)
    return below - width, above + width


def _inside(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    return np.where((x >= low) & (x <= high), x, (low + high) / 2)


def _rounding(levels: SortedLevels, log_kappa: FloatArray) -> FloatArray:
    """Relative rounding error of kappa for exact counts.

    E is at least half the sum of the split terms, so their summation error enters at most twice; |log kappa| eps is the
    exponential's, and eigenvalues taken through their logarithms carry the rounding of those.
    """
    through_logs = 0.0 if levels.direct(log_kappa) else float(np.max(np.abs(levels.logs[np.isfinite(levels.logs)]), initial=0.0))
    return np.asarray(_EPS * (8.0 + 2.0 * np.sqrt(max(levels.logs.size, 1)) + np.abs(log_kappa) + through_logs))


def _warn_of_truncation(
    spectrum: Spectrum, levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, log_kappa: FloatArray
) -> None:
    if n.size == 0 or spectrum.tail == 0 or (spectrum.tail_peak == 0 and spectrum.tail_error == 0):
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
