from __future__ import annotations

from pathlib import Path

import pytest

from asymptotix.errors import StorageError
from asymptotix.runs.store import Record, open_store
from asymptotix.sweeps.status import store_status


def test_rate_and_time_left_are_those_since_the_last_pause(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    moments = [1000.0 + 2 * place for place in range(5)] + [9000.0 + 0.5 * place for place in range(11)]
    with open_store(path, identity={}) as store:
        store.note("planned", 30)
        store.put([Record(f"k{at}", {}, {}, seconds=1.5, finished=at) for at in moments])
        store.put_failure("x", {"n": 3}, "error", "ValueError: no")
        status = store_status(path)  # beside the writer
    assert (status.planned, status.finished, status.failed, status.left) == (30, 16, 1, 13)
    assert status.rate == pytest.approx(2.0, rel=1e-12, abs=0)
    assert status.time_left == pytest.approx(6.5, rel=1e-12, abs=0)
    assert status.work_seconds == pytest.approx(24.0, rel=1e-12, abs=0)
    assert status.last == 9005.0
    assert status.failures[0].parameters == {"n": 3}


def test_without_a_plan_nothing_is_said_about_the_end(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with open_store(path, identity={}) as store:
        assert (store_status(path).rate, store_status(path).last, store_status(path).left) == (None, None, None)
        store.put([Record("k", {}, {})])
    assert (store_status(path).rate, store_status(path).time_left) == (None, None)


def test_a_finished_sweep_has_no_time_left(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with open_store(path, identity={}) as store:
        store.note("planned", 1)
        store.put([Record("k", {}, {})])
    assert (store_status(path).left, store_status(path).time_left) == (0, 0.0)


def test_no_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such store"):
        store_status(tmp_path / "s.sqlite")
