r"""The number of random features of least test error at a given ridge; it may be infinite.

At a fixed small ridge the error falls, rises to its peak near p = n, and falls again, to a limit that it approaches as 1/p. Where
the spectrum has gaps it may also fall and rise within a few features of the number of eigenvalues above a gap. All minima are
found by the sign of the derivative in p on a grid that is fine near these numbers, bisected to whole numbers, and compared with
the ends and with infinitely many features. (At the best ridge of each p, which `optimal_ridge` finds, more features were never
worse in any case tried.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.derivatives.risk_derivatives import risk_derivative
from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import checked_grid
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import real_number
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["OptimalFeatures", "features_grid", "gap_counts", "optimal_n_features"]

FloatArray = NDArray[np.float64]

_PER_DECADE, _PER_DECADE_BESIDE = 40, 10
_FAR = 1e4  # times n: beyond it the error is its limit plus a multiple of 1/p
_GAP, _MOST_GAPS = 1.0, 50  # of the logarithms of neighbouring eigenvalues


@dataclass(frozen=True, eq=False)
class OptimalFeatures:
    """The best number of features at each point: a whole number, or inf; `risk` holds every field there."""

    value: FloatArray
    test_error: FloatArray
    n_minima: NDArray[np.int64]
    risk: RiskCurve


def optimal_n_features(
    model: RandomFeatures, *, n_samples: ArrayLike, ridge: ArrayLike, bounds: tuple[float, float] = (1.0, np.inf)
) -> OptimalFeatures:
    """The number of random features with the least test error, at a given ridge.

    Args:
        model: RandomFeatures.
        n_samples: n > 0, finite, any shape.
        ridge: the ridge, >= 0; the two broadcast.
        bounds: the least and the largest number of features allowed; inf is the kernel limit.

    Returns:
        An OptimalFeatures. `n_minima` counts the local minima, a bound or infinity included.

    Raises:
        InvalidInputError: an argument out of range, or another model.
        HypothesisError: ridge = 0 at an n_samples where the risk is infinite for every number of features in `bounds`.

    Examples:
        >>> import asymptotix as ax, numpy as np
        >>> model = ax.RandomFeatures(ax.PowerLaw(1.5), ax.PowerLaw(1.5).target(0.5), noise_variance=2.0)
        >>> [float(value) for value in ax.optimal_n_features(model, n_samples=100, ridge=[1e-6, 1.0]).value]
        [9.0, inf]
        >>> float(ax.optimal_n_features(model, n_samples=100, ridge=1e-6, bounds=(200, np.inf)).value)
        inf
    """
    if not isinstance(model, RandomFeatures):
        raise InvalidInputError("model", model, "a RandomFeatures", "no other model has random features")
    n, lam, _ = checked_grid(n_samples, ridge, 1.0)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite")
    low, high = _checked_bounds(bounds)
    value, minima, gaps = np.empty(n.size), np.empty(n.size, dtype=np.int64), gap_counts(model.spectrum)
    for i, (samples, one_ridge) in enumerate(zip(n.ravel(), lam.ravel(), strict=True)):
        value[i], minima[i] = _best(model, np.append(gaps, samples), float(samples), float(one_ridge), low, high)
    value = np.reshape(value, n.shape)
    curve = risk(model, n_samples=n, ridge=lam, n_features=value)
    return OptimalFeatures(value, curve.test_error, np.reshape(minima, n.shape), curve)


def _checked_bounds(bounds: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = bounds
    except (TypeError, ValueError):
        raise InvalidInputError("bounds", bounds, "a pair (least, largest)") from None
    least = np.ceil(real_number("bounds[0]", low, lambda v: 1 <= v < np.inf, "a finite number >= 1"))
    largest = np.floor(real_number("bounds[1]", high, lambda v: v >= low, f"at least bounds[0] = {low:g}"))
    if largest < least:
        raise InvalidInputError("bounds", bounds, "a range that holds a whole number")
    return float(least), float(largest)


def gap_counts(spectrum: Spectrum) -> FloatArray:
    """The numbers of eigenvalues above the widest gaps, near which the error may fall and rise within a few features."""
    levels = SortedLevels.of(spectrum)
    if levels.logs.size == 0:
        return np.empty(0)
    inner = levels.bounds[1:-1]
    gaps = levels.logs[inner - 1] - levels.logs[inner]
    widest = np.argsort(-gaps)[: min(_MOST_GAPS, int(np.sum(gaps > _GAP)))]
    return np.append(levels.counts[1:-1][widest], levels.counts[-1])


def features_grid(landmarks: FloatArray, low: float, last: float) -> FloatArray:
    """Numbers of features, evenly in the logarithm, and in the logarithm of the distance from every landmark."""
    even = np.geomspace(low, last, 2 + int(_PER_DECADE * np.log10(last / low)))
    largest = float(np.max(landmarks, initial=1.0))
    distance = np.append(0.0, np.geomspace(0.5, largest, 2 + int(_PER_DECADE_BESIDE * np.log10(2.0 * largest))))
    p = np.concatenate([even, (landmarks[:, None] - distance).ravel(), (landmarks[:, None] + distance).ravel()])
    return np.unique(p[(p >= low) & (p <= last)])


def _best(model: RandomFeatures, landmarks: FloatArray, n: float, lam: float, low: float, high: float) -> tuple[float, int]:
    last, rank = min(high, max(_FAR * n, 10.0 * low)), model.spectrum.rank
    landmarks = landmarks[landmarks <= last]
    p = features_grid(landmarks, low, last)
    p = p[(np.minimum(p, rank) != n) & (p != rank)] if lam == 0 else p  # where the risk is infinite or has no derivative
    slope = _slope(model, n, lam, p)
    turns = np.flatnonzero((slope[:-1] < 0) & (slope[1:] >= 0))
    before, after = _bisected(model, n, lam, p[turns], p[turns + 1])
    ends = [*np.repeat(low, np.sum(slope[:1] >= 0)), *np.repeat(high, np.sum(slope[-1:] < 0))]
    beside = np.concatenate([[low + 1.0], *(np.round(landmarks) + step for step in (-1.0, 0.0, 1.0))])  # narrower than a feature
    candidates = np.unique(np.concatenate([np.floor(before), np.ceil(before), np.ceil(after), ends, beside]))
    candidates = candidates[(candidates >= low) & (candidates <= high) & ((lam > 0) | (np.minimum(candidates, rank) != n))]
    if candidates.size == 0:
        raise HypothesisError(
            f"ridge = 0 is not valid at n_samples = {n:g} with bounds = ({low:g}, {high:g}): for all these numbers of features "
            "n_samples = min(n_features, rank) and the risk is infinite; use ridge > 0 or wider bounds"
        )
    errors = risk(model, n_samples=n, ridge=lam, n_features=candidates).test_error
    return float(candidates[np.argmin(errors)]), turns.size + len(ends)


def _slope(model: RandomFeatures, n: float, lam: float, p: FloatArray) -> FloatArray:
    return risk_derivative(model, n_samples=n, ridge=lam, n_features=p, with_respect_to="n_features").test_error


def _bisected(model: RandomFeatures, n: float, lam: float, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Numbers of features around the minimum in each bracket, less than one apart."""
    while np.any(high - low > np.maximum(0.25, 1e-15 * high)):
        middle = (low + high) / 2
        if lam == 0:
            middle = np.where((middle == n) | (middle == model.spectrum.rank), np.nextafter(middle, 0.0), middle)
        falling = _slope(model, n, lam, middle) < 0
        low, high = np.where(falling, middle, low), np.where(falling, high, middle)
    return low, high
