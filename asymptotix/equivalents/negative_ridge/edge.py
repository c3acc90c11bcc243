r"""How far below zero the ridge may go: the edge where the smallest eigenvalue of the sample matrix plus ridge reaches zero.

At fixed n and p the ridge is an explicit function of the effective ridge, $\lambda(\kappa)=\kappa\,ac/p$ with
$a=n-\mathrm{df}_1$ and $c=p-\mathrm{df}_1$ (ridge regression: $\lambda=\kappa a$), and $d\lambda/d\kappa=D/p$,
$D=ac+(a+c)(\mathrm{df}_1-\mathrm{df}_2)$ (ridge regression: $n-\mathrm{df}_2$). $D$ increases with $\kappa$ wherever it and $a+c$
are positive: $\lambda$ is convex there, and the edge is its minimum, $D=0$. With fewer samples or features than rank the edge
lies at $\kappa>0$, with more of both at $-s_{min}<\kappa<0$.

A flat tail shifts the ridge of ridge regression: its equations are those of the other levels at ridge + tail.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.fixed_point import checked_grid, solve_on_levels
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.branches import Branch, NegativeBranch, PositiveBranch, ridge_map, without_tail
from asymptotix.equivalents.negative_ridge.raw_levels import RawLevels
from asymptotix.errors import ConvergenceError
from asymptotix.spectra.spectrum import Spectrum, checked_spectrum

__all__ = ["edge_of", "edges", "smallest_ridge"]

FloatArray = NDArray[np.float64]

_EPS = float(np.finfo(np.float64).eps)
_MAX_EVALUATIONS = 200


def smallest_ridge(spectrum: Spectrum, *, n_samples: ArrayLike, n_features: ArrayLike | None = None) -> FloatArray:
    r"""The edge below zero: every larger ridge has an effective ridge and a finite risk.

    It is minus the smallest eigenvalue of the sample matrix in the high-dimensional limit, zeros left out: of
    $XX^\top$ for $n<\mathrm{rank}$, of $X^\top X$ for $n>\mathrm{rank}$, and 0 at n = rank (random features: at
    n_samples = n_features, or where one of them is the rank). Isotropic, $s=1$: $-(\sqrt{\mathrm{rank}}-\sqrt n)^2$.

    Args:
        spectrum: the eigenvalues.
        n_samples: n > 0, any shape.
        n_features: p > 0 or infinite, for random features; the two broadcast.

    Returns:
        The edge, at most 0, in the convention of `ridge` (beside the *sum* of squares); $-\infty$ at infinite n.

    Raises:
        InvalidInputError: an argument out of range, or n_samples above the rank of a spectrum whose multiplicities are not whole.

    Source:
        The left edge of [MarchenkoPastur1967], for any spectrum; derivations/optimal_ridge.py.

    Examples:
        >>> import asymptotix as ax
        >>> round(float(ax.smallest_ridge(ax.Spectrum([1.0], [400]), n_samples=100)), 9)
        -100.0
    """
    levels = SortedLevels.of(checked_spectrum(spectrum))
    n, _, p = checked_grid(n_samples, 0.0, n_features)
    return np.reshape(edges(levels, spectrum, n.ravel(), p.ravel()), n.shape)


def edges(levels: SortedLevels, spectrum: Spectrum, n: FloatArray, p: FloatArray) -> FloatArray:
    """The smallest ridge of each point."""
    out = np.zeros(n.shape)
    out[np.isinf(n)] = -np.inf
    ridge, bare = np.isinf(p) & np.isfinite(n), without_tail(levels)
    features = np.isfinite(p) & np.isfinite(n)
    least = np.minimum(n, p)
    for at, kept in ((ridge & (n < bare.rank), bare), (features & (least < levels.rank) & (n != p), levels)):
        if np.any(at):
            out[at] = edge_of(PositiveBranch(kept), spectrum, n[at], p[at])[1]
    above = np.isfinite(n) & (least > levels.rank)
    if levels.rank > 0 and np.any(above):
        out[above] = edge_of(NegativeBranch(RawLevels.of(spectrum)), spectrum, n[above], p[above])[1]
    return np.where(ridge, out - levels.tail, out)


def edge_of(branch: Branch, spectrum: Spectrum, n: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    """log |kappa| and ridge where d ridge / d kappa = 0, by Newton's iteration inside a bracket."""
    inside, outside = _bracket(branch, spectrum, n, p)
    x = (inside + outside) / 2
    for _ in range(_MAX_EVALUATIONS):
        quotient, slope, bend, _ = ridge_map(branch, x, n, p)
        inside, outside = np.where(slope > 0, x, inside), np.where(slope > 0, outside, x)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            newton = x - slope / bend
        low, high = np.minimum(inside, outside), np.maximum(inside, outside)
        following = np.where((newton > low) & (newton < high), newton, (low + high) / 2)
        settled = np.abs(following - x) <= 8 * _EPS * (1.0 + np.abs(x))
        if np.all(settled):
            return x, branch.sign * np.exp(x) * quotient
        x = np.where(settled, x, following)
    raise ConvergenceError(f"the edge of negative ridges did not converge at n_samples = {n[~settled][0]:g}")


def _bracket(branch: Branch, spectrum: Spectrum, n: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    """x where the ridge increases with kappa, and x beyond the edge."""
    if isinstance(branch, PositiveBranch):
        start = solve_on_levels(branch.levels, spectrum, n_samples=n, ridge=0.0, n_features=p).log_value
        return start, _walk(branch, start, n, p, until=-1.0)
    smallest = float(np.log(np.min(branch.levels.values)))
    start = np.full(n.shape, smallest - 1e-12)
    return _walk(branch, start, n, p, until=1.0), start


def _walk(branch: Branch, start: FloatArray, n: FloatArray, p: FloatArray, until: float) -> FloatArray:
    """From `start` towards kappa = 0, in growing steps, until the slope has the sign `until`."""
    x, step = start - 0.5, 0.5
    for _ in range(60):
        wrong = ridge_map(branch, x, n, p)[1] * until <= 0
        if not np.any(wrong):
            return x
        step *= 2.0
        x = np.where(wrong, x - step, x)
    raise ConvergenceError(f"no edge of negative ridges was found at n_samples = {n[wrong][0]:g}")
