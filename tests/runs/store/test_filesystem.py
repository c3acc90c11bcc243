from __future__ import annotations

from pathlib import Path

import pytest

from asymptotix.runs.store.filesystem import file_system_of, locks_of

MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:27 / {0} rw shared:1 - nfs4 server:/home rw
31 30 0:28 / {0}/local rw master:2 propagate_from:1 - xfs /dev/sdb rw
32 27 0:29 / {0}\\040two rw - fuse.sshfs host: rw
33 31 0:30 / {0}/local/over rw - ext4 /dev/sdc rw
34 33 0:31 / {0}/local/over rw - lustre mgs:/x rw
a line that means nothing
"""


@pytest.mark.parametrize(
    ("below", "kind"),
    [
        ("", "nfs4"), ("/deep/er", "nfs4"), ("/local", "xfs"), ("/local/x", "xfs"), ("/locality", "nfs4"),
        (" two/x", "fuse.sshfs"), ("three", "ext4"), ("/local/over/x", "lustre"),
    ],
)  # fmt: skip
def test_the_innermost_and_latest_mount_counts(tmp_path: Path, below: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS.format(tmp_path / "net"))
    assert file_system_of(Path(f"{tmp_path / 'net'}{below}"), mounts) == kind


def test_without_the_list_of_mounts_the_type_is_unknown(tmp_path: Path) -> None:
    assert file_system_of(tmp_path, tmp_path / "absent") == ""


def test_links_are_followed(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS.format(tmp_path / "net"))
    (tmp_path / "net").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "net")
    assert file_system_of(tmp_path / "link", mounts) == "nfs4"


@pytest.mark.parametrize(
    ("kind", "locks"),
    [("ext4", "local"), ("", "local"), ("nfs4", "network"), ("lustre", "network"), ("cifs", "none")],
)
def test_what_locks_are_worth(kind: str, locks: str) -> None:
    assert locks_of(kind) == locks
