"""Test error minus training error, as a field of a curve."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from asymptotix.results import Curve, Fields, SimulatedCurve

__all__ = ["with_gap"]

CurveT = TypeVar("CurveT", bound=Curve)


def with_gap(curve: CurveT) -> CurveT:
    """The curve with the field `generalization_gap` = test error - training error; trial by trial for a simulated one."""
    values = Fields({**curve.values, "generalization_gap": curve.test_error - curve.train_error})
    if not isinstance(curve, SimulatedCurve):
        return replace(curve, values=values)
    draws = curve.samples
    return replace(
        curve, values=values, samples=Fields({**draws, "generalization_gap": draws["test_error"] - draws["train_error"]})
    )
