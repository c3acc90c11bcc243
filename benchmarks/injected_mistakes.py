"""Whether `check`, with its default arguments, catches mistakes in the theory: a fixed list of them, ten seeds each.

The experiment is that of the true model; only what `check` takes for the theory is wrong. For each mistake
`python -m benchmarks.injected_mistakes` prints how far it moves the test error and on how many seeds it is caught; then the true
theories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from asymptotix import (
    KernelRidge,
    LatentSpace,
    RandomFeatures,
    RidgeRegression,
    RiskCurve,
    SimulatedCurve,
    Spectrum,
    Target,
    check,
    kernel_spectrum,
    multiplicity,
    nngp_kernel,
    risk,
    simulate,
    tangent_kernel,
)
from asymptotix.results import Fields

__all__ = ["MISTAKES", "PROBLEMS", "PROMISED", "SEEDS", "SMALL", "Mistake", "caught", "largest_change", "main", "passes"]

FloatArray = NDArray[np.float64]
Grid = dict[str, Any]
Theory = Callable[[Any, Grid], RiskCurve]

NOISE, DIMENSION, ENERGIES = 0.25, 30, (0.0, 1.0, 0.5)
SEEDS = tuple(range(10))
PROMISED = 0.05  # a mistake that moves the test error by this much somewhere on the grid has to be caught
SMALL = 0.2


@dataclass(frozen=True)
class Problem:
    """A model and a grid that `check` is given."""

    model: Any
    grid: Grid


@dataclass(frozen=True)
class Mistake:
    """A wrong theory of one of the problems."""

    name: str
    problem: str
    theory: Theory


def problems() -> dict[str, Problem]:
    """One problem for each kind of model."""
    index = np.arange(1.0, 201.0)
    law = RidgeRegression(Spectrum(index**-1.2), index**-1.8, noise_variance=NOISE)
    sphere: Grid = {"dimension": DIMENSION, "target": ENERGIES, "noise_variance": NOISE}
    kernel = nngp_kernel("relu", depth=1).kernel
    ridges = np.array([0.1, 1.0, 10.0])
    latent: Grid = {"n_samples": 150, "n_features": 300, "ridge": ridges}
    return {
        "ridge": Problem(law, {"n_samples": np.array([100, 300])[:, None], "ridge": ridges}),
        "flow": Problem(law, {"n_samples": 300, "time": np.array([0.01, 0.1, 1.0])}),
        "kernel": Problem(KernelRidge.on_sphere(kernel, **sphere), {"n_samples": 250, "ridge": ridges}),
        "features": Problem(
            RandomFeatures.on_sphere("relu", **sphere),
            {"n_samples": 200, "n_features": np.array([100, 400])[:, None], "ridge": np.array([0.01, 0.1, 1.0])},
        ),
        "latent": Problem(LatentSpace(30, signal=1.0, noise_variance=NOISE), latent),
    }


PROBLEMS = problems()


def on_grid(**changes: Callable[[Grid], Any]) -> Theory:
    """The right formula at the wrong arguments."""
    return lambda model, grid: risk(model, **{**grid, **{name: change(grid) for name, change in changes.items()}})


def with_noise(change: Callable[[float], float]) -> Theory:
    """The right formula with another noise variance; the noise of new labels included."""
    return lambda model, grid: risk(levels(model, noise_variance=change(model.noise_variance)), **grid)


def with_levels(
    eigenvalues: Callable[[Spectrum], FloatArray] = lambda spectrum: spectrum.eigenvalues,
    multiplicities: Callable[[Spectrum], FloatArray] = lambda spectrum: spectrum.multiplicities,
    energies: Callable[[Spectrum, FloatArray], FloatArray] = lambda spectrum, energies: energies,
    tail: Callable[[Spectrum], float] = lambda spectrum: spectrum.tail,
) -> Theory:
    """The right formula for the wrong spectrum or target."""

    def theory(model: Any, grid: Grid) -> RiskCurve:
        true = model.spectrum
        wrong = Spectrum(eigenvalues(true), multiplicities(true), tail(true))
        return risk(levels(model, wrong, energies(true, model.target.padded(len(true)))), **grid)

    return theory


def with_formula(formula: Callable[[RiskCurve, FloatArray], FloatArray]) -> Theory:
    """A test error put together wrongly from the fields of the curve and n_samples."""

    def theory(model: Any, grid: Grid) -> RiskCurve:
        curve = risk(model, **grid)
        n = np.broadcast_to(curve.grid["n_samples"], curve.shape)
        return replace(curve, values=Fields({**curve.values, "test_error": formula(curve, n)}))

    return theory


def levels(
    model: Any, spectrum: Spectrum | None = None, energies: FloatArray | None = None, noise_variance: float | None = None
) -> Any:
    """The model of the same levels, with some of them replaced."""
    kind = RandomFeatures if isinstance(model, RandomFeatures) else RidgeRegression
    target = model.target if energies is None else Target(energies, model.target.tail)
    noise = model.noise_variance if noise_variance is None else noise_variance
    return kind(model.spectrum if spectrum is None else spectrum, target, noise_variance=noise)


def of_kernel(kernel: Any) -> Theory:
    """The right formula for another kernel."""

    def theory(model: Any, grid: Grid) -> RiskCurve:
        spectrum = kernel_spectrum(kernel(), dimension=DIMENSION, min_degree=len(ENERGIES))
        return risk(levels(model, spectrum, np.array(ENERGIES)), **grid)

    return theory


def in_the_infinite_limit(model: Any, grid: Grid) -> RiskCurve:
    """Random features as if there were infinitely many."""
    wide = risk(model, **{**grid, "n_features": np.full_like(grid["n_features"], np.inf, dtype=np.float64)})
    return replace(wide, grid={**wide.grid, "n_features": np.asarray(grid["n_features"], dtype=np.float64)})


def swapped(model: Any, grid: Grid) -> RiskCurve:
    """The numbers of samples and of features in each other's place."""
    curve = risk(model, n_samples=grid["n_features"], n_features=grid["n_samples"], ridge=grid["ridge"])
    return replace(curve, grid={name: np.asarray(values, dtype=np.float64) for name, values in grid.items()})


