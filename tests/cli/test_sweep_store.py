from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from asymptotix.runs.store import Record, open_store

from .conftest import Run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "s.sqlite"
    with open_store(place, identity={"seed": 0}) as store:
        store.note("planned", 14)
        records = [Record(f"k{n}", {"n": n}, {"x": np.ones(2)}, seconds=50.0, finished=1000.0 + n) for n in range(3)]
        store.put(records)
        for n in range(11):
            store.put_failure(f"x{n}", {"n": n, "time": np.inf}, "died", "SIGKILL")
    return place


def test_status_for_readers_and_machines(run: Run, path: Path) -> None:
    text = run("sweep", "status", path).stdout
    assert "3 of 14 finished, 11 failed, 0 left; 2 min 30 s of work" in text
    assert "1 a second, 0.0 s left at this rate" in text
    assert "last at 1970-01-01 00:16:42 UTC" in text
    assert "failed (1 times): n=0, time=inf: died: SIGKILL" in text
    assert "and 1 more failures" in text
    report = json.loads(run("sweep", "status", path, "--json").stdout)
    assert (report["finished"], report["left"], len(report["failures"])) == (3, 0, 11)
    assert report["failures"][0]["parameters"]["time"] == "inf"


def test_export_writes_both_forms(run: Run, path: Path) -> None:
    pytest.importorskip("pyarrow")
    csv, parquet = path.with_name("a.csv"), path.with_name("a.parquet")
    done = run("sweep", "export", path, "--csv", csv, "--parquet", parquet, "--timing")
    assert done.exit_code == 0
    assert "6 rows" in done.stderr
    assert csv.read_text().splitlines()[2] == "n,x,seconds,worker,finished"
    assert parquet.stat().st_size > 0


def test_export_without_a_file_is_a_slip(run: Run, path: Path) -> None:
    done = run("sweep", "export", path)
    assert done.exit_code == 2
    assert "--csv FILE" in done.stderr


def test_the_doctor_examines_a_store(run: Run, path: Path) -> None:
    done = run("doctor", path)
    assert done.exit_code == 0
    assert "sound, format 1, 3 rows" in done.stdout
    assert "NumPy" in done.stdout
    assert json.loads(run("doctor", path, "--json").stdout)["sound"] is True
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("UPDATE results SET layout = '[]' WHERE id = 2")
    plain.execute("INSERT INTO conflicts (key, time, provenance) VALUES ('k0', 0, 1)")
    plain.close()
    done = run("doctor", path)
    assert done.exit_code == 4
    assert "DAMAGED" in done.stdout
    assert "k1: does not match its checksum" in done.stdout
    assert "1 results came a second time" in done.stdout


@pytest.mark.parametrize("command", [("doctor",), ("sweep", "status")])
def test_what_is_no_store_exits_by_storage(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "notes.txt").write_text("text")
    for name in ("notes.txt", "absent.sqlite"):
        done = run(*command, tmp_path / name)
        assert done.exit_code == 4
        assert len(done.stderr.splitlines()) == 1
