from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

import pytest

import asymptotix
from asymptotix.runs.store.provenance import git_commit, provenance
from asymptotix.runs.threads import single_threaded_blas

COMMIT = "0123456789" * 4


def test_versions_threads_and_seed_are_told() -> None:
    with single_threaded_blas():
        found = provenance(seed=5)
    assert found["asymptotix"] == asymptotix.__version__
    assert (found["numpy"], found["scipy"]) == (version("numpy"), version("scipy"))
    assert (found["python"], found["seed"]) == (platform.python_version(), 5)
    assert found["blas"]
    assert {pool["num_threads"] for pool in found["blas"]} == {1}
    assert "squared errors" in found["convention"]


@pytest.mark.parametrize("layout", ["branch", "detached", "packed", "worktree"])
def test_the_commit_is_read_from_the_files_of_git(tmp_path: Path, layout: str) -> None:
    git = tmp_path / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    if layout == "detached":
        (git / "HEAD").write_text(f"{COMMIT}\n")
    elif layout == "packed":
        (git / "packed-refs").write_text(f"# pack-refs\n{'f' * 40} refs/heads/other\n{COMMIT} refs/heads/main\n")
    else:
        (git / "refs/heads/main").write_text(f"{COMMIT}\n")
    root = tmp_path
    if layout == "worktree":
        root, linked = tmp_path / "tree", git / "worktrees/tree"
        root.mkdir()
        linked.mkdir(parents=True)
        (linked / "HEAD").write_text("ref: refs/heads/main\n")
        (linked / "commondir").write_text("../..\n")
        (root / ".git").write_text(f"gitdir: {linked}\n")
    assert git_commit(root) == COMMIT


def test_without_git_there_is_no_commit(tmp_path: Path) -> None:
    assert git_commit(tmp_path) is None
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("something else")
    assert git_commit(tmp_path) is None
