"""How much memory there is, and the refusal of what needs more."""

from __future__ import annotations

import subprocess
import sys

import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.runs import memory


def test_free_is_at_most_installed() -> None:
    free, installed = memory.free_memory(), memory.installed_memory()
    assert free is None or installed is None or 0 < free <= installed


def test_a_limit_of_the_process_counts() -> None:
    pytest.importorskip("resource")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
        "from asymptotix.runs.memory import free_memory, installed_memory\n"
        "print(free_memory() <= 2**31, installed_memory() <= 2**31)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True"]


def test_the_size_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_memory", lambda: 999)
    with pytest.raises(InvalidInputError, match=r"the curve \(1 kB\) fits into the memory that is free \(999 B\)"):
        memory.refuse_beyond_memory("grid", "many points", 1000, "the curve", "cut it")
    memory.refuse_beyond_memory("grid", "many points", 999, "the curve", "cut it")
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    memory.refuse_beyond_memory("grid", "many points", 10**18, "the curve", "cut it")
