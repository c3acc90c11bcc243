"""The sums over the levels at effective ridges of either sign: from the table where they are >= 0, else from the eigenvalues."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.fixed_point import EffectiveRidge
from asymptotix.equivalents.level_sums import LevelSums, level_sums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.raw_levels import RawLevels
from asymptotix.equivalents.third_order import ThirdOrderSums, third_order_sums
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["signed_level_sums", "signed_sums"]

_Sums = TypeVar("_Sums", LevelSums, ThirdOrderSums)


def signed_level_sums(levels: SortedLevels, spectrum: Spectrum, target: Target, fixed_point: EffectiveRidge) -> LevelSums | None:
    """The sums of the risks at every point, flat; None where no effective ridge is negative and `level_sums` does it alone."""
    return signed_sums(levels, spectrum, target, fixed_point)[0] if np.any(fixed_point.value < 0) else None


def signed_sums(
    levels: SortedLevels, spectrum: Spectrum, target: Target, fixed_point: EffectiveRidge
) -> tuple[LevelSums, ThirdOrderSums]:
    """The sums of second and of third order at every point, flat."""
    kappa, log_kappa = fixed_point.value.ravel(), fixed_point.log_value.ravel()
    below = kappa < 0
    if not np.any(below):
        return level_sums(levels, log_kappa), third_order_sums(levels, log_kappa)
    second, third = level_sums(levels, log_kappa[~below]), third_order_sums(levels, log_kappa[~below])
    others = RawLevels.of(spectrum, target).sums(np.log(-kappa[below]))
    return _merged(below, second, others[0]), _merged(below, third, others[1])


def _merged(below: NDArray[np.bool_], at_least_zero: _Sums, negative: _Sums) -> _Sums:
    merged = []
    for item in fields(at_least_zero):
        whole = np.empty(below.shape)
        whole[~below], whole[below] = getattr(at_least_zero, item.name), getattr(negative, item.name)
        merged.append(whole)
    return type(at_least_zero)(*merged)
