from __future__ import annotations

import json

import pytest

from .conftest import Run


def test_the_verdict_in_words(run: Run) -> None:
    output = run("universality", "relu").stdout
    assert "not universal on the sphere" in output
    assert "null degrees: odd degrees >= 3" in output
    assert "universal on the sphere" in run("universality", "relu", "--depth", 2).stdout


def test_json(run: Run) -> None:
    found = json.loads(run("universality", "relu", "--json").stdout)
    assert (found["universal"], found["null_degrees"]["odd_from"], set(found["steps"])) == (False, 3, {"proved"})
    assert found["counterexample"]["expression"] == "t*(d*t**2 + 2*t**2 - 3)/(d - 1)"
    biased = json.loads(run("universality", "relu", "--bias-variance", 0.1, "--domain", "R^d", "--json").stdout)
    assert (biased["universal"], biased["domain"], biased["counterexample"]) == (True, "all of R^d", None)
    assert json.loads(run("universality", "exp(x)*tanh(x)", "--json").stdout)["universal"] is None


def test_latex_and_derivation(run: Run) -> None:
    assert run("universality", "relu", "--latex").stdout.startswith(r"\overline{\mathcal{H}} \ne")
    assert "*proved*" in run("universality", "step(x)", "--layers", "last", "--derivation").stdout


@pytest.mark.parametrize(
    ("wrong", "code"), [(("--depth", 0), 2), (("--bias-variance", -1), 2), (("--layers", "both"), 2), (("--domain", "ball"), 2)]
)
def test_usage_errors(run: Run, wrong: tuple[object, ...], code: int) -> None:
    assert run("universality", "relu", *wrong).exit_code == code


def test_a_discontinuous_activation_is_refused_in_one_line(run: Run) -> None:
    result = run("universality", "step(x)")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1
    assert "layers='last'" in result.stderr
