"""The cache of compiled code: nothing stale is loaded, and none that cannot be written or read stops a computation."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import asymptotix

pytest.importorskip("numba")

PACKAGE = Path(asymptotix.__file__).parent
ROOM = """
import numpy as np
from numba.types import float64
from asymptotix.acceleration.loops import entry, exact
from shapes import SIZE, fill

@entry(float64[::1])
def total(values):
    fill(values)
    return values[:SIZE].sum()
"""
SHAPES = """
from asymptotix.acceleration.loops import exact

SIZE = {size}

@exact
def fill(values):
    for i in range(SIZE):
        values[i] = {value}
"""
RUN = """
import numpy as np
from room import total
hits = sum(total.stats.cache_hits.values())
print(total(np.zeros(8)), hits, total.stats.cache_path)
"""


def run(folder: Path, **environment: str) -> list[str]:
    process = started(folder, **environment)
    out, error = process.communicate(timeout=600)
    assert process.returncode == 0, error
    return out.split()


def started(folder: Path, **environment: str) -> subprocess.Popen[str]:
    variables = {
        **os.environ,
        "PYTHONPATH": f"{folder}{os.pathsep}{PACKAGE.parent}",
        "PYTHONDONTWRITEBYTECODE": "1",
        **environment,
    }
    command = [sys.executable, "-c", RUN]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "room.py").write_text(ROOM)
    (tmp_path / "shapes.py").write_text(SHAPES.format(size=2, value=1.0))
    return tmp_path


def test_code_is_kept_until_any_file_of_its_room_changes(room: Path) -> None:
    assert run(room)[:2] == ["2.0", "0"]
    assert run(room)[:2] == ["2.0", "1"]
    (room / "shapes.py").write_text(SHAPES.format(size=3, value=5.0))  # the file of the entry is the same
    assert run(room)[:2] == ["15.0", "0"]
    (room / "shapes.py").write_text(SHAPES.format(size=2, value=1.0))
    assert run(room)[:2] == ["2.0", "1"]


def test_processes_that_start_together_on_an_empty_cache_agree(room: Path) -> None:
    processes = [started(room) for _ in range(4)]
    for process in processes:
        out, error = process.communicate(timeout=600)
        assert out.split()[:1] == ["2.0"], error
    assert run(room)[:2] == ["2.0", "1"]


def test_a_damaged_cache_is_replaced(room: Path) -> None:
    folder = Path(run(room)[2])
    for content in (b"", b"no pickle", b"\x80\x05K"):
        for file in folder.iterdir():
            file.write_bytes(content)
        assert run(room)[:2] == ["2.0", "0"]
    assert run(room)[:2] == ["2.0", "1"]


def test_without_a_folder_to_write_to_loops_still_run(room: Path) -> None:
    (room / "a file").write_text("")
    nowhere = str(room / "a file" / "below")
    (room / "__pycache__").write_text("")
    out = run(room, NUMBA_CACHE_DIR=nowhere, HOME=nowhere, XDG_CACHE_HOME=nowhere)
    assert out[:2] == ["2.0", "0"]


def test_a_cache_that_vanishes_is_made_again(room: Path) -> None:
    shutil.rmtree(run(room)[2])
    assert run(room)[:2] == ["2.0", "0"]
    assert run(room)[:2] == ["2.0", "1"]


@pytest.mark.parametrize(
    "path",
    sorted([*PACKAGE.glob("equivalents/compiled_s*.py"), *PACKAGE.glob("spectra/compression/compiled_*.py")]),
    ids=lambda path: path.name,
)
def test_loops_import_from_their_own_room_only(path: Path) -> None:
    room = ".".join(("asymptotix", *path.parent.relative_to(PACKAGE).parts))
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asymptotix"):
            assert (node.module or "").rpartition(".")[0] in (room, "asymptotix.acceleration"), node.module
