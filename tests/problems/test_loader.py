from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from asymptotix.errors import ProblemFileError
from asymptotix.problems import loader
from asymptotix.problems.loader import load_problem, problem_from_mapping
from asymptotix.problems.problem import Problem

GOOD = """
title = "Double descent"
[model]
kind = "random_features_sphere"
activation = "relu"
dimension = 30
noise_variance = 0.25
target = {energies = [0, 1, 0.5]}
[grid]
n_samples = 200
n_features = {start = 20, stop = 800, num = 12, spacing = "log"}
ridge = [1e-3, 0.1]
[simulation]
n_trials = 7
"""


def load(folder: Path, text: str) -> Problem:
    file = folder / "problem.toml"
    file.write_text(text, encoding="utf-8")
    return load_problem(file)


def test_a_file_becomes_a_model_and_a_grid(tmp_path: Path) -> None:
    problem = load(tmp_path, GOOD)
    assert (problem.title, problem.n_trials, problem.seed) == ("Double descent", 7, 0)
    assert {name: values.shape for name, values in problem.grid.items()} == {
        "n_samples": (),
        "n_features": (12, 1),
        "ridge": (2,),
    }
    design = problem.model.design
    assert (design.dimension, design.noise_variance) == (30, 0.25)
    assert list(design.energies[:3]) == [0, 1, 0.5]
    assert problem.model is problem.model


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "dimension",
            "dimention",
            r"model\.dimention: unknown key \(did you mean 'dimension'\?\); allowed here: kind, activation",
        ),
        ("[grid]", "[gird]", r"gird: unknown key \(did you mean 'grid'\?\); allowed here: title, model, grid, simulation"),
        ("random_features_sphere", "random_feature_sphere", r"model\.kind = 'random_feature_sphere': not known \(did you mean"),
        ('kind = "random_features_sphere"\n', "", r"model\.kind: missing; one of ridge_regression, kernel_ridge_sphere"),
        ('"log"', '"lgo"', r"grid\.n_features\.spacing = 'lgo': not known \(did you mean 'log'\?\); one of linear, log"),
        ("num = 12", "nun = 12", r"grid\.n_features\.nun: unknown key \(did you mean 'num'\?\)"),
        ("dimension = 30", "dimension = 2", r"model\.dimension = 2: must be greater than or equal to 3"),
        ("n_samples = 200", "n_samples = -1", r"grid\.n_samples = -1: must be greater than 0"),
        ("[1e-3, 0.1]", "[1e-3, nan]", r"grid\.ridge\[1\] = nan: must be a finite number"),
        ("= 0.25", "= nan", r"model\.noise_variance = nan"),
        ("= 0.25", "= true", r"model\.noise_variance = True: must be a number"),
        ("= 0.25", '= "0.25"', r"model\.noise_variance = '0\.25': must be a number"),
        ("ridge = [1e-3, 0.1]\n", "", r"grid: ridge is missing \(or time, or steps with step_size\)$"),
        ("num = 12", "num = 900000000", r"grid\.n_features\.num = 900000000"),
        ("start = 20", "start = -20", r"grid\.n_features.*start > 0"),
        ("n_samples = 200", "n_samples = {start = 1, stop = 1e6, num = 600000}", r"grid: 14400000 grid points; at most 1000000"),
        ("dimension = 30", "dimension = 30.5", r"model\.dimension = 30\.5: must be a whole number$"),
        ("[1e-3, 0.1]", "[]", r"grid\.ridge: must not be an empty list$"),
        ("n_samples = 200", 'n_samples = {start = "a", stop = 9, num = 3}', r"grid\.n_samples\.start = 'a': must be a number$"),
        ("n_trials = 7", "n_trials = 1", r"simulation\.n_trials = 1: must be greater than or equal to 2"),
        ("n_trials = 7", "n_trials = 7\nprecision = 0.1", r"simulation: n_trials and precision exclude each other"),
        ("n_trials = 7", 'budget = "1 s"\nprecision = 0.1', r"simulation: precision and budget exclude each other"),
        ("n_trials = 7", "n_trials = 7\nmax_trials = 9", r"simulation: max_trials goes with precision or budget$"),
        ("n_trials = 7", "precision = 1.0", r"simulation\.precision = 1\.0: must be less than 1"),
        ("n_trials = 7", 'budget = "10 parsecs"', r"simulation\.budget = '10 parsecs': must be a time above 0"),
    ],
)
def test_a_mistake_is_a_line_with_its_key_path(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ProblemFileError, match=message) as caught:
        load(tmp_path, GOOD.replace(old, new))
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{tmp_path / 'problem.toml'}: ") for line in lines)
    assert re.search(message, lines[0])
    assert len(lines) == 1 or lines[1:] == [line for line in lines if line.endswith(": missing")]  # a slip, and what it stood for


