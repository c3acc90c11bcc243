from __future__ import annotations

import json
from pathlib import Path

import pytest

import asymptotix as ax

from .conftest import Run


def test_concentration_is_that_of_python(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "out.png"
    arguments = ("--widths", "50:200:3:log", "--n-samples", 20, "--dimension", 10, "--trials", 2)
    result = run("concentration", "relu", *arguments, "--json", "--plot", figure)
    assert result.exit_code == 0, result.output
    known = ax.width_concentration("relu", widths=[50, 100, 200], n_samples=20, dimension=10, n_trials=2)
    rows = json.loads(result.stdout)["rows"]
    assert [row["deviation"] for row in rows] == pytest.approx(known.deviation, rel=1e-12, abs=0)
    assert figure.stat().st_size > 1000
    assert run("concentration", "relu", "--widths", "0").exit_code == 2
