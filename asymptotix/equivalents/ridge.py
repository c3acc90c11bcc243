r"""Ridge regression, and kernel ridge regression with independent samples.

$\mathrm{bias}=nB_2/(n-\mathrm{df}_2)$, $\mathrm{variance}=\sigma^2\mathrm{df}_2/(n-\mathrm{df}_2)$: the formulas of
`equivalent_risk` with infinitely many features.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from asymptotix.equivalents.grids import cross_validated, curve, no_features
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.risk_grid import risk_on_grid
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import RiskCurve

__all__ = ["OF_FEATURES", "ridge_risk"]

OF_FEATURES = ("nu1", "bias_pure", "variance_data", "variance_features", "variance_interaction")


def ridge_risk(
    model: RidgeRegression | KernelRidge, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> RiskCurve:
    """The risk of ridge regression on a grid of n_samples and ridge: the case of infinitely many features.

    Raises:
        InvalidInputError: an argument out of range, or `n_features`, which this model does not have.
        HypothesisError: ridge = 0 at n_samples = rank, or a ridge at or below `smallest_ridge`.

    Source:
        [HastieMontanariRossetTibshirani2022], [DobribanWager2018], [ChengMontanari2024]; derivations/ridge_fixed_point.py.
    """
    no_features(model, n_features)
    levels = SortedLevels.of(model.spectrum, model.target)
    values = risk_on_grid(model, levels, n_samples=n_samples, ridge=ridge)
    for name in OF_FEATURES:
        del values[name]
    return curve(model, cross_validated(values), levels.rank, n_samples=n_samples, ridge=ridge)