def flow_as_ridge(model: Any, grid: Grid) -> RiskCurve:
    """Gradient flow for a time t taken for ridge 1 / t."""
    curve, right = risk(model, n_samples=grid["n_samples"], ridge=1.0 / grid["time"]), risk(model, **grid)
    return replace(right, values=Fields({name: curve.values.get(name, values) for name, values in right.values.items()}))


def shifted_degrees(spectrum: Spectrum, by: int) -> FloatArray:
    """Multiplicities of the degrees k + by."""
    counts = [float(multiplicity(DIMENSION, max(degree + by, 0))) for degree in range(len(spectrum))]
    return np.array(counts)


def in_dimension(spectrum: Spectrum, dimension: int) -> FloatArray:
    """Multiplicities of the degrees on another sphere."""
    return np.array([float(multiplicity(dimension, degree)) for degree in range(len(spectrum))])


def self_induced_ridge_dropped(model: Any, grid: Grid) -> RiskCurve:
    """kappa = ridge / n, the ridge of the population problem: what infinitely many samples at a fixed ridge / n see."""
    curve = risk(model, **grid)
    many = 1e9
    limit = risk(model, n_samples=np.asarray(grid["n_samples"]) * many, ridge=np.asarray(grid["ridge"]) * many)
    return replace(curve, values=Fields({**curve.values, "test_error": limit.test_error}))


def tilted(power: float) -> Callable[[Spectrum, FloatArray], FloatArray]:
    """Energies times a power of the eigenvalues, of the same total."""

    def energies(spectrum: Spectrum, right: FloatArray) -> FloatArray:
        wrong = right * np.where(right > 0, spectrum.eigenvalues, 1.0) ** power
        return np.asarray(wrong * right.sum() / wrong.sum())

    return energies


