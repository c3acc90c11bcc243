from __future__ import annotations

import io
import subprocess
import sys

import pytest
from rich.console import Console

import asymptotix as ax
from asymptotix.runs.cell_table import CellTable, CellWatch, watching

CELLS = ({"n_samples": 60, "ridge": [0.1, 10.0, 1.0]}, {"n_samples": 120, "ridge": [0.5]}, {"n_samples": 240}, {"n_samples": 480})
PROBLEM = {
    "title": "Cells",
    "model": {
        "kind": "ridge_regression",
        "noise_variance": 0.2,
        "spectrum": {"eigenvalues": [1.0], "multiplicities": [20]},
        "target": {"energies": [1.0]},
    },
    "grid": {"n_samples": [10, 20, 30], "ridge": [0.5, 2.0]},
}


def rendered(table, width=100):
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()


@pytest.fixture
def table():
    made = CellTable("A title")
    made.planned(CELLS, [0, 0, 0, 3], [5, 2, 2, 3])
    for cell, seconds in ((0, 2.0), (1, 0.1), (0, 4.0), (1, 0.3)):
        made.finished(cell, seconds)
    made.failed(2, "ValueError: [no]\nluck")
    made(4, 9)
    return made


def test_each_cell_has_a_status_and_they_are_counted(table):
    assert isinstance(table, CellWatch)
    assert [table.status(cell) for cell in range(4)] == ["running", "finished", "failed", "finished"]
    assert table.counts() == {"finished": 2, "running": 1, "failed": 1, "left": 0}
    table.planned(CELLS, [5, 2, 0, 3], [5, 2, 2, 6])
    assert [table.status(cell) for cell in range(4)] == ["finished", "finished", "failed", "running"]
    table.planned(list(CELLS), [0, 0, 0, 0], [1, 1, 1, 1])  # another run: what failed is tried again
    assert table.counts() == {"finished": 0, "running": 0, "failed": 0, "left": 4}


def test_failed_then_slow_then_latest_cells_have_rows(table):
    assert table.shown() == [("failed", 2), ("slowest", 0), ("latest", 1)]


def test_what_a_terminal_shows(table):
    text = rendered(table)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == "A title"
    assert "4/9" in lines[1]
    assert lines[1].endswith(" left")
    assert lines[2] == "cells 2 finished, 1 running, 1 failed, 0 left"
    assert "failed n_samples = 240 failed 0/2" in lines
    assert "slowest n_samples = 60, ridge = 0.1..10 (3) running 2/5 3 s" in lines
    assert "latest n_samples = 120, ridge = 0.5 finished 2/2 200 ms" in lines
    assert lines[-1] == "n_samples = 240: ValueError: [no] luck"
    assert max(map(len, rendered(table, width=40).splitlines())) <= 40


def test_time_left_is_that_of_a_round_where_the_trials_are_not_known():
    adaptive = CellTable(whole=False)
    adaptive(1, 2)
    assert "left of this round" in rendered(adaptive)


def test_a_sweep_tells_the_table_of_its_cells_at_each_stop_too(tmp_path):
    table = CellTable()
    ax.sweep(PROBLEM, n_trials=3, store=tmp_path / "s", progress=table, every=1e-9, on_partial=lambda found: None)
    assert table.counts() == {"finished": 3, "running": 0, "failed": 0, "left": 0}
    assert table._round.done.tolist() == table._round.targets.tolist() == [3, 3, 3]


def test_true_draws_a_live_table_and_clears_it():
    console = Console(file=io.StringIO(), force_terminal=True, width=90)
    with watching(True, "Cells", console=console) as watch:
        assert isinstance(watch, CellWatch)
        watch.planned(CELLS, [0] * 4, [1] * 4)
        watch.finished(3, 0.5)
        watch(1, 4)
    drawn = console.file.getvalue()
    assert "n_samples = 480" in drawn
    assert drawn.rstrip("\n").endswith("\x1b[2K")


def test_the_pipe_stays_quiet_and_rich_out_of_it():
    script = (
        "import sys\nfrom asymptotix.runs.cell_table import watching\n"
        "with watching('auto', 'x') as handed: print(handed)\n"
        "with watching(print) as handed: print(handed is print)\nprint('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (["auto", "True", "False"], "")
