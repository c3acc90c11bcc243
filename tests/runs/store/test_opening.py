from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from asymptotix.errors import StorageError
from asymptotix.runs.store import Record, connection, open_store, opening, read_store
from asymptotix.runs.store.schema import APPLICATION_ID

IDENTITY = {"problem": {"model": "ridge", "noise_variance": 0.1, "levels": [1, 2]}, "seed": 0}
ROW = Record("k", {}, {})


def filled(path: Path) -> Path:
    with open_store(path, identity=IDENTITY) as store:
        store.put([ROW])
    return path


def test_opening_again_resumes(tmp_path: Path) -> None:
    path = filled(tmp_path / "s.sqlite")
    with open_store(path, identity={"seed": 0, "problem": {**IDENTITY["problem"]}}) as store:  # type: ignore[dict-item]  # the value is a dict, see above
        assert store.finished_keys(["k", "j"]) == {"k"}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["s.sqlite"]  # the log is folded in at the end


def test_reading_beside_an_open_store_does_not_give_up_its_locks(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    another = f"from asymptotix.runs.store import open_store; open_store({str(path)!r}, identity={IDENTITY!r}).close()"
    with open_store(path, identity=IDENTITY) as store:
        store.put([ROW])
        for opened in (read_store(path), open_store(path, identity=IDENTITY)):
            opened.close()
        # without the locks the other process takes itself for the last one and removes the log, with all that comes later
        subprocess.run([sys.executable, "-c", another], check=True)
        store.put([Record("later", {}, {})])
        assert (tmp_path / "s.sqlite-wal").exists()
        with read_store(path) as seen:
            assert seen.finished_keys(["k", "later"]) == {"k", "later"}


def test_the_file_says_whose_it_is(tmp_path: Path) -> None:
    head = filled(tmp_path / "s.sqlite").read_bytes()[:72]
    assert head.startswith(b"SQLite format 3\0")
    assert int.from_bytes(head[68:72], "big") == APPLICATION_ID


def test_another_identity_is_refused_with_the_difference(tmp_path: Path) -> None:
    path = filled(tmp_path / "s.sqlite")
    other = {"problem": {"model": "ridge", "noise_variance": 0.2, "levels": [1, 3]}, "seed": 0, "width": 5}
    with pytest.raises(StorageError) as seen:
        open_store(path, identity=other)
    text = str(seen.value)
    assert "identity.problem.noise_variance is 0.1 there and 0.2 here" in text
    assert "identity.problem.levels[1] is 2 there and 3 here" in text
    assert "identity.width is absent there and 5 here" in text
    assert "model" not in text
    assert "\n" not in text


def test_another_schema_or_convention_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "s.sqlite")
    with pytest.raises(StorageError, match="schema is 1 there and 2 here"):
        open_store(path, identity=IDENTITY, schema=2)
    monkeypatch.setattr(opening, "CONVENTION", "objective: mean")
    with pytest.raises(StorageError, match=r'convention is "objective: sum .* there and "objective: mean" here'):
        open_store(path, identity=IDENTITY)


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "s.sqlite")
    with sqlite3.connect(path) as plain:
        plain.execute("PRAGMA user_version = 99")
    plain.close()
    with pytest.raises(StorageError, match=r"format 99.*use a newer asymptotix"):
        open_store(path, identity=IDENTITY)
    with pytest.raises(StorageError, match="format 99"):
        read_store(path)


@pytest.mark.parametrize("owner", [0, 12345])
def test_the_database_of_another_application_is_left_alone(tmp_path: Path, owner: int) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE theirs (x)")
        plain.execute(f"PRAGMA application_id = {owner}")
    plain.close()
    before = path.read_bytes()
    for attempt in (lambda: open_store(path, identity={}), lambda: read_store(path)):
        with pytest.raises(StorageError, match=r"another application.*left as it is"):
            attempt()
    with sqlite3.connect(path) as plain:
        assert plain.execute("SELECT count(*) FROM theirs").fetchone() == (0,)
    plain.close()
    assert path.read_bytes()[28:] == before[28:] or owner == 0


