from __future__ import annotations

import json

import pytest

import asymptotix as ax

from .conftest import Run

SPHERE = ("--model", "sphere-features", "--activation", "relu", "--energies", "0,1,0.3", "--noise-variance", 0.25)


@pytest.mark.parametrize(("dimension", "degree", "count"), [(2000, 1, 2000.0), (300, 2, 45149.0)])
def test_the_limit_stands_beside_the_sphere(run: Run, dimension: int, degree: int, count: float) -> None:
    grid = ("--n-samples", 3 * count, "--n-features", f"{2 * count},{5 * count}", "--ridge", 0.05)
    result = run("proportional", *SPHERE, "--dimension", dimension, *grid, "--degree", degree, "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    arguments = {"degree": degree, "samples_ratio": 3.0, "ridge": 0.05, "noise_variance": 0.25}
    limit = ax.proportional_regime("relu", [0, 1, 0.3], features_ratio=[2.0, 5.0], **arguments)
    assert [row["limit of test_error"] for row in rows] == pytest.approx(limit.test_error, rel=1e-12, abs=0)
    assert [row["test_error"] for row in rows] == pytest.approx(limit.test_error, rel=2e-2, abs=0)
    assert [row["samples_ratio"] for row in rows] == [3, 3]
    # negative control: another number of harmonics is another limit
    assert rows[0]["limit of test_error"] != pytest.approx(rows[1]["limit of test_error"], rel=2e-2, abs=0)


def test_what_has_no_such_limit_is_a_usage_error(run: Run) -> None:
    grid = ("--n-samples", 30, "--n-features", 20)
    for arguments, message in [
        ((*SPHERE, "--dimension", 10, *grid, "--n-predictors", 2), "one predictor"),
        (("--model", "random-features", "--power-law", "1.5", "--source", 0.5, *grid), "on the sphere"),
    ]:
        result = run("proportional", *arguments)
        assert result.exit_code == 2
        assert message in result.output
    result = run("proportional", *SPHERE[:3], "abs", *SPHERE[4:], "--dimension", 10, *grid)
    assert result.exit_code == 3
    assert "mu_1" in result.output
