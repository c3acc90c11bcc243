from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax

from .conftest import Run

SMALL = ("--activation", "erf", "--dimension", 10, "--n-samples", 12)


def test_the_verdict_is_the_exit_code(run: Run) -> None:
    lazy = run("lazy", *SMALL, "--width", 1024)
    assert (lazy.exit_code, lazy.stdout.split(":")[0]) == (0, "lazy")
    rich = run("lazy", *SMALL, "--width", 256, "--scale-exponent", 1)
    assert (rich.exit_code, rich.stdout.split(":")[0]) == (1, "not lazy")
    between = run("lazy", *SMALL, "--width", 128, "--scale-exponent", 0.7)
    assert (between.exit_code, between.stdout.split(":")[0]) == (5, "borderline")


@pytest.mark.parametrize("suffix", ["npz", "npy", "csv"])
def test_a_file_says_what_python_says(run: Run, tmp_path: Path, suffix: str) -> None:
    rng, path = np.random.default_rng(0), tmp_path / f"data.{suffix}"
    X, y = rng.standard_normal((6, 5)), rng.standard_normal(6)
    if suffix == "npz":
        np.savez(path, X=X, y=y)
    elif suffix == "npy":
        np.save(path, np.column_stack([X, y]))
    else:
        np.savetxt(path, np.column_stack([X, y]), delimiter=",", fmt="%.17g")
    result = run("lazy", path, "--activation", "tanh", "--width", 64, "--json")
    content = json.loads(result.stdout)
    known = ax.linearization_report("tanh", X, y, width=64, progress=False)
    assert content["outcome"] == known.outcome
    for name in ("prediction_distance", "kernel_change", "rho", "sigma_min"):
        assert content[name] == pytest.approx(getattr(known, name), rel=1e-9, abs=0)
    assert content["trajectory"][-1]["step"] == known.step[-1]


def test_figure_and_trajectory_are_written(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "lazy.svg"
    result = run("lazy", *SMALL, "--width", 64, "--plot", figure, "--csv", "-")
    assert figure.stat().st_size > 5000
    assert "step,time,network_residual" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--width", 33), 2, "width = 33"),
        (("--step-size", 1e6), 2, "below 2/s_max"),
        (("--activation", "rellu"), 2, "relu"),
        (("--training", "adam"), 2, "descent, flow, momentum or sgd"),
        (("--batch-size", 3), 2, "batch_size = 3"),
        (("--widths", "32,64", "--training", "sgd"), 2, "leave out --widths"),
        (("--layers", "second"), 2, "all, first or last"),
        (("absent.npz",), 2, "no file 'absent.npz'"),
    ],
)
def test_misuse_is_one_line(run: Run, arguments: tuple[object, ...], code: int, message: str) -> None:
    result = run("lazy", *SMALL, "--width", 32, *arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_trainings_and_scales_reach_python(run: Run) -> None:
    arguments = ("--training", "sgd", "--batch-size", 3, "--momentum", 0.5, "--output-scale", 4)
    content = json.loads(run("lazy", *SMALL, "--width", 64, *arguments, "--json").stdout)
    assert [content[name] for name in ("training", "batch_size", "momentum", "output_scale", "scale")] == ["sgd", 3, 0.5, 4, 0.5]
    assert content["ridge_of_training"][-1]["ridge"] > 0
    plain = json.loads(run("lazy", *SMALL, "--width", 64, "--json").stdout)
    assert content["kernel_change"] < plain["kernel_change"] / 4


def test_slopes_in_the_width(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "slopes.svg"
    arguments = ("--widths", "16,128", "--exponents", "0.5,1", "--trials", 2, "--n-samples", 4, "--plot", figure)
    rows = json.loads(run("lazy", *SMALL[:4], *arguments, "--json").stdout)["rows"]
    slopes = {row["scale_exponent"]: row["slope"] for row in rows if row["quantity"] == "weight_change"}
    assert slopes == pytest.approx({0.5: -0.5, 1.0: 0.0}, rel=0, abs=0.12)
    assert figure.stat().st_size > 5000


def test_kernels_and_broken_files_are_refused(run: Run, tmp_path: Path) -> None:
    np.savez(tmp_path / "kernel.npz", K=np.eye(3), y=np.ones(3))
    assert "needs inputs X" in run("lazy", tmp_path / "kernel.npz").stderr
    np.save(tmp_path / "flat.npy", np.ones(3))
    broken = run("lazy", tmp_path / "flat.npy")
    assert broken.exit_code == 4
    assert "not rows of inputs and a label" in broken.stderr
