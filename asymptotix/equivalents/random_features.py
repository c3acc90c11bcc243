r"""Random-feature ridge regression: the formulas of `equivalent_risk` at the root of $\lambda p=\nu_2(n-T_1)(p-T_1)$."""

from __future__ import annotations

from numpy.typing import ArrayLike

from asymptotix.equivalents.grids import curve
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.risk_grid import risk_on_grid
from asymptotix.errors import InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.results import RiskCurve

__all__ = ["random_features_risk"]


def random_features_risk(
    model: RandomFeatures, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> RiskCurve:
    """The risk of random-feature regression on a grid of n_samples, n_features (infinite: kernel ridge regression) and ridge.

    Raises:
        InvalidInputError: an argument out of range or missing.
        HypothesisError: ridge = 0 at n_samples = min(n_features, rank), or a ridge at or below `smallest_ridge`.

    Source:
        [DefilippisLoureiroMisiakiewicz2024]; derivations/random_features_scalar_equation.py.
    """
    if n_features is None:
        raise InvalidInputError(
            "n_features", None, "given for random features", "n_features=numpy.inf is kernel ridge regression"
        )
    levels = SortedLevels.of(model.spectrum, model.target)
    values = risk_on_grid(model, levels, n_samples=n_samples, ridge=ridge, n_features=n_features)
    return curve(model, values, levels.rank, n_samples=n_samples, ridge=ridge, n_features=n_features)
