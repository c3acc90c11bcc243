"""`risk`: from a model to its deterministic equivalent."""

from __future__ import annotations

from numpy.typing import ArrayLike

from asymptotix.equivalents.kernel_ridge import finite_population_risk, has_finite_population
from asymptotix.equivalents.random_features import random_features_risk
from asymptotix.equivalents.ridge import ridge_risk
from asymptotix.errors import InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import RiskCurve

__all__ = ["Model", "risk"]

Model = RidgeRegression | KernelRidge | RandomFeatures


def risk(
    model: Model,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    n_features: ArrayLike | None = None,
    certify: bool = False,
    digits: int | None = None,
) -> RiskCurve:
    r"""Deterministic equivalents of every shared quantity of `model` on a grid.

    Args:
        model: RidgeRegression, KernelRidge or RandomFeatures.
        n_samples: n > 0, any shape.
        ridge: $\lambda$ beside the sum of squared errors, any shape; 0 is the limit from above. May be negative down to
            `smallest_ridge`, except on a data set.
        n_features: p > 0 or infinite, for random features only.
            The three broadcast by NumPy's rules: `n_samples[:, None]` and `ridge` make a grid.
        certify: also give `lower` and `upper` of every field, proved in ball arithmetic from every eigenvalue (extra
            "certified"), and values between them.
        digits: also give `decimals`, a string of so many proved digits of every field at every point; implies `certify`.

    Returns:
        A RiskCurve: `excess_risk` = `bias` + `variance`, `test_error` = excess risk + noise variance, `train_error`,
        `squared_norm`, `df1`, `df2`, `effective_ridge`, `overfitting_coefficient`; `nu1` for random features.

    Raises:
        InvalidInputError: an argument out of range.
        MissingExtraError: `certify` without python-flint.
        HypothesisError: a point where the risk is infinite (ridge = 0 on the interpolation threshold), or a ridge at or below
            `smallest_ridge`.

    Examples:
        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
        >>> round(float(ax.risk(model, n_samples=100, ridge=0.0).test_error), 12)
        1.0
    """
    curve = _float_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if not certify and digits is None:
        return curve
    from asymptotix.equivalents.certified.enclosures import certified_curve  # its import costs more than most answers

    return certified_curve(model, curve, digits)


def _float_risk(model: Model, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None) -> RiskCurve:
    if isinstance(model, RandomFeatures):
        return random_features_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if has_finite_population(model):
        return finite_population_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if isinstance(model, RidgeRegression | KernelRidge):
        return ridge_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    raise InvalidInputError("model", model, "a RidgeRegression, a KernelRidge or a RandomFeatures")
