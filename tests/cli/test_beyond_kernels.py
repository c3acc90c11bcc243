"""`asymptotix staircase`, `neuron` and `one-step`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run


def test_staircase(run: Run, tmp_path: Path) -> None:
    rows = json.loads(run("staircase", "relu", "--dimension", 30, "--exponents", "0.5,1.5", "--json").stdout)["rows"]
    assert [round(row["d = 30"], 4) for row in rows] == [0.3559, 0.0837]
    rows = json.loads(run("staircase", "relu", "--dimension", 30, "--error", "0.1,0.01", "--json").stdout)["rows"]
    assert [row["order"] for row in rows] == ["d^1", "d^4"]
    figure = tmp_path / "steps.svg"
    table = run("staircase", "relu", "--dimension", 30, "--energies", "--plot", figure).stdout
    assert "Energies of relu" in table
    assert figure.exists()


def test_leaps(run: Run) -> None:
    assert "leap exponent 2 (leaps 1, 2)" in run("staircase", "x1 + x1*x2*x3", "--leap").stdout
    assert json.loads(run("staircase", "x**3 - 3*x", "--leap", "--json").stdout)["exponent"] == 3


def test_neuron(run: Run) -> None:
    rows = json.loads(run("neuron", "relu", "--norm", 0.5, "--times", "0,2,4", "--json").stdout)["rows"]
    assert [round(row["angle"], 4) for row in rows] == [1.5708, 0.5271, 0.1553]
    assert "n / d" in run("neuron", "relu", "--ratio", "6", "--dimension", 15, "--trials", 2).stdout
    output = run("neuron", "relu", "--ratio", "6", "--dimension", 15, "--trials", 2, "--kernel", "--noise-variance", 0.01).stdout
    assert "best ridge" in output


def test_one_step(run: Run) -> None:
    sizes = ("--dimension", 30, "--width", 40, "--n-samples", 60)
    rows = json.loads(run("one-step", "erf", "relu", *sizes, "--trials", 0, "--json").stdout)["rows"]
    assert rows[0] == {"quantity": "alignment", "limit": pytest.approx(0.5, rel=1e-12, abs=0)}
    assert "simulation only" in " ".join(run("one-step", "erf", "relu", *sizes, "--errors", "0,1", "--trials", 2).stdout.split())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("staircase", "relu", "--dimension", "2"), 2),
        (("staircase", "relu", "--dimension", "30.5"), 2),
        (("staircase", "x1.real"), 2),
        (("neuron", "relu", "--angle", "3.141592653589793"), 3),
        (("neuron", "relu", "--norm", "0"), 2),
        (("neuron", "relu", "--kernel"), 2),
        (("neuron", "relu", "--ratio", "4", "--target", "erf"), 2),
        (("neuron", "relu", "--ratio", "4", "--norm", "2"), 2),
        (("neuron", "relu", "--ratio", "4", "--kernel", "--step", "0.1"), 2),
        (("neuron", "relu", "--step", "0.1"), 2),
        (("staircase", "relu", "--exponents", "0:1:5:log"), 2),
        (("neuron", "exp(x)"), 3),
        (("neuron", "relu", "--ratio", "4", "--step", "50", "--dimension", "10"), 2),
        (("one-step", "abs(x)", "relu"), 3),
        (("one-step", "erf", "relu", "--step", "0"), 2),
    ],
)
def test_what_is_refused(run: Run, arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments).exit_code == code


@pytest.mark.parametrize("command", ["staircase", "neuron", "one-step"])
def test_help_has_examples(run: Run, command: str) -> None:
    examples = [line for line in run(command, "--help").output.splitlines() if line.strip().startswith(f"asymptotix {command}")]
    assert len(examples) >= 3
