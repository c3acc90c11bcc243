"""The claims on ridge, latent space, overfitting, kernel ridge, gradient flow, scaling laws and conventions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import asymptotix as ax
from asymptotix.results import Fields

from .claims import Claim, Experiment, Mistake, experiment, scaled

Function = Callable[..., Any]


def noise_as_deviation(function: Function) -> Function:
    def wrong(model: Any, *args: Any, **kwargs: Any) -> Any:
        noisy = ax.RidgeRegression(model.spectrum, model.target, noise_variance=model.noise_variance**0.5)
        return function(noisy, *args, **kwargs)

    return wrong


ridge_times_samples = scaled("ridge", lambda arguments: np.asarray(arguments["n_samples"]))


def unseen_part_dropped(levels: Function) -> Function:
    return lambda top, first, second, energy, hidden: levels(top, first, second, energy, 0.0 * hidden)


def one_degree_off(function: Function) -> Function:
    def wrong(spectrum: Any, target: Any, **options: Any) -> Any:
        return function(spectrum, ax.Target(np.append(0.0, target.padded(len(spectrum))[:-1]), target.tail), **options)

    return wrong


def energy_of_a_direction(function: Function) -> Function:
    def wrong(spectrum: Any, target: Any, **options: Any) -> Any:
        energies = target.padded(len(spectrum)) / spectrum.multiplicities
        return function(spectrum, ax.Target(energies, target.tail), **options)

    return wrong


def half_dropped(function: Function) -> Function:
    def wrong(spectrum: Any, target: Any, **options: Any) -> Any:
        counts = np.append(spectrum.multiplicities[:-1], spectrum.multiplicities[-1] / 2)
        return function(ax.Spectrum(spectrum.eigenvalues, counts, spectrum.tail), target, **options)

    return wrong


def unlearnable_part_dropped(function: Function) -> Function:
    def wrong(spectrum: Any, target: Any, **options: Any) -> Any:
        return function(spectrum, ax.Target(target.energies), **options)

    return wrong


def of_the_training_error(function: Function) -> Function:
    def wrong(values: Any) -> Any:
        return values | dict.fromkeys(("gcv", "loo"), values["train_error"])

    return wrong


def data_part_dropped(function: Function) -> Function:
    def wrong(model: Any, kappa: Any, inverse: Any) -> Any:
        return function(model, kappa, 0.0 * inverse)

    return wrong


def variance_doubled(function: Function) -> Function:
    def wrong(*args: Any) -> Any:
        mean, variance = function(*args)
        return mean, 2.0 * variance

    return wrong


def without_noise(function: Function) -> Function:
    def wrong(model: Any, **options: Any) -> Any:
        return function(ax.KernelRidge(replace(model.design, noise_variance=0.0)), **options)

    return wrong


def second_argument_doubled(function: Function) -> Function:
    return lambda first, second: function(first, 2.0 * second)


def halved(function: Function) -> Function:
    return lambda *args: 0.5 * function(*args)


def never(_: Function) -> Function:
    return lambda *args: False


def covariate_shift() -> Experiment:
    d = 120
    covariance = np.diag(np.linspace(0.2, 2.0, d))
    turned = np.eye(d)[::-1] * 0.5 + covariance * 0.6
    model = ax.CovariateShift(covariance, np.full(d, 0.1), turned + turned.T + np.eye(d), noise_variance=0.25)
    return experiment(model, n_samples=[60, 100, 240], ridge=2.0, seed=1)


def shifted_flow() -> Experiment:
    d = 100
    scales = np.linspace(0.2, 2.0, d)
    model = ax.CovariateShift(scales, np.full(d, 0.1), scales[::-1], noise_variance=0.25)
    return experiment(model, n_samples=80, time=[2e-3, 2e-2, 0.5], seed=7)


def cross_validation() -> Experiment:
    spectrum = ax.PowerLaw(1.2, size=300)
    model = ax.RidgeRegression(spectrum, spectrum.target(source=0.6), noise_variance=0.25)
    return experiment(model, quantity="gcv", n_samples=[80, 160, 320], ridge=0.5, seed=8)


def kernel_ridge_on_data() -> Experiment:
    rng = np.random.default_rng(4)
    points = rng.standard_normal((300, 12))
    y = np.tanh(points @ rng.standard_normal(12)) + 0.3 * points[:, 0]
    model = ax.KernelRidge.on_data(points, y, ax.nngp_kernel("relu", depth=1, bias_variance=0.1), noise_variance=0.25)
    return experiment(model, n_samples=[60, 120, 200], ridge=0.05, n_trials=100, seed=1)


def classification() -> Experiment:
    """Signs on points in general position: a random orthogonal basis."""
    rng = np.random.default_rng(5)
    basis = np.linalg.qr(rng.standard_normal((200, 200)))[0]
    matrix = (basis * (200.0 * np.arange(1.0, 201.0) ** -1.4)) @ basis.T
    labels = np.sign(matrix @ rng.standard_normal(200))
    model = ax.KernelRidge.on_data((matrix + matrix.T) / 2.0, labels, "precomputed", noise_variance=0.5)
    return experiment(model, quantity="classification_error", n_samples=[40, 80, 140], ridge=1.0, n_trials=100, seed=2)


def single_draw() -> Experiment:
    """The scatter of the test error over training sets, which the experiment averages noise out of: noise-free labels."""
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.2], [50, 150]), [1.0, 0.3])
    grid: dict[str, Any] = {"n_samples": [60, 120, 240], "ridge": 2.0}
    simulated = ax.simulate(model, **grid, n_trials=200, seed=9, progress=False)
    draws = np.asarray(simulated.samples["test_error"])
    deviation = draws.std(axis=0, ddof=1)
    kurtosis = np.mean((draws - draws.mean(axis=0)) ** 4, axis=0) / deviation**4

    def theory() -> ax.RiskCurve:
        return ax.fluctuation(model, **grid)

    error = deviation * np.sqrt((kurtosis - 1.0) / 4.0 / len(draws))
    return Experiment(theory, deviation, "standard_deviation", 0.05, error)


def closed_form() -> Experiment:
    """Isotropic ridge regression, with the formula that SymPy derived in the place of the solver."""
    model = ax.RidgeRegression(ax.Spectrum([1.0], [150]), [1.0], noise_variance=0.25)
    n = np.array([60, 150, 400])
    simulated = ax.simulate(model, n_samples=n, ridge=5.0, n_trials=60, seed=10, progress=False)
    formula = ax.closed_form("isotropic_ridge")

    def theory() -> ax.RiskCurve:
        curve = ax.risk(model, n_samples=n, ridge=5.0)
        values = formula.evaluate(n_samples=n, n_features=150, ridge=5.0, eigenvalue=1.0, energy=1.0, noise_variance=0.25)
        return replace(curve, values=Fields({**curve.values, "test_error": values}))

    return Experiment(theory, simulated)


def benign_overfitting() -> Experiment:
    """The price of interpolating noise: few large eigenvalues over many small ones."""
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.01], [10, 900]), np.zeros(2), noise_variance=1.0)
    n = np.array([60, 120, 240])
    simulated = ax.simulate(model, n_samples=n, ridge=0.0, n_trials=60, seed=2, progress=False)
    return Experiment(lambda: ax.benign_overfitting(model, n_samples=n).risk, simulated, "variance")


def scaling_law() -> Experiment:
    """Source and capacity as exponents of an experiment: the equivalents that `measure` takes its slopes from."""
    model = ax.scaling_law(1.5, 0.4, ridge_exponent=1.0).model(noise_variance=0.1)
    return experiment(model, n_samples=[50, 100, 200], ridge=1.0, n_trials=20, seed=3)


def conventions() -> Experiment:
    """The ridge of |y - f|^2 / (2n) + ridge |b|^2 / 2, converted, against the experiment with n times it."""
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.2], [60, 240]), [1.0, 0.3], noise_variance=0.25)
    n, theirs = np.array([80, 160, 320]), np.array([0.05, 0.2, 0.02])
    simulated = ax.simulate(model, n_samples=n, ridge=n * theirs, n_trials=60, seed=5, progress=False)

    def theory() -> ax.RiskCurve:
        return ax.risk(model, n_samples=n, ridge=ax.convert_ridge(theirs, objective="half mean", n_samples=n))

    return Experiment(theory, simulated)


def critical_regime() -> Experiment:
    """The limit at n = psi B(d, 1), beside an experiment in 150 dimensions."""
    d, ratio, energies = 150, np.array([0.5, 1.5, 3.0]), [0.0, 0.7, 0.3]
    taylor = [1.0 / math.factorial(k) for k in range(25)]
    model = ax.KernelRidge.on_sphere(ax.exponential_kernel(), dimension=d, target=energies, noise_variance=0.25)
    grid: dict[str, Any] = {"n_samples": ratio * d, "ridge": 0.1}

    def theory() -> ax.RiskCurve:
        limit = ax.critical_regime(taylor, energies, degree=1, ratio=ratio, ridge=0.1, noise_variance=0.25)
        curve = ax.risk(model, **grid)
        return replace(curve, values=Fields({**curve.values, "test_error": limit.test_error}))

    simulated = ax.simulate(model, **grid, n_trials=40, seed=6, progress=False)
    return Experiment(theory, simulated, allowance=0.05)


CLAIMS = [
    Claim(
        "Linear ridge, power law",
        ("RidgeRegression", "PowerLaw", "risk"),
        Mistake("standard deviation of the noise for its variance", "equivalents.ridge:risk_on_grid", noise_as_deviation),
        problem="ridge.toml",
    ),
    Claim(
        "Minimum-norm interpolator",
        ("RidgeRegression", "risk(ridge=0)"),
        Mistake("energy of a direction for that of its level", "equivalents.levels:SortedLevels.of", energy_of_a_direction),
        problem="ridgeless.toml",
    ),
    Claim(
        "Covariate shift, covariances that do not commute",
        ("CovariateShift",),
        Mistake("the part that the draw of the data adds dropped", "equivalents.covariate_shift:_shifted", data_part_dropped),
        in_python=covariate_shift,
    ),
    Claim(
        "Covariate shift, diagonal",
        ("CovariateShift",),
        Mistake("the part that the draw of the data adds dropped", "equivalents.covariate_shift:_shifted", data_part_dropped),
        problem="covariate_shift.toml",
    ),
    Claim(
        "Covariate shift along gradient flow",
        ("CovariateShift", "risk(time=)"),
        Mistake("time of a loss without 1/2", "equivalents.gradient_flow.shifted_flow:shifted_flow_risk", scaled("time", 2.0)),
        in_python=shifted_flow,
    ),
    Claim(
        "Misspecified target",
        ("RidgeRegression(misspecification=)",),
        Mistake("what no linear function has dropped", "equivalents.levels:SortedLevels.of", unlearnable_part_dropped),
        problem="misspecified.toml",
    ),
    Claim(
        "Generalized cross-validation",
        ("risk(...).gcv", "risk(...).loo"),
        Mistake("no division by (1 - df1/n)^2", "equivalents.ridge:cross_validated", of_the_training_error),
        in_python=cross_validation,
    ),
    Claim(
        "Scatter of a single draw",
        ("fluctuation", "infer"),
        Mistake("variance of a training set of half the size", "equivalents.single_draw:_mean_and_variance", variance_doubled),
        in_python=single_draw,
    ),
    Claim(
        "Latent space",
        ("LatentSpace",),
        Mistake("what the features do not show dropped", "equivalents.latent_space:TwoLevels", unseen_part_dropped),
        problem="latent_space.toml",
    ),
    Claim(
        "Benign overfitting",
        ("benign_overfitting", "effective_ranks"),
        Mistake("half of the small eigenvalues dropped", "equivalents.levels:SortedLevels.of", half_dropped),
        in_python=benign_overfitting,
    ),
    Claim(
        "Kernel ridge on the sphere",
        ("KernelRidge.on_sphere", "kernel_spectrum"),
        Mistake("energies one degree off", "equivalents.levels:SortedLevels.of", one_degree_off),
        problem="sphere_kernel.toml",
    ),
    Claim(
        "Kernel ridge, critical regime",
        ("critical_regime",),
        Mistake("the ridge of the degrees above doubled", "equivalents.polynomial_regime:_chi", second_argument_doubled),
        in_python=critical_regime,
    ),
    Claim(
        "Kernel ridge on data",
        ("KernelRidge.on_data", "empirical_spectrum"),
        Mistake("independent samples for a finite population", "equivalents.dispatch:has_finite_population", never),
        in_python=kernel_ridge_on_data,
    ),
    Claim(
        "Kernel ridge on the hypercube",
        ("KernelRidge.on_cube",),
        Mistake("energies one degree off", "equivalents.levels:SortedLevels.of", one_degree_off),
        problem="cube_kernel.toml",
    ),
    Claim(
        "Classification by sign on data",
        ("KernelRidge.on_data", "risk(...).classification_error"),
        Mistake("noise of the training labels left out", "equivalents.dispatch:finite_population_risk", without_noise),
        in_python=classification,
    ),
    Claim(
        "Gradient flow",
        ("risk(time=)", "optimal_time"),
        Mistake("time of a loss without 1/2", "equivalents.gradient_flow.flow_curve:flow_risk", scaled("time", 2.0)),
        problem="gradient_flow.toml",
    ),
    Claim(
        "Gradient descent",
        ("risk(steps=, step_size=)",),
        Mistake(
            "step of the loss without its 1/2", "equivalents.gradient_flow.flow_curve:descent_risk", scaled("step_size", 2.0)
        ),
        problem="gradient_descent.toml",
    ),
    Claim(
        "Scaling laws",
        ("scaling_law",),
        Mistake("ridge beside the mean of squared errors", "equivalents.ridge:risk_on_grid", ridge_times_samples),
        in_python=scaling_law,
    ),
    Claim(
        "Closed forms",
        ("closed_form", "closed_forms"),
        Mistake(
            "ridge beside the mean of squared errors", "symbolic.closed_risk.closed_form:ClosedForm.evaluate", ridge_times_samples
        ),
        in_python=closed_form,
    ),
    Claim(
        "Conventions",
        ("convert_ridge", "restate_ridge"),
        Mistake("the 1/2 before the penalty forgotten", "conventions:_multiple", halved),
        in_python=conventions,
    ),
]
