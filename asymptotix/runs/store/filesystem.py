"""Which file system a path lies on. Write-ahead logs need shared memory and locks, which file systems over a network lack."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

__all__ = ["Locks", "file_system_of", "locks_of"]

Locks = Literal["local", "network", "none"]
"""Whether locks hold: on one machine with shared memory; between machines, without it; not at all."""

_NETWORK = frozenset({
    "nfs", "nfs3", "nfs4", "lustre", "gpfs", "beegfs", "fhgfs", "ceph", "panfs", "afs", "gfs", "gfs2", "ocfs2", "pvfs2",
    "orangefs", "glusterfs", "fuse.glusterfs", "fuse.ceph", "fuse.ceph-fuse", "fuse.beegfs", "wekafs", "daos", "fuse.daos",
})  # fmt: skip
_WITHOUT_LOCKS = frozenset({
    "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "9p", "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse", "fuse.davfs",
    "davfs", "fuse.curlftpfs", "fuse.goofys", "fuse.hdfs", "fuse.smbnetfs",
})  # fmt: skip
_MOUNTS = Path("/proc/self/mountinfo")


def file_system_of(path: Path, mounts: Path = _MOUNTS) -> str:
    """The type of the file system of a path that exists, as the kernel names it ("ext4", "nfs4", "fuse.sshfs"); "" if unknown."""
    try:
        text = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # not Linux
        return ""
    wanted, best, kind = os.path.realpath(path), "", ""
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split()
        if not separator or len(fields) < 5 or not after.split():
            continue
        point = _unescaped(fields[4])
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):  # of two mounts at one place the later one is seen
            best, kind = point, after.split()[0]
    return kind


def locks_of(kind: str) -> Locks:
    """What the locks of a file system are worth; an unknown one is taken as local."""
    if kind in _WITHOUT_LOCKS:
        return "none"
    return "network" if kind in _NETWORK else "local"


def _unescaped(field: str) -> str:
    r"""The kernel writes a blank as \040, and so on."""
    for letter in (" ", "\t", "\n", "\\"):
        field = field.replace(f"\\{ord(letter):03o}", letter)
    return field
