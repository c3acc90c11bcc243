"""RiskCurve and SimulatedCurve: the same field names on the same grid, so that theory and experiment can be laid side by side.

Convention of every field (see `asymptotix.conventions`): excess_risk = bias + variance excludes the label noise,
test_error = excess_risk + noise_variance includes it, train_error is the mean squared training error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError
from asymptotix.report.error_bars import median_interval, over_trials, standard_error
from asymptotix.report.grid import Grid
from asymptotix.report.numbers import short_number
from asymptotix.report.table import Column, Table

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay, Line, Points

__all__ = ["SHARED_FIELDS", "UNITS", "Curve", "Fields", "RiskCurve", "SimulatedCurve"]

FloatArray = NDArray[np.float64]

SHARED_FIELDS = ("excess_risk", "bias", "variance", "test_error", "train_error", "squared_norm", "df1", "df2", "effective_ridge")

# what a field is measured in: y, the labels; the spectrum, whose eigenvalues share the unit of the ridge
UNITS = {
    **dict.fromkeys(("excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk"), "y squared"),
    **dict.fromkeys(("bias_pure", "variance_data", "variance_features", "variance_interaction", "gcv", "loo"), "y squared"),
    "squared_norm": "y squared / eigenvalue",
    "df1": "count",
    "df2": "count",
    "effective_ridge": "eigenvalue",
    "nu1": "eigenvalue",
    "ridge": "sum of squares: eigenvalue times count",
    "n_samples": "count",
    "n_features": "count",
    "n_predictors": "count",
    "n_trials": "count",
    "time": "1 / (eigenvalue times count)",
    "steps": "count",
    "step_size": "1 / (eigenvalue times count)",
}
_STATISTICS = {"mean": "means, bars of one standard error", "median": "medians, bars of 68 % confidence or slightly more"}
_SUMMARY_FIELDS = ("test_error", "train_error", "bias", "variance", "effective_ridge")


class Fields(Mapping[str, FloatArray]):
    """Read-only arrays by name: `fields["bias"]` or `fields.bias`. A function stands for an array that few will read."""

    def __init__(self, values: Mapping[str, FloatArray | Callable[[], FloatArray]]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> FloatArray:
        value = self._values[name]
        if callable(value):
            value = self._values[name] = value()
        return value

    def __getattr__(self, name: str) -> FloatArray:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no field {name!r}; the fields are {', '.join(self._values)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """Quantities on a grid.

    `grid`: argument name -> array, mutually broadcastable (`n_samples`, `ridge`, `n_features`); `values`: field -> array of
    the broadcast shape, also readable as attributes (`curve.test_error`).
    """

    model: str
    grid: Mapping[str, FloatArray]
    values: Fields
    noise_variance: float
    references: tuple[str, ...] = ()
    convention: str = CONVENTION

    def __getattr__(self, name: str) -> FloatArray:
        if name.startswith("_") or name in {"values", "grid"}:
            raise AttributeError(name)
        field_values: FloatArray = getattr(self.values, name)
        return field_values

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.values})

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the grid."""
        return np.broadcast_shapes(*(np.shape(values) for values in self.grid.values()))

    def quantity(self, name: str) -> FloatArray:
        """One field by name; InvalidInputError names the fields there are."""
        if name not in self.values:
            raise InvalidInputError("quantity", name, f"one of {', '.join(self.values)}")
        return self.values[name]

    def table(self, *fields: str) -> Table:
        """The arguments and the fields named (all, if none is named), one row a grid point, with the convention and the units.

        Raises:
            InvalidInputError: there is no such field.
        """
        grid = Grid(self.grid)
        values = self._exported()
        chosen = fields or tuple(values)
        for name in chosen:
            if name not in values:
                raise InvalidInputError("field", name, f"one of {', '.join(values)}")
        arrays = {**{name: grid.broadcast(name) for name in grid.arguments}, **{name: values[name] for name in chosen}}
        columns = (Column(name, list(map(float, np.ravel(array))), _unit(name)) for name, array in arrays.items())
        return Table(tuple(columns), self._title(), (f"noise variance {short_number(self.noise_variance)}",), self.convention)

    def plot(
        self,
        quantity: str = "test_error",
        *,
        x: str | None = None,
        ax: Axes | None = None,
        logx: bool | None = None,
        logy: bool | None = None,
        title: str = "",
        statistic: str = "mean",
        simulated: SimulatedCurve | None = None,
    ) -> CurveDisplay:
        """Draw one quantity: theory as lines, simulation as points with error bars.

        Args:
            quantity: a field.
            x: the abscissa: an argument of the grid, or the ratio of two ("n_features/n_samples"); by default the one along the
                longest axis. The other axes become separate lines.
            ax: Matplotlib axes to draw on; a new figure without.
            logx: logarithmic abscissa; None decides by the data.
            logy: the same for the ordinate.
            title: above the axes.
            statistic: of the simulated trials: "mean" with one standard error, or "median" with its distribution-free interval of
                at least 68 % confidence, for points where the mean is infinite.
            simulated: a simulation to lay over the theory, in the same colours if its other arguments are the same.

        Raises:
            InvalidInputError: there is no such quantity, abscissa or statistic.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        x = x or Grid(self.grid).default_x()
        curves: list[Curve] = [self, simulated] if simulated is not None else [self]
        drawn = [item for curve in curves for item in curve._drawn(quantity, x, statistic)]
        lines = [item for item in drawn if isinstance(item, Line)]
        points = [item for item in drawn if isinstance(item, Points)]
        labels = {"x_label": _words(x), "y_label": _words(quantity), "title": title, "caption": _caption(curves, statistic)}
        return plot_curves(lines, points, **labels, logx=logx, logy=logy, ax=ax)

    def _drawn(self, quantity: str, x: str, statistic: str) -> Sequence[Line | Points]:
        from asymptotix.report.plot import Line

        _require_statistic(statistic)
        y = self.quantity(quantity)
        cuts = Grid(self.grid).cuts(x)
        return [Line(cut.x, np.atleast_1d(y[cut.index]), cut.label, color) for color, cut in enumerate(cuts)]

    def to_csv(self, path: str | Path | None = None) -> str:
        """All arguments and fields with all digits, after comment lines with convention and units; written to `path` if given."""
        text = self.table().to_csv()
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def to_latex(self, *fields: str) -> str:
        r"""A LaTeX table (`\hline`, amsmath) of the arguments that vary and of the fields named, or of the main ones."""
        chosen = fields or tuple(name for name in _SUMMARY_FIELDS if name in self.values)
        return self._varying_table(*chosen).to_latex()

    def to_pandas(self) -> pandas.DataFrame:
        """A DataFrame with one row a grid point; needs the extra "frame"."""
        from asymptotix.report.frames import to_pandas

        return to_pandas(Grid(self.grid), self._exported(), self._attributes())

    def to_xarray(self) -> xarray.Dataset:
        """A Dataset whose dimensions are named after the argument that varies along them; needs the extra "frame"."""
        from asymptotix.report.frames import to_xarray

        return to_xarray(Grid(self.grid), self._exported(), self._attributes())

    def citations(self) -> str:
        """BibTeX of the sources of these numbers."""
        from asymptotix.references import bibtex

        return bibtex(self.references)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={_span(values)}" for name, values in self.grid.items())
        fields = ", ".join(self.values)
        return f"{type(self).__name__}({self.model}: {arguments}; noise_variance={short_number(self.noise_variance)}; {fields})"

    def _repr_html_(self) -> str:
        return self._varying_table(*(name for name in _SUMMARY_FIELDS if name in self.values))._repr_html_()

    def _varying_table(self, *fields: str) -> Table:
        table = self.table(*fields)
        grid = Grid(self.grid)
        fixed = [name for name in grid.arguments if name not in grid.varying] if grid.varying else []
        notes = (*(f"{name} = {_span(self.grid[name])}" for name in fixed), *table.notes)
        return Table(tuple(column for column in table.columns if column.name not in fixed), table.title, notes, table.convention)

    def _exported(self) -> dict[str, FloatArray]:
        return dict(self.values)

    def _source(self) -> str:
        return "theory"

    def _title(self) -> str:
        return f"{self.model}, {self._source()}"

    def _attributes(self) -> dict[str, Any]:
        from asymptotix import __version__

        return {
            "title": self._title(), "convention": self.convention, "noise_variance": self.noise_variance,
            "references": ", ".join(self.references), "asymptotix_version": __version__,
        }  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class RiskCurve(Curve):
    """Deterministic equivalents on a grid. `nu1` is there for random features, whose `effective_ridge` is nu2.

    `heavy_tailed` marks the points of the grid where a simulated error has no finite mean or variance (ridge = 0 within 3 of the
    interpolation threshold): a mean over trials says nothing there, look at medians.
    Certified (`risk(..., certify=True)`), every field lies between `lower[name]` and `upper[name]`, proved; with `digits`,
    `decimals[name]` holds decimal strings of that many proved digits on the shape of the grid. None otherwise.
    """

    heavy_tailed: NDArray[np.bool_] | None = None
    lower: Fields | None = None
    upper: Fields | None = None
    decimals: Mapping[str, NDArray[np.object_]] | None = None

    def __repr__(self) -> str:
        """One line: model, grid, fields, and how narrow the proved bounds are."""
        text = super().__repr__()
        return text if self.lower is None else f"{text[:-1]}; certified to {self.bounds_width:.1e} relative)"

    @property
    def bounds_width(self) -> float:
        """The largest relative distance of the proved bounds of a positive field; 0 if not certified."""
        if self.lower is None or self.upper is None:
            return 0.0
        lower, upper = self.lower, self.upper
        with np.errstate(divide="ignore", invalid="ignore"):
            gaps = [np.max(upper[name] / lower[name], where=lower[name] > 0, initial=1.0) - 1.0 for name in lower]
        return float(np.max(gaps, initial=0.0))

    def _exported(self) -> dict[str, FloatArray]:
        if self.lower is None or self.upper is None:
            return dict(self.values)
        sides = {"lower": self.lower, "upper": self.upper}
        bounds = {f"{name}_{end}": side[name] for name in self.values for end, side in sides.items()}
        return {**self.values, **bounds}


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedCurve(Curve):
    """Means over independent trials, with the trials kept.

    `samples[name]` has shape (n_trials, *shape), NaN where a trial was not run; `n_trials` counts the finished trials of each
    grid point; `standard_error[name]` is the sample standard deviation (ddof=1) over the square root of that count.

    With control variates the values and standard errors are adjusted by `controls[name]`, of the same shape as the samples: the
    relative deviations of the controls from their known means. The samples and medians stay those of the trials. `n_controls`
    counts the coefficients fitted at each point.
    """

    samples: Fields = field(default_factory=lambda: Fields({}))
    n_trials: Any = None
    seed: int = 0
    interrupted: bool = False
    controls: Fields = field(default_factory=lambda: Fields({}))
    adjusted_standard_error: Fields | None = None
    n_controls: Any = 0

    @property
    def standard_error(self) -> Fields:
        """Standard error of the mean of each field; NaN for fewer than two trials."""
        return self._plain_error if self.adjusted_standard_error is None else self.adjusted_standard_error

    @property
    def variance_reduction(self) -> Fields:
        """By what the control variates divide the squared standard error of each field; 1 without them."""
        none, errors = np.equal(self.n_controls, 0), self.standard_error
        with np.errstate(divide="ignore", invalid="ignore"):
            return Fields({n: np.where(none | (e == errors[n]), 1.0, (e / errors[n]) ** 2) for n, e in self._plain_error.items()})

    @property
    def _plain_error(self) -> Fields:
        return Fields({name: over_trials(standard_error, draws) for name, draws in self.samples.items()})

    @property
    def median(self) -> Fields:
        """Median over the trials of each field: what to look at where the mean is infinite."""
        return Fields({name: over_trials(np.nanmedian, draws) for name, draws in self.samples.items()})

    def estimate(self, quantity: str, statistic: str = "mean") -> tuple[FloatArray, FloatArray | None]:
        """Value and error bar of one quantity: "mean" with one standard error, "median" with its 68 % interval.

        Returns:
            The values on the grid, and the lengths of the bars below and above, shape (2, *shape); None without trials.

        Raises:
            InvalidInputError: there is no such quantity or statistic.
        """
        values = self.quantity(quantity)
        _require_statistic(statistic)
        draws = self.samples.get(quantity)
        if draws is None:
            return values, None
        if statistic == "mean":
            return values, np.stack([self.standard_error[quantity]] * 2)
        middle = over_trials(np.nanmedian, draws)
        low, high = median_interval(draws)
        return middle, np.stack([middle - low, high - middle])

    def _drawn(self, quantity: str, x: str, statistic: str) -> Sequence[Line | Points]:
        from asymptotix.report.plot import Points

        y, error = self.estimate(quantity, statistic)
        points = []
        for color, cut in enumerate(Grid(self.grid).cuts(x)):
            bars = None if error is None else error[(slice(None), *cut.index)].reshape(2, -1)
            points.append(Points(cut.x, np.atleast_1d(y[cut.index]), bars, cut.label, color))
        return points

    def _exported(self) -> dict[str, FloatArray]:
        errors = {f"{name}_standard_error": values for name, values in self.standard_error.items()}
        count = {} if self.n_trials is None else {"n_trials": np.broadcast_to(np.asarray(self.n_trials, np.float64), self.shape)}
        gains = {} if self.adjusted_standard_error is None else self.variance_reduction
        return {**self.values, **errors, **{f"{name}_variance_reduction": values for name, values in gains.items()}, **count}

    def _source(self) -> str:
        controlled = "" if self.adjusted_standard_error is None else f", {int(np.max(self.n_controls))} control variates"
        return f"simulation with seed {self.seed}{controlled}" + (" (interrupted)" if self.interrupted else "")


def _caption(curves: Sequence[Curve], statistic: str) -> str:
    """Model, what is fixed, what is drawn how, and the convention."""
    first = curves[0]
    grid = Grid(first.grid)
    fixed = [f"{_words(name)} = {_span(first.grid[name])}" for name in grid.arguments if name not in grid.varying]
    drawn = []
    for curve in curves:
        if isinstance(curve, SimulatedCurve):
            drawn.append(f"points: {curve._source()}, {_STATISTICS[statistic]}")
        else:
            drawn.append(f"lines: {curve._source()}")
    settings = ", ".join([first.model, *fixed, f"noise variance {short_number(first.noise_variance)}"])
    return "; ".join([settings, *drawn, first.convention])


def _require_statistic(name: str) -> None:
    if name not in _STATISTICS:
        raise InvalidInputError("statistic", name, f"one of {', '.join(_STATISTICS)}")


def _unit(name: str) -> str:
    return UNITS.get(name.removesuffix("_standard_error").removesuffix("_lower").removesuffix("_upper"), "")


def _words(name: str) -> str:
    return " / ".join(part.strip().replace("_", " ") for part in name.split("/"))


def _span(values: FloatArray) -> str:
    flat = np.ravel(values)
    if flat.size <= 4:
        return ", ".join(short_number(value) for value in flat)
    return f"{short_number(flat.min())}...{short_number(flat.max())} ({flat.size} values)"
