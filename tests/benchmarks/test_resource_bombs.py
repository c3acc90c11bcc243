"""Resource bombs end well, and what does not is seen."""

from __future__ import annotations

import time

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from benchmarks.resource_bombs import BOMBS, run_bomb, run_bombs

QUICK = ["text: 10**10**8", "kernel matrix of 10^6 rows", "risk on 10^10 points"]


def test_quick_bombs_are_refused() -> None:
    assert {name: outcome.kind for name, outcome in run_bombs(QUICK).items()} == dict.fromkeys(QUICK, "refused")


@pytest.mark.long
def test_every_bomb_ends_well() -> None:
    assert {name: outcome for name, outcome in run_bombs().items() if not outcome.well} == {}
    assert len(BOMBS) >= 20


def test_what_ends_badly_is_told() -> None:
    assert run_bomb(lambda: np.ones(10**10)).kind == "untyped"  # a bare MemoryError

    def two_lines() -> None:
        raise InvalidInputError("x", 1, "of\ntwo lines")

    assert run_bomb(two_lines).kind == "untyped"
    assert run_bomb(lambda: time.sleep(30), seconds=0.3).kind == "late"
    assert run_bomb(lambda: __import__("os")._exit(3)).kind == "died"
    assert run_bomb(lambda: 1).well
