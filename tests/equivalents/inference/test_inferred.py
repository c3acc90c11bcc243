"""What an inference refuses, and data that show nothing."""

from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError


def test_the_rank_of_the_kernel_without_ridge_is_refused() -> None:
    rng = np.random.default_rng(0)
    inferred = ax.infer(rng.standard_normal((50, 5)), rng.standard_normal(50))
    with pytest.raises(HypothesisError, match="n_samples = 5: that is the rank"):
        inferred.learning_curve(5, ridge=0.0)


def test_one_feature_and_noise_have_a_table() -> None:
    rng = np.random.default_rng(0)
    assert "ridge" in str(ax.infer(rng.standard_normal((200, 1)), rng.standard_normal(200)).table())


def test_units_beyond_the_powers_of_float64_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InvalidInputError, match="use other units"):
        ax.infer(1e-40 * rng.standard_normal((50, 5)), rng.standard_normal(50))
