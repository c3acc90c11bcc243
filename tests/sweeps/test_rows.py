from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asymptotix.errors import StorageError
from asymptotix.runs.store import Record, open_store
from asymptotix.sweeps.rows import columns_of, rows_of


def test_a_record_gives_a_row_for_each_entry(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite", identity={}) as store:
        store.put([
            Record("b", {"n": 1, "ridge": [0.1, np.inf]}, {"error": np.array([1.0, 2.0]), "trace": np.array([5.0])}, 2.0, "w"),
            Record("a", {"n": 2, "law": "student"}, {"error": np.array(3.0)}),
            Record("c", {"n": 3}, {}),
        ])  # fmt: skip
        columns = columns_of(store)
        assert columns.names == ("law", "n", "ridge", "error", "trace")
        assert columns.texts == {"law"}
        assert list(rows_of(store, columns)) == [
            ["student", 2, None, 3.0, None], [None, 1, 0.1, 1.0, 5.0], [None, 1, np.inf, 2.0, 5.0], [None, 3, None, None, None],
        ]  # fmt: skip
        assert [row[5:7] for row in rows_of(store, columns, timing=True)][1] == [2.0, "w"]


def test_one_name_for_two_things_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite", identity={}) as store:
        store.put([Record("a", {"ridge": 1}, {"ridge": np.ones(1)})])
        with pytest.raises(StorageError, match="ridge: a parameter and a field"):
            columns_of(store)
