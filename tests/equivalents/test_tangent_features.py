"""Tangent features at finite width, alone and beside random features: limits, the joint equation, experiments."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.simulation.trials import simulate
from asymptotix.spectra.tangent_levels import tangent_levels

TARGET = [0.0, 1.0, 0.5]


def tangent(dimension: int = 20, activation: str = "relu") -> ax.NeuralTangent:
    return ax.NeuralTangent.on_sphere(activation, dimension=dimension, target=TARGET, noise_variance=0.1)


def both(variance: float = 1.0, dimension: int = 20, activation: str = "erf") -> ax.RandomFeaturesAndTangent:
    return ax.RandomFeaturesAndTangent.on_sphere(
        activation, dimension=dimension, target=TARGET, noise_variance=0.1, tangent_variance=variance
    )


def test_levels_are_those_of_the_tangent_kernel_of_a_homogeneous_activation() -> None:
    """Weights on the sphere and Gaussian ones agree for ReLU: the other route goes through the dual kernel."""
    kernel = ax.kernel_spectrum(ax.tangent_kernel("relu", depth=1, layers="first"), dimension=12)
    levels = tangent_levels(ax.activation("relu"), 12)
    size = min(len(kernel), len(levels), 30)
    assert levels.eigenvalues[:size] == pytest.approx(kernel.eigenvalues[:size], rel=1e-11, abs=1e-20)
    assert levels.trace == pytest.approx(0.5, rel=1e-12, abs=0)


def test_infinite_width_is_kernel_ridge_regression() -> None:
    kernel = ax.KernelRidge.on_sphere(
        ax.tangent_kernel("relu", depth=1, layers="first"), dimension=20, target=TARGET, noise_variance=0.1
    )
    wide = risk(tangent(), n_samples=[50, 300], ridge=0.1, width=np.inf)
    assert wide.test_error == pytest.approx(risk(kernel, n_samples=[50, 300], ridge=0.1).test_error, rel=1e-11, abs=0)


def test_without_tangent_part_both_are_random_features() -> None:
    features = ax.RandomFeatures.on_sphere("erf", dimension=20, target=TARGET, noise_variance=0.1)
    grid: dict[str, Any] = {"n_samples": np.array([30, 80, 200])[:, None], "ridge": [1e-3, 0.1]}
    one, two = risk(both(0.0), **grid, width=60), risk(features, **grid, n_features=60)
    for name in ("bias", "variance", "train_error", "df1", "in_sample_risk"):
        assert one.quantity(name) == pytest.approx(two.quantity(name), rel=1e-12, abs=0), name
    assert one.effective_ridge == pytest.approx(two.nu1, rel=1e-12, abs=0)


def test_a_constant_of_both_kernels_goes_from_one_to_the_other() -> None:
    """A tangent part of variance 1e8 leaves the random features nothing to do: tangent features at ridge / 1e8."""
    one = risk(both(1e8), n_samples=[50, 300], ridge=1e7, width=10)
    two = risk(tangent(activation="erf"), n_samples=[50, 300], ridge=0.1, width=10)
    assert one.test_error == pytest.approx(two.test_error, rel=1e-6, abs=0)


@pytest.mark.parametrize("mistake", [1.0, 1.001])
def test_the_textbook_form_in_high_precision(mistake: float) -> None:
    """The joint equations with subtractions and numerical derivatives, where they are exact enough."""
    model, n, lam, width = both(0.7), 70, 0.05, 40
    levels = model.levels
    curve = risk(model, n_samples=n, ridge=lam, width=width)
    with mpmath.workdps(36):
        sigma, q = ([mpmath.mpf(float(v)) for v in values] for values in (levels.features, levels.tangent))
        counts = [mpmath.mpf(float(v)) for v in levels.multiplicities]
        tails = mpmath.mpf(levels.features_tail), mpmath.mpf(levels.tangent_tail)
        p, large = mpmath.mpf(width), mpmath.mpf(width * 20 * mistake)

        def shares(nu: Any) -> tuple[Any, Any]:
            s = t = mpmath.mpf(1)
            before = mpmath.mpf(0)
            while abs(s - before) > mpmath.mpf(10) ** -34:
                before = s
                r = [1 / (s * a + t * b + nu) for a, b in zip(sigma, q, strict=True)]
                s = 1 / (1 + (sum(m * a * x for m, a, x in zip(counts, sigma, r, strict=True)) + tails[0] / nu) / p)
                t = 1 / (1 + (sum(m * b * x for m, b, x in zip(counts, q, r, strict=True)) + tails[1] / nu) / large)
            return s, t

        def df1(nu: Any) -> Any:
            s, t = shares(nu)
            kept = [s * a + t * b for a, b in zip(sigma, q, strict=True)]
            return sum(m * k / (k + nu) for m, k in zip(counts, kept, strict=True)) + (s * tails[0] + t * tails[1]) / nu

        nu = mpmath.findroot(lambda x: n - lam / x - df1(x), mpmath.mpf(float(curve.effective_ridge)))
        h = mpmath.mpf(10) ** -10
        df2 = df1(nu) + nu * (df1(nu * (1 + h)) - df1(nu * (1 - h))) / (2 * h * nu)
        s, t = shares(nu)
        ds, dt = ((x - y) / (2 * h * nu) for x, y in zip(shares(nu * (1 + h)), shares(nu * (1 - h)), strict=True))
        bias = sum(
            mpmath.mpf(float(e)) * (nu / (s * a + t * b + nu)) ** 2 * (1 + ds * a + dt * b)
            for e, a, b in zip(levels.energies, sigma, q, strict=True)
        )
        test = float((bias + levels.hidden + mpmath.mpf("0.1")) / (1 - df2 / n))
    same = float(curve.test_error) == pytest.approx(test, rel=1e-12, abs=0)
    assert same == (mistake == 1.0)


@pytest.mark.parametrize(("model", "n", "widths"), [(tangent(), 200, [5, 10, 40]), (both(activation="relu"), 150, [5, 20, 60])])
def test_the_experiment_agrees(model: Any, n: int, widths: list[int]) -> None:
    verdict = ax.check(model, n_samples=n, ridge=0.1, width=widths, n_trials=20, seed=1, progress=False)
    assert verdict.outcome == "agree", verdict.summary()


def test_both_peaks_of_triple_descent() -> None:
    """Width 20 in 40 dimensions: with a weak tangent part the error peaks near n = 20 and near n = 800."""
    model = ax.RandomFeaturesAndTangent.on_sphere("erf", dimension=40, target=TARGET, noise_variance=1.0, tangent_variance=1e-4)
    n = np.unique(np.geomspace(5, 3000, 120).round())
    error = risk(model, n_samples=n, ridge=1e-9, width=20).test_error
    peaks = n[1:-1][(error[1:-1] > error[:-2]) & (error[1:-1] > error[2:])]
    assert np.any(np.abs(np.log(peaks / 20.0)) < 0.25)
    assert np.any(np.abs(np.log(peaks / 800.0)) < 0.1)


def test_hypotheses_and_arguments_are_named() -> None:
    with pytest.raises(HypothesisError, match="width = 3 is below 5"):
        risk(tangent(), n_samples=50, ridge=0.1, width=3)
    with pytest.raises(InvalidInputError, match="width = None"):
        risk(tangent(), n_samples=50, ridge=0.1)
    with pytest.raises(InvalidInputError, match="n_features"):
        risk(tangent(), n_samples=50, ridge=0.1, width=10, n_features=10)
    with pytest.raises(HypothesisError, match="jumps"):
        ax.NeuralTangent.on_sphere("step", dimension=10, target=[1.0])
    with pytest.raises(HypothesisError, match="infinite"):
        risk(tangent(), n_samples=200, ridge=0.0, width=10)
    ridge_model = ax.RidgeRegression(ax.Spectrum([1.0], [10]), [1.0])
    with pytest.raises(InvalidInputError, match="width = 5"):
        risk(ridge_model, n_samples=50, ridge=0.1, width=5)
    with pytest.raises(InvalidInputError, match="width"):
        simulate(ridge_model, n_samples=50, ridge=0.1, width=5, progress=False)
    with pytest.raises(InvalidInputError, match="tangent_variance"):
        both(-1.0)
