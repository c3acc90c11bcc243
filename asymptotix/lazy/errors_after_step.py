"""`StepErrors`: the simulated test error of a network after one gradient step, beside the energy that a kernel cannot reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.report.table import Column, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.lazy.one_step import OneGradientStep
    from asymptotix.report.plot import CurveDisplay

__all__ = ["StepErrors"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StepErrors:
    """Excess risk after steps of several sizes, simulated; `barrier` is the target's energy beyond degree 1."""

    problem: OneGradientStep
    steps: FloatArray
    excess_risk: FloatArray
    standard_error: FloatArray
    barrier: float
    n_trials: int

    def table(self) -> Table:
        """One row a step."""
        columns = (
            Column("step", self.steps.tolist()),
            Column("excess_risk", self.excess_risk.tolist()),
            Column("standard_error", self.standard_error.tolist(), digits=2),
        )
        p = self.problem
        notes = (
            f"simulation only, {self.n_trials} trials: d = {p.dimension}, N = {p.width}, n = {p.n_samples} for each layer",
            f"energy of the target beyond degree 1: {self.barrier:.4g}; best of 16 ridges",
        )
        return Table(columns, f"After one gradient step, {p.activation.name} on {p.target.name}", notes)

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """Excess risk against the step, beside no step at all and the energy beyond degree 1.

        Raises:
            InvalidInputError: no step above 0.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        later, p = self.steps > 0, self.problem
        if not later.any():
            raise InvalidInputError("steps", self.steps.tolist(), "one above 0, to be drawn along")
        x = self.steps[later]
        ends = np.array([x.min(), x.max()])
        lines = [Line(ends, np.full(2, self.barrier), "energy beyond degree 1", 6)]
        if not later.all():
            lines.append(Line(ends, np.full(2, float(self.excess_risk[~later][0])), "no step", 1))
        points = [Points(x, self.excess_risk[later], self.standard_error[later], "simulation", 0)]
        caption = (
            f"{p.activation.name} on {p.target.name}; d = {p.dimension}, N = {p.width}, n = {p.n_samples} for each layer, "
            f"{self.n_trials} trials; best of 16 ridges"
        )
        return plot_curves(
            lines,
            points,
            x_label=r"step $\eta\gamma$",
            y_label="excess risk",
            title=title,
            caption=caption,
            logx=True,
            logy=None,
            ax=ax,
        )

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()
