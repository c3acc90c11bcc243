from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from asymptotix.errors import StorageError
from asymptotix.report.whole_file import whole_file


def written(place: Path, then: Callable[[], object]) -> None:
    with whole_file(place) as partial:
        partial.write_text("new")
        then()


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    with whole_file(place) as partial:
        partial.write_text("new")
        assert place.read_text() == "old"
    assert place.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    with pytest.raises(ZeroDivisionError):
        written(place, lambda: 1 // 0)
    assert place.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_link_stays(tmp_path: Path) -> None:
    place, link = tmp_path / "a.txt", tmp_path / "link"
    link.symlink_to(place)
    with whole_file(link) as partial:
        partial.write_text("new")
    assert link.is_symlink()
    assert place.read_text() == "new"


def test_only_an_ordinary_file_is_written_over(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StorageError, match="not an ordinary file"), whole_file(pipe):
        pytest.fail("the block must not be entered")
    assert pipe.is_fifo()


def test_a_pipe_that_came_meanwhile_stays(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    with pytest.raises(StorageError, match="not an ordinary file"):
        written(place, lambda: os.mkfifo(place))
    assert place.is_fifo()


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    for bad in (tmp_path, tmp_path / "no" / "x"):
        with pytest.raises(StorageError, match="name a file in a folder that exists"), whole_file(bad):
            pytest.fail("the block must not be entered")
