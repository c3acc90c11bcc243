from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from asymptotix.errors import StorageError
from asymptotix.runs.store import Record, content_key, open_store
from asymptotix.sweeps import export
from asymptotix.sweeps.export import store_to_csv, store_to_pandas, store_to_parquet, store_to_xarray

VALUES = np.random.default_rng(0).standard_normal((60, 2))


def filled(path: Path, order: list[int]) -> Path:
    with open_store(path, identity={"seed": 3}) as store:
        for n in order:
            store.put([Record(content_key(n), {"n": n, "ridge": [0.1, np.inf], "law": "x, y"}, {"error": VALUES[n]}, seconds=n)])
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "s.sqlite", list(range(60)))


def test_csv_keeps_every_bit_and_says_what_it_is_of(path: Path) -> None:
    out = path.with_name("out.csv")
    assert store_to_csv(path, out) == 120
    lines = out.read_text().splitlines()
    assert lines[0] == '# identity: {"seed":3}'
    assert lines[1].startswith("# convention: objective: sum of squared errors")
    rows = list(csv.DictReader(lines[2:]))
    found = {(int(row["n"]), row["ridge"]): float(row["error"]) for row in rows}
    assert found == {(n, ridge): VALUES[n, place] for n in range(60) for place, ridge in enumerate(["0.1", "inf"])}
    assert {row["law"] for row in rows} == {"x, y"}
    assert not list(path.parent.glob(".out*"))


def test_the_order_of_the_work_does_not_show(path: Path) -> None:
    other = filled(path.with_name("other.sqlite"), [int(n) for n in np.random.default_rng(1).permutation(60)])
    for store, name in ((path, "a.csv"), (other, "b.csv")):
        store_to_csv(store, path.with_name(name))
    assert path.with_name("a.csv").read_bytes() == path.with_name("b.csv").read_bytes()


def test_frames_hold_the_same_rows(path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    out = path.with_name("out.parquet")
    assert store_to_parquet(path, out, timing=True) == 120
    table = parquet.read_table(out)
    assert table.schema.metadata[b"identity"] == b'{"seed":3}'
    frame, dataset = store_to_pandas(path), store_to_xarray(path)
    assert table["error"].to_pylist() == frame["error"].tolist() == dataset["error"].values.tolist()
    assert table["ridge"].to_pylist() == dataset["ridge"].values.tolist()
    assert sorted(set(table["seconds"].to_pylist())) == list(range(60))
    assert frame.attrs["identity"] == dataset.attrs["identity"] == '{"seed":3}'
    by_n = dataset.set_coords("n").where(dataset.n == 7, drop=True)
    assert sorted(by_n.error.values) == sorted(VALUES[7])


def test_a_place_that_cannot_be_is_told(path: Path) -> None:
    for bad in (path.parent, path.parent / "no" / "x.csv"):
        with pytest.raises(StorageError, match="name a file in a folder that exists"):
            store_to_csv(path, bad)


@pytest.mark.parametrize("write", [store_to_csv, store_to_parquet])
def test_the_store_itself_is_not_written_over(path: Path, write: Callable[[Path, Path], int]) -> None:
    before = path.read_bytes()
    (link := path.with_name("link")).symlink_to(path)
    for place in (path, link):
        with pytest.raises(StorageError, match="the store itself"):
            write(path, place)
    assert path.read_bytes() == before


def test_only_an_ordinary_file_is_written_over(path: Path) -> None:
    pipe, link, out = (path.with_name(name) for name in ("pipe", "link", "out.csv"))
    os.mkfifo(pipe)
    out.write_text("old")
    link.symlink_to(out)
    for write in (store_to_csv, store_to_parquet):
        with pytest.raises(StorageError, match="not an ordinary file"):
            write(path, pipe)
    assert pipe.is_fifo()
    store_to_csv(path, link)
    assert link.is_symlink()
    assert out.read_text().startswith("# identity")


def test_a_file_that_cannot_grow_leaves_what_was_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = path.with_name("out.csv")
    out.write_text("old")
    monkeypatch.setattr(export, "_write_rows", full)
    with pytest.raises(StorageError, match="No space left"):
        store_to_csv(path, out)
    assert out.read_text() == "old"
    assert not list(path.parent.glob("*.part")) + list(path.parent.glob(".*.part"))
