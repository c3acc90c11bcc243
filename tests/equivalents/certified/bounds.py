"""The bounds of a certified curve, field by field."""

from __future__ import annotations

import numpy as np

import asymptotix as ax

NOISE = 0.25


def bounds(curve: ax.RiskCurve) -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    assert curve.lower is not None
    assert curve.upper is not None
    return [(name, curve.lower[name], curve.values[name], curve.upper[name]) for name in curve.values]


def assert_two_doubles_wide(curve: ax.RiskCurve) -> None:
    for name, lower, value, upper in bounds(curve):
        assert np.all((lower <= value) & (value <= upper)), name
        assert np.all(upper <= np.nextafter(np.nextafter(lower, np.inf), np.inf)), name