MISTAKES = (
    Mistake("n lambda for lambda", "ridge", on_grid(ridge=lambda g: g["ridge"] * g["n_samples"])),
    Mistake("lambda / n for lambda", "ridge", on_grid(ridge=lambda g: g["ridge"] / g["n_samples"])),
    Mistake("2 lambda for lambda", "ridge", on_grid(ridge=lambda g: 2 * g["ridge"])),
    Mistake("lambda / 2 for lambda", "ridge", on_grid(ridge=lambda g: g["ridge"] / 2)),
    Mistake("lambda^2 for lambda", "ridge", on_grid(ridge=lambda g: g["ridge"] ** 2)),
    Mistake("standard deviation for variance", "ridge", with_noise(np.sqrt)),
    Mistake("noise variance doubled", "ridge", with_noise(lambda v: 2 * v)),
    Mistake("noise variance squared", "ridge", with_noise(lambda v: v**2)),
    Mistake("excess risk for test error", "ridge", with_formula(lambda c, n: c.excess_risk)),
    Mistake("training error for test error", "ridge", with_formula(lambda c, n: c.train_error)),
    Mistake("df1 for df2", "ridge", with_formula(lambda c, n: (c.bias * (n - c.df2) + NOISE * c.df1) / (n - c.df1) + NOISE)),
    Mistake("df1 for df2 in the variance", "ridge", with_formula(lambda c, n: c.bias + NOISE * c.df1 / (n - c.df1) + NOISE)),
    Mistake("variance without its denominator", "ridge", with_formula(lambda c, n: c.bias + NOISE * c.df2 / n + NOISE)),
    Mistake("bias not inflated by n / (n - df2)", "ridge", with_formula(lambda c, n: c.test_error - c.bias * c.df2 / n)),
    Mistake("bias inflated twice", "ridge", with_formula(lambda c, n: c.bias * n / (n - c.df2) + c.variance + NOISE)),
    Mistake("variance left out", "ridge", with_formula(lambda c, n: c.bias + NOISE)),
    Mistake("bias left out", "ridge", with_formula(lambda c, n: c.variance + NOISE)),
    Mistake("noise counted twice in the test error", "ridge", with_formula(lambda c, n: c.test_error + NOISE)),
    Mistake("half the number of samples", "ridge", on_grid(n_samples=lambda g: g["n_samples"] / 2)),
    Mistake("self-induced ridge dropped", "ridge", self_induced_ridge_dropped),
    Mistake("square roots of the eigenvalues", "ridge", with_levels(lambda s: np.sqrt(s.eigenvalues))),
    Mistake("energies without the eigenvalue", "ridge", with_levels(energies=tilted(-1.0))),
    Mistake("energies with the eigenvalue twice", "ridge", with_levels(energies=tilted(1.0))),
    Mistake("time counted twice", "flow", on_grid(time=lambda g: 2 * g["time"])),
    Mistake("time of the mean loss", "flow", on_grid(time=lambda g: g["time"] * g["n_samples"])),
    Mistake("gradient flow taken for ridge 1 / t", "flow", flow_as_ridge),
    Mistake("multiplicities dropped", "kernel", with_levels(multiplicities=lambda s: np.ones(len(s)))),
    Mistake("multiplicities one degree off", "kernel", with_levels(multiplicities=lambda s: shifted_degrees(s, 1))),
    Mistake("multiplicities of R^(d+1)", "kernel", with_levels(multiplicities=lambda s: in_dimension(s, DIMENSION + 1))),
    Mistake("multiplicities d^k / k!", "kernel", with_levels(
        multiplicities=lambda s: np.cumprod([1.0, *(DIMENSION / k for k in range(1, len(s)))]))),
    Mistake("target one degree off", "kernel", with_levels(energies=lambda s, e: np.roll(e, 1))),
    Mistake("missing 1 / pi in the kernel", "kernel", with_levels(
        lambda s: np.pi * s.eigenvalues, tail=lambda s: np.pi * s.tail)),
    Mistake("kernel normalized to k(1) = 1", "kernel", with_levels(lambda s: 2 * s.eigenvalues, tail=lambda s: 2 * s.tail)),
    Mistake("high degrees dropped", "kernel", with_levels(
        multiplicities=lambda s: np.where(np.arange(len(s)) < 3, s.multiplicities, 1e-9), tail=lambda s: 0.0)),
    Mistake("depth 2 for depth 1", "kernel", of_kernel(lambda: nngp_kernel("relu", depth=2).kernel)),
    Mistake("tangent kernel for the last layer's", "kernel", of_kernel(lambda: tangent_kernel("relu", depth=1).kernel)),
    Mistake("missing 1 / k! of degree 2", "features", with_levels(
        lambda s: s.eigenvalues * np.where(np.arange(len(s)) == 2, 2.0, 1.0))),
    Mistake("ridge times the number of features", "features", on_grid(ridge=lambda g: g["ridge"] * g["n_features"])),
    Mistake("samples and features swapped", "features", swapped),
    Mistake("infinitely many features", "features", in_the_infinite_limit),
    Mistake("variance of the features left out", "features", with_formula(
        lambda c, n: c.test_error - c.variance_features - c.variance_interaction)),
    Mistake("interaction of data and features left out", "features", with_formula(
        lambda c, n: c.test_error - c.variance_interaction)),
    Mistake("hidden part of the signal forgotten", "latent", with_formula(lambda c, n: c.test_error - 1 / 11)),
    Mistake("nine tenths of the samples", "kernel", on_grid(n_samples=lambda g: 0.9 * g["n_samples"])),
    Mistake("four fifths of the samples", "flow", on_grid(n_samples=lambda g: 0.8 * g["n_samples"])),
    Mistake("time halved by the 1/2 of the loss", "flow", on_grid(time=lambda g: g["time"] / 2)),
    Mistake("biases of variance 1 in the kernel", "kernel", of_kernel(
        lambda: nngp_kernel("relu", depth=1, bias_variance=1).kernel)),
    Mistake("kernel of erf for relu", "kernel", of_kernel(lambda: nngp_kernel("erf", depth=1).kernel)),
    Mistake("kernel of gelu for relu", "kernel", of_kernel(lambda: nngp_kernel("gelu", depth=1).kernel)),
    Mistake("linear level counted d + 1 times", "kernel", with_levels(
        multiplicities=lambda s: s.multiplicities + (np.arange(len(s)) == 1))),
    Mistake("missing 1 / 2 of the linear level", "features", with_levels(
        lambda s: s.eigenvalues * np.where(np.arange(len(s)) == 1, 2.0, 1.0))),
    Mistake("ridge divided by 2", "features", on_grid(ridge=lambda g: g["ridge"] / 2)),
    Mistake("ridge multiplied by 2", "features", on_grid(ridge=lambda g: 2 * g["ridge"])),
    Mistake("ridge divided by 2, latent space", "latent", on_grid(ridge=lambda g: g["ridge"] / 2)),
    Mistake("one feature in ten lost", "features", on_grid(n_features=lambda g: 0.9 * g["n_features"])),
    Mistake("noise of the test labels twice", "latent", with_formula(lambda c, n: c.test_error + NOISE)),
    Mistake("df1 for df2 in the inflation of the bias", "ridge", with_formula(
        lambda c, n: c.bias * (n - c.df2) / (n - c.df1) + c.variance + NOISE)),
    Mistake("target's energies in the wrong order", "features", with_levels(energies=lambda s, e: np.r_[0.0, 0.5, 1.0, e[3:]])),
)  # fmt: skip


