"""`risk`: from a model to its deterministic equivalent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from asymptotix.equivalents.covariate_shift import covariate_shift_risk
from asymptotix.equivalents.ensembles import ensemble_risk
from asymptotix.equivalents.kernel_ridge import finite_population_risk, has_finite_population
from asymptotix.equivalents.latent_space import latent_space_risk
from asymptotix.equivalents.neural_tangent import neural_tangent_risk
from asymptotix.equivalents.random_features import random_features_risk
from asymptotix.equivalents.random_features_and_tangent import features_and_tangent_risk
from asymptotix.equivalents.ridge import ridge_risk
from asymptotix.errors import InvalidInputError
from asymptotix.models.covariate_shift import CovariateShift
from asymptotix.models.deep_features import DeepRandomFeatures
from asymptotix.models.given_features import GivenFeatures
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.latent_space import LatentSpace
from asymptotix.models.neural_tangent import NeuralTangent
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.random_features_and_tangent import RandomFeaturesAndTangent
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import true_or_false

__all__ = ["Model", "risk"]

LayeredModel = GivenFeatures | DeepRandomFeatures  # equivalent to a ridge regression on Gaussian features
NetworkModel = NeuralTangent | RandomFeaturesAndTangent
MatrixModel = LatentSpace | CovariateShift  # more than one spectrum on a grid, or a matrix beside it
Model = RidgeRegression | KernelRidge | RandomFeatures  # one spectrum, which does not depend on the grid


def risk(
    model: Model | MatrixModel | LayeredModel | NetworkModel,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike | None = None,
    n_features: ArrayLike | None = None,
    n_predictors: ArrayLike | None = None,
    width: ArrayLike | None = None,
    time: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    step_size: float | None = None,
    certify: bool = False,
    digits: int | None = None,
) -> RiskCurve:
    r"""Deterministic equivalents of every shared quantity of `model` on a grid.

    Of the ridge estimator, or in place of `ridge` of gradient flow at `time`, or of gradient descent after `steps`.

    Args:
        model: RidgeRegression, KernelRidge, RandomFeatures, LatentSpace, CovariateShift, GivenFeatures, DeepRandomFeatures,
            NeuralTangent or RandomFeaturesAndTangent.
        n_samples: n > 0, any shape.
        ridge: $\lambda$ beside the sum of squared errors, any shape; 0 is the limit from above. May be negative down to
            `smallest_ridge`, except on a data set.
        n_features: p > 0 or infinite, for random features; for a latent space the number of its features.
            The arguments broadcast by NumPy's rules: `n_samples[:, None]` and `ridge` make a grid.
        n_predictors: K, whole or infinite: the average of K random-feature predictors on the same data, each with n_features
            independent features.
        width: N >= 1 or infinite, number of neurons of a NeuralTangent or a RandomFeaturesAndTangent.
        time: t >= 0 of the gradient flow $\dot b=-X^\top(Xb-y)$, $b(0)=0$; infinite is the ridgeless limit. On
            $\frac1{2n}\|y-Xb\|^2$ instead of $\frac12\|y-Xb\|^2$ the time is n times as long.
        steps: whole numbers up to 500 of gradient descent $b\leftarrow b-\eta X^\top(Xb-y)$ from 0.
        step_size: its $\eta$, below 2 / (upper edge of the spectrum of $X^\top X$).
        certify: also give `lower` and `upper` of every field, proved in ball arithmetic from every eigenvalue (extra
            "certified"), and values between them.
        digits: also give `decimals`, a string of so many proved digits of every field at every point, or of those that can be
            proved (13 or 14 on a table, `effective_ridge`); implies `certify`.

    Returns:
        A RiskCurve: `excess_risk` = `bias` + `variance`, `test_error` = excess risk + noise variance, `train_error`,
        `squared_norm`, `df1`, `df2`, `effective_ridge`, `overfitting_coefficient`; `nu1` for random features. Along `time` and
        `steps`, `df1` is the trace of the smoother, and there is no effective ridge.

    Raises:
        InvalidInputError: an argument out of range.
        MissingExtraError: `certify` without python-flint.
        HypothesisError: a point where the risk is infinite (ridge = 0 on the interpolation threshold), or a ridge at or below
            `smallest_ridge`, or a step size at which descent diverges.

    Examples:
        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
        >>> round(float(ax.risk(model, n_samples=100, ridge=0.0).test_error), 12)
        1.0
    """
    if isinstance(model, GivenFeatures | DeepRandomFeatures):
        options: dict[str, Any] = {"width": width, "time": time, "steps": steps, "step_size": step_size, "certify": certify}
        grid: dict[str, Any] = {"ridge": ridge, "n_features": n_features, "n_predictors": n_predictors}
        curve = risk(model.equivalent, n_samples=n_samples, digits=digits, **grid, **options)
        return replace(curve, model=type(model).__name__, references=model.references)
    certify = true_or_false("certify", certify)
    dynamics = {"time": time, "steps": steps, "step_size": step_size}
    if width is not None or isinstance(model, NeuralTangent | RandomFeaturesAndTangent):
        others = {"n_features": n_features, "n_predictors": n_predictors, "certify": certify or None, "digits": digits}
        return _risk_of_network(model, n_samples, ridge, width, others | dynamics)
    if any(value is not None for value in dynamics.values()):
        others = {"ridge": ridge, "n_features": n_features, "n_predictors": n_predictors, "digits": digits}
        return _risk_of_training(model, n_samples, dynamics, others, certify)
    if ridge is None:
        raise InvalidInputError(
            "ridge", None, "given", "pass ridge=, or time= (gradient flow), or steps= and step_size= (descent)"
        )
    if n_predictors is not None:
        others = {"certify": certify or None, "digits": digits}
        return _risk_of_ensemble(model, n_samples, ridge, n_features, n_predictors, others)
    curve = _float_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if not certify and digits is None:
        return curve
    if isinstance(model, LatentSpace | CovariateShift):
        fix = "certify a linear model of it: LatentSpace.at(n_features), CovariateShift.training"
        raise InvalidInputError("certify", True, f"left out for a {type(model).__name__}", fix)
    from asymptotix.equivalents.certified.enclosures import certified_curve  # its import costs more than most answers

    return certified_curve(model, curve, digits)


def _risk_of_training(
    model: Any, n_samples: ArrayLike, dynamics: dict[str, Any], others: dict[str, Any], certify: bool
) -> RiskCurve:
    given = [name for name, value in others.items() if value is not None] + (["certify"] if certify else [])
    if given:
        raise InvalidInputError(given[0], others.get(given[0], certify), "left out: it does not go with time or steps")
    time, steps, step_size = dynamics["time"], dynamics["steps"], dynamics["step_size"]
    # the contours cost an import that most answers do not need
    from asymptotix.equivalents.gradient_flow.flow_curve import descent_risk, flow_risk
    from asymptotix.equivalents.gradient_flow.shifted_flow import shifted_descent_risk, shifted_flow_risk

    shifted = isinstance(model, CovariateShift)
    if time is not None and steps is None and step_size is None:
        return (shifted_flow_risk if shifted else flow_risk)(model, n_samples=n_samples, time=time)
    if time is None and steps is not None and step_size is not None:
        return (shifted_descent_risk if shifted else descent_risk)(model, n_samples=n_samples, steps=steps, step_size=step_size)
    raise InvalidInputError(
        "time, steps, step_size", [k for k, v in dynamics.items() if v is not None], "time, or steps and step_size"
    )


def _risk_of_network(
    model: Any, n_samples: ArrayLike, ridge: ArrayLike | None, width: ArrayLike | None, others: dict[str, Any]
) -> RiskCurve:
    if not isinstance(model, NeuralTangent | RandomFeaturesAndTangent):
        fix = "the size of random features is n_features"
        raise InvalidInputError("width", width, f"left out for a {type(model).__name__}", fix)
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise InvalidInputError(given[0], others[given[0]], f"left out for a {type(model).__name__}")
    if ridge is None:
        raise InvalidInputError("ridge", None, "given for tangent features")
    if isinstance(model, NeuralTangent):
        return neural_tangent_risk(model, n_samples=n_samples, ridge=ridge, width=width)
    return features_and_tangent_risk(model, n_samples=n_samples, ridge=ridge, width=width)


def _risk_of_ensemble(
    model: Any,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    n_features: ArrayLike | None,
    n_predictors: ArrayLike,
    others: dict[str, Any],
) -> RiskCurve:
    if not isinstance(model, RandomFeatures):
        fix = "only predictors with random features of their own differ"
        raise InvalidInputError("n_predictors", n_predictors, f"left out for a {type(model).__name__}", fix)
    if n_features is None:
        raise InvalidInputError("n_features", None, "given for random features")
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise InvalidInputError(given[0], others[given[0]], "left out: bounds of an ensemble are not proved")
    return ensemble_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features, n_predictors=n_predictors)


def _float_risk(model: Model | MatrixModel, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None) -> RiskCurve:
    if isinstance(model, RandomFeatures):
        return random_features_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if isinstance(model, CovariateShift):
        return covariate_shift_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if isinstance(model, LatentSpace):
        return latent_space_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if has_finite_population(model):
        return finite_population_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    if isinstance(model, RidgeRegression | KernelRidge):
        return ridge_risk(model, n_samples=n_samples, ridge=ridge, n_features=n_features)
    fix = "a LatentSpace, a CovariateShift, a GivenFeatures, a DeepRandomFeatures or a network's tangent model"
    raise InvalidInputError("model", model, f"a RidgeRegression, a KernelRidge, a RandomFeatures, {fix}")