@pytest.mark.parametrize(
    ("text", "options", "effort"),
    [
        ("", {}, (50, None, None, None)),
        ("n_trials = 7", {}, (7, None, None, None)),
        ("precision = 0.02\nmax_trials = 300", {}, (None, 0.02, None, 300)),
        ("precision = 0.02\nmax_trials = 300", {"max_trials": 40}, (None, 0.02, None, 40)),
        ("precision = 0.02\nmax_trials = 300", {"n_trials": 9}, (9, None, None, None)),
        ('budget = "2 min"', {}, (None, None, "2 min", None)),
        ("budget = 3", {"precision": 0.1}, (None, 0.1, None, None)),
    ],
)
def test_what_is_given_replaces_the_effort_of_the_file(tmp_path: Path, text: str, options: dict, effort: tuple) -> None:
    found = load(tmp_path, GOOD.replace("n_trials = 7", text)).effort(**options)
    assert tuple(found[name] for name in ("n_trials", "precision", "budget", "max_trials")) == effort


def test_every_mistake_is_reported_and_a_flood_is_cut(tmp_path: Path) -> None:
    wrong = GOOD.replace("dimension = 30", "dimension = 2").replace("n_samples = 200", "n_samples = -1").replace("= 7", "= 1")
    with pytest.raises(ProblemFileError) as caught:
        load(tmp_path, wrong)
    found = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert found == ["model.dimension = 2", "grid.n_samples = -1", "simulation.n_trials = 1"]
    with pytest.raises(ProblemFileError) as caught:
        load(tmp_path, GOOD.replace("[1e-3, 0.1]", f"[{', '.join(['nan'] * 1000)}]"))
    assert len(str(caught.value).splitlines()) == 21
    assert str(caught.value).endswith("and 980 more mistakes")


def test_the_noise_variance_is_0_if_left_out(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD.replace("noise_variance = 0.25\n", "")).model.noise_variance == 0.0


def test_several_missing_keys_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(ProblemFileError, match=r"model\.activation, model\.dimension: missing$"):
        load(tmp_path, GOOD.replace('activation = "relu"\ndimension = 30\n', ""))


def test_random_features_need_n_features_and_others_refuse_it(tmp_path: Path) -> None:
    line = 'n_features = {start = 20, stop = 800, num = 12, spacing = "log"}\n'
    with pytest.raises(ProblemFileError, match=r"grid\.n_features is missing"):
        load(tmp_path, GOOD.replace(line, ""))
    ridge = 'kind = "ridge_regression"\nspectrum = {eigenvalues = [1.0]}\n'
    other = GOOD.replace('kind = "random_features_sphere"\nactivation = "relu"\ndimension = 30\n', ridge)
    with pytest.raises(ProblemFileError, match=r"grid\.n_features does not belong"):
        load(tmp_path, other)


def test_what_the_model_refuses_is_reported_with_the_file(tmp_path: Path) -> None:
    problem = load(tmp_path, GOOD.replace('"relu"', '"rellu(x)"'))
    with pytest.raises(ProblemFileError, match=r"problem\.toml: model: .*rellu"):
        _ = problem.model


@pytest.mark.parametrize("text", ["__import__('os').system('touch {}')", "().__class__", "exec('1')"])
def test_no_text_of_a_file_is_executed(tmp_path: Path, text: str) -> None:
    target = tmp_path / "touched"
    problem = load(tmp_path, GOOD.replace('"relu"', f'"{text.format(target)}"'))
    with pytest.raises(ProblemFileError):
        _ = problem.model
    assert not target.exists()


@pytest.mark.parametrize(
    "content",
    [b"[model", b"\xff\xfe\x00", b"a = " + b"[" * 100_000, b"a = " + b"9" * 10_000, b""],
    ids=["syntax", "encoding", "nesting", "digits", "empty"],
)
def test_what_is_no_problem_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "problem.toml"
    file.write_bytes(content)
    with pytest.raises(ProblemFileError, match=r"problem\.toml: "):
        load_problem(file)


def test_a_number_too_large_for_a_float_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemFileError, match="n_samples"):
        load(tmp_path, GOOD.replace("n_samples = 200", f"n_samples = 1{'0' * 400}"))


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProblemFileError, match="asymptotix init"):
        load_problem(tmp_path / "none.toml")
    with pytest.raises(ProblemFileError, match="cannot be read"):
        load_problem(tmp_path)
    monkeypatch.setattr(loader, "MAX_BYTES", 100)
    with pytest.raises(ProblemFileError, match="larger than"):
        load(tmp_path, GOOD)


def test_a_mapping_is_checked_like_a_file() -> None:
    with pytest.raises(ProblemFileError, match=r"^here: model, grid: missing$"):
        problem_from_mapping({}, source="here")


def test_the_same_grid_is_written_in_three_ways(tmp_path: Path) -> None:
    as_range = load(tmp_path, GOOD.replace("n_samples = 200", "n_samples = {start = 100, stop = 300, num = 3}"))
    as_list = load(tmp_path, GOOD.replace("n_samples = 200", "n_samples = [100, 200, 300]"))
    assert np.array_equal(as_range.grid["n_samples"], as_list.grid["n_samples"])
    assert as_range.grid["n_samples"].shape == (3, 1, 1)