def largest_change(mistake: Mistake) -> float:
    """The largest relative change of the test error on the grid."""
    problem = PROBLEMS[mistake.problem]
    right = risk(problem.model, **problem.grid).test_error
    return float(np.max(np.abs(mistake.theory(problem.model, problem.grid).test_error / right - 1)))


def caught(mistake: Mistake, seed: int) -> bool:
    """Whether `check` with default arguments says "disagree"."""
    problem = PROBLEMS[mistake.problem]
    with wrong_theory(mistake.theory), remembered_experiments():
        return check(problem.model, **problem.grid, seed=seed, progress=False).outcome == "disagree"


def passes(name: str, seed: int) -> bool:
    """Whether the true theory of a problem agrees."""
    problem = PROBLEMS[name]
    with remembered_experiments():
        return check(problem.model, **problem.grid, seed=seed, progress=False).outcome == "agree"


@contextmanager
def wrong_theory(theory: Theory) -> Iterator[None]:
    """`check` takes `theory` for the risk."""

    def mistaken(model: Any, **grid: Any) -> RiskCurve:
        return theory(model, {name: values for name, values in grid.items() if values is not None})

    with patch("asymptotix.verdict.experiment.risk", mistaken):
        yield


_EXPERIMENTS: dict[tuple[int, int], SimulatedCurve] = {}


@contextmanager
def remembered_experiments() -> Iterator[None]:
    """Each experiment is run once: a mistake in the theory does not change it."""

    def remembered(model: Any, *, seed: int, **arguments: Any) -> SimulatedCurve:
        key = next(i for i, problem in enumerate(PROBLEMS.values()) if problem.model is model and _same(problem, arguments)), seed
        if key not in _EXPERIMENTS:
            _EXPERIMENTS[key] = simulate(model, seed=seed, **arguments)
        return _EXPERIMENTS[key]

    with patch("asymptotix.verdict.experiment.simulate", remembered):
        yield


def _same(problem: Problem, arguments: Grid) -> bool:
    return all(arguments[name] is values for name, values in problem.grid.items())


def main() -> None:
    """Print a line for each mistake, and the true theories."""
    changes = {mistake: largest_change(mistake) for mistake in MISTAKES}
    for mistake, change in sorted(changes.items(), key=lambda item: -item[1]):
        found = sum(caught(mistake, seed) for seed in SEEDS)
        print(f"| {mistake.name} | {mistake.problem} | {change:.1%} | {found} of {len(SEEDS)} |")
    for name in PROBLEMS:
        print(f"| true theory | {name} | 0 | agrees on {sum(passes(name, seed) for seed in SEEDS)} of {len(SEEDS)} |")
    promised = [change for change in changes.values() if change >= PROMISED]
    small = sum(change <= SMALL for change in promised)
    print(f"{len(MISTAKES)} mistakes: {len(promised)} move the test error by {PROMISED:.0%} or more, ", end="")
    print(f"{small} of them by at most {SMALL:.0%}")


if __name__ == "__main__":
    main()
