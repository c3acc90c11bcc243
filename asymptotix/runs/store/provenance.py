"""What made a row: versions, BLAS and its threads, platform."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from asymptotix.conventions import CONVENTION

__all__ = ["git_commit", "provenance"]


def provenance(seed: Any = None) -> dict[str, Any]:
    """Package version and commit, Python, NumPy, SciPy, BLAS libraries with their threads, platform, seed, convention."""
    from asymptotix import __version__

    return {
        "asymptotix": __version__,
        "commit": git_commit(Path(__file__).parents[3]),
        "python": platform.python_version(),
        "numpy": _version("numpy"),
        "scipy": _version("scipy"),
        "blas": _blas(),
        "platform": f"{platform.system()} {platform.machine()}",
        "byte_order": sys.byteorder,
        "seed": seed,
        "convention": CONVENTION,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _blas() -> list[dict[str, Any]]:
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    kept = ("internal_api", "version", "architecture", "num_threads")
    # a library that two packages bring is listed once
    unique = {tuple(str(pool.get(name)) for name in kept): {name: pool.get(name) for name in kept} for pool in pools}
    return [unique[key] for key in sorted(unique)]


def git_commit(root: Path) -> str | None:
    """The commit that is checked out in a folder, read from its files; None if there is none, or another layout than git's."""
    try:
        folder = root / ".git"
        if folder.is_file():  # a linked work tree: one line "gitdir: PATH"
            folder = (root / folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return _hexadecimal(head)
        name = head.removeprefix("ref:").strip()
        common = folder / "commondir"
        shared = (folder / common.read_text(encoding="utf-8").strip()).resolve() if common.is_file() else folder
        for place in (folder, shared):
            if (place / name).is_file():
                return _hexadecimal((place / name).read_text(encoding="utf-8").strip())
        packed = (shared / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((_hexadecimal(line.split()[0]) for line in packed if line.split()[1:] == [name]), None)
    except (OSError, UnicodeDecodeError):
        return None


def _hexadecimal(text: str) -> str | None:
    return text if len(text) in (40, 64) and set(text) <= set("0123456789abcdef") else None
