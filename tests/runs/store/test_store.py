from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from asymptotix.errors import StorageError
from asymptotix.runs.store import Record, Store, content_key, open_store, read_store

IDENTITY = {"problem": "test", "seed": 7}


def record(number: int, size: int = 3) -> Record:
    values = np.random.default_rng(number).standard_normal((2, size))
    return Record(
        content_key(number), {"number": number, "time": np.inf}, {"error": values, "empty": np.zeros((0, 2))}, 0.25, "w1"
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "s.sqlite", identity=IDENTITY) as opened:
        yield opened


def test_records_come_back_bit_by_bit(store: Store) -> None:
    assert store.put([record(number) for number in range(2500)]) == 2500
    keys = [record(number).key for number in range(2600)]
    found = store.finished(keys)
    assert len(found) == len(store.finished_keys(keys)) == 2500
    for number in (0, 999, 1000, 2499):
        there, kept = found[keys[number]], record(number)
        assert there.arrays["error"].tobytes() == kept.arrays["error"].tobytes()
        assert there.arrays["empty"].shape == (0, 2)
        assert (there.parameters, there.seconds, there.worker) == ({"number": number, "time": np.inf}, 0.25, "w1")
        assert there.finished > 1.7e9
    assert [entry.parameters["number"] for entry in store.records()] == list(range(2500))
    assert [entry.key for entry in store.records(by_key=True)] == sorted(keys[:2500])


@pytest.mark.parametrize("asked", [3, 899, 901, 1000])  # looked up one by one, or found on the way through the table
def test_what_is_asked_for_comes_back_and_nothing_else(store: Store, asked: int) -> None:
    store.put([Record(f"k{number}", {}, {"x": np.array([float(number)])}) for number in range(1100)])
    keys = [f"k{number}" for number in range(100, 100 + asked)] + ["k0", "absent", "k0"]
    found = store.finished(iter(keys))
    assert found.keys() == store.finished_keys(keys) == set(keys) - {"absent"}
    assert all(record.arrays["x"] == float(key[1:]) for key, record in found.items())
    assert sorted(record.key for record in store.recall(keys)) == sorted(found)


def test_nan_and_signed_zero_keep_their_bits(store: Store) -> None:
    odd = np.array([0x7FF8000000000001, 0x8000000000000000, 1], dtype=np.uint64).view(np.float64)
    store.put([Record("k", {}, {"x": odd})])
    assert store.finished(["k"])["k"].arrays["x"].tobytes() == odd.tobytes()


def test_every_commit_is_synced_to_a_write_ahead_log(store: Store) -> None:
    with store.connection() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_the_first_result_of_a_key_stays_and_other_bits_are_told(store: Store) -> None:
    store.put([record(1)])
    assert store.put([record(1), record(2)]) == 1
    assert store.counts().conflicts == 0
    other = Record(record(1).key, record(1).parameters, {"error": record(3).arrays["error"]})
    assert store.put([other]) == 0
    assert store.counts().conflicts == 1
    assert store.finished([other.key])[other.key].arrays["error"].tobytes() == record(1).arrays["error"].tobytes()


def test_a_failure_counts_until_the_unit_is_finished(store: Store) -> None:
    store.put_failure("a", {"n": 1}, "died", "SIGKILL\nin line 3", worker="w2")
    store.put_failure("a", {"n": 1}, "error", "ValueError: no")
    store.put_failure("b", {"n": 2}, "deadline", "60 s")
    first, second = store.failures()
    assert (first.key, first.kind, first.message, first.attempts) == ("a", "error", "ValueError: no", 2)
    assert (second.parameters, second.attempts) == ({"n": 2}, 1)
    store.put([Record("a", {"n": 1}, {})])
    assert [failure.key for failure in store.failures()] == ["b"]
    assert (store.counts().finished, store.counts().failed) == (1, 1)
    assert [entry.status for entry in store.log()] == [
        "failed: died: SIGKILL in line 3", "failed: error: ValueError: no", "failed: deadline: 60 s", "finished",
    ]  # fmt: skip
    assert all("\n" not in str(entry) for entry in store.log())


def test_notes_may_change_and_are_kept(store: Store) -> None:
    store.note("planned", 5)
    store.note("planned", 7)
    store.note("text", "ridge = 1\n")
    with read_store(store.path) as reader:
        assert reader.notes() == {"planned": 7, "text": "ridge = 1\n"}


def test_rows_of_one_process_share_one_provenance(store: Store) -> None:
    store.put([record(1)])
    store.put([record(2)])
    ((content, rows),) = store.provenances()
    assert (content["seed"], rows) == (7, 2)


def test_nothing_of_a_refused_transaction_is_kept(store: Store) -> None:
    with store.connection() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 3}")  # as small a disk
    kept = [0]

    def fill() -> None:
        while True:
            kept.append(kept[-1] + store.put([record(kept[-1]), record(kept[-1] + 1, 9)]))

    with pytest.raises(StorageError, match=r"the disk is full.*every row that was acknowledged is kept") as seen:
        fill()
    assert "\n" not in str(seen.value)
    assert 0 < kept[-1] == store.counts().finished
    with store.connection() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
    assert store.put([record(kept[-1])]) == 1  # the first ones had rolled back, provenance included
    assert len(store.provenances()) == 1


def test_a_first_transaction_that_fails_takes_its_provenance_along(store: Store) -> None:
    with store.connection() as connection:
        connection.execute("CREATE TEMP TRIGGER refuse BEFORE INSERT ON results BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(StorageError, match="no"):
        store.put([record(1)])
    with store.connection() as connection:
        connection.execute("DROP TRIGGER refuse")
    assert store.provenances() == []
    store.put([record(1)])
    assert [rows for _, rows in store.provenances()] == [1]


def test_a_reader_sees_what_is_kept_while_another_writes(store: Store) -> None:
    with read_store(store.path) as reader:
        store.put([record(1)])
        assert reader.counts().finished == 1
        store.put([record(2)])
        assert reader.counts().finished == 2
        with pytest.raises(StorageError, match="reading alone"):
            reader.put([record(3)])


def test_threads_share_a_store(store: Store) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 20):
            store.put([record(number)])

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (store.counts().finished, store.counts().conflicts) == (50, 0)


def test_another_writer_is_waited_for_and_then_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.connection() as connection:
        connection.execute("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="another process has been writing"):
        store.put([record(1)])
    other.execute("ROLLBACK")
    other.close()
    assert store.put([record(1)]) == 1


def test_a_damaged_row_is_no_result(store: Store) -> None:
    store.put([record(1), record(2)])
    with store.connection() as connection:
        connection.execute("UPDATE results SET content = zeroblob(length(content)) WHERE id = 2")
    assert store.finished([record(1).key])
    with pytest.raises(StorageError, match=r"does not match its checksum.*asymptotix doctor"):
        store.finished([record(2).key])
    with pytest.raises(StorageError, match="checksum"):
        list(store.records())


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StorageError, match="closed"):
        store.counts()


def test_a_store_does_not_cross_a_fork(tmp_path: Path) -> None:
    code = (
        "import os, sys; from asymptotix.runs.store import open_store\n"
        "from asymptotix.errors import StorageError\n"
        "store = open_store(sys.argv[1], identity={})\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try: store.counts()\n"
        "    except StorageError as error: os._exit(7 if 'fork' in str(error) else 8)\n"
        "    os._exit(9)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), store.counts().finished)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "s.sqlite")], capture_output=True, text=True, check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.stdout.split() == ["7", "0"]
