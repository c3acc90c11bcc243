from __future__ import annotations

import json
from pathlib import Path

import pytest

import asymptotix as ax
from asymptotix.cli.problem_options import collect_problem
from asymptotix.problems.template import problem_template

from .conftest import Run

SPHERE = (
    "--model",
    "sphere-features",
    "--activation",
    "relu",
    "--dimension",
    12,
    "--energies",
    "0,1,0.5",
    "--noise-variance",
    0.25,
)
GRID = ("--n-samples", 40, "--n-features", "20,80", "--ridge", 0.1)

PROBLEM = """
[model]
kind = "random_features_sphere"
activation = "relu"
dimension = 12
noise_variance = 0.25
target = {energies = [0, 1, 0.5]}
[grid]
n_samples = 40
n_features = [20, 80]
ridge = 0.1
"""


def fields(run: Run, *arguments: object) -> dict[str, object]:
    result = run("risk", *arguments, "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    return {"grid": content["grid"], "fields": content["fields"]}


def test_options_and_file_say_the_same(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(PROBLEM, encoding="utf-8")
    assert fields(run, *SPHERE, *GRID) == fields(run, file)


def test_options_change_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(PROBLEM, encoding="utf-8")
    changed = fields(run, file, "--ridge", "1:3:3", "--dimension", 20, "--activation", "max(x,0)")
    assert changed["grid"]["ridge"] == [1, 2, 3]  # type: ignore[index] # JSON
    again = (*SPHERE[:5], 20, *SPHERE[6:])
    assert changed == fields(run, *again, *GRID[:4], "--ridge", "1,2,3")


@pytest.mark.parametrize("model", ["sphere-kernel", "cube-kernel"])
def test_a_kernel_takes_its_options(model: str) -> None:
    common = {
        "model": model,
        "dimension": 12,
        "energies": "0,1",
        "noise_variance": 0.1,
        "n_samples": "30",
        "ridge": "1",
    }
    network = {
        "kernel": "tangent",
        "activation": "relu",
        "depth": 2,
        "weight_variance": 2.0,
        "bias_variance": 0.5,
        "layers": "last",
    }
    described = collect_problem(**common, **network).schema.model.model_dump()
    assert described["kernel"] == {"name": "tangent", **{name: value for name, value in network.items() if name != "kernel"}}
    assert described["target"]["energies"] == [0.0, 1.0]
    assert collect_problem(**common, kernel="exponential").schema.model.model_dump()["kernel"] == {"name": "exponential"}


def test_a_power_law_takes_exponent_and_size(run: Run) -> None:
    common = ("--model", "ridge-regression", "--noise-variance", 0.1, "--n-samples", 10, "--ridge", 0.1)
    short = fields(run, *common, "--power-law", "1.5:3", "--source", 0.5)
    levels = ",".join(repr(i**-1.5) for i in (1, 2, 3))
    energies = ",".join(repr(i**-2.5) for i in (1, 2, 3))
    expected = fields(run, *common, "--eigenvalues", levels, "--energies", energies)
    value = short["fields"]["test_error"]  # type: ignore[index] # JSON
    assert value == pytest.approx(expected["fields"]["test_error"], rel=1e-12, abs=0)  # type: ignore[index] # JSON


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a problem file"),
        (
            ("--model", "sphere-feature", *GRID),
            "--model: 'sphere-feature' is not known (did you mean 'sphere-features'?); one of sphere-features, sphere-kernel",
        ),
        ((*SPHERE[:4], *GRID), "--dimension, --energies: missing"),
        ((*SPHERE,), "--n-samples: missing"),
        ((*SPHERE, *GRID[:4]), "ridge is missing (or time, or steps with step_size)"),
        ((*SPHERE, *GRID, "--time", 3), "ridge and time exclude each other"),
        ((*SPHERE, *GRID[:4], "--steps", 3), "steps and step_size go together"),
        ((*SPHERE, *GRID[:2], "--ridge", 1), "--n-features is missing"),
        ((*SPHERE, *GRID, "--depth", 2), "--depth: unknown key"),
        ((*SPHERE, "--n-samples", 0, *GRID[2:]), "--n-samples = 0.0: must be greater than 0"),
        ((*SPHERE, *GRID[:4], "--ridge", "0.1,inf"), "--ridge[1] = inf: must be a finite number"),
        ((*SPHERE, *GRID[:4], "--ridge", "a"), "'a' is not a number"),
        ((*SPHERE, "--power-law", "1.5:x", *GRID), "EXPONENT:SIZE"),
        (("no-such-file.toml",), "no-such-file.toml: cannot be read"),
    ],
)
def test_usage_errors_name_the_option_and_exit_with_2(run: Run, arguments: tuple[object, ...], message: str) -> None:
    result = run("risk", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_every_mistake_gets_a_line(run: Run) -> None:
    result = run("risk", *SPHERE[:4], "--dimension", 2, "--ridge", "nan")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: command line: --dimension = 2: must be greater than or equal to 3",
        "error: command line: --ridge = nan: must be a finite number",
        "error: command line: --energies, --n-samples: missing",
    ]


@pytest.mark.parametrize("name", ["sphere_features", "random_features_sphere", "random-features-sphere"])
def test_hyphens_underscores_and_the_kind_of_a_file_name_the_same_model(run: Run, name: str) -> None:
    assert fields(run, "--model", name, *SPHERE[2:], *GRID) == fields(run, *SPHERE, *GRID)


def test_without_noise_variance_there_is_no_noise(run: Run) -> None:
    silent = fields(run, *SPHERE[:8], *GRID)
    assert silent == fields(run, *SPHERE[:8], "--noise-variance", 0, *GRID)
    assert silent != fields(run, *SPHERE, *GRID)


@pytest.mark.parametrize("kind", ["ridge_regression", "random_features"])
def test_templates_run_from_the_command_line(run: Run, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(problem_template(kind), encoding="utf-8")
    assert run("risk", file, "--n-samples", 30).exit_code == 0


def test_a_covariate_shift_takes_lists_and_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("0.2,0.1\n0.1,1.0\n", encoding="utf-8")
    common = ("--model", "covariate-shift", "--covariance", "1,0.5", "--coefficients", "1,-1", "--n-samples", 9, "--time", 0.3)
    moved = fields(run, *common, "--test-covariance", tmp_path / "other.csv", "--test-coefficients", "1,0")
    known = ax.CovariateShift([1.0, 0.5], [1.0, -1.0], [[0.2, 0.1], [0.1, 1.0]], test_coefficients=[1.0, 0.0])
    expected = float(ax.risk(known, n_samples=9, time=0.3).test_error)
    assert moved["fields"]["test_error"] == pytest.approx(expected, rel=1e-12, abs=0)  # type: ignore[index] # JSON


def test_the_best_time_needs_no_other(run: Run) -> None:
    common = ("--model", "ridge-regression", "--eigenvalues", 1, "--multiplicities", 200, "--energies", 1)
    best = fields(run, *common, "--noise-variance", 0.25, "--n-samples", "50,100", "--optimal-time")
    model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
    known = ax.optimal_time(model, n_samples=[50, 100])
    assert best["grid"]["time"] == pytest.approx(known.value, rel=1e-12, abs=0)  # type: ignore[index] # JSON
    result = run("risk", *common, "--n-samples", 50, "--optimal-time", "--optimal-ridge")
    assert result.exit_code == 2
    assert "does not go with --optimal-time" in result.stderr
