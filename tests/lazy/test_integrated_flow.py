from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import ConvergenceError
from asymptotix.lazy import integrated_flow as module
from asymptotix.lazy.integrated_flow import integrated_flow


@pytest.mark.parametrize("method", ["DOP853", "LSODA"])
def test_a_rotation(method: str) -> None:
    times = np.array([0.0, 1.0, 7.0])
    found = integrated_flow(
        lambda x: np.array([-x[1], x[0]]), np.array([1.0, 0.0]), times, rtol=1e-10, atol=1e-12, method=method  # type: ignore[arg-type] # checked
    )  # fmt: skip
    np.testing.assert_allclose(found, np.column_stack([np.cos(times), np.sin(times)]), atol=1e-8)


def test_time_zero_alone_is_the_start() -> None:
    assert integrated_flow(lambda x: -x, np.array([3.0]), np.array([0.0]), rtol=1e-9, atol=1e-12).tolist() == [[3.0]]


def test_a_flow_too_long_ends_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CALLS", 300)
    assert integrated_flow(lambda x: -x, np.ones(1), np.array([10.0]), rtol=1e-9, atol=1e-12).shape == (1, 1)
    with pytest.raises(ConvergenceError, match=r"of 1e\+09 in 300 evaluations; ask for earlier times"):
        integrated_flow(lambda x: -x, np.ones(1), np.array([1e9]), rtol=1e-9, atol=1e-12)


def test_a_flow_that_explodes_is_stopped() -> None:
    with pytest.raises(ConvergenceError, match="diverges at time 1;"):
        integrated_flow(lambda x: x**2, np.ones(1), np.array([2.0]), rtol=1e-9, atol=1e-12, largest=1e6)
