from __future__ import annotations

import json
import math

import pytest

from .conftest import Run


def values(run: Run, *arguments: object) -> list[float]:
    return [entry["value"] for entry in json.loads(run("coefficients", *arguments, "--json").stdout)["coefficients"]]


def test_hermite_coefficients_of_relu(run: Run) -> None:
    root = 1 / math.sqrt(2 * math.pi)
    assert values(run, "relu", "--max-degree", 4) == pytest.approx([root, 0.5, root, 0, -root], rel=1e-14, abs=0)


def test_normalized_coefficients_sum_to_the_second_moment(run: Run) -> None:
    cubic = values(run, "x**3", "--max-degree", 3, "--normalized")
    assert sum(value**2 for value in cubic) == pytest.approx(15.0, rel=1e-14, abs=0)
    plain = values(run, "x**3", "--max-degree", 3)
    assert sum(value**2 for value in plain) != pytest.approx(15.0, rel=1e-3, abs=0)


def test_gegenbauer_coefficients_scale_with_the_radius(run: Run) -> None:
    unit = values(run, "relu", "--dimension", 30, "--max-degree", 2)
    assert unit[1] == pytest.approx(1 / 60, rel=1e-14, abs=0)  # E t^2 / 2
    assert values(run, "relu", "--dimension", 30, "--max-degree", 2, "--radius", 3) == pytest.approx(
        [3 * value for value in unit], rel=1e-14, abs=0
    )


def test_the_table_shows_exact_expressions(run: Run) -> None:
    assert "1/60" in run("coefficients", "relu", "--dimension", 30).stdout
    assert "1/60" in run("coefficients", "relu", "--dimension", 30, "--csv", "-").stdout


@pytest.mark.parametrize("wrong", [("--max-degree", -1), ("--dimension", 2), ("--radius", 2), ("--dimension", 9, "--normalized")])
def test_usage_errors_exit_with_2(run: Run, wrong: tuple[object, ...]) -> None:
    assert run("coefficients", "relu", *wrong).exit_code == 2
