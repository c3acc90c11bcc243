from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from asymptotix.cli.problem_options import MODEL_NAMES
from asymptotix.problems.template import TEMPLATE_KINDS

from .conftest import Run


@pytest.mark.parametrize("model", [*MODEL_NAMES, "kernel_ridge_sphere", "random-features-sphere"])
def test_the_file_written_has_the_model_asked_for_and_is_named_in_its_comments(run: Run, tmp_path: Path, model: str) -> None:
    file = tmp_path / "mine.toml"
    result = run("init", file, "--model", model)
    assert result.exit_code == 0
    assert str(file) in result.stdout
    text = file.read_text(encoding="utf-8")
    assert tomllib.loads(text)["model"]["kind"] == MODEL_NAMES.get(model, model.replace("-", "_"))
    assert f"asymptotix risk {file}" in text


def test_every_kind_has_a_name_on_the_command_line() -> None:
    assert sorted(MODEL_NAMES.values()) == sorted(TEMPLATE_KINDS)


def test_a_file_that_is_there_is_kept_unless_forced(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("mine", encoding="utf-8")
    result = run("init", file)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert run("init", file, "--force").exit_code == 0
    assert "[model]" in file.read_text(encoding="utf-8")


def test_standard_output_and_schema(run: Run) -> None:
    assert tomllib.loads(run("init", "-").stdout)["model"]["kind"] == "random_features_sphere"
    assert json.loads(run("init", "--schema").stdout)["properties"]["grid"]


def test_an_unknown_model_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    result = run("init", tmp_path / "a.toml", "--model", "perceptron")
    assert result.exit_code == 2
    assert "one of sphere-features, sphere-kernel, random-features, ridge-regression" in result.stderr
    assert "_" not in result.stderr
    assert not (tmp_path / "a.toml").exists()
