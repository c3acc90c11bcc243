"""Integration of a flow to given times that ends: by its tolerance, or by an error that says how far it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError

__all__ = ["Method", "integrated_flow"]

FloatArray = NDArray[np.float64]
Method = Literal["DOP853", "LSODA", "RK23"]

_MOST_CALLS = 50_000  # of the velocity; an explicit rule takes some two calls for each unit of time over the fastest rate


def integrated_flow(
    velocity: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    times: FloatArray,
    *,
    rtol: float,
    atol: float,
    method: Method = "DOP853",
    largest: float = np.inf,
    fix: str = "ask for earlier times",
) -> FloatArray:
    """States of d state / dt = velocity(state) at ascending times >= 0, of shape (times, entries), from time 0.

    Raises:
        ConvergenceError: an entry beyond `largest`, more than 50 000 calls of the velocity, or an integrator that gave up.

    >>> decay = integrated_flow(lambda x: -x, np.ones(1), np.array([0.0, 1.0]), rtol=1e-9, atol=1e-12)
    >>> decay.round(6).tolist()
    [[1.0], [0.367879]]
    """
    from scipy.integrate import solve_ivp  # loads scipy.optimize

    last, calls = float(times[-1]), 0

    def counted(t: float, state: FloatArray) -> FloatArray:
        nonlocal calls
        calls += 1
        if not np.all(np.abs(state) < largest):
            raise ConvergenceError(f"the flow diverges at time {t:.4g}; {fix}")
        if calls > _MOST_CALLS:
            raise ConvergenceError(f"the flow came to time {t:.4g} of {last:g} in {_MOST_CALLS} evaluations; {fix}")
        return velocity(state)

    found = solve_ivp(counted, (0.0, max(last, 1e-300)), start, method=method, t_eval=times, rtol=rtol, atol=atol)
    if not found.success or not np.all(np.abs(found.y) < largest):
        raise ConvergenceError(f"the flow was not integrated to time {last:g}: {found.message}; {fix}")
    return np.asarray(found.y.T)
