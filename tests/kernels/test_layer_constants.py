"""The constants of a layer, against closed forms and mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.kernels.layer_constants import layer_constants

VARIANCES = np.array([1e-3, 0.4, 1.0, 7.0])


def test_erf_and_relu_have_closed_forms() -> None:
    r = VARIANCES
    erf = layer_constants(activation("erf"), r)
    slope = 2.0 / np.sqrt(math.pi * (1.0 + 2.0 * r))
    assert erf.slope == pytest.approx(slope, rel=1e-12, abs=0)
    assert np.abs(erf.mean).max() < 1e-15
    square = 2.0 / math.pi * np.arcsin(2.0 * r / (1.0 + 2.0 * r))
    assert erf.residual == pytest.approx(square - slope**2 * r, rel=1e-9, abs=0)
    relu = layer_constants(activation("relu"), r)
    assert relu.mean == pytest.approx(np.sqrt(r / (2.0 * math.pi)), rel=1e-12, abs=0)
    assert relu.slope == pytest.approx(np.full(4, 0.5), rel=1e-12, abs=0)
    assert relu.residual == pytest.approx(r * (0.25 - 1.0 / (2.0 * math.pi)), rel=1e-11, abs=0)


def test_a_nearly_linear_activation_keeps_the_digits_of_its_residual() -> None:
    r = 1e-6
    with mpmath.workdps(40):
        root = mpmath.sqrt(mpmath.mpf(r))

        def mean(f: Callable[[mpmath.mpf], mpmath.mpf]) -> mpmath.mpf:
            return mpmath.quad(lambda z: f(z) * mpmath.npdf(z), [-14, -4, 0, 4, 14])

        square = mean(lambda z: mpmath.tanh(root * z) ** 2)
        slope = mean(lambda z: z * mpmath.tanh(root * z)) / root
        exact = float(square - slope**2 * r)
    found = layer_constants(activation("tanh"), np.array([r]))
    assert found.slope[0] == pytest.approx(float(slope), rel=1e-13, abs=0)
    # 1e-13 of the energy, of which it is six millionths of a millionth: a difference of moments has no digit of it
    assert found.residual[0] == pytest.approx(exact, rel=1e-6, abs=0)


def test_a_kink_away_from_zero_is_resolved_at_every_variance() -> None:
    r = VARIANCES
    a = 0.7 / np.sqrt(r)
    density, tail = np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi), np.array([0.5 * math.erfc(x / math.sqrt(2)) for x in a])
    found = layer_constants(activation("max(x - 0.7, 0)"), r)
    assert found.slope == pytest.approx(tail, rel=1e-9, abs=1e-18)
    assert found.mean == pytest.approx(np.sqrt(r) * density - 0.7 * tail, rel=1e-9, abs=1e-18)
