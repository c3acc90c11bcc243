"""Sweep: theory, simulation and verdict on the grid of a problem, as table, lines or phase diagram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from asymptotix.errors import InvalidInputError
from asymptotix.report.grid import Grid
from asymptotix.report.table import Column, Table
from asymptotix.report.whole_file import whole_file
from asymptotix.results import RiskCurve, SimulatedCurve
from asymptotix.verdict.judgement import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Sweep"]

_AGAINST = ("simulation", "z")


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a problem file's grid gives: `theory`, `simulation`, and the `verdict` of the quantity that was judged.

    Attributes:
        title: of the problem.
        theory: a RiskCurve.
        simulation: a SimulatedCurve; NaN with n_trials 0 in a cell that failed.
        verdict: `.outcome` is "agree", "disagree" or "not enough evidence".
        store: the file that keeps the trials, if there is one.
    """

    title: str
    theory: RiskCurve
    simulation: SimulatedCurve
    verdict: Verdict
    store: Path | None = None

    @property
    def quantity(self) -> str:
        """The field that was judged."""
        return self.verdict.quantity

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before all trials were run; the store has what is finished."""
        return self.simulation.interrupted

    @property
    def table(self) -> Table:
        """One row a grid point: its arguments, theory, simulation with standard error and number of trials, and z."""
        rows = self.verdict.table
        columns = [Column(name, [row[name] for row in rows]) for name in rows[0] if name not in ("z_beyond_allowance", "judged")]
        counts = np.broadcast_to(self.simulation.n_trials, self.theory.shape).ravel()
        judged = ["yes" if row["judged"] else "left out" for row in rows]
        columns += [Column("n_trials", [float(count) for count in counts]), Column("judged", judged)]
        notes = (f"seed {self.simulation.seed}", *self.verdict.summary().split("\n"))
        return Table(tuple(columns), self.title or f"{self.theory.model}, {self.quantity}", notes, self.theory.convention)

    def to_csv(self, path: str | Path | None = None) -> str:
        """The table with all digits, after comment lines; written to `path` if given."""
        text = self.table.to_csv()
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def to_latex(self) -> str:
        r"""The table for a paper (`\hline`, amsmath)."""
        return self.table.to_latex()

    def plot(self, quantity: str | None = None) -> Figure:
        """The figure that fits the axes: a phase diagram where exactly two arguments vary by 4 values or more, else lines.

        Raises:
            InvalidInputError: there is no such quantity.
            MissingExtraError: Matplotlib is not installed.
        """
        grid = Grid(self.theory.grid)
        long = [name for name in grid.dims if np.size(self.theory.grid.get(name, 0.0)) > 3]
        if len(long) == 2 and len(grid.varying) == 2:
            return self.phase_diagram(quantity=quantity)
        from asymptotix.report.plot import new_figure

        figure, axes = new_figure()
        self.theory.plot(quantity or self.quantity, simulated=self.simulation, ax=axes[0, 0], title=self.title)
        return figure

    def phase_diagram(
        self, x: str | None = None, y: str | None = None, *, quantity: str | None = None, against: str = "simulation"
    ) -> Figure:
        """Heat maps over two arguments: theory with lines of equal value, and beside it the simulation or its z-scores.

        Args:
            x: the argument along the abscissa, such as "n_samples"; by default the first one that varies.
            y: the argument along the ordinate; by default the other one.
            quantity: a field; by default the one that was judged.
            against: "simulation", or "z": (simulation - theory) / standard error.

        Raises:
            InvalidInputError: not exactly two arguments vary, or there is no such argument, quantity or `against`.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plane import Panel, plot_planes

        if against not in _AGAINST:
            raise InvalidInputError("against", against, f"one of {', '.join(_AGAINST)}")
        x, y = self._plane(x, y)
        name = quantity or self.quantity
        theory, simulated = self.theory.quantity(name), self.simulation.quantity(name)
        words = name.replace("_", " ")
        other = Panel(simulated, "simulation", words)
        if against == "z":
            with np.errstate(divide="ignore", invalid="ignore"):
                scores = (simulated - theory) / self.simulation.standard_error[name]
            other = Panel(scores, "simulation - theory", "standard errors", signed=True)
        panels = [Panel(theory, "theory", words), other]
        axes = {axis: np.ravel(self.theory.grid[axis]) for axis in (x, y)}
        order = {axis: np.argsort(values) for axis, values in axes.items()}
        turned = [self._turned(panel, x, y, order) for panel in panels]
        return plot_planes(
            axes[x][order[x]], axes[y][order[y]], turned, labels=(x.replace("_", " "), y.replace("_", " ")), title=self.title
        )

    def _plane(self, x: str | None, y: str | None) -> tuple[str, str]:
        """The two arguments, checked."""
        varying = Grid(self.theory.grid).varying
        if len(varying) != 2:
            raise InvalidInputError("grid", ", ".join(varying) or "one point", "one along which exactly two arguments vary")
        for axis, given in (("x", x), ("y", y)):
            if given is not None and given not in varying:
                raise InvalidInputError(axis, given, f"one of {', '.join(varying)}")
        if x is not None and x == y:
            raise InvalidInputError("y", y, "another argument than x")
        x = x or next(name for name in varying if name != y)
        return x, y or next(name for name in varying if name != x)

    def _turned(self, panel: Any, x: str, y: str, order: dict[str, Any]) -> Any:
        """A panel with its rows along y and its columns along x, in order."""
        from dataclasses import replace

        grid = Grid(self.theory.grid)
        values = np.broadcast_to(panel.values, grid.shape)
        values = np.moveaxis(values, [*grid.axes_of(y), *grid.axes_of(x)], [0, 1]).reshape(len(order[y]), len(order[x]))
        return replace(panel, values=values[np.ix_(order[y], order[x])])

    def write(
        self, folder: str | Path, suffixes: Sequence[str] = (".pdf", ".png"), *, x: str | None = None, y: str | None = None
    ) -> list[Path]:
        """Write table.csv, table.tex and the figure into a folder, made if there is none; figures only where Matplotlib is.

        The figure is that of `plot`, with `x` or `y` a phase diagram over these arguments.

        Raises:
            InvalidInputError: `x` or `y` is no argument that varies, or not exactly two arguments vary.
        """
        from asymptotix.errors import MissingExtraError
        from asymptotix.report.plot import save_figure

        if x is not None or y is not None:
            self._plane(x, y)  # before anything is written
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder / "table.csv", folder / "table.tex"]
        for path, text in zip(written, (self.to_csv(), self.to_latex()), strict=True):
            with whole_file(path) as partial:  # a reader in between finds the old file or the new one
                partial.write_text(text, encoding="utf-8")
        try:
            figure = self.plot() if x is None and y is None else self.phase_diagram(x, y)
        except MissingExtraError:
            return written
        return written + [save_figure(figure, folder / f"figure{suffix}") for suffix in suffixes]

    def summary(self) -> str:
        """The verdict in words."""
        return self.verdict.summary()

    def __repr__(self) -> str:
        """The summary."""
        return f"Sweep({self.summary()})"

    def _repr_html_(self) -> str:
        return self.table._repr_html_()
