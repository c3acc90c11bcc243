from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from asymptotix.errors import StorageError
from asymptotix.runs.store import Record, open_store
from asymptotix.runs.store.integrity import health_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "s.sqlite"
    with open_store(place, identity={"seed": 0}) as store:
        store.put([Record(f"k{number:04}", {"n": number}, {"x": np.arange(40.0) + number}) for number in range(300)])
        store.put_failure("bad", {"n": -1}, "died", "SIGSEGV")
    return place


def change(path: Path, *statements: str) -> None:
    plain = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        plain.execute(statement)
    plain.close()


def test_a_sound_store(path: Path) -> None:
    health = health_of(path)
    assert health.is_sound
    assert (health.rows, health.conflicts, health.format) == (300, 0, 1)
    assert [failure.message for failure in health.failures] == ["SIGSEGV"]
    assert health.mixture == {}


@pytest.mark.parametrize(
    "column",
    [
        "content = x'00'",
        "parameters = '{}'",
        "layout = '[]'",
        "checksum = x''",
        "content = 'text'",
        "parameters = x'ff'",
        "key = 'j'",
    ],
)
def test_each_damage_of_a_row_is_found(path: Path, column: str) -> None:
    change(path, f"UPDATE results SET {column} WHERE id = 7")
    health = health_of(path)
    assert not health.is_sound
    assert health.damaged == ("j" if column.startswith("key") else "k0006",)
    assert health.rows == 300


def test_a_flipped_bit_anywhere_in_the_numbers_is_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.index(np.arange(40.0).tobytes()[8:]) + 100
    content[place] ^= 4
    path.write_bytes(bytes(content))
    assert len(health_of(path).damaged) == 1


def test_a_page_of_zeros_is_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8 * 4096 : 20 * 4096] = bytes(12 * 4096)
    path.write_bytes(bytes(content))
    health = health_of(path)
    assert not health.is_sound
    assert health.problems


def test_mixed_provenance_is_told(path: Path) -> None:
    plain = sqlite3.connect(path)
    (content,) = plain.execute("SELECT content FROM provenance").fetchone()
    plain.close()
    other = json.dumps({**json.loads(content), "numpy": "1.0"})
    change(path, f"INSERT INTO provenance VALUES (9, '{other}')")
    assert health_of(path).mixture == {}  # no row is made by it
    change(path, "UPDATE results SET provenance = 9 WHERE id > 100")
    health = health_of(path)
    assert list(health.mixture) == ["numpy"]
    assert [rows for _, rows in health.provenances] == [100, 200]


def test_a_lost_provenance_is_a_problem(path: Path) -> None:
    change(path, "UPDATE results SET provenance = 77 WHERE id = 3")
    assert health_of(path).problems == ("row 3 of results has no provenance",)


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("text")
    with pytest.raises(StorageError, match="no store"):
        health_of(tmp_path / "x")
