from __future__ import annotations

import numpy as np
import pytest

from asymptotix import activation
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.lazy.population_flow import population_dynamics
from asymptotix.lazy.population_loss import PopulationLoss
from asymptotix.lazy.population_moments import erf_scale, pair_moments

TEACHER = "erf(sqrt(2)*x)"  # erf(2 x / sqrt(2))


def instance(student: str, teacher: str) -> tuple[PopulationLoss, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    loss = PopulationLoss(activation(student), activation(teacher), rng.standard_normal((2, 4)), rng.standard_normal(2), 0.7)
    return loss, rng.standard_normal(3), rng.standard_normal((3, 4))


@pytest.mark.parametrize(
    ("student", "teacher"),
    [("erf", "erf(2*x)"), ("relu", "relu"), ("leaky_relu", "leaky_relu"), ("tanh", "sin(x)"), ("erf", "x**2")],
)
def test_the_gradient_is_that_of_the_loss_and_the_loss_that_of_draws(student: str, teacher: str) -> None:
    loss, a, w = instance(student, teacher)
    h, (da, dw) = 1e-5, loss.gradient(a, w)
    for direction in np.eye(w.size).reshape(-1, *w.shape)[::3]:
        slope = (loss.value(a, w + h * direction) - loss.value(a, w - h * direction)) / (2 * h)
        assert float(np.sum(dw * direction)) == pytest.approx(slope, rel=1e-6, abs=1e-9)  # both are rounding where it vanishes
    slope = (loss.value(a + h, w) - loss.value(a - h, w)) / (2 * h)
    assert float(da.sum()) == pytest.approx(slope, rel=1e-7, abs=0)
    x = np.random.default_rng(1).standard_normal((40000, 4))
    own, other = loss.activation(x @ w.T) @ a, loss.teacher_activation(x @ loss.teacher_weights.T) @ loss.teacher_output
    squares = 0.5 * (0.7 * own - other) ** 2
    assert abs(squares.mean() - loss.value(a, w)) < 4.0 * squares.std() / 200.0


def test_the_closed_forms_agree_with_the_rule() -> None:
    q1, q2, c = np.array([0.3, 1.0, 2.0]), np.array([1.5, 1.0, 0.4]), np.array([-0.2, 0.99, 0.5])
    closed = pair_moments(activation("erf(x/sqrt(2))"), activation("erf(x/sqrt(2))"))(q1, q2, c)
    # the same function in a text whose values differ from erf's by 1e-12: integrated
    other = activation("erf(x/sqrt(2)) + 0.000000000001*sin(x)")
    assert erf_scale(other) is None
    for one, two in zip(closed, pair_moments(other, other)(q1, q2, c), strict=True):
        assert two == pytest.approx(one, rel=1e-8, abs=0)


def test_relu_learns_a_neuron_at_the_rate_one() -> None:
    found = population_dynamics("relu", weights=[[0.0, 1.0]], teacher_weights=[[1.0, 0.0]], times=[0, 10, 12, 14])
    # cot phi = (exp(t / 2) - 1) / 2 from a right angle and equal norms
    angle = np.arctan2(found.weights[:, 0, 1], found.weights[:, 0, 0])
    expected = np.arctan2(1.0, 0.5 * np.expm1(found.time / 2.0))
    assert angle == pytest.approx(expected, rel=1e-5, abs=0)
    assert np.log(found.loss[2] / found.loss[3]) / 2 == pytest.approx(1.0, rel=0.02, abs=0)


@pytest.mark.parametrize(("dimension", "known"), [(20, [0.22165, 0.16546, 0.04691]), (100, [0.22396, 0.16867, 0.04899])])
def test_particles_near_the_mean_field_limit(dimension: int, known: list[float]) -> None:
    n = 100
    w = np.repeat(np.random.default_rng(1).standard_normal((n // 2, dimension)) / np.sqrt(dimension), 2, axis=0)
    found = population_dynamics(
        "erf(x/sqrt(2))", weights=w, teacher_weights=np.eye(dimension)[:1], teacher_activation=TEACHER,
        output_weights=np.tile([1.0, -1.0], n // 2), scale=1 / n, learning_rate=n, train_output=True, times=[0.5, 1, 3],
    )  # fmt: skip
    assert found.loss == pytest.approx(known, rel=0.03, abs=0)  # another draw of the weights
    assert found.alignment[-1] > 5 / dimension


def test_gradient_descent_is_the_flow_at_small_steps_and_diverges_at_large_ones() -> None:
    given = {"weights": [[0.5, 0.5], [-0.3, 0.6]], "teacher_weights": [[1.0, 0.0]], "times": [1.0, 4.0]}
    flow = population_dynamics("relu", **given)  # type: ignore[arg-type] # a dictionary of several types
    gaps = []
    for step in (0.02, 0.01):
        steps = population_dynamics("relu", step_size=step, **given)  # type: ignore[arg-type] # as above
        gaps.append(abs(steps.loss[0] - flow.loss[0]))
    assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.1, abs=0)
    given["times"] = [300.0]
    with pytest.raises(ConvergenceError, match=r"step_size = 9; at the start the steps below \d"):
        population_dynamics("relu", step_size=9.0, **given)  # type: ignore[arg-type] # as above


def test_fewer_coordinates_than_dimensions_change_nothing() -> None:
    rng = np.random.default_rng(3)
    w, t = rng.standard_normal((2, 9)) / 3, rng.standard_normal((1, 9)) / 3
    short = population_dynamics("erf", weights=w, teacher_weights=t, times=[2.0])
    wide = population_dynamics("erf", weights=np.vstack([w, w]), teacher_weights=t, times=[2.0], scale=0.5, learning_rate=2.0)
    assert short.weights.shape[2] == 3
    assert short.loss == pytest.approx(wide.loss, rel=1e-7, abs=0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"activation": "exp(x)"}, HypothesisError, "grows exponentially"),
        ({"activation": "exp(x**2/9)"}, HypothesisError, "grows exponentially"),
        ({"activation": "step(x)"}, HypothesisError, "jumps"),
        ({"activation": "abs(x-1)"}, HypothesisError, "kinks"),
        ({"times": [2.0, 1.0]}, InvalidInputError, "increasing"),
        ({"weights": [[0.0, 0.0]]}, InvalidInputError, "none zero"),
        ({"teacher_weights": [[1.0]]}, InvalidInputError, "2 columns"),
        ({"output_weights": [1.0, 2.0]}, InvalidInputError, "output_weights"),
        ({"step_size": -1.0}, InvalidInputError, "step_size"),
    ],
)
def test_bad_input(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    given: dict[str, object] = {
        "activation": "erf", "weights": [[1.0, 0.5]], "teacher_weights": [[1.0, 0.0]], "times": 1.0, **arguments
    }  # fmt: skip
    with pytest.raises(error, match=message):
        population_dynamics(**given)  # type: ignore[arg-type] # what is wrong is the point
