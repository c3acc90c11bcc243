"""Loss and gradient of one neuron against one: closed forms against quadrature, and the gradient against differences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import HypothesisError
from asymptotix.lazy.neuron_moments import ErfMoments, NeuronMoments, NumericMoments, RectifiedMoments, neuron_moments

PLACES = [(0.3, 0.8), (-0.5, 0.2), (-0.5, 1e-4), (1.0, 1e-6), (0.0, 1.2), (2.0, 0.0)]


@pytest.mark.parametrize(
    ("text", "closed"), [("relu", RectifiedMoments()), ("erf(x/sqrt(2))", ErfMoments(1.0)), ("erf", ErfMoments(math.sqrt(2)))]
)
def test_closed_forms_against_quadrature(text: str, closed: NeuronMoments) -> None:
    found = neuron_moments(text)
    assert type(found) is type(closed)
    assert getattr(found, "scale", 1.0) == pytest.approx(getattr(closed, "scale", 1.0), rel=1e-15, abs=0)  # by its values
    numeric = NumericMoments(activation(text), activation(text))
    for a, b in PLACES:
        assert numeric.loss(a, b, 0.9) == pytest.approx(closed.loss(a, b, 0.9), rel=1e-12, abs=1e-15)
        np.testing.assert_allclose(numeric.slopes(a, b, 0.9), closed.slopes(a, b, 0.9), rtol=1e-12, atol=2e-15)


@pytest.mark.parametrize(
    ("student", "teacher"), [("relu", None), ("erf", None), ("abs(x)", "relu"), ("tanh", "relu"), ("x**3 - 3*x", None)]
)
def test_the_gradient_is_that_of_the_loss(student: str, teacher: str | None) -> None:
    moments, h = neuron_moments(student, teacher), 1e-4
    a, b, scale = 0.4, 0.7, 1.3
    radial, mixed = moments.slopes(a, b, scale)
    along = (moments.loss(a + h, b, scale) - moments.loss(a - h, b, scale)) / (2 * h)
    across = (moments.loss(a, b + h, scale) - moments.loss(a, b - h, scale)) / (2 * h)
    assert radial * a + mixed * scale == pytest.approx(along, rel=2e-6, abs=1e-9)
    assert radial * b == pytest.approx(across, rel=2e-6, abs=1e-9)
    assert radial * b != pytest.approx(2 * across, rel=2e-6, abs=1e-9)  # the 1/2 of the loss


@pytest.mark.parametrize("text", ["relu", "tanh"])
def test_the_loss_by_monte_carlo(text: str) -> None:
    s, rng = activation(text), np.random.default_rng(5)
    u, v = rng.standard_normal((2, 400_000))
    squares = 0.5 * (s(0.4 * u + 0.7 * v) - s(1.3 * u)) ** 2
    error = squares.std() / math.sqrt(squares.size)
    assert abs(neuron_moments(text).loss(0.4, 0.7, 1.3) - squares.mean()) < 4 * error


def test_small_angles_keep_their_digits() -> None:
    """Near the target the loss is |w - w_*|^2 / 4: 1 - cos would have lost it."""
    for b in (1e-5, 1e-9):
        assert RectifiedMoments().loss(1.0, b, 1.0) == pytest.approx(b**2 / 4, rel=1e-4, abs=0)
    # and near the opposite direction pi - phi does not cancel
    assert RectifiedMoments().slopes(-1.0, 1e-12, 1.0)[1] == pytest.approx(-1e-12 / (2 * math.pi), rel=1e-12, abs=0)


@pytest.mark.parametrize("text", ["step(x)", "exp(x)", "exp(x**2/10)"])
def test_what_descent_cannot_use_is_refused(text: str) -> None:
    with pytest.raises(HypothesisError, match="use"):
        neuron_moments(text)
