"""One gradient step: limits against networks of finite size."""

from __future__ import annotations

import math

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.one_step import one_gradient_step
from asymptotix.lazy.spiked_weights import spike_of

QUADRATIC = "0.7*x + 0.5*(x**2-1)/sqrt(2)"  # energies .49 + .25
CENTRED = "relu(x) - 1/sqrt(2*pi)"


def test_alignments_in_numbers() -> None:
    """Label noise of variance 0.09."""
    known = {
        (QUADRATIC, 300, 600): 0.5414,
        (QUADRATIC, 100, 100): 0.3712,
        (CENTRED, 300, 600): 0.5371,
        (CENTRED, 100, 100): 0.3672,
    }
    for (target, d, n), value in known.items():
        found = one_gradient_step("erf", target, dimension=d, width=600, n_samples=n, noise_variance=0.09)
        assert round(found.alignment, 4) == value


def test_spikes_in_numbers() -> None:
    # c, s, singular value, right, left
    known = [
        (2, 1.3, 2.424, 0.188, 0.137), (2, 2, 2.739, 0.700, 0.583), (2, 4, 4.373, 0.9338, 0.8819),
        (0.5, 1.2, 1.813, 0.448, 0.563), (0.5, 2, 2.372, 0.775, 0.861), (2, 0.9, 2.414, 0.0, 0.0),
    ]  # fmt: skip
    for c, s, value, right, left in known:
        spike = spike_of(s, c)
        assert (spike.singular_value, spike.right_overlap, spike.left_overlap) == pytest.approx((value, right, left), abs=6e-4)
        assert spike.visible == (s > c**0.25)


def test_the_spike_leaves_the_bulk_continuously() -> None:
    below, above = spike_of(2**0.25, 2.0), spike_of(2**0.25 * (1 + 1e-9), 2.0)
    assert above.singular_value == pytest.approx(below.singular_value, rel=1e-12, abs=0)
    assert 0 < above.right_overlap < 1e-8


@pytest.mark.parametrize("strength", [2.0, 4.0])
def test_a_small_step_by_simulation(strength: float) -> None:
    d, width, n = 120, 240, 240
    unit = one_gradient_step("erf", QUADRATIC, dimension=d, width=width, n_samples=n).spike.strength
    found = one_gradient_step("erf", QUADRATIC, dimension=d, width=width, n_samples=n, step=strength / unit)
    assert found.spike.strength == pytest.approx(strength, rel=1e-12, abs=0)
    sample = found.simulate(n_trials=16, seed=1)
    limits = {"alignment": found.alignment, "gradient_norm": found.gradient_norm, "singular_value": found.spike.singular_value,
              "right_overlap": found.spike.right_overlap, "left_overlap": found.spike.left_overlap,
              "direction_overlap": found.direction_overlap}  # fmt: skip
    for name, limit in limits.items():
        assert abs(sample.mean[name] - limit) < 4 * sample.standard_error[name] + 0.01 * limit
    # the control: overlaps, not their squares
    assert (
        abs(sample.mean["direction_overlap"] - math.sqrt(found.direction_overlap))
        > 8 * sample.standard_error["direction_overlap"]
    )


def test_a_target_without_linear_part_leaves_noise() -> None:
    found = one_gradient_step("erf", "x**3 - 3*x", dimension=100, width=120, n_samples=200, step=1.0)
    assert found.alignment == 0.0
    sample = found.simulate(n_trials=6)
    assert sample.mean["direction_overlap"] < 0.1


@pytest.mark.long
def test_a_moderate_step_beats_the_barrier() -> None:
    found = one_gradient_step("erf", CENTRED, dimension=50, width=300, n_samples=300, noise_variance=0.01)
    errors = found.test_errors([0.0, 3.0, 100.0], n_trials=3)
    assert errors.barrier == pytest.approx(0.0908450569, rel=1e-8, abs=0)
    assert errors.excess_risk[1] < errors.barrier < min(errors.excess_risk[0], errors.excess_risk[2])
    assert "simulation only" in errors.table().notes[0]


def test_bad_input() -> None:
    sizes = {"dimension": 20, "width": 30, "n_samples": 40}
    for wrong in ({"dimension": 1}, {"width": 1}, {"n_samples": 0}, {"step": 0.0}, {"noise_variance": -1.0}):
        with pytest.raises(InvalidInputError, match=next(iter(wrong))):
            one_gradient_step("erf", "relu", **{**sizes, **wrong})  # type: ignore[arg-type]  # the wrong type is the point
    for activation in ("step(x)", "abs(x)", "exp(x)"):
        with pytest.raises(HypothesisError, match=r"jumps|mu_1"):
            one_gradient_step(activation, "relu", **sizes)  # type: ignore[arg-type]  # sizes are integers
    with pytest.raises(InvalidInputError, match="target"):
        one_gradient_step("erf", "x - x", **sizes)  # type: ignore[arg-type]  # sizes are integers
    found = one_gradient_step("erf", "relu", **sizes)  # type: ignore[arg-type]  # sizes are integers
    with pytest.raises(InvalidInputError, match="n_trials"):
        found.simulate(n_trials=1)
    with pytest.raises(InvalidInputError, match="steps"):
        found.test_errors([-1.0])
    with pytest.raises(InvalidInputError, match="steps"):
        found.test_errors([])
    assert np.isfinite(found.table(n_trials=2).column("simulated").values).all()


def test_the_figure_of_errors_stands_beside_the_barrier() -> None:
    problem = one_gradient_step("erf", "relu", dimension=10, width=20, n_samples=40)
    display = problem.test_errors([0, 1, 3], n_trials=2).plot()
    assert [line.get_label() for line in display.lines_] == ["energy beyond degree 1", "no step"]
    assert len(display.errorbar_) == 1
    with pytest.raises(InvalidInputError, match="one above 0"):
        problem.test_errors([0], n_trials=2).plot()
