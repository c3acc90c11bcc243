r"""The number of random features of least test error at a given ridge; it may be infinite.

At a fixed small ridge the error falls, rises to its peak near p = n, and falls again, to a limit that it approaches as 1/p: all
minima between are found by the sign of the derivative in p on a logarithmic grid, bisected to whole numbers, and compared with
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
from asymptotix.errors import InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import real_number

__all__ = ["OptimalFeatures", "optimal_n_features"]

FloatArray = NDArray[np.float64]

_PER_DECADE = 40
_FAR = 1e4  # times n: beyond it the error is its limit plus a multiple of 1/p


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
    n, lam, _ = checked_grid(n_samples, ridge, None)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite")
    low, high = _checked_bounds(bounds)
    value, minima = np.empty(n.size), np.empty(n.size, dtype=np.int64)
    for i, (samples, one_ridge) in enumerate(zip(n.ravel(), lam.ravel(), strict=True)):
        value[i], minima[i] = _best(model, float(samples), float(one_ridge), low, high)
    value = np.reshape(value, n.shape)
    curve = risk(model, n_samples=n, ridge=lam, n_features=value)
    return OptimalFeatures(value, curve.test_error, np.reshape(minima, n.shape), curve)


def _checked_bounds(bounds: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = bounds
    except (TypeError, ValueError):
        raise InvalidInputError("bounds", bounds, "a pair (least, largest)") from None
    least = np.ceil(real_number("bounds[0]", low, lambda v: 1 <= v < np.inf, "a finite number >= 1"))
    largest = np.floor(real_number("bounds[1]", high, lambda v: v >= least, f"at least bounds[0] = {low:g}"))
    if largest < least:
        raise InvalidInputError("bounds", bounds, "a range that holds a whole number")
    return float(least), float(largest)


def _best(model: RandomFeatures, n: float, lam: float, low: float, high: float) -> tuple[float, int]:
    last = min(high, max(_FAR * n, 10.0 * low))
    count = 2 + int(_PER_DECADE * np.log10(last / low))
    p = _allowed(np.unique(np.geomspace(low, last, count)), n, lam, model)
    slope = _slope(model, n, lam, p)
    turns = np.flatnonzero((slope[:-1] < 0) & (slope[1:] >= 0))
    inner = _bisected(model, n, lam, p[turns], p[turns + 1])
    ends = ([p[0]] if slope[0] >= 0 else []) + ([np.inf if high == np.inf else p[-1]] if slope[-1] < 0 else [])
    candidates = _allowed(np.unique(np.concatenate([np.floor(inner), np.ceil(inner), ends])), n, lam, model)
    candidates = candidates[(candidates >= low) & (candidates <= high)]
    errors = risk(model, n_samples=n, ridge=lam, n_features=candidates).test_error
    return float(candidates[np.argmin(errors)]), int(turns.size + len(ends))


def _allowed(p: FloatArray, n: float, lam: float, model: RandomFeatures) -> FloatArray:
    """Without the points where the risk at ridge 0 is infinite."""
    return p if lam > 0 else p[np.minimum(p, model.spectrum.rank) != n]


def _slope(model: RandomFeatures, n: float, lam: float, p: FloatArray) -> FloatArray:
    return risk_derivative(model, n_samples=n, ridge=lam, n_features=p, with_respect_to="n_features").test_error


def _bisected(model: RandomFeatures, n: float, lam: float, low: FloatArray, high: FloatArray) -> FloatArray:
    """The minimum in each bracket, to less than one feature."""
    while np.any(high - low > 0.25):
        middle = (low + high) / 2
        middle = np.where(middle == n, np.nextafter(middle, 0.0), middle) if lam == 0 else middle
        falling = _slope(model, n, lam, middle) < 0
        low, high = np.where(falling, middle, low), np.where(falling, high, middle)
    return (low + high) / 2
