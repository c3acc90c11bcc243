from __future__ import annotations

import shutil
import subprocess
import sys

import pytest


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"benchmarks.{program}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)


def test_killed_writers_lose_nothing() -> None:
    done = run("store_kills", "--kills", "10")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 unreadable, 0 errors" in done.stdout


def test_rows_told_too_early_are_seen_to_be_lost() -> None:
    done = run("store_kills", "--kills", "15", "--early")
    assert done.returncode == 1, done.stdout + done.stderr
    assert " 0 lost" not in done.stdout


@pytest.mark.skipif(not shutil.which("cc") or sys.platform != "linux", reason="a failing disk is made with a C compiler on Linux")
def test_a_failing_disk_loses_nothing() -> None:
    done = run("store_faults", "--step", "130", "--runs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 10
    assert all("0 lost, 0 stores unsound, 0 other endings, 0 not completed" in line for line in lines)
    assert not any(" 0 ended by a StorageError" in line for line in lines[:8])  # the faults were met


@pytest.mark.long
@pytest.mark.parametrize("writers", ["1", "3"])
def test_a_thousand_kills_lose_nothing(writers: str) -> None:
    done = run("store_kills", "--kills", "1000" if writers == "1" else "100", "--writers", writers, "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("cc") or sys.platform != "linux", reason="a failing disk is made with a C compiler on Linux")
def test_every_failing_call_loses_nothing() -> None:
    done = run("store_faults", "--runs", "100")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the workers are found under /proc")
def test_a_sweep_whose_workers_are_killed_equals_one_without_kills() -> None:
    done = run("store_kills", "--workers", "--kills", "8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ": 0 differ" in done.stdout
