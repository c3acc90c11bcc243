from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax

from .conftest import Run, Start

INDEX = np.arange(1.0, 6001)
S, E = INDEX**-1.5, INDEX**-2.7
GRID = ("--n-samples", "100,1000", "--ridge", "1e-3", "--noise-variance", "0.1")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    np.save(tmp_path / "s.npy", S)
    np.save(tmp_path / "e.npy", E)
    return tmp_path


def compressed(run: Run, files: Path) -> Path:
    table = files / "spectrum.table"
    result = run("compress", files / "s.npy", "--energies", files / "e.npy", "-o", table)
    assert result.exit_code == 0, result.output
    return table


def test_it_says_what_it_made(run: Run, files: Path) -> None:
    table = files / "spectrum.table"
    result = run("compress", files / "s.npy", "--energies", files / "e.npy", "-o", table)
    assert "eigenvalues: 6000" in result.stdout
    assert "bound:       7.1e-16 relative" in result.stdout
    assert str(table) in result.stdout
    content = json.loads(run("compress", files / "s.npy", "-o", table, "--json", "--sorted", "--threads", 2).stdout)
    assert (content["eigenvalues"], content["rank"], content["energies"], content["energy"]) == (6000, 6000, False, None)
    assert content["bytes"] == table.stat().st_size
    assert content["relative_bound"] == ax.load_spectrum(table).relative_bound


@pytest.mark.parametrize("model", ["ridge-regression", "random-features"])
def test_the_table_answers_as_the_spectrum(run: Run, files: Path, model: str) -> None:
    features = ("--n-features", 300) if model == "random-features" else ()
    result = run("risk", "--model", model, "--spectrum", compressed(run, files), *GRID, *features, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["fields"]["test_error"]
    kind = ax.RidgeRegression if model == "ridge-regression" else ax.RandomFeatures
    grid = {"n_samples": np.array([100.0, 1000.0]), "ridge": 1e-3} | ({"n_features": 300} if features else {})
    expected = ax.risk(kind(ax.Spectrum(S), E, noise_variance=0.1), **grid).test_error
    assert np.ravel(found) == pytest.approx(expected, rel=1e-12, abs=0)


def test_a_problem_file_names_a_table(run: Run, files: Path) -> None:
    problem = files / "problem.toml"
    problem.write_text(
        f'[model]\nkind = "ridge_regression"\nnoise_variance = 0.1\nspectrum = {{table = "{compressed(run, files)}"}}\n'
        "target = {table = true}\n[grid]\nn_samples = [100, 1000]\nridge = 1e-3\n",
        encoding="utf-8",
    )
    of_file = json.loads(run("risk", problem, "--json").stdout)["fields"]["test_error"]
    of_option = json.loads(
        run("risk", "--model", "ridge-regression", "--spectrum", files / "spectrum.table", *GRID, "--json").stdout
    )["fields"]["test_error"]
    assert of_file == of_option


def test_parts_and_tables_add_up(run: Run, files: Path) -> None:
    np.save(files / "a.npy", S[:1000])
    S[1000:].tofile(files / "b.f64")
    whole, one, both = files / "whole.table", files / "one.table", files / "both.table"
    assert run("compress", files / "a.npy", files / "b.f64", "-o", whole).exit_code == 0
    assert run("compress", files / "a.npy", "-o", one).exit_code == 0
    assert run("compress", one, files / "b.f64", "-o", both).exit_code == 0
    tables = [ax.load_spectrum(path) for path in (whole, both)]
    assert tables[0].size == tables[1].size == 6000
    assert tables[0].multiplicities == pytest.approx(tables[1].multiplicities, rel=1e-9)


def test_a_table_without_energies_has_no_target(run: Run, files: Path) -> None:
    table = files / "plain.table"
    run("compress", files / "s.npy", "-o", table)
    result = run("risk", "--model", "ridge-regression", "--spectrum", table, *GRID)
    assert result.exit_code == 2
    assert "no energies in the table" in result.stderr
    assert "--energies" in result.stderr


def test_files_that_cannot_be_used_exit_with_4_and_missing_inputs_with_2(run: Run, files: Path) -> None:
    table = compressed(run, files)
    table.write_bytes(table.read_bytes()[:-100])
    (files / "cut.f64").write_bytes(b"123")
    for arguments, message, code in (
        (("risk", "--model", "ridge-regression", "--spectrum", table, *GRID), "truncated", 4),
        (("compress", files / "cut.f64", "-o", files / "x.table"), "no whole number of float64", 4),
        (("compress", files / "nowhere.npy", "-o", files / "x.table"), "No such file", 2),
        (("compress", files / "s.npy", "-o", files / "no" / "x.table"), "lies in one that does not exist", 4),
    ):
        result = run(*arguments)
        assert result.exit_code == code, result.output
        assert message in result.stderr
        assert result.stderr.count("\n") == 1


def test_bad_numbers_and_misuse_exit_with_2(run: Run, files: Path) -> None:
    np.save(files / "bad.npy", np.array([1.0, -2.0]))
    for arguments, message in (
        ((files / "bad.npy", "-o", files / "x.table"), "eigenvalues[1] = -2.0"),
        ((files / "s.npy", files / "s.npy", "--energies", files / "e.npy", "-o", files / "x.table"), "1 files for 2 files"),
        ((files / "s.npy",), "--output"),
    ):
        result = run("compress", *arguments)
        assert result.exit_code == 2, result.output
        assert message in result.stderr
    assert not (files / "x.table").exists()


def test_in_a_process_of_its_own(start: Start, files: Path) -> None:
    done = start("compress", files / "s.npy", "-o", files / "t.table")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
