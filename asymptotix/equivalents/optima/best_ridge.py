r"""The ridge of least error, which may be negative, zero or infinite, found along the effective ridge, where it is explicit.

All minima on a grid of $\log\kappa$ from the edge of negative ridges (or from ridge 0) to where the error can only rise are
refined and compared (`ridge_search`), with each other and with the ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.derivatives.risk_derivatives import independent_model
from asymptotix.equivalents.dispatch import Model, risk
from asymptotix.equivalents.fixed_point import checked_grid
from asymptotix.equivalents.grids import CROSS_VALIDATED, no_features
from asymptotix.equivalents.kernel_ridge import has_finite_population
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.branches import without_tail
from asymptotix.equivalents.optima.ridge_search import RidgeSearch
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.results import Fields, RiskCurve

__all__ = ["OptimalRidge", "optimal_ridge"]

FloatArray = NDArray[np.float64]

_QUANTITIES = ("test_error", "excess_risk", "bias")


@dataclass(frozen=True, eq=False)
class OptimalRidge:
    """The best ridge at each point, in arrays of the shape of n_samples and n_features.

    `kind` says "positive", "negative", "zero" or "infinite" (where learning nothing is best, `value` is inf); `test_error` and
    `effective_ridge` are those at the optimum and `risk` every other field; `n_minima` counts the local minima found.
    """

    value: FloatArray
    kind: NDArray[np.str_]
    test_error: FloatArray
    effective_ridge: FloatArray
    n_minima: NDArray[np.int64]
    quantity: str
    risk: RiskCurve


def optimal_ridge(
    model: Model,
    *,
    n_samples: ArrayLike,
    n_features: ArrayLike | None = None,
    quantity: str = "test_error",
    allow_negative: bool = True,
) -> OptimalRidge:
    r"""The ridge at which an error of `model` is least.

    Args:
        model: RidgeRegression, KernelRidge or RandomFeatures.
        n_samples: n > 0, finite, any shape.
        n_features: p > 0 or infinite, for random features only; the two broadcast.
        quantity: "test_error"; "excess_risk", whose best ridge is the same; or "bias".
        allow_negative: search from `smallest_ridge` up. False: ridge >= 0 only. Held-out risk on a data set is always searched at
            ridge >= 0, by values alone, and its ridge is known to about 7 digits.

    Returns:
        An OptimalRidge. The error is exact to rounding, log lambda* to about 1e-12 over the relative curvature of the error
        (the flatter the minimum, the less it matters where it is).

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: an infimum that no ridge attains: no noise and n_samples = rank, or a flat tail beyond full rank.
        ConvergenceError: a best ridge that doubles cannot tell: noise beyond 1e140 or below 1e-150 of the energies.

    Source:
        Isotropic prior: [DobribanWager2018]; derivations/optimal_ridge.py.

    Examples:
        With energies proportional to the eigenvalues, $e_i = c\,s_i$ in each direction, the best ridge is noise variance / c:

        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [50, 150]), [0.5, 0.15], noise_variance=0.25)
        >>> best = ax.optimal_ridge(model, n_samples=[50, 400])
        >>> [round(float(value), 9) for value in best.value]
        [25.0, 25.0]
    """
    if quantity not in _QUANTITIES:
        raise InvalidInputError("quantity", quantity, f"one of {', '.join(_QUANTITIES)}")
    if not isinstance(allow_negative, bool | np.bool_):
        raise InvalidInputError("allow_negative", allow_negative, "True or False")
    if has_finite_population(model):
        from asymptotix.equivalents.optima.best_ridge_on_data import best_ridge_on_data

        no_features(model, n_features)
        n = checked_grid(n_samples, 0.0, None)[0]
        value, minima = best_ridge_on_data(model, n, quantity)
        return _result(model, value, minima, quantity, n_samples, None)
    has_features = independent_model(model, n_features)
    n, _, p = checked_grid(n_samples, 0.0, n_features)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite: no ridge is visible at infinitely many samples")
    noise = 0.0 if quantity == "bias" else model.noise_variance
    value, minima = np.full(n.shape, np.inf), np.zeros(n.shape, dtype=np.int64)
    levels = SortedLevels.of(model.spectrum, model.target)
    if np.any(levels.energies > 0):  # else there is nothing to learn, and the error falls with the ridge
        for endless, kept in ((True, without_tail(levels)), (False, levels)):
            at = np.isinf(p) == endless
            if noise == 0 and levels.hidden == 0 and (allow_negative or levels.tail == 0):
                known = at & (np.minimum(n, p) >= kept.rank)  # where the target is found exactly
                _refuse_unattained(known & ((np.minimum(n, p) == kept.rank) | (levels.tail > 0)), n, p)
                value[known], minima[known], at = 0.0, 1, at & ~known
            if np.any(at):
                search = RidgeSearch(model, levels, kept, n[at], p[at], noise, allow_negative)
                value[at], minima[at] = search.best(levels.tail if endless else 0.0)
    return _result(model, value, minima, quantity, n_samples, n_features if has_features else None)


def _result(
    model: Model,
    value: FloatArray,
    minima: NDArray[np.int64],
    quantity: str,
    n_samples: ArrayLike,
    n_features: ArrayLike | None,
) -> OptimalRidge:
    finite = np.isfinite(value)
    curve = risk(model, n_samples=n_samples, ridge=np.where(finite, value, 1.0), n_features=n_features)
    if not np.all(finite):
        energy, noise = model.target.energy, model.noise_variance
        limits = dict.fromkeys(("excess_risk", "bias", "bias_pure", "in_sample_risk"), energy) | {
            **dict.fromkeys(("test_error", "train_error", *CROSS_VALIDATED), energy + noise), "overfitting_coefficient": 1.0,
            "effective_ridge": np.inf, "log_effective_ridge": np.inf, "nu1": np.inf,
        }  # fmt: skip
        values = {name: np.where(finite, known, limits.get(name, 0.0)) for name, known in curve.values.items()}
        curve = replace(curve, values=Fields(values), grid={**curve.grid, "ridge": value})
    kind = np.where(~finite, "infinite", np.where(value > 0, "positive", np.where(value < 0, "negative", "zero")))
    return OptimalRidge(value, kind, curve.test_error, curve.effective_ridge, minima, quantity, curve)


def _refuse_unattained(at: NDArray[np.bool_], n: FloatArray, p: FloatArray) -> None:
    if np.any(at):
        where = f"n_samples = {n[at][0]:g}" + ("" if np.isinf(p[at][0]) else f", n_features = {p[at][0]:g}")
        raise HypothesisError(
            f"no ridge is best at {where}: without noise the error falls to 0 as the ridge falls to the edge of where it is "
            "defined; use noise_variance > 0 or another n_samples"
        )
