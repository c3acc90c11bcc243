from __future__ import annotations

import json
from pathlib import Path

import pytest

import asymptotix as ax

from .conftest import Run

PROBLEM = ("--model", "random-features", "--power-law", "1.5", "--source", 0.5, "--noise-variance", 0.25)


def rows(run: Run, *arguments: object) -> list[dict[str, float]]:
    result = run("width", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout)["rows"])


def test_the_widths_are_those_of_the_function(run: Run, tmp_path: Path) -> None:
    law, figure = ax.PowerLaw(1.5), tmp_path / "widths.svg"
    model = ax.RandomFeatures(law, law.target(source=0.5), noise_variance=0.25)
    expected = ax.required_width(model, n_samples=[[30], [60]], ridge=[0.0, 0.1], tolerance=0.1, one_sided=True)
    options = ("--n-samples", "30,60", "--ridge", "0,0.1", "--tolerance", 0.1, "--one-sided", "--plot", figure)
    found = rows(run, *PROBLEM, *options)
    assert [row["required_width"] for row in found] == expected.value.ravel().tolist()
    assert [(row["n_samples"], row["ridge"]) for row in found] == [(30, 0), (30, 0.1), (60, 0), (60, 0.1)]
    assert figure.stat().st_size > 1000
    (single,) = rows(run, *PROBLEM, "--n-samples", 30, "--tolerance", 0.1, "--one-sided")  # without a ridge
    assert single["required_width"] == expected.value[0, 0] != expected.value[0, 1]


def test_a_problem_file_whose_features_are_not_read(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    text = 'kind = "random_features"\nspectrum = {power_law = {exponent = 1.5}}\ntarget = {source = 0.5}\nnoise_variance = 0.25\n'
    grid = "n_samples = [30, 60]\nridge = 0.1\n"
    file.write_text(f"[model]\n{text}[grid]\n{grid}n_features = [7, 8, 9]\n", encoding="utf-8")
    found = rows(run, file)
    assert [row["required_width"] for row in found] == [
        row["required_width"] for row in rows(run, *PROBLEM, "--n-samples", "30,60", "--ridge", 0.1)
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*PROBLEM, "--n-samples", 30, "--tolerance", 2), "tolerance = 2"),
        ((*PROBLEM, "--n-samples", 30, "--time", 2), "ridge"),
        (
            ("--model", "ridge-regression", "--power-law", "1.5", "--source", 0.5, "--n-samples", 30),
            "no other model has random features",
        ),
    ],
)
def test_bad_input_is_a_usage_error(run: Run, arguments: tuple[object, ...], message: str) -> None:
    result = run("width", *arguments)
    assert result.exit_code == 2
    assert message in result.output
