from __future__ import annotations

import json

import pytest

from .conftest import Run

POINT = ("--at", "n_samples=100", "--at", "n_features=200", "--at", "energy=1", "--at", "noise_variance=0.25")


def test_the_list(run: Run) -> None:
    assert "proportional_wide: effective_ridge, chi" in run("closed-form").stdout
    assert json.loads(run("closed-form", "--json").stdout)["random_features_peak"] == ["test_error"]


def test_a_form_with_its_letters_and_its_value(run: Run) -> None:
    output = run("closed-form", "isotropic_minimum_norm", *POINT).stdout
    assert "status: proved" in output
    assert "where n < p" in output
    assert output.rstrip().endswith(": 1.0")
    digits = run("closed-form", "isotropic_minimum_norm", "--at", "noise_variance=0.1", *POINT[:6], "--digits", 30).stdout
    assert digits.rstrip().endswith(": 0.7")


def test_the_branch_of_an_implicit_root_is_told(run: Run) -> None:
    assert "= 0, nu the largest root" in run("closed-form", "linear_features").stdout


def test_exported_forms(run: Run) -> None:
    assert run("closed-form", "ridge_peak", "--latex").stdout.startswith(r"R_{\mathrm{test}} \simeq \frac{")
    assert "def ridge_peak_test_error(" in run("closed-form", "ridge_peak", "--python").stdout
    assert "ridgePeakTestError[" in run("closed-form", "ridge_peak", "--mathematica").stdout
    assert "*proved*" in run("closed-form", "ridge_peak", "--derivation").stdout
    record = json.loads(run("closed-form", "isotropic_minimum_norm", "--quantity", "bias", *POINT, "--json").stdout)
    assert (record["value"], record["status"]["kind"]) == ("0.5", "proved")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("nothing",), 2),
        (("ridge_peak", "-q", "norm"), 2),
        (("ridge_peak", "--latex", "--json"), 2),
        (("ridge_peak", "--at", "ridge"), 2),
        (("ridge_peak", "--at", "ridge=x"), 2),
        (("ridge_peak", "--at", "ridge=1"), 2),
        (("--latex",), 2),
        (("isotropic_minimum_norm", "--at", "n_samples=300", *POINT[2:]), 3),
        (("proportional_regime", "--mathematica"), 3),
    ],
)
def test_refusals_in_one_line(run: Run, wrong: tuple[str, ...], code: int) -> None:
    result = run("closed-form", *wrong)
    assert result.exit_code == code
    assert result.stdout == ""
