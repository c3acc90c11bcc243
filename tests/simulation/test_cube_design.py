from __future__ import annotations

import pickle
from math import comb

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import CubeKernel
from asymptotix.simulation.cube_design import CubeKernelSampler
from asymptotix.simulation.hypercube import distances, krawtchouk, random_vertices

ENERGIES = np.array([0.2, 0.5, 0.3, 0.2])
NOISE = 0.1


def exponential(q1, q2, c):
    return np.exp(c)


def tangent(q1, q2, c):
    angle = np.arccos(c)
    return (np.sin(angle) + 2 * c * (np.pi - angle)) / (2 * np.pi)


def test_population_risk_is_that_of_a_test_set():
    """Independent witness of second and cross moments: fresh vertices."""
    d, n = 8, 15
    draw = CubeKernelSampler.of(CubeKernel(d, tangent, ENERGIES, NOISE)).draw(n, None, np.random.default_rng(1))
    replay = np.random.default_rng(1)
    directions, train = random_vertices(4, d, replay), random_vertices(n, d, replay)
    assert draw.matrix == pytest.approx(tangent(1.0, 1.0, train @ train.T / d), rel=1e-12)
    test = random_vertices(100_000, d, np.random.default_rng(2))
    polynomials = krawtchouk(d, range(4))
    labels = sum(np.sqrt(e) * p[a] for e, p, a in zip(ENERGIES, polynomials, distances(test, directions).T, strict=True))
    assert np.mean(labels**2) == pytest.approx(ENERGIES.sum(), rel=0.02)
    rows = tangent(1.0, 1.0, test @ train.T / d)
    for coefficients in np.random.default_rng(3).standard_normal((5, n, 1)):
        for errors, expected in (
            (((rows @ coefficients)[:, 0] - labels) ** 2, draw.population.excess(coefficients)[0]),
            ((rows @ coefficients)[:, 0] ** 2, draw.population.squares(coefficients)[0]),
        ):
            error = np.std(errors) / np.sqrt(len(test))
            assert abs(np.mean(errors) - expected) < 4 * error
            assert abs(np.mean(errors) - 2 * expected) > 6 * error


def cube_levels(kernel, d):
    """Eigenvalues by the exact sum over distances, all degrees."""
    law = np.array([comb(d, j) for j in range(d + 1)]) / 2.0**d
    values = kernel(1.0, 1.0, 1 - 2 * np.arange(d + 1) / d)
    counts = np.array([comb(d, k) for k in range(d + 1)], dtype=float)
    eigenvalues = [law @ (values * p) / np.sqrt(c) for p, c in zip(krawtchouk(d, range(d + 1)), counts, strict=True)]
    return list(zip(np.maximum(eigenvalues, 0.0), counts, np.pad(ENERGIES, (0, d - 3)), strict=True))


@pytest.mark.parametrize(
    ("kernel", "d", "n", "ridge"), [(exponential, 20, 150, 0.05), (tangent, 25, 120, 0.0), (exponential, 12, 300, 0.3)]
)
def test_kernel_ridge_on_the_hypercube_agrees_with_the_equivalent(run, theory, kernel, d, n, ridge):
    curve = run(CubeKernel(d, kernel, ENERGIES, NOISE), n_samples=n, ridge=ridge, n_trials=60, seed=1)
    levels = cube_levels(kernel, d)
    expected = theory.ridge(levels, n, ridge, NOISE)
    if ridge == 0:
        del expected["train_error"]
    scores = theory.z_scores(curve, expected, allowance=5 / n)
    assert max(scores.values()) < 4, scores
    assert theory.z_scores(curve, theory.ridge(levels, n, ridge, 2 * NOISE), allowance=5 / n)["variance"] > 6
    # the sphere's multiplicities in place of the hypercube's
    other = [(s, comb(d + k - 1, k) if 1 < k < 4 else m, e) for k, (s, m, e) in enumerate(levels)]
    assert max(theory.z_scores(curve, theory.ridge(other, n, ridge, NOISE), allowance=5 / n).values()) > 6


def test_it_travels_and_refuses():
    sampler = CubeKernelSampler.of(CubeKernel(6, exponential, ENERGIES, NOISE))
    copy = pickle.loads(pickle.dumps(sampler))
    assert np.array_equal(copy.second_moment, sampler.second_moment)
    with pytest.raises(InvalidInputError, match="dimension = 3000"):
        CubeKernelSampler.of(CubeKernel(3000, exponential, ENERGIES, NOISE))
    with pytest.raises(InvalidInputError, match="energy in degree 3"):
        CubeKernelSampler.of(CubeKernel(2, exponential, ENERGIES, NOISE))
