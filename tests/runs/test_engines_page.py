"""The page on engines runs as it stands, against a cluster of two processes; the figures that it prints come from scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import engines
from benchmarks.engines_identical import hash_of_draws, hashes, resumed_hashes
from benchmarks.poison_cells import poisoned_run

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"


def blocks():
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_from_a_laptop_to_a_cluster():
    namespace = {}
    assert len(blocks()) == 3
    for code in blocks():
        exec(compile(code, "engines.md", "exec"), namespace)
    assert namespace["on_dask"].samples["test_error"].shape == (8, 3)


def test_one_hash_on_threads_and_another_for_another_seed():
    found = {value for _, value in hashes(("threads",), (2,))}
    assert len(found) == 1
    assert hash_of_draws(None, seed=1) not in found


def test_resumed_from_a_store_the_hash_is_the_same():
    assert dict(resumed_hashes(("threads",))) == {"threads, then threads": hash_of_draws(None)}


def test_poison_on_threads_only_fails_itself():
    done = poisoned_run("threads", n_tasks=20)
    assert (done.completed, done.failures) == (19, {"raise": "error"})


def test_busy_tasks_use_the_time_asked_for():
    assert 0.01 <= engines.busy(0.01) < 0.1


@pytest.mark.long
def test_one_hash_on_every_engine():
    found = dict(hashes(workers=(1, 2, 4))) | dict(resumed_hashes())
    assert len(found) == 16 + 5
    assert len(set(found.values())) == 1


@pytest.mark.long
@pytest.mark.parametrize("kind", ["pool", "processes", "loky", "dask"])
def test_the_others_complete_beside_poison(kind):
    done = poisoned_run(kind, n_tasks=100)
    assert done.completed == done.harmless
    assert done.failures.pop("raise") == "error"
    assert done.failures.pop("hang", "deadline") == "deadline"
    assert set(done.failures.values()) == {"died"}
