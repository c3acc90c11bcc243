from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from asymptotix.problems.grid import GridPart


def grid(**arguments: object) -> dict[str, np.ndarray]:
    return GridPart.model_validate(arguments).build()


def test_what_varies_forms_a_product_and_what_does_not_has_no_axis() -> None:
    made = grid(n_samples=[50, 100], n_features=[10, 20, 30], ridge=0.1)
    assert {name: values.shape for name, values in made.items()} == {"n_samples": (2, 1), "n_features": (3,), "ridge": ()}
    assert np.broadcast_shapes(*(values.shape for values in made.values())) == (2, 3)


def test_a_list_of_one_keeps_its_axis() -> None:
    assert grid(n_samples=[50], ridge=[0.1, 1.0])["n_samples"].shape == (1, 1)


def test_ranges_include_both_ends() -> None:
    made = grid(n_samples=10, ridge={"start": 1e-4, "stop": 1.0, "num": 5, "spacing": "log"})
    assert made["ridge"] == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1], rel=1e-13, abs=0)


def test_counts_are_whole_and_distinct_in_the_order_asked_for() -> None:
    made = grid(n_samples={"start": 10, "stop": 1, "num": 40}, ridge=0.0)
    assert list(made["n_samples"]) == list(range(10, 0, -1))


def test_ridges_are_not_rounded() -> None:
    assert list(grid(n_samples=1, ridge={"start": 0.0, "stop": 0.3, "num": 3})["ridge"]) == [0.0, 0.15, 0.3]


def test_times_and_steps_in_place_of_ridges() -> None:
    built = grid(n_samples=[1, 2], time={"start": 0.1, "stop": 10, "num": 3, "spacing": "log"})
    assert built["time"].shape == (3,)
    assert built["n_samples"].shape == (2, 1)
    descent = grid(n_samples=1, steps={"start": 1, "stop": 10, "num": 4}, step_size=0.1)
    assert descent["steps"].tolist() == [1, 4, 7, 10]
    assert descent["step_size"] == 0.1
    assert grid(n_samples=1, time=float("inf"))["time"] == float("inf")


def test_ridges_may_be_negative() -> None:
    assert list(grid(n_samples=1, ridge=[-0.5, 0.0])["ridge"]) == [-0.5, 0.0]
    assert list(grid(n_samples=1, ridge={"start": -1.0, "stop": 1.0, "num": 3})["ridge"]) == [-1.0, 0.0, 1.0]


def test_infinitely_many_features_are_allowed() -> None:
    assert np.isinf(grid(n_samples=1, ridge=1.0, n_features=float("inf"))["n_features"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_samples": 0},
        {"n_samples": []},
        {"n_samples": "many"},
        {"n_samples": True},
        {"ridge": float("nan")},
        {"ridge": {"start": 0.0, "stop": 1.0, "num": 3, "spacing": "log"}},
        {"ridge": {"start": -1.0, "stop": 1.0, "num": 3, "spacing": "log"}},
        {"ridge": float("-inf")},
        {"n_samples": -5},
        {"ridge": {"start": 0.0, "stop": float("inf"), "num": 3}},
        {"n_features": {"start": 0.2, "stop": 10.0, "num": 3}},
    ],
)
def test_values_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        grid(**{"n_samples": 10, "ridge": 1.0, "n_features": 5, **wrong})


def test_numbers_of_predictors_have_an_axis_before_the_ridge() -> None:
    made = grid(n_samples=50, n_features=[10, 20], n_predictors=[1, 4, float("inf")], ridge=[0.1, 1.0])
    assert {name: values.shape for name, values in made.items()} == {
        "n_samples": (), "n_features": (2, 1, 1), "n_predictors": (3, 1), "ridge": (2,)
    }  # fmt: skip
