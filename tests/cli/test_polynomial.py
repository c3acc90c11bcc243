from __future__ import annotations

import json

import pytest

import asymptotix as ax

from .conftest import Run

ENERGIES = [0.5, 0.4, 0.3]
SPHERE = ("--model", "sphere-features", "--activation", "relu", "--energies", "0.5,0.4,0.3", "--n-samples", 10)


def test_the_limits_stand_beside_the_sphere(run: Run) -> None:
    result = run("polynomial", *SPHERE, "--dimension", 1000, "--ridge", 1e-3, "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    limits = ax.features_staircase("relu", ENERGIES)
    assert [row["limit of excess_risk"] for row in rows] == pytest.approx(limits.excess.ravel(), rel=1e-12, abs=0)
    measured = {(row["samples_step"], row["features_step"]): row["excess_risk"] for row in rows}
    assert measured[0, 2] == pytest.approx(0.7, rel=0.1, abs=0)
    assert measured[1, 2] == pytest.approx(0.3, rel=0.1, abs=0)
    # negative control: a step further is another limit
    assert measured[1, 2] != pytest.approx(limits.excess[2, 2], rel=0.1, abs=0.05)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "random-features", "--power-law", "1.5", "--source", 0.5, "--n-samples", 10), "on the sphere"),
        ((*SPHERE, "--dimension", 20, "--ridge", "0.1,1"), "2 values"),
    ],
)
def test_refusals(run: Run, arguments: tuple[object, ...], message: str) -> None:
    result = run("polynomial", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
