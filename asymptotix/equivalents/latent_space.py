r"""The latent space model on a grid of n_samples, n_features and ridge: ridge regression on two levels.

All points with a ridge are solved at once (`two_levels`); those without, and at infinitely many features, one number of features
after the other. At infinitely many features the risk is that of ridge regression on z with the self-induced ridge d: a finite
ridge is invisible beside it. The coefficients have norm 0 there, and the effective ridge, in the units of the features, is
infinite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.fixed_point import checked_grid
from asymptotix.equivalents.grids import cross_validated, curve
from asymptotix.equivalents.ridge import OF_FEATURES, ridge_risk
from asymptotix.equivalents.two_levels import TwoLevels
from asymptotix.errors import InvalidInputError
from asymptotix.models.latent_space import LatentSpace
from asymptotix.results import RiskCurve

__all__ = ["latent_space_risk"]

FloatArray = NDArray[np.float64]


def latent_space_risk(
    model: LatentSpace, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> RiskCurve:
    """The risk of ridge regression on the features of a latent space.

    Raises:
        InvalidInputError: an argument out of range or missing, fewer features than latent variables.
        HypothesisError: ridge = 0 at n_samples = n_features.

    Source:
        [HastieMontanariRossetTibshirani2022].
    """
    model.checked_features(n_features)
    n, lam, p = checked_grid(n_samples, ridge, n_features)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite")
    values: dict[str, FloatArray] = {}
    heavy = np.zeros(n.shape, dtype=np.bool_)
    model.at(float(np.min(p)))  # refuses fewer features than latent variables
    ridged = np.isfinite(p) & (lam > 0)
    if np.any(ridged):
        for name, found in _with_a_ridge(model, n[ridged], p[ridged], lam[ridged]).items():
            values[name] = np.empty(n.shape)
            values[name][ridged] = found
    for one in np.unique(p[~ridged]):
        at = (p == one) & ~ridged
        endless = np.isinf(one)
        part = ridge_risk(model.at(float(one)), n_samples=n[at], ridge=0.0 if endless else lam[at])
        for name, found in part.values.items():
            whole = values.setdefault(name, np.empty(n.shape))
            limit = {"squared_norm": 0.0, "effective_ridge": np.inf, "log_effective_ridge": np.inf}
            whole[at] = limit.get(name, found) if endless else found
        if not endless and part.heavy_tailed is not None:
            heavy[at] = part.heavy_tailed
    assert n_features is not None  # `checked_features` has looked
    return curve(model, values, heavy_tailed=heavy, n_samples=n_samples, ridge=ridge, n_features=n_features)


def _with_a_ridge(model: LatentSpace, n: FloatArray, p: FloatArray, ridge: FloatArray) -> dict[str, FloatArray]:
    """The fields of `ridge_risk` at finitely many features, flat."""
    d, r = float(model.dimension), p / model.dimension
    levels = TwoLevels(1.0 + r, np.full(p.shape, d), p - d, model.signal * r / (1.0 + r), model.signal / (1.0 + r))
    values = cross_validated(levels.risk(n, ridge, model.noise_variance))
    return {name: found for name, found in values.items() if name not in OF_FEATURES}
