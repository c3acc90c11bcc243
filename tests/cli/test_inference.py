from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax

from .conftest import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    x = rng.standard_normal((40, 8))
    y = x.sum(axis=1) / 3 + 0.3 * rng.standard_normal(40)
    np.savez(path / "data.npz", X=x, y=y)
    np.savez(path / "kernel.npz", K=x @ x.T, y=y)
    np.savetxt(path / "data.csv", np.column_stack([x, y]), delimiter=",")
    np.savez(path / "both.npz", X=x, K=x @ x.T, y=y)
    (path / "broken.npz").write_bytes(b"PK nothing")
    (path / "text.csv").write_text("a,b\n1,2\n")
    return path


@pytest.mark.parametrize("name", ["data.npz", "kernel.npz", "data.csv"])
def test_the_file_says_what_the_arrays_say(run: Run, folder: Path, name: str) -> None:
    result = run("infer", folder / name, "--ridge", 0.5, "--n-samples", "20,80", "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    with np.load(folder / "data.npz") as data:
        expected = ax.infer(data["X"], data["y"], ridge=0.5)
    assert content["quantities"]["loo"]["estimate"] == pytest.approx(expected.loo, rel=1e-7, abs=0)
    assert [row["n_samples"] for row in content["learning_curve"]] == [20, 80]
    assert content["held_out"]["n_samples"] == 20


def test_tables_csv_and_figure(run: Run, folder: Path, tmp_path: Path) -> None:
    shown = run("infer", folder / "data.npz", "--kernel", "relu", "--n-samples", "20:80:3:log")
    assert shown.exit_code == 0, shown.output
    assert "noise_variance" in shown.stdout
    assert "band_high" in shown.stdout
    written = run("infer", folder / "data.npz", "--csv", "-", "--plot", tmp_path / "curve.png")
    assert written.exit_code == 0, written.output
    assert (tmp_path / "curve.png").stat().st_size > 5000
    assert "n_samples,ridge,test_error" in written.stdout


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("missing.npz", (), 2),
        ("broken.npz", (), 4),
        ("text.csv", (), 4),
        ("both.npz", (), 4),
        ("kernel.npz", ("--kernel", "relu"), 2),
        ("data.npz", ("--n-samples", "-3"), 2),
        ("data.npz", ("--n-samples", "0:10:3:log"), 2),
        ("data.npz", ("--ridge", "-1"), 2),
    ],
)
def test_bad_files_and_options(run: Run, folder: Path, name: str, options: tuple[str, ...], code: int) -> None:
    result = run("infer", folder / name, *options)
    assert result.exit_code == code, result.output
