from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.mean_field_equations import mean_field_limit
from asymptotix.lazy.scaled_networks import ScaleStudy, scale_study

STUDENT, TEACHER = "erf(x/sqrt(2))", "erf(sqrt(2)*x)"


@pytest.fixture(scope="module")
def study() -> ScaleStudy:
    return scale_study(STUDENT, target=TEACHER, dimension=20, widths=[16, 32, 64], exponents=[0.5, 0.75, 1.0], time=6.0)


def test_the_six_equations() -> None:
    found = mean_field_limit(STUDENT, target=TEACHER, times=[0.5, 1.0, 3.0, 6.0, 20.0])
    assert found.loss == pytest.approx([0.22471, 0.16972, 0.04963, 0.01681, 0.00887], rel=5e-4, abs=0)
    wrong = mean_field_limit(STUDENT, target=TEACHER, times=[0.5, 1.0, 3.0], train_output=False)
    assert not np.allclose(wrong.loss, found.loss[:3], rtol=0.05)


def test_a_particle_at_a_time_is_not_the_limit_at_infinite_dimension() -> None:
    # at the start everything is symmetric: the target's energy, 2 / pi arcsin(4 / 5), is the loss
    found = mean_field_limit(STUDENT, target=TEACHER, times=[0.0, 1.0])
    assert found.loss[0] == pytest.approx(np.arcsin(0.8) / np.pi, rel=1e-12, abs=0)
    assert found.overlap[1, 0] == pytest.approx(-found.overlap[1, 1], rel=1e-9, abs=0)
    assert found.alignment[1] > found.alignment[0]


@pytest.mark.long
def test_other_smooth_activations_have_the_limit_too() -> None:
    found = mean_field_limit("tanh", target="tanh(2*x)", times=[0.0, 3.0])
    assert found.loss[1] < 0.5 * found.loss[0]


def test_a_target_without_a_linear_part_is_refused() -> None:
    with pytest.raises(HypothesisError, match="information exponent 1"):
        mean_field_limit("tanh", target="x**2 - 1", times=1.0)


def test_the_kernel_moves_by_the_expected_power_of_the_width(study: ScaleStudy) -> None:
    kernel, weights = study.slopes("kernel_change"), study.slopes("movement")
    for k, exponent in ((0, 0.5), (2, 1.0)):
        slope, error = kernel[k]
        assert abs(slope - (2 * exponent - 2)) < 0.15 + 2 * error
        assert abs(weights[k][0] - (exponent - 1)) < 0.12 + 2 * weights[k][1]
    assert kernel[0][0] < -0.7 < kernel[1][0] < -0.25  # a lazy scale is told from one between


def test_mean_field_learns_the_direction_and_lazy_does_not(study: ScaleStudy) -> None:
    assert np.all(np.diff(study.alignment, axis=0) > 0)
    assert np.all(np.diff(study.kernel_change, axis=0) > 0)
    assert study.alignment[2, -1] > 0.5 > 3 * study.alignment[0, -1]
    assert study.kernel_change[0, -1] < 0.1
    assert study.kernel_change[2, -1] > 0.2


@pytest.mark.long
def test_the_error_of_the_limit_is_of_the_order_of_one_over_the_dimension() -> None:
    limit = mean_field_limit(STUDENT, target=TEACHER, times=[1.0]).loss[0]
    gaps = []
    for d in (10, 40):
        networks = scale_study(STUDENT, target=TEACHER, dimension=d, widths=[400], exponents=[1.0], time=1.0)
        gaps.append(limit - networks.test_error[0, 0] / 2)
    # the width adds a term of the order of 1 / N to both
    assert gaps[0] / gaps[1] == pytest.approx(4.0, rel=0.35, abs=0)


def test_more_dimensions_than_neurons() -> None:
    found = scale_study("erf", target="erf", dimension=40, widths=[8], exponents=[1.0], time=1.0)
    assert 0 < found.kernel_change[0, 0] < 3
    assert found.plot("alignment").lines_
    assert "From lazy" in found.table().to_csv()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"exponents": [0.4]}, "from 1/2"),
        ({"exponents": [2.5]}, "from 1/2"),
        ({"widths": [0]}, "widths"),
        ({"widths": [5]}, "even"),
        ({"time": 0.0}, "time"),
        ({"n_trials": 1}, "n_trials"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"activation": "erf", "target": "erf", "dimension": 5, "widths": [4], **arguments}
    with pytest.raises(InvalidInputError, match=message):
        scale_study(**given)  # type: ignore[arg-type] # what is wrong is the point


@pytest.mark.long
def test_the_table_of_scales() -> None:
    exponents = [0.5, 0.75, 1.0, 1.25]
    found = scale_study(STUDENT, target=TEACHER, dimension=20, widths=[128], exponents=exponents, time=60.0, n_trials=3)
    assert found.test_error[:3, 0] / 2 == pytest.approx([0.0342, 0.0180, 0.0007], rel=0.15, abs=0)
    assert found.kernel_change[:, 0] == pytest.approx([0.014, 0.144, 0.731, 7.05], rel=0.3, abs=0)
    assert found.movement[:, 0] == pytest.approx([0.114, 0.465, 1.576, 2.19], rel=0.1, abs=0)
    assert found.alignment[:, 0] == pytest.approx([0.073, 0.293, 0.866, 0.989], rel=0.12, abs=0)
