from __future__ import annotations

import json

import numpy as np
import pytest

import asymptotix as ax

from .conftest import Run

PROBLEM = (
    "--model", "ridge-regression", "--eigenvalues", "1,0.01", "--multiplicities", "10,2000", "--energies", "1,0",
    "--noise-variance", 0.1, "--n-samples", "50,200",
)  # fmt: skip


def test_the_table_is_that_of_python(run: Run) -> None:
    result = run("benign", *PROBLEM, "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.01], [10, 2000]), [1.0, 0.0], noise_variance=0.1)
    known = ax.benign_overfitting(model, n_samples=[50, 200])
    for name in ("k_star", "r", "R", "variance_bound", "overfitting_coefficient", "trend"):
        assert [row[name] for row in rows] == pytest.approx(np.ravel(getattr(known, name)), rel=1e-12, abs=0), name


def test_readers_are_told_that_constants_are_unknown(run: Run) -> None:
    assert "constants of the bounds are not known" in run("benign", *PROBLEM).stdout
    assert run("benign", *PROBLEM, "--csv", "-").stdout.count("\n50") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--ridge", "0,1"), "--ridge: 2 values: this command takes one"),
        (("--time", "1"), "--ridge: none: this command takes one"),
        (("--scale", "-1"), "scale = -1"),
    ],
)
def test_what_it_does_not_take(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("benign", *PROBLEM, *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_only_ridge_regression(run: Run) -> None:
    result = run("benign", "--model", "latent-space", "--dimension", 3, "--n-samples", 5, "--n-features", 9)
    assert result.exit_code == 2
    assert "a RidgeRegression" in result.stderr
