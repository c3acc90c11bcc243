"""Witnesses that share no code with the package: textbook fixed points by bisection, and z-scores with a stated allowance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from asymptotix.models.designs import Design
from asymptotix.simulation.trials import simulate


def bisect_log(function, low=1e-30, high=1e30):
    """Root of an increasing function of a positive number."""
    a, b = np.log(low), np.log(high)
    for _ in range(200):
        middle = 0.5 * (a + b)
        a, b = (a, middle) if function(np.exp(middle)) > 0 else (middle, b)
    return float(np.exp(0.5 * (a + b)))


def ridge_equivalent(levels, n, ridge, noise, tail=0.0, target_tail=0.0):
    """Levels (s, multiplicity, energy). n - ridge / kappa = sum m s / (s + kappa) + tail / kappa, and the risks from it."""
    s, m, e = np.array(levels, dtype=float).T
    kappa = bisect_log(lambda k: n - ridge / k - np.sum(m * s / (s + k)) - tail / k)
    df1 = np.sum(m * s / (s + kappa)) + tail / kappa
    df2 = np.sum(m * s**2 / (s + kappa) ** 2)
    inflation = n / (n - df2)
    bias = inflation * (kappa**2 * np.sum(e / (s + kappa) ** 2) + target_tail)
    variance = noise * df2 / (n - df2)
    fields = {"bias": bias, "variance": variance, "df1": df1, "df2": df2, "effective_ridge": kappa}
    fields["test_error"] = bias + variance + noise
    fields["train_error"] = (ridge / (n * kappa)) ** 2 * fields["test_error"]
    energy = np.sum(e / (s + kappa)) + target_tail / kappa
    energy -= ridge / (n - df2) * (np.sum(e / (s + kappa) ** 2) + target_tail / kappa**2)
    fields["squared_norm"] = energy + noise / (n - df2) * (np.sum(m * s / (s + kappa) ** 2) + tail / kappa**2)
    return fields


def features_equivalent(levels, n, p, ridge, noise, tail=0.0, target_tail=0.0):
    """The same for random features: ridge p = nu (n - T1)(p - T1), nu = nu2, and the textbook Upsilon and chi."""
    s, m, b2 = np.array(levels, dtype=float).T

    def t1(v):
        return np.sum(m * s / (s + v)) + tail / v

    smallest = bisect_log(lambda v: min(n, p) - t1(v))
    nu2 = bisect_log(lambda v: v * (n - t1(v)) * (p - t1(v)) - ridge * p if v > smallest else -1.0)
    nu1, t2 = nu2 * (1 - t1(nu2) / p), np.sum(m * s**2 / (s + nu2) ** 2)
    upsilon = p / n * ((1 - nu1 / nu2) ** 2 + (nu1 / nu2) ** 2 * t2 / (p - t2))
    chi = (np.sum(m * s / (s + nu2) ** 2) + tail / nu2**2) / (p - t2)
    bias = nu2**2 * (np.sum(b2 / (s + nu2) ** 2) + chi * np.sum(b2 * s / (s + nu2) ** 2)) + target_tail
    bias, variance = bias / (1 - upsilon), noise * upsilon / (1 - upsilon)
    fields = {"bias": bias, "variance": variance, "df1": t1(nu2), "effective_ridge": nu2, "nu1": nu1}
    fields["test_error"] = bias + variance + noise
    fields["train_error"] = (ridge / (n * nu1)) ** 2 * fields["test_error"]
    lost, slope, learned = p - t1(nu2), t1(nu2) - t2, nu2 * np.sum(b2 * s / (s + nu2) ** 2)
    unlearned = nu2 * np.sum(b2 / (s + nu2)) + target_tail + noise
    determinant = ridge / nu1 * lost + (ridge / nu1 + lost) * slope
    fields["squared_norm"] = p / (determinant * nu2) * (slope * unlearned + ridge / nu1 * learned)
    return fields


def simulate_design(design: Design, **arguments):
    """Simulate a bare design, silently."""
    return simulate(SimpleNamespace(design=design), progress=False, **arguments)


def z_scores(curve, expected, allowance):
    """Distance in standard errors beyond the finite-size allowance, per field.

    The allowance is relative to the expected value; for df2 to n - df2 = n d ridge / d kappa, which is what is estimated.
    """
    scores = {}
    for name, value in expected.items():
        scale = float(curve.grid["n_samples"]) - value if name == "df2" else abs(value)
        excess = abs(float(curve.values[name].item()) - value) - allowance * scale
        error = max(float(curve.standard_error[name].item()), 1e-12)  # some values fluctuate in the last digits only
        scores[name] = max(excess, 0.0) / error
    return scores


@pytest.fixture
def theory():
    """The witnesses of this file."""
    return SimpleNamespace(ridge=ridge_equivalent, features=features_equivalent, z_scores=z_scores)


@pytest.fixture
def run():
    """simulate(design, ...), silently."""
    return simulate_design
