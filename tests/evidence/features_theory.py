"""The claims on random features, given weights, deep features, and networks at finite width."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import asymptotix as ax
from asymptotix.equivalents.optima import required_width as width_module
from asymptotix.results import Fields

from .claims import Claim, Experiment, Mistake, experiment, scaled

Function = Callable[..., Any]


def constants_at_unit_variance(function: Function) -> Function:
    def wrong(activation: Any, variances: Any) -> Any:
        return function(activation, np.ones_like(variances))

    return wrong


def deviation_of_the_noise(function: Function) -> Function:
    return lambda second, cross, energy, noise: function(second, cross, energy, noise**0.5)


def tangent_part_infinitely_wide(function: Function) -> Function:
    def wrong(levels: Any, noise: float, n: Any, lam: Any, counts: Any) -> Any:
        return function(levels, noise, n, lam, (counts[0], np.full_like(counts[1], np.inf)))

    return wrong


def tail_dropped(function: Function) -> Function:
    def wrong(*args: Any) -> Any:
        levels = function(*args)
        return replace(levels, beyond=0.0)

    return wrong


def given_weights() -> Experiment:
    rng = np.random.default_rng(3)
    d, p = 80, 120
    covariance = 0.3 ** np.abs(np.subtract.outer(np.arange(d), np.arange(d)))
    weights = rng.standard_normal((p, d)) / math.sqrt(d) * np.linspace(0.3, 1.7, p)[:, None]
    beta = rng.standard_normal(d) / math.sqrt(d)
    model = ax.GivenFeatures(weights, covariance, "erf", coefficients=beta, noise_variance=0.1)
    return experiment(model, n_samples=[60, 200, 400], ridge=1e-2, n_trials=25, seed=3)


def required_width() -> Experiment:
    """At the width that is said to come within 20 % of the kernel, and 20 % above its risk."""
    spectrum = ax.PowerLaw(1.3, size=300)
    model = ax.RandomFeatures(spectrum, spectrum.target(source=0.5), noise_variance=0.1)
    n = np.array([40, 80, 160])

    def widths() -> Any:
        return width_module.required_width(model, n_samples=n, ridge=0.1, tolerance=0.2).value

    simulated = ax.simulate(model, n_samples=n, ridge=0.1, n_features=widths(), n_trials=60, seed=4, progress=False)
    return Experiment(lambda: ax.risk(model, n_samples=n, ridge=0.1, n_features=widths()), simulated)


def proportional_regime() -> Experiment:
    """The limit beside an experiment in 120 dimensions."""
    d, ratio = 120, np.array([0.5, 1.5, 3.0])
    model = ax.RandomFeatures.on_sphere("relu", dimension=d, target=[0, 1], noise_variance=0.25)
    grid: dict[str, Any] = {"n_samples": 2 * d, "n_features": ratio * d, "ridge": 0.1}

    def theory() -> ax.RiskCurve:
        limit = ax.proportional_regime("relu", [0, 1], features_ratio=ratio, samples_ratio=2.0, ridge=0.1, noise_variance=0.25)
        curve = ax.risk(model, **grid)
        return replace(curve, values=Fields({**curve.values, "test_error": limit.test_error}))

    simulated = ax.simulate(model, **grid, n_trials=25, seed=5, progress=False)
    return Experiment(theory, simulated, allowance=0.05)


def scaling_law() -> Experiment:
    law = ax.features_scaling_law(1.5, 0.4, ridge_exponent=0.5, width_exponent=0.8)
    spectrum = ax.PowerLaw(1.5, size=1000)
    model = ax.RandomFeatures(spectrum, spectrum.target(source=law.source), noise_variance=0.1)
    n = np.array([50, 100, 200])
    return experiment(model, n_samples=n, ridge=n**0.5, n_features=np.round(n**0.8), n_trials=40, seed=6)


FEATURES = [
    Claim(
        "Random features on the sphere",
        ("RandomFeatures.on_sphere",),
        Mistake("twice as many features", "equivalents.random_features:risk_on_grid", scaled("n_features", 2.0)),
        problem="random_features.toml",
    ),
    Claim(
        "Ensembles",
        ("RandomFeatures", "risk(n_predictors=)"),
        Mistake("twice as many predictors", "equivalents.dispatch:ensemble_risk", scaled("n_predictors", 2.0)),
        problem="ensemble.toml",
    ),
    Claim(
        "Required width",
        ("required_width",),
        Mistake("half the tolerance", "equivalents.optima.required_width:required_width", scaled("tolerance", 0.5)),
        in_python=required_width,
    ),
    Claim(
        "Proportional regime",
        ("proportional_regime",),
        Mistake("the nonlinear part of the activation dropped", "equivalents.proportional:activation_levels", tail_dropped),
        in_python=proportional_regime,
    ),
    Claim(
        "Scaling laws of random features",
        ("features_scaling_law",),
        Mistake("twice as many features", "equivalents.random_features:risk_on_grid", scaled("n_features", 2.0)),
        in_python=scaling_law,
    ),
    Claim(
        "Given weights",
        ("GivenFeatures",),
        Mistake(
            "standard deviation of the noise for its variance",
            "models.given_features:regression_on_features",
            deviation_of_the_noise,
        ),
        in_python=given_weights,
    ),
    Claim(
        "Deep random features",
        ("DeepRandomFeatures",),
        Mistake("every layer at unit variance", "models.deep_features:layer_constants", constants_at_unit_variance),
        problem="deep_features.toml",
    ),
    Claim(
        "Tangent features at finite width",
        ("NeuralTangent.on_sphere",),
        Mistake("half as many parameters", "equivalents.neural_tangent:random_features_risk", scaled("n_features", 0.5)),
        problem="neural_tangent.toml",
    ),
    Claim(
        "Random and tangent features together",
        ("RandomFeaturesAndTangent.on_sphere",),
        Mistake(
            "the tangent part infinitely wide", "equivalents.random_features_and_tangent:_fields", tangent_part_infinitely_wide
        ),
        problem="features_and_tangent.toml",
    ),
]
