"""PredictedCurve: a learning curve with the band in which the test error of one more training set is expected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.results import RiskCurve

if TYPE_CHECKING:
    from asymptotix.report.plot import CurveDisplay

__all__ = ["PredictedCurve"]


@dataclass(frozen=True, eq=False, repr=False)
class PredictedCurve(RiskCurve):
    """Test error predicted from one data set of `observed_samples` points, along n_samples.

    Fields: `test_error`, its mean over training sets; `standard_error`, the error of that estimate; `standard_deviation`, by
    which one training set scatters around its mean; `band_low` and `band_high`, in which the test error of one training set
    lies with 95 % confidence; `effective_ridge`, `df1` and `df2`.
    `ridge_at_edge` marks points at a best ridge where the error still falls towards effective ridges that the data do not show:
    there the ridge of least error may be smaller, and its error lower, than stated.
    """

    observed_samples: int = 0
    ridge_at_edge: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def plot(self, quantity: str = "test_error", *, band: bool = True, **options: Any) -> CurveDisplay:
        """As `RiskCurve.plot`, with the band of one training set and a line at the observed number of samples."""
        display = super().plot(quantity, **options)
        axes = display.ax_
        n, shape = np.asarray(self.grid["n_samples"]), self.shape
        if band and quantity == "test_error" and options.get("x") in (None, "n_samples") and len(shape) == 1 and n.size > 1:
            from asymptotix.report.style import COLORS

            axes.fill_between(n, self.values["band_low"], self.values["band_high"], color=COLORS[0], alpha=0.15, lw=0)
            axes.axvline(self.observed_samples, color="0.5", lw=0.8, ls=":")
        return display

    def _source(self) -> str:
        return f"predicted from {self.observed_samples} samples"
