"""Statistics along the first axis of an array of trials, NaN where one was not run, and their error bars."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["median_interval", "over_trials", "standard_error"]

FloatArray = NDArray[np.float64]


def over_trials(statistic: Callable[..., Any], draws: FloatArray) -> FloatArray:
    """A statistic along the trials; NaN, without a warning, where no trial was run."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy warns of a slice of NaN only, which is a point not yet run
        return np.asarray(statistic(draws, axis=0), dtype=np.float64)


def standard_error(draws: FloatArray, axis: int) -> FloatArray:
    """Of the mean: the standard deviation (ddof=1) over the square root of the number of trials that were run."""
    count = np.sum(~np.isnan(draws), axis=axis)
    centred = draws - np.nanmean(draws, axis=axis)
    return np.asarray(np.sqrt(np.nansum(centred**2, axis=axis) / (count - 1) / count))


def median_interval(draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The order statistics of ranks (n+1)/2 -+ sqrt(n)/2, rounded outwards.

    By the binomial law of the median's rank they enclose it with about 68 % confidence or more, whatever the law of the draws.
    """
    ordered = np.sort(draws, axis=0)  # NaN, a trial that was not run, goes last
    count = np.sum(~np.isnan(draws), axis=0)
    low = np.maximum(np.floor((count + 1 - np.sqrt(count)) / 2).astype(int) - 1, 0)
    high = np.maximum(count - 1 - low, 0)
    pick = [np.take_along_axis(ordered, rank[np.newaxis], axis=0)[0] for rank in (low, high)]
    return pick[0], pick[1]
