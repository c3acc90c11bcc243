r"""The time at which gradient flow has the least error: early stopping.

The error along the flow may have several minima, one for each group of eigenvalues. All on a grid of $\log t$ are compared, and
the best is refined; the ends of the grid are where nothing has been learned yet and where the flow has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.gradient_flow.flow_curve import flow_risk, require_dynamics
from asymptotix.equivalents.gradient_flow.spectral_edge import spectral_edge
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import real_array

__all__ = ["OptimalTime", "optimal_time"]

FloatArray = NDArray[np.float64]

_PER_DECADE, _LONGEST = 8, 30.0  # points a decade of the grid, and decades at most
_ROUNDS, _POINTS = 5, 9  # of the refinement: each round narrows the bracket by a factor of 4
_GAIN = 1e-12  # relative; what an earlier time must gain over the end of the flow, which is rounding


@dataclass(frozen=True, eq=False)
class OptimalTime:
    """The best stopping time at each n_samples: `value` (inf where stopping never pays), the test error, every other field."""

    value: FloatArray
    test_error: FloatArray
    risk: RiskCurve


def optimal_time(model: RidgeRegression | KernelRidge, *, n_samples: ArrayLike) -> OptimalTime:
    r"""The time at which gradient flow $\dot b=-X^\top(Xb-y)$, $b(0)=0$, has the least test error.

    Args:
        model: as in `risk` with `time`.
        n_samples: n > 0, finite, any shape.

    Returns:
        An OptimalTime; log t is known to about 1e-3, the error to the square of that, relative to its curvature.

    Raises:
        InvalidInputError: an argument out of range, or a model without this dynamics.

    Source:
        [AliKolterTibshirani2019] compare it with the best ridge, which is near 1 / t.

    Examples:
        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
        >>> best = ax.optimal_time(model, n_samples=100)
        >>> print(best.value.round(4), (best.test_error / ax.optimal_ridge(model, n_samples=100).test_error).round(4))
        0.0112 1.0053
    """
    require_dynamics(model)
    n = real_array("n_samples", n_samples, "a real number or an array of them")
    if not np.all((n > 0) & np.isfinite(n)):
        raise InvalidInputError("n_samples", n_samples, "> 0 and finite")
    value = np.array([_best(model, float(one)) for one in n.ravel()]).reshape(n.shape)
    curve = flow_risk(model, n_samples=n, time=value)
    return OptimalTime(value, curve.test_error, curve)


def _best(model: RidgeRegression | KernelRidge, n: float) -> float:
    levels = SortedLevels.of(model.spectrum, model.target)
    slowest = float(levels.values[-1]) * n + levels.tail if levels.values.size else 1.0
    start = np.log10(1e-3 / spectral_edge(levels, n))
    stop = min(np.log10(1e3) - np.log10(slowest), start + _LONGEST)
    low, high = start, stop
    grid = np.linspace(low, high, max(16, int(_PER_DECADE * (high - low))))
    for _ in range(_ROUNDS):
        errors = flow_risk(model, n_samples=n, time=10.0**grid).test_error
        at = int(np.argmin(errors))
        grid = np.linspace(grid[max(at - 1, 0)], grid[min(at + 1, grid.size - 1)], _POINTS)
    best = float(np.min(errors))
    return np.inf if _at_the_end(model, n) <= best * (1.0 + _GAIN) else float(10.0 ** grid[_POINTS // 2])


def _at_the_end(model: RidgeRegression | KernelRidge, n: float) -> float:
    try:
        return float(flow_risk(model, n_samples=n, time=np.inf).test_error)
    except HypothesisError:  # n = rank: infinite
        return np.inf
