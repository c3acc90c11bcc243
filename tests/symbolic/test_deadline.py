"""The time limit: an answer for whatever would take too long, proofs included."""

from __future__ import annotations

import sys
import time

import pytest
import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic import deadline
from asymptotix.symbolic.deadline import check_deadline, time_limit, watched
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.dual import dual_kernel


def test_an_outer_limit_stays_in_force() -> None:
    with time_limit(-1.0), time_limit(100.0), pytest.raises(NotInClosedClassError, match="kernel_matrix"):
        check_deadline()
    check_deadline()


def test_covers_the_checks_of_a_proof() -> None:
    x = sp.Symbol("x")
    derivation = Derivation("x", (Step(sp.Eq(x, x, evaluate=False), "Trivial."),))
    with time_limit(-1.0), pytest.raises(NotInClosedClassError, match="time limit"):
        derivation.verify()
    assert derivation.proved


@pytest.mark.parametrize("text", ["x**2*Phi(2*x - 1)", "(x + exp(x))**30"])
def test_heavy_input_ends(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "MAX_SECONDS", 1.0)
    start = time.thread_time()
    with pytest.raises(NotInClosedClassError, match="would take too long"):
        dual_kernel(text, allow_numeric=False)
    assert time.thread_time() - start < 4  # without the limit: from a minute to hours


def test_refuses_at_once_what_is_known_to_be_too_large() -> None:
    start = time.thread_time()
    with pytest.raises(NotInClosedClassError, match=r"about .* products .*kernel_matrix"):
        dual_kernel("x**60*Phi(x)", allow_numeric=False)
    assert time.thread_time() - start < 2


def test_one_long_operation_is_watched() -> None:
    def endless() -> None:
        while True:
            abs(int_of(1))

    def int_of(x: int) -> int:
        return x

    start = time.thread_time()
    with pytest.raises(NotInClosedClassError, match="time limit"), time_limit(0.1), watched():
        endless()
    assert time.thread_time() - start < 1.0
    assert sys.getprofile() is None


def test_the_profiler_of_a_user_stays() -> None:
    calls: list[str] = []
    sys.setprofile(lambda _frame, event, _argument: calls.append(event))
    try:
        profiler = sys.getprofile()
        with time_limit(-1.0), watched():
            sp.Integer(2)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert calls
