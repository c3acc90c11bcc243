from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from asymptotix.simulation.hypercube import distances, joint_moments, krawtchouk, random_vertices

D = 5
CUBE = np.array(list(product([-1.0, 1.0], repeat=D)))
APART = distances(CUBE, CUBE)


def test_distances_count_the_coordinates_that_differ():
    assert np.array_equal(APART, np.sum(CUBE[:, None] != CUBE[None], axis=2))


def test_moments_are_sums_over_all_vertices():
    one, other = np.random.default_rng(0).standard_normal((2, D + 1))
    brute = one[APART] @ other[APART] / len(CUBE)
    assert joint_moments(one, other)[APART] == pytest.approx(brute, rel=1e-12, abs=1e-14)
    assert joint_moments(one, other)[APART] != pytest.approx(2 * brute, rel=1e-3, abs=0)


def test_krawtchouk_polynomials_are_sums_of_parities():
    """sqrt(binom) Q_k(a, b) is the normalized sum over sets A of size k of the parities of a and b on A."""
    parities = {k: [] for k in range(D + 1)}
    for chosen in product([False, True], repeat=D):
        parities[sum(chosen)].append(np.prod(CUBE[:, chosen], axis=1))
    for k, table in enumerate(krawtchouk(D, range(D + 1))):
        values = np.array(parities[k])
        assert table[APART] == pytest.approx(values.T @ values / np.sqrt(len(values)), rel=1e-13, abs=1e-13)


def test_only_the_degrees_asked_for():
    every = krawtchouk(40, range(8))
    for mine, theirs in zip(krawtchouk(40, [2, 7]), [every[2], every[7]], strict=True):
        assert np.array_equal(mine, theirs)


def test_many_dimensions_keep_their_norms():
    polynomials = krawtchouk(200, [0, 1, 3])
    for i, one in enumerate(polynomials):
        for j, other in enumerate(polynomials):
            # E_x of two zonal functions around the same vertex
            assert joint_moments(one, other)[0] == pytest.approx(float(i == j), abs=1e-10)


def test_vertices_are_signs():
    x = random_vertices(1000, 7, np.random.default_rng(0))
    assert set(np.unique(x)) == {-1.0, 1.0}
    assert abs(x.mean()) < 4 / np.sqrt(7000)