@pytest.mark.parametrize("content", [b"x,y\n1,2\n", b"SQLite format 3\0", b"\0" * 5000], ids=["text", "head", "zeros"])
def test_what_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data"
    path.write_bytes(content)
    for attempt in (lambda: open_store(path, identity={}), lambda: read_store(path)):
        with pytest.raises(StorageError, match=r"is no store.*left as it is"):
            attempt()
    assert path.read_bytes() == content


@pytest.mark.parametrize("keep", [0.3, 0.7])
def test_a_truncated_store_is_told_and_left_alone(tmp_path: Path, keep: float) -> None:
    path = filled(tmp_path / "s.sqlite")
    content = path.read_bytes()
    content = content[: int(len(content) * keep)]
    path.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        open_store(path, identity=IDENTITY)
    with pytest.raises(StorageError, match="damaged"):
        read_store(path)
    assert path.read_bytes() == content


def test_what_a_killed_maker_left_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(b"")
    filled(path)
    half = tmp_path / "half.sqlite"
    plain = sqlite3.connect(half)
    plain.execute("PRAGMA journal_mode = WAL")  # writes the first page and no table
    plain.close()
    assert half.stat().st_size > 0
    filled(half)
    for done in (path, half):
        with read_store(done) as store:
            assert store.counts().finished == 1


def test_places_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is a folder: name a file in it"):
        open_store(tmp_path, identity={})
    with pytest.raises(StorageError, match="folder does not exist: create"):
        open_store(tmp_path / "no" / "s.sqlite", identity={})
    with pytest.raises(StorageError, match="no such store"):
        read_store(tmp_path / "s.sqlite")
    assert not list(tmp_path.iterdir())
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match="not an ordinary file"):
        open_store(tmp_path / "pipe", identity={})
    (tmp_path / "empty").touch()
    with pytest.raises(StorageError, match="empty file"):
        read_store(tmp_path / "empty")


@pytest.mark.parametrize("kind", ["cifs", "fuse.sshfs"])
def test_without_locks_there_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(connection, "file_system_of", lambda path: kind)
    with pytest.raises(StorageError, match=rf"\({kind}\) has no reliable locks: put the store on a local disk"):
        open_store(tmp_path / "s.sqlite", identity={})
    assert not list(tmp_path.iterdir())


def test_over_a_network_there_is_no_write_ahead_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "s.sqlite")
    for module in (connection, opening):
        monkeypatch.setattr(module, "file_system_of", lambda path: "nfs4")
    with pytest.warns(UserWarning, match=r"network file system \(nfs4\)"):
        store = open_store(path, identity=IDENTITY)
    with store, store.connection() as open_connection:
        assert open_connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert open_connection.execute("PRAGMA synchronous").fetchone() == (2,)
        store.put([Record("j", {}, {})])
        assert not path.with_name("s.sqlite-wal").exists()


_AS_NOBODY = """
import os, sys
from asymptotix.runs.store import open_store, read_store
os.geteuid() or os.setuid(65534)  # permissions mean nothing to root
try:
    with {"read": read_store, "open": lambda path: open_store(path, identity={})}[sys.argv[2]](sys.argv[1]) as store:
        print(store.counts().finished)
except OSError as error:
    print(error)
"""


def _as_nobody(path: Path, function: str) -> str:
    command = [sys.executable, "-c", _AS_NOBODY, str(path), function]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def protected() -> Iterator[Path]:
    """A store in a folder that nobody may write into, and everybody read."""
    with tempfile.TemporaryDirectory() as name:
        path = filled(Path(name) / "s.sqlite")
        path.chmod(0o444)
        path.parent.chmod(0o555)
        yield path
        path.parent.chmod(0o755)


def test_a_folder_that_cannot_be_written_can_be_read(protected: Path) -> None:
    assert _as_nobody(protected, "read").strip() == "1"
    assert "choose a path in a folder of yours" in _as_nobody(protected, "open")
    assert "may you write there?" in _as_nobody(protected.with_name("new.sqlite"), "open")
