"""The flow of one neuron: closed form against integration, rates, failure set."""

from __future__ import annotations

import math

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.neuron_moments import RectifiedMoments
from asymptotix.lazy.single_neuron_flow import _integrated, local_rates, single_neuron_flow

TIMES = np.linspace(0.0, 12.0, 13)


@pytest.mark.parametrize("norm", [0.05, 0.7, 5.0])
@pytest.mark.parametrize("angle", [0.1, 1.5, 3.1])
def test_the_closed_form_is_the_flow(norm: float, angle: float) -> None:
    found = single_neuron_flow("relu", norm=norm, angle=angle, target_norm=0.7, times=TIMES)
    assert found.closed_form
    along, across = _integrated(RectifiedMoments(), norm, math.pi - angle, 0.7, TIMES)
    assert np.max(np.hypot(along - found.along, across - found.across)) < 2e-7
    late = _integrated(RectifiedMoments(), norm, math.pi - angle, 0.7, 1.1 * TIMES)  # the control: another time scale
    assert np.max(np.hypot(late[0] - found.along, late[1] - found.across)) > 1e-3


def test_the_loss_of_two_rectifiers_decays_at_rate_one() -> None:
    found = single_neuron_flow("relu", norm=0.5, times=[20.0, 30.0])
    assert math.log(found.loss[0] / found.loss[1]) / 10 == pytest.approx(1.0, rel=1e-3, abs=0)
    assert found.loss_rate == pytest.approx(1.0, rel=1e-14, abs=0)


def test_saad_and_solla() -> None:
    direction, norm = local_rates("erf(x/sqrt(2))")
    assert direction == pytest.approx(2 / (math.pi * math.sqrt(3)), rel=1e-13, abs=0)
    assert norm == pytest.approx(2 / (math.pi * 3**1.5), rel=1e-13, abs=0)
    # from the opposite direction, through w = 0, which is no obstacle here
    found = single_neuron_flow("erf(x/sqrt(2))", angle=math.pi, times=[0.0, 50.0, 60.0])
    assert math.log(found.loss[1] / found.loss[2]) / 20 == pytest.approx(norm, rel=5e-3, abs=0)
    assert found.loss[0] == pytest.approx(2 / 3, rel=1e-12, abs=0)


def test_near_the_failure_set() -> None:
    delta = 1e-4
    found = single_neuron_flow("relu", supplement=delta, times=[0.0])
    assert found.escape_time == pytest.approx(2 * math.log(1 + math.pi / delta), rel=1e-12, abs=0)
    there = single_neuron_flow("relu", supplement=delta, times=[found.escape_time])
    assert float(there.angle[0]) == pytest.approx(math.pi / 2, abs=0.3)  # the angle turns fast there
    assert there.norm[0] == pytest.approx(math.pi / 2 / (1 + math.pi / delta), rel=0.1, abs=0)
    assert math.isnan(single_neuron_flow("relu", times=[0.0]).escape_time)


def test_a_saddle_is_flagged() -> None:
    """An even neuron at a right angle has no reason to turn to either side."""
    found = single_neuron_flow("x**2", norm=0.5, times=[0.0, 1.0])
    assert not found.converged
    assert "not converged" in " ".join(found.table().notes)
    assert single_neuron_flow("x**2", norm=0.5, angle=1.0, times=[0.0, 3.0]).converged


def test_bad_input() -> None:
    with pytest.raises(HypothesisError, match="opposite"):
        single_neuron_flow("relu", angle=math.pi)
    for wrong in (
        {"norm": 0.0},
        {"norm": -1.0},
        {"norm": 1e200},
        {"supplement": 1e-320},
        {"angle": 4.0},
        {"target_norm": 0.0},
        {"times": [1.0, 0.5]},
        {"times": [2000.0]},
    ):
        with pytest.raises(InvalidInputError, match=next(iter(wrong))):
            single_neuron_flow("relu", **wrong)  # type: ignore[arg-type]  # the wrong type is the point
    with pytest.raises(InvalidInputError, match="supplement"):
        single_neuron_flow("relu", angle=1.0, supplement=1.0)
