from __future__ import annotations

import json
from pathlib import Path

import pytest

import asymptotix as ax

from .conftest import Run


def test_the_limit_and_the_study_are_those_of_python(run: Run, tmp_path: Path) -> None:
    result = run("mean-field", "--limit", "--times", "0.5,1", "--json")
    assert result.exit_code == 0, result.output
    known = ax.mean_field_limit("erf(x/sqrt(2))", target="erf(sqrt(2)*x)", times=[0.5, 1.0])
    assert [row["loss"] for row in json.loads(result.stdout)["rows"]] == pytest.approx(known.loss, rel=1e-12, abs=0)
    figure = tmp_path / "out.png"
    arguments = ("--widths", "4", "--exponents", "0.5,1", "--dimension", 5, "--time", 1)
    result = run("mean-field", *arguments, "--json", "--plot", figure)
    assert result.exit_code == 0, result.output
    assert [row["exponent"] for row in json.loads(result.stdout)["rows"]] == [0.5, 1.0]
    assert figure.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--exponents", "0.3"), 2), (("--widths", "4.5"), 2), (("--widths", "5"), 2), (("--limit", "--target", "x**2-1"), 3)],
)
def test_what_it_refuses(run: Run, arguments: tuple[str, ...], code: int) -> None:
    assert run("mean-field", *arguments).exit_code == code
