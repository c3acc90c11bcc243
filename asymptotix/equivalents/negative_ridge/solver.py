r"""The effective ridge of a negative ridge, down to the edge of `edge`.

$\lambda(\kappa)$ is convex and increases from the edge on, so Newton's iteration in $\kappa$ on $\lambda(\kappa)=\lambda$,
started where $\lambda(\kappa)=0$, to the right of the root, stays to its right and converges monotonically; quadratically away
from the edge, where the derivative vanishes. The bounds are two points at which $\lambda(\kappa)-\lambda$ has opposite signs by
more than the rounding of its sums: they widen towards the edge, where $\kappa$ has a square-root singularity in $\lambda$.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.fixed_point import EffectiveRidge, solve_on_levels
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.branches import Branch, NegativeBranch, PositiveBranch, ridge_map, without_tail
from asymptotix.equivalents.negative_ridge.edge import edge_of, edges
from asymptotix.equivalents.negative_ridge.raw_levels import RawLevels
from asymptotix.errors import ConvergenceError, HypothesisError
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["solve_with_negative"]

FloatArray = NDArray[np.float64]

_EPS = float(np.finfo(np.float64).eps)
_MAX_EVALUATIONS = 200
_MARGIN = 1e-13  # of the ridge: closer to the edge than this, rounding decides on which side it lies
_WIDENINGS = 40


def solve_with_negative(
    levels: SortedLevels, spectrum: Spectrum, n: FloatArray, lam: FloatArray, p: FloatArray
) -> EffectiveRidge:
    """`solve_on_levels` on a broadcast grid some of whose ridges are negative.

    Raises:
        HypothesisError: a ridge at or below the edge.
    """
    shape = n.shape
    n, lam, p = n.ravel(), lam.ravel(), p.ravel()
    negative = (lam < 0) & np.isfinite(n)  # at infinite n no finite ridge is visible
    parts = [(~negative, solve_on_levels(levels, spectrum, n_samples=n[~negative], ridge=np.maximum(lam[~negative], 0.0),
                                         n_features=p[~negative]))]  # fmt: skip
    bare = without_tail(levels)
    shifted = negative & np.isinf(p) & (lam + levels.tail >= 0) & ((lam + levels.tail > 0) | (n < bare.rank))
    parts.append((shifted, _shifted(bare, spectrum, n[shifted], lam[shifted], levels.tail)))
    least = np.minimum(n, p)
    left = negative & ~shifted
    ridge = left & np.isinf(p) & (n < bare.rank)
    features = left & np.isfinite(p) & (least < levels.rank) & (n != p)
    above = left & (least > levels.rank) & (levels.rank > 0)
    _refuse(left & ~ridge & ~features & ~above, levels, spectrum, n, p, lam)
    for at, kept, tail in ((ridge, bare, levels.tail), (features, levels, 0.0)):
        parts.append((at, _solve(PositiveBranch(kept), spectrum, n[at], p[at], lam[at], tail)))
    if np.any(above):
        parts.append((above, _solve(NegativeBranch(RawLevels.of(spectrum)), spectrum, n[above], p[above], lam[above], 0.0)))
    return _merged(parts, shape)


def _merged(parts: list[tuple[NDArray[np.bool_], EffectiveRidge]], shape: tuple[int, ...]) -> EffectiveRidge:
    merged: dict[str, Any] = {}
    for item in fields(EffectiveRidge):
        first = getattr(parts[0][1], item.name)
        if isinstance(first, np.ndarray):  # what is not an array says how the points were solved, not where
            whole = np.empty(parts[0][0].shape, dtype=first.dtype)
            for at, part in parts:
                whole[at] = getattr(part, item.name)
            merged[item.name] = np.reshape(whole, shape)
    return EffectiveRidge(**merged)


def _shifted(bare: SortedLevels, spectrum: Spectrum, n: FloatArray, lam: FloatArray, tail: float) -> EffectiveRidge:
    """Where the flat tail outweighs the ridge: ridge regression without tail at ridge + tail >= 0."""
    solved = solve_on_levels(bare, spectrum, n_samples=n, ridge=lam + tail)
    with np.errstate(over="ignore"):
        return replace(solved, samples_gap=lam / solved.value)


def _solve(branch: Branch, spectrum: Spectrum, n: FloatArray, p: FloatArray, lam: FloatArray, tail: float) -> EffectiveRidge:
    """The root for ridges that leave lam + tail < 0."""
    edge_x, edge = edge_of(branch, spectrum, n, p) if n.size else (n, n)
    goal = lam + tail
    beyond = goal <= edge * (1.0 - _MARGIN)
    if np.any(beyond):
        raise _error(float(n[beyond][0]), float(p[beyond][0]), float(lam[beyond][0]), float((edge - tail)[beyond][0]))
    x, distance, evaluations = _newton(branch, _start(branch, spectrum, n, p, goal), n, p, goal)
    slack = _certified_slack(branch, x, edge_x, n, p, goal)
    kappa = branch.sign * np.exp(x)
    ends = np.sort(np.stack([kappa * np.exp(-slack), kappa * np.exp(slack)]), axis=0)
    samples_gap, features_gap = _gaps(n, p, _over_kappa(branch, lam, x))
    endless = np.isinf(p)
    nu1 = kappa * np.where(endless, 1.0, np.where(endless, 1.0, features_gap) / np.where(endless, 1.0, p))
    log_value = x if branch.sign > 0 else np.full(x.shape, np.nan)
    lower, upper = np.nextafter(ends[0], -np.inf), np.nextafter(ends[1], np.inf)
    return EffectiveRidge(kappa, log_value, lower, upper, distance, evaluations, samples_gap, features_gap, nu1)


def _start(branch: Branch, spectrum: Spectrum, n: FloatArray, p: FloatArray, goal: FloatArray) -> FloatArray:
    """A point between the root and kappa(ridge = 0): that one itself, or, where it is 0, the step from there."""
    if isinstance(branch, PositiveBranch):
        return solve_on_levels(branch.levels, spectrum, n_samples=n, ridge=0.0, n_features=p).log_value
    rank = branch.levels.rank
    share = np.where(np.isinf(p), 1.0, (p - rank) / np.where(np.isinf(p), 1.0, p))
    return np.asarray(np.log(-goal / ((n - rank) * share)))


def _newton(
    branch: Branch, x: FloatArray, n: FloatArray, p: FloatArray, goal: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """x = log |kappa| of the root, the last relative step, and the number of evaluations."""
    distance, evaluations = np.zeros(x.shape), np.zeros(x.shape, dtype=np.int64)
    active = np.arange(x.size)
    for _ in range(_MAX_EVALUATIONS):
        if active.size == 0:
            return x, distance, evaluations
        at = x[active]
        quotient, slope, _, size = ridge_map(branch, at, n[active], p[active])
        over_kappa = _over_kappa(branch, goal[active], at)
        step = (quotient - over_kappa) / slope  # of kappa, relative; its sign is that of the way to the right of the root
        noise = 4.0 * _EPS * (size + np.abs(over_kappa)) / np.abs(slope)
        done = np.abs(step) <= np.maximum(noise, 4.0 * _EPS * (1.0 + np.abs(at)))  # exp(-at) rounds like at
        x[active] = at + np.log1p(-np.clip(step, -1e8, 0.5))
        distance[active], evaluations[active] = np.abs(step), evaluations[active] + 1
        active = active[~done]
    raise ConvergenceError(f"lambda* did not converge at n_samples = {n[active[0]]:g}, ridge = {goal[active[0]]:g}")


def _certified_slack(
    branch: Branch, x: FloatArray, edge_x: FloatArray, n: FloatArray, p: FloatArray, goal: FloatArray
) -> FloatArray:
    """Half-width of log |kappa| at whose ends ridge(kappa) - goal has its two signs, rounding allowed for."""
    slack = 16.0 * _EPS * (1.0 + np.abs(x))
    room = np.abs(x - edge_x)  # the root lies on this side of the edge, so that end needs no sign
    for _ in range(_WIDENINGS):
        proven = np.ones(x.shape, dtype=bool)
        for side in (-1.0, 1.0):
            at = x + side * slack
            quotient, _, _, size = ridge_map(branch, at, n, p)
            over_kappa = _over_kappa(branch, goal, at)
            rounding = _EPS * (8.0 + 2.0 * np.sqrt(branch.size)) * (size + np.abs(over_kappa))
            # (ridge(kappa) - goal) / kappa is positive for larger |kappa|, on both branches
            past_edge = (slack >= room) & (side == -branch.sign)
            proven &= (side * (quotient - over_kappa) > rounding) | past_edge
        if np.all(proven):
            return slack
        slack = np.where(proven, slack, 4.0 * slack)
    raise ConvergenceError(f"the bounds of lambda* did not close at n_samples = {n[~proven][0]:g}, ridge = {goal[~proven][0]:g}")


def _over_kappa(branch: Branch, negative: FloatArray, x: FloatArray) -> FloatArray:
    """A number below 0 divided by kappa, also where kappa is no normal double."""
    return np.asarray(-branch.sign * np.exp(np.log(-negative) - x))


def _gaps(n: FloatArray, p: FloatArray, ridge_term: FloatArray) -> tuple[FloatArray, FloatArray]:
    """n - df1 and p - df1: the root near zero of G (G + |n - p|) = p ridge / kappa, and G + |n - p|."""
    endless = np.isinf(p)
    delta = np.where(endless, 0.0, np.abs(n - np.where(endless, n, p)))
    product = np.where(endless, 1.0, p) * ridge_term
    gap = np.where(endless, ridge_term, 2.0 * product / (delta + np.sqrt(np.maximum(delta**2 + 4.0 * product, 0.0)) + endless))
    samples = np.where(n <= p, gap, gap + delta)
    features = np.where(endless, np.inf, np.where(p <= n, gap, gap + delta))
    return samples, features


def _refuse(
    at: NDArray[np.bool_], levels: SortedLevels, spectrum: Spectrum, n: FloatArray, p: FloatArray, lam: FloatArray
) -> None:
    if np.any(at):
        i = np.flatnonzero(at)[:1]
        raise _error(float(n[i][0]), float(p[i][0]), float(lam[i][0]), float(edges(levels, spectrum, n[i], p[i])[0]))


def _error(n: float, p: float, lam: float, edge: float) -> HypothesisError:
    features = "" if np.isinf(p) else f", n_features = {p:g}"
    return HypothesisError(
        f"ridge = {lam:.10g} is not valid at n_samples = {n:g}{features}: it must be above {edge:.10g}, where the smallest "
        "eigenvalue of the sample matrix plus ridge reaches 0 (smallest_ridge gives this edge); use a larger ridge"
    )
