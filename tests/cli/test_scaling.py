from __future__ import annotations

import json
from typing import Any

import pytest

import asymptotix as ax

from .conftest import Run

PROBLEM = ("--model", "ridge-regression", "--power-law", "1.5", "--source", 0.4, "--noise-variance", 1, "--n-samples", "1e4,1e6")


def rows(run: Run, *arguments: object) -> dict[str, dict[str, Any]]:
    result = run("scaling", *PROBLEM, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return {row["quantity"]: row for row in json.loads(result.stdout)["rows"]}


def test_slopes_approach_the_laws(run: Run) -> None:
    found = rows(run)
    law = ax.scaling_law(1.5, 0.4)
    assert found["bias"]["law"] == pytest.approx(law.bias, rel=1e-12, abs=0)
    for name, row in found.items():
        assert row["at n = 1e+06"] == pytest.approx(row["law"], rel=0, abs=2e-4), name
    assert found["excess risk at the best ridge"]["law"] == pytest.approx(law.optimal_excess, rel=1e-12, abs=0)
    wrong = ax.scaling_law(1.5, 0.8)
    assert found["bias"]["at n = 1e+06"] != pytest.approx(wrong.bias, rel=0, abs=0.5)


def test_a_ridge_is_exponent_one_unless_told(run: Run) -> None:
    constant, told = rows(run, "--ridge", 0.01), rows(run, "--ridge-exponent", 1)
    assert constant["lambda*"]["law"] == told["lambda*"]["law"] == -1.0
    assert constant["lambda*"]["at n = 10000"] != told["lambda*"]["at n = 10000"]


def test_other_spectra_have_no_law(run: Run) -> None:
    for spectrum in (("--power-law", "1.5:100"), ("--eigenvalues", "1,2")):
        target = ("--source", 0.4) if spectrum[0] == "--power-law" else ("--energies", "1,1")
        result = run("scaling", "--model", "ridge-regression", *spectrum, *target, "--n-samples", 100)
        assert result.exit_code == 2
        assert "a power law without size" in result.stderr


FEATURES = ("--model", "random-features", "--power-law", "1.5", "--source", 0.8, "--noise-variance", 1, "--n-samples", "1e4,1e7")


def test_random_features_have_a_width_too(run: Run) -> None:
    result = run("scaling", *FEATURES, "--ridge-exponent", 0.4, "--width-exponent", 0.6, "--json")
    assert result.exit_code == 0, result.output
    found = {row["quantity"]: row for row in json.loads(result.stdout)["rows"]}
    law = ax.features_scaling_law(1.5, 0.8, ridge_exponent=0.4, width_exponent=0.6)
    assert found["bias"]["law"] == pytest.approx(law.bias, rel=1e-12, abs=0)
    for name, row in found.items():
        assert row["at n = 1e+07"] == pytest.approx(row["law"], rel=0.05, abs=0), name
    # negative control: another width has another bias
    other = run("scaling", *FEATURES, "--ridge-exponent", 0.4, "--width-exponent", 0.2, "--json")
    bias = next(row for row in json.loads(other.stdout)["rows"] if row["quantity"] == "bias")
    assert bias["law"] != pytest.approx(found["bias"]["law"], rel=0.1, abs=0)


def test_ridge_regression_has_no_width(run: Run) -> None:
    result = run("scaling", *PROBLEM, "--width-exponent", 0.5)
    assert result.exit_code == 2
    assert "left out" in result.stderr
