from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import StorageError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spectrum.table"
    ax.compress(np.arange(1.0, 5000) ** -1.5, np.ones(4999)).save(path)
    return path


def change_header(file: Path, **changes: object) -> None:
    magic, header, payload = file.read_bytes().split(b"\n", 2)
    file.write_bytes(b"\n".join([magic, json.dumps({**json.loads(header), **changes}).encode(), payload]))


def refused(file: Path, message: str) -> None:
    with pytest.raises(StorageError, match=message) as caught:
        ax.load_spectrum(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_truncation_is_noticed(file: Path) -> None:
    content = file.read_bytes()
    for length in (0, 5, 17, 40, 300, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:length])
        with pytest.raises(StorageError):
            ax.load_spectrum(file)


def test_a_changed_byte_is_noticed(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for position in (len(content) - 1, len(content) // 2):
        content[position] ^= 1
        file.write_bytes(content)
        refused(file, "checksum")
        content[position] ^= 1


def test_bytes_behind_the_end_are_noticed(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")
    refused(file, "longer")


@pytest.mark.parametrize("changes", [{"version": 2}, {"layout": "octaves of 16 nodes"}])
def test_another_version_or_layout_is_refused(file: Path, changes: dict[str, object]) -> None:
    change_header(file, **changes)
    refused(file, "a table of version")


@pytest.mark.parametrize("changes", [{"octaves": -1}, {"octaves": "many"}, {"octaves": 10**9}, {"sha256": 3}, {"weighted": 1}])
def test_a_header_that_makes_no_sense_is_refused(file: Path, changes: dict[str, object]) -> None:
    change_header(file, **changes)
    refused(file, "header cannot be read")


def test_another_file_is_refused(file: Path) -> None:
    file.write_text("eigenvalues\n", encoding="utf-8")
    refused(file, "not a table of asymptotix")
    np.save(file.with_suffix(".npy"), np.ones(3))
    refused(file.with_suffix(".npy"), "not a table")


def test_a_table_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    table = ax.compress([1.0])
    with pytest.raises(OSError):  # noqa: PT011 the error of the system, whose text is not ours
        table.save(tmp_path / "no" / "folder" / "x.table")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 the error of the system, whose text is not ours
        table.save(tmp_path / "folder")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_only_an_ordinary_file_is_written_over(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StorageError, match="not an ordinary file"):
        ax.compress(np.arange(1.0, 50) ** -1.5, np.ones(49)).save(pipe)
    assert pipe.is_fifo()
