from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from .conftest import Run


def test_the_relu_kernel_is_printed_proved_and_evaluated(run: Run) -> None:
    content = json.loads(run("kernel", "relu", "--at", "1,1,0.5", "--json").stdout)
    theta = math.acos(0.5)
    expected = (math.sin(theta) + (math.pi - theta) * math.cos(theta)) / (2 * math.pi)
    assert content["value"] == pytest.approx(expected, rel=1e-14, abs=0)
    assert content["status"]["kind"] == "proved"
    assert r"\theta" in content["latex"]
    assert "status: proved" in run("kernel", "relu").stdout


def test_latex_and_python_stand_alone(run: Run) -> None:
    assert r"\frac" in run("kernel", "relu", "--latex").stdout
    source = run("kernel", "--arc-cosine", 1, "--python").stdout
    namespace: dict[str, object] = {}
    exec(source, namespace)  # what a user does with it
    assert namespace["arc_cosine_kernel"](1.0, 1.0, 1.0) == pytest.approx(0.5, rel=1e-14, abs=0)  # type: ignore[operator] # a function


def test_layers_of_the_tangent_kernel_add_up(run: Run) -> None:
    def value(*options: object) -> float:
        at = ("--kind", "tangent", "--at", "1,2,0.7", "--json")
        return float(json.loads(run("kernel", "relu", *at, *options).stdout)["value"])

    assert value("--layers", "first") + value("--layers", "last") == pytest.approx(value(), rel=1e-13, abs=0)
    assert value("--depth", 2) != value()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "ACTIVATION, --arc-cosine: give one of them"),
        (("relu", "--arc-cosine", 2), "both are given"),
        (("relu", "--latex", "--python"), "--latex, --python: give one of them at a time"),
        (("relu", "--json", "--mathematica"), "--mathematica, --json"),
        (("relu", "--tangent", "--kind", "nngp"), "name one kernel"),
        (("relu", "--output", "out"), "--output: only with --sheet"),
        (("relu", "--sheet", "--tangent"), "--kind: the sheet has every kernel"),
        (("--arc-cosine", "3", "--sheet"), "--sheet: only with an activation"),
        (("--arc-cosine", "1+1"), "order = '1+1'"),
        (("relu", "--depth", 2), "--depth: only for --kind nngp"),
        (("relu", "--depth", 0), "--depth: only for --kind nngp"),
        (("relu", "--weight-variance", 2, "--bias-variance", 1), "--weight-variance, --bias-variance: only for"),
        (("relu", "--kind", "nngp", "--derivative"), "--derivative"),
        (("relu", "--layers", "first"), "--layers"),
        (("step", "--jumps", "pointwise"), "--jumps: only with --derivative"),
        (("relu", "--at", "1,1"), "q1,q2,c"),
        (("relu", "--kind", "tangent", "--depth", 0), "depth = 0"),
        (("relu", "--kind", "nngp", "--depth", 10**6), "depth = 1000000"),
        (("frobnicate(x)",), "frobnicate"),
        (("x.__class__",), "not"),
    ],
)
def test_usage_errors_exit_with_2(run: Run, arguments: tuple[object, ...], message: str) -> None:
    result = run("kernel", *arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr


def test_a_jump_needs_a_choice(run: Run) -> None:
    refused = run("kernel", "step", "--kind", "tangent")
    assert refused.exit_code == 3, refused.output
    assert "derivative='pointwise'" in refused.stderr
    assert "where -c**2 + q1*q2 > 0" in run("kernel", "step", "--kind", "tangent", "--jumps", "distributional").stdout
    assert "= 0\n" in run("kernel", "step", "--derivative", "--jumps", "pointwise").stdout


def test_no_closed_form_exits_with_3(run: Run) -> None:
    assert run("kernel", "tanh", "--kind", "nngp", "--depth", 2, "--closed-form").exit_code == 3
    result = run("kernel", "atan(x)", "--closed-form")
    assert result.exit_code == 3, result.output
    assert result.stderr.startswith("error: ")


def test_a_kernel_by_quadrature_says_why_and_how_exact(run: Run) -> None:
    result = run("kernel", "atan(x)", "--at", "1,1,0.5")
    assert result.exit_code == 0, result.output
    assert "status: numeric to 11 digits" in result.stdout
    assert "reason: atan: outside the class" in result.stdout
    assert "at (q1, q2, c) = (1, 1, 0.5): 0.217063919784" in result.stdout


def test_an_arc_cosine_kernel_of_real_order(run: Run) -> None:
    result = run("kernel", "--arc-cosine", "0.5", "--at", "1,1,1")
    assert result.exit_code == 0, result.output
    assert "status: proved" in result.stdout
    assert "0.39894228040143" in result.stdout


def test_short_names_of_the_kinds(run: Run) -> None:
    for kind in ("tangent", "nngp"):
        short, full = (
            run("kernel", "gelu", *options, "--depth", 2, "--latex").stdout for options in ((f"--{kind}",), ("--kind", kind))
        )
        assert short == full
        assert short.startswith(r"\begin{aligned}")


def test_arc_cosine_kernels_of_fractions_and_symbols(run: Run) -> None:
    fraction = json.loads(run("kernel", "--arc-cosine", "5/2", "--at", "1,2,0.7", "--json").stdout)
    symbol = json.loads(run("kernel", "--arc-cosine", "n", "--at", "1,2,0.7,2.5", "--json").stdout)
    assert symbol["symbols"] == ["q1", "q2", "c", "n"]
    assert symbol["value"] == pytest.approx(fraction["value"], rel=1e-13, abs=0)


def test_a_definition_in_the_wolfram_language(run: Run) -> None:
    assert "tangentKernel[q1_, q2_, c_] := Module[" in run("kernel", "relu", "--tangent", "--depth", 2, "--mathematica").stdout


def test_the_sheet_is_written_to_the_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # without a TeX engine
    result = run("kernel", "x", "--sheet", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["x-formulas.html", "x-formulas.md", "x-formulas.tex"]
    assert "no PDF: no TeX engine" in result.stderr


def test_parameters_are_symbols_of_the_formula(run: Run) -> None:
    options = ("--parameter", "alpha", "--at", "1,1,0.5,0.3", "--json")
    content = json.loads(run("kernel", "leaky_relu(alpha)", *options).stdout)
    number = json.loads(run("kernel", "leaky_relu(alpha=0.3)", "--at", "1,1,0.5", "--json").stdout)
    assert content["symbols"] == ["q1", "q2", "c", "alpha"]
    assert content["assumptions"] == []
    assert content["value"] == pytest.approx(number["value"], rel=1e-15, abs=0)
    assert r"\alpha" in content["latex"]
    assert "alpha > 0" in run("kernel", "celu(alpha)", "--parameter", "alpha").stdout
    both = run("kernel", "a*x + h*relu(x - h)", "--parameter", "a", "--parameter", "h > 0", "--python")
    assert "def dual_kernel(q1, q2, c, a, h):" in both.stdout
    assert both.stdout == run("kernel", "a*x + h*relu(x - h)", "--parameter", "a, h > 0", "--python").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("leaky_relu(alpha)",), "--parameter alpha"),
        (("leaky_relu(alpha)", "--parameter", "lambda"), "parameters = 'lambda'"),
        (("leaky_relu(alpha)", "--parameter", "x"), "taken"),
        (("leaky_relu(alpha)", "--parameter", "alpha", "--parameter", "beta"), "occur"),
        (("leaky_relu(alpha)", "--parameter", "alpha", "--at", "1,1,0.5"), "q1,q2,c,alpha"),
        (("celu(alpha)", "--parameter", "alpha", "--at", "1,1,0.5,-1"), "positive"),
        (("--arc-cosine", 1, "--parameter", "alpha"), "only with an activation"),
    ],
)
def test_parameters_that_do_not_fit_exit_with_2(run: Run, arguments: tuple[object, ...], message: str) -> None:
    result = run("kernel", *arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr


def test_an_order_that_a_parameter_decides_exits_with_3(run: Run) -> None:
    result = run("kernel", "max(x, a*x)", "--parameter", "a")
    assert result.exit_code == 3, result.output
    assert "the sign of 1 - a" in result.stderr
