from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.lazy.committee_equations import Committee, i3, i4
from asymptotix.lazy.online_descent import OnlineDescent, online_sgd

WEIGHTS = np.array([[0.5, 0.1, 0.3, 0.0], [-0.1, 0.4, 0.0, 0.3]])
TEACHER = np.eye(4)[:2]


def run(step_size: float, times: list[float], **simulation: int) -> OnlineDescent:
    return online_sgd("erf(x/sqrt(2))", weights=WEIGHTS, teacher_weights=TEACHER, step_size=step_size, times=times, **simulation)


def test_i3_and_i4_are_the_averages_they_stand_for() -> None:
    from scipy.special import erf

    rng = np.random.default_rng(0)
    root = rng.standard_normal((4, 4)) / 2
    z = root @ rng.standard_normal((4, 200_000))
    s, slope = erf(z / 2**0.5), np.sqrt(2 / np.pi) * np.exp(-0.5 * z**2)
    index = np.arange(4)
    for drawn, known in (
        (slope[0] * z[1] * s[2], i3(root @ root.T, *index[:3, None])),
        (slope[0] * slope[1] * s[2] * s[3], i4(root @ root.T, *index[:, None])),
    ):
        assert abs(drawn.mean() - known[0]) < 4 * drawn.std() / np.sqrt(drawn.size)


@pytest.fixture(scope="module")
def small() -> OnlineDescent:
    return run(0.8, [0.0, 2.0, 5.0], dimension=100, n_trials=60, seed=1)


def test_runs_at_finite_dimension_follow_the_equations(small: OnlineDescent) -> None:
    z = small.z_scores
    assert np.all(np.isnan(z[0]))  # the start is exact
    assert np.max(np.abs(z[1:])) < 4.0
    assert np.max(np.abs(gaps(small))) < 1.5 / 100  # an allowance of C / d, errors included


def gaps(found: OnlineDescent) -> np.ndarray:
    return found.simulated.mean(axis=0) - np.concatenate([found.overlaps, found.teacher_overlaps], axis=2)


def test_few_runs_are_judged_by_the_law_of_student(small: OnlineDescent) -> None:
    from scipy.special import ndtr, stdtr

    few = replace(small, simulated=small.simulated[:6])
    spread = few.simulated[:, 1:].std(axis=0, ddof=1) / 6**0.5
    quotient = gaps(few)[1:] / spread
    assert ndtr(few.z_scores[1:]) == pytest.approx(stdtr(5, quotient), rel=1e-9, abs=0)
    assert np.max(np.abs(few.z_scores[1:]) / np.abs(quotient)) < 1.0


def test_without_the_term_of_the_learning_rate_they_do_not(small: OnlineDescent) -> None:
    slow = run(0.8e-3, [0.0, 2000.0, 5000.0])  # the same path without the term in eta^2
    wrong = replace(small, overlaps=slow.overlaps, teacher_overlaps=slow.teacher_overlaps)
    assert np.nanmax(np.abs(wrong.z_scores)) > 10.0
    # the opposite sign of the term
    opposite = replace(small, overlaps=2 * slow.overlaps - small.overlaps)
    assert np.nanmax(np.abs(opposite.z_scores)) > 12.0


def test_the_stable_step_divides_learning_from_a_plateau() -> None:
    given = {"weights": [[0.5, 0.5]], "teacher_weights": [[1.0, 0.0]], "times": [0.0, 100.0, 400.0]}
    stable = online_sgd("erf", step_size=0.5, **given).stable_step  # type: ignore[arg-type] # a dictionary of several types
    assert stable is not None
    below, above = (online_sgd("erf", step_size=f * stable, **given) for f in (0.9, 1.1))  # type: ignore[arg-type] # as above
    assert below.loss[2] < 1e-9
    assert above.loss[2] == pytest.approx(above.loss[1], rel=1e-3, abs=0)
    assert above.loss[2] > 1e-3
    assert "NOT below" in above.table().notes[1]


def test_the_stable_step_of_two_students() -> None:
    stable = run(0.1, [1.0]).stable_step
    assert stable is not None
    near = TEACHER + 0.05 * np.array([[0.3, -0.2, 0.5, 0.0], [0.4, 0.1, 0.0, -0.5]])
    given = {"weights": near, "teacher_weights": TEACHER, "times": [0.0, 200.0]}
    below, above = (online_sgd("erf(x/sqrt(2))", step_size=f * stable, **given) for f in (0.85, 1.15))  # type: ignore[arg-type] # a dictionary of several types
    assert below.loss[1] < 1e-3 * below.loss[0]
    assert above.loss[1] > above.loss[0]


def test_scales_of_erf_are_scales_of_the_weights() -> None:
    one = online_sgd("erf", weights=WEIGHTS, teacher_weights=TEACHER, step_size=0.4, times=3.0)
    two = online_sgd("erf(x/sqrt(2))", weights=2**0.5 * WEIGHTS, teacher_weights=2**0.5 * TEACHER, step_size=0.8, times=3.0)
    assert one.overlaps == pytest.approx(two.overlaps / 2, rel=1e-7, abs=0)
    assert one.loss == pytest.approx(two.loss, rel=1e-7, abs=0)


def test_the_teacher_is_a_fixed_point() -> None:
    committee = Committee(2, TEACHER @ TEACHER.T, 0.8)
    assert committee.velocity(committee.pack(np.eye(2), np.eye(2))) == pytest.approx(np.zeros(8), rel=0, abs=1e-14)
    assert committee.loss(committee.pack(np.eye(2), np.eye(2))) == pytest.approx(0.0, rel=0, abs=1e-15)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"activation": "relu"}, HypothesisError, r"erf\(b x\) alone"),
        ({"step_size": 0.0}, InvalidInputError, "step_size"),
        ({"n_trials": 2}, InvalidInputError, "dimension = None"),
        ({"dimension": 1}, InvalidInputError, "dimension"),
        ({"weights": [[1.0]]}, InvalidInputError, "columns"),
        ({"step_size": 1e5}, ConvergenceError, "stable step_size is below 4"),
    ],
)
def test_bad_input(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    given: dict[str, object] = {
        "activation": "erf(x/sqrt(2))", "weights": [[0.5, 0.5]], "teacher_weights": [[1.0, 0.0]], "step_size": 0.5,
        "times": [50.0], **arguments,
    }  # fmt: skip
    with pytest.raises(error, match=message):
        online_sgd(**given)  # type: ignore[arg-type] # what is wrong is the point


@pytest.mark.long
@pytest.mark.parametrize(("dimension", "runs"), [(200, 240), (800, 12)])
def test_two_students_over_a_long_time(dimension: int, runs: int) -> None:
    found = run(0.8, [5.0, 10.0, 15.0, 20.0], dimension=dimension, n_trials=runs)
    assert np.max(np.abs(found.z_scores)) < 4.0
    if runs > 100:  # errors of 0.15 / sqrt(d runs) see a bias of C / d
        assert np.max(np.abs(gaps(found))) < 0.8 / dimension
