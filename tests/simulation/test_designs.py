from __future__ import annotations

import pickle

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import (
    DataFeatures,
    DataKernel,
    GaussianCovariates,
    GaussianFeatures,
    SphereFeatures,
    SphereKernel,
)
from asymptotix.simulation.designs import sampler_of


def identity_kernel(q1, q2, c):
    return c


LEVELS = (np.array([1.0, 0.5]), np.array([2.0, 3.0]), np.array([1.0, 1.0]), 0.1, 0.1, 0.2)
ENERGIES = np.array([0.0, 1.0])
INPUTS = np.random.default_rng(0).standard_normal((20, 4))
DESIGNS = [
    GaussianCovariates(*LEVELS),
    GaussianFeatures(*LEVELS),
    SphereKernel(5, identity_kernel, ENERGIES, 0.2),
    SphereFeatures(5, activation("relu"), ENERGIES, 0.2),
    DataKernel(INPUTS @ INPUTS.T, INPUTS[:, 0], 0.2, False),
    DataFeatures(INPUTS, np.sign(INPUTS[:, 0]), activation("tanh"), 0.2),
]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: type(design).__name__)
def test_sampler_is_picklable_and_draws_the_same(design):
    sampler = sampler_of(design)
    assert sampler.noise_variance == 0.2
    assert sampler.has_features == ("Features" in type(design).__name__)
    assert sampler.classifies == (type(design) is DataFeatures)
    n_features = 7 if sampler.has_features else None
    one = sampler.draw(9, n_features, np.random.default_rng(1))
    two = pickle.loads(pickle.dumps(sampler)).draw(9, n_features, np.random.default_rng(1))
    assert one.matrix.shape[0] == 9
    assert one.is_kernel == ("Kernel" in type(design).__name__)
    assert np.array_equal(one.matrix, two.matrix)
    assert np.array_equal(one.labels, two.labels)
    assert not np.array_equal(one.matrix, sampler.draw(9, n_features, np.random.default_rng(2)).matrix)


def test_anything_else_is_refused():
    with pytest.raises(InvalidInputError, match="one of the designs"):
        sampler_of("gaussian")  # type: ignore[arg-type]  # the wrong type is the point
