"""Whether a spread seen over trials can be trusted: the tail index of the draws, by Hill's estimator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ENOUGH", "infinite_variance", "tail_index"]

FloatArray = NDArray[np.float64]

ENOUGH = 512  # trials before a tail is judged: the 22 largest then give the index to about 21 %
_FINITE = 2.0  # at or below this index the variance is infinite


def tail_index(draws: FloatArray) -> FloatArray:
    r"""Hill's estimate of a in $P(|x-\text{median}|>t)\sim t^{-a}$, from the $k=\sqrt n$ largest of n draws, for each column.

    $1/a=\frac1k\sum_{i\le k}\log(x_{(i)}/x_{(k+1)})$. Its relative error is about $1/\sqrt k$. Infinite if all draws are equal.
    """
    distances = np.sort(np.abs(draws - np.median(draws, axis=0)), axis=0)[::-1]
    count = int(np.sqrt(len(draws)))
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.mean(np.log(distances[:count] / distances[count]), axis=0)
        return np.asarray(np.where(steps > 0, 1.0 / steps, np.inf))


def infinite_variance(draws: FloatArray) -> NDArray[np.bool_]:
    """Columns of (trials, points) whose draws look as if more of them would never settle; False for fewer than `ENOUGH` trials.

    A minimum-norm interpolator with n - p = k has the index (|k| + 1) / 2, so that |k| <= 3 has no variance.
    """
    if len(draws) < ENOUGH:
        return np.zeros(draws.shape[1], dtype=np.bool_)
    return np.asarray(tail_index(draws) <= _FINITE)
