from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError
from asymptotix.lazy.lipschitz import jacobian_lipschitz, network_bound, slope_suprema
from asymptotix.lazy.network import Layers, Move, draw_network

from .test_network import jacobian


def test_suprema_in_closed_form() -> None:
    assert slope_suprema(ax.activation("erf")) == pytest.approx(
        (2 / np.pi**0.5, 4 / (2 * np.pi) ** 0.5 * np.exp(-0.5)), rel=1e-12, abs=0
    )
    assert slope_suprema(ax.activation("tanh")) == pytest.approx((1.0, 4 / 27**0.5), rel=1e-12, abs=0)
    assert slope_suprema(ax.activation("softplus")) == pytest.approx((1.0, 0.25), rel=1e-12, abs=0)
    assert slope_suprema(ax.activation("elu")) == pytest.approx((1.0, 1.0), rel=1e-3, abs=0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("relu", "its slope jumps at 0"), ("step(x)", ": it jumps at 0"), ("x**2", "first derivative is not bounded")],
)
def test_where_the_bound_does_not_apply_is_said(text: str, reason: str) -> None:
    with pytest.raises(HypothesisError, match=reason):
        slope_suprema(ax.activation(text))


@pytest.mark.parametrize(("layers", "closest"), [("first", 0.3), ("all", 0.15)])
def test_the_constant_is_never_violated_and_not_far(layers: Layers, closest: float) -> None:
    rng, s, largest = np.random.default_rng(8), ax.activation("erf"), 0.0
    suprema = slope_suprema(s)
    for _ in range(150):
        X = rng.standard_normal((3, 3))
        one = draw_network(s, width=2, dimension=3, scale=0.7, rng=rng, layers=layers)
        step = Move(rng.standard_normal(2) if layers == "all" else np.zeros(2), rng.standard_normal((2, 3)))
        two = one.moved(step, 10.0 ** rng.uniform(-3, 0))
        reach = float(max(np.abs(one.output_weights).max(), np.abs(two.output_weights).max()))
        beta = jacobian_lipschitz(suprema, X, 0.7, reach, layers)
        largest = max(largest, np.linalg.norm(jacobian(one, X) - jacobian(two, X), 2) / one.distance(two) / beta)
    assert closest < largest <= 1


def test_the_ball_contains_the_path() -> None:
    rng = np.random.default_rng(9)
    X = rng.standard_normal((4, 10))
    network = draw_network(ax.activation("erf"), width=4000, dimension=10, scale=4000**-0.5, rng=rng)
    values = np.linalg.eigvalsh(network.at(X).kernel())
    bound = network_bound(network, X, (values[0] ** 0.5, values[-1] ** 0.5), 1.0)
    assert bound.holds
    fixed = jacobian_lipschitz(slope_suprema(network.activation), X, network.scale, 1.0 + bound.displacement, "all")
    assert bound.lipschitz == pytest.approx(fixed, rel=1e-6, abs=0)
    assert bound.lipschitz >= fixed
