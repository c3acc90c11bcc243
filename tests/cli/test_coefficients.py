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


def test_degrees_and_a_symbolic_dimension_print_as_latex(run: Run) -> None:
    arguments = ("relu", "--basis", "gegenbauer", "--degree", "0:8", "--dimension", "d", "--latex")
    lines = run("coefficients", *arguments).stdout.splitlines()
    assert len(lines) == 9
    assert lines[1] == r"\lambda_1(d) = \frac{1}{2 d}"
    assert lines[3] == r"\lambda_3(d) = 0"


def test_a_symbolic_degree_is_one_formula_with_cases(run: Run) -> None:
    (entry,) = json.loads(run("coefficients", "relu", "--degree", "k", "--json").stdout)["coefficients"]
    assert entry["k"] == "k"
    assert entry["value"] is None
    assert entry["cases"][0] == {"value": "1/2", "condition": "Eq(k, 1)"}
    assert "hermiteCoefficient[k_] := Piecewise" in entry["mathematica"]


def test_the_radius_may_be_a_root_of_the_dimension(run: Run) -> None:
    options = ("--degree", "1", "--dimension", "d", "--radius", "sqrt(d)")
    assert "1/(2*Sqrt[d])" in run("coefficients", "relu", *options, "--mathematica").stdout
    source = run("coefficients", "relu", *options, "--python").stdout
    namespace: dict[str, object] = {}
    exec(source, namespace)  # what a user does with it
    assert namespace["gegenbauer_coefficient_1"](16) == pytest.approx(0.125, rel=1e-15, abs=0)  # type: ignore[operator] # a function


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("--max-degree", -1), "--max-degree"),
        (("--dimension", 1), "d = 1"),
        (("--radius", 2), "--radius"),
        (("--dimension", 9, "--normalized"), "--normalized"),
        (("--basis", "gegenbauer"), "--dimension: give the dimension"),
        (("--basis", "hermite", "--dimension", 9), "--dimension: belongs to Gegenbauer"),
        (("--degree", "0:3", "--max-degree", 3), "--degree, --max-degree"),
        (("--degree", "0:99"), "k for every degree"),
        (("--latex", "--json"), "--latex, --json: give one of them"),
        (("--dimension", "d*d"), "dimension = 'd*d'"),
    ],
)
def test_usage_errors_exit_with_2(run: Run, wrong: tuple[object, ...], message: str) -> None:
    result = run("coefficients", "relu", *wrong)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
