"""Theory lines and simulation points in one figure, with the convention as its caption.

Matplotlib is imported inside the functions; without it they raise MissingExtraError. An axis is logarithmic where its data are
positive and span more than `LOG_DECADES` decades; a value that is not finite leaves a gap.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError, MissingExtraError
from asymptotix.report.style import COLORS, DASHES, MARKERS, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["LOG_DECADES", "CurveDisplay", "Line", "Points", "new_figure", "plot_curves", "save_figure", "set_log_ticks"]

FloatArray = NDArray[np.float64]

_CAPTION_ID = "asymptotix-caption"
LOG_DECADES = 1.5  # chosen by eye: below it a linear axis shows more of the shape


@dataclass(frozen=True)
class Line:
    """A theory line. `color` counts through the palette: a line and the points that belong to it share the number."""

    x: FloatArray
    y: FloatArray
    label: str = ""
    color: int = 0


@dataclass(frozen=True)
class Points:
    """Simulated points. `error` has shape (n,) for a symmetric bar or (2, n) for its lengths below and above."""

    x: FloatArray
    y: FloatArray
    error: FloatArray | None = None
    label: str = ""
    color: int = 0


@dataclass(frozen=True)
class CurveDisplay:
    """What was drawn: the axes, their figure, the theory lines and the error-bar containers, for further changes."""

    ax_: Axes
    figure_: Figure
    lines_: tuple[Line2D, ...]
    errorbar_: tuple[ErrorbarContainer, ...]

    def save(self, path: str | Path) -> Path:
        """Write the figure; the suffix (.pdf, .svg, .png) decides the format."""
        return save_figure(self.figure_, path)


def new_figure(rows: int = 1, columns: int = 1, *, size: tuple[float, float] | None = None) -> tuple[Figure, NDArray[Any]]:
    """A figure in our style and its axes, shape (rows, columns), without pyplot: nothing global, no window, no display needed.

    Raises:
        MissingExtraError: Matplotlib is not installed.
    """
    matplotlib = _matplotlib()
    from matplotlib.figure import Figure

    width, height = STYLE["figure.figsize"]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size or (width * columns**0.9, height * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False)
    return figure, axes


def plot_curves(
    lines: Sequence[Line] = (),
    points: Sequence[Points] = (),
    *,
    x_label: str,
    y_label: str,
    title: str = "",
    caption: str = CONVENTION,
    logx: bool | None = None,
    logy: bool | None = None,
    ax: Axes | None = None,
) -> CurveDisplay:
    """Draw lines and points with error bars on `ax`, or on a new pyplot figure.

    Args:
        lines: theory.
        points: simulation.
        x_label: label of the abscissa.
        y_label: label of the ordinate.
        title: above the axes.
        caption: printed small under the axes; by default the convention of the package.
        logx: logarithmic abscissa; None decides by the data.
        logy: the same for the ordinate.
        ax: Matplotlib axes to draw on.

    Raises:
        MissingExtraError: Matplotlib is not installed.
        InvalidInputError: nothing to draw, or a logarithmic axis asked for data that are not positive.
    """
    if not lines and not points:
        raise InvalidInputError("lines", (), "at least one line or one set of points")
    matplotlib = _matplotlib()
    items: list[Line | Points] = [*lines, *points]
    interactive = None
    with matplotlib.rc_context(STYLE):
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(layout="constrained")
            interactive = matplotlib.is_interactive()
        drawn_lines = tuple(_draw_line(ax, line) for line in lines)
        bars = tuple(_draw_points(ax, cloud) for cloud in points)
        _set_scale(ax, "x", [item.x for item in items], logx)
        _set_scale(ax, "y", [item.y for item in items], logy)
        ax.set(xlabel=x_label, ylabel=y_label)
        if title:
            ax.set_title(title)
        _write_legend(ax)
        _write_caption(ax, caption)
    if interactive is not None:
        # a notebook's backend turns this on when the first figure is made, and the end of the context turned it off again
        matplotlib.interactive(interactive)
    figure = ax.get_figure(root=True)
    assert figure is not None  # axes that were drawn on belong to a figure
    return CurveDisplay(ax, figure, drawn_lines, bars)


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure; creates the folder, and leaves out the date so that the same data give the same bytes.

    Raises:
        InvalidInputError: the suffix names no format that Matplotlib can write.
    """
    matplotlib = _matplotlib()
    path = Path(path)
    supported = figure.canvas.get_supported_filetypes()
    kind = path.suffix.lstrip(".").lower()
    if kind not in supported:
        endings = ", ".join(f".{name}" for name in sorted(supported))
        raise InvalidInputError("path", str(path), f"a file name ending in one of {endings}")
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(kind)
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "asymptotix"}):
        figure.savefig(path, bbox_inches="tight", metadata=metadata)
    return path


def _matplotlib() -> Any:
    try:
        import matplotlib
    except ImportError:
        raise MissingExtraError("matplotlib", "plot") from None
    return matplotlib


def _draw_line(ax: Axes, line: Line) -> Line2D:
    finite = np.where(np.isfinite(line.y), line.y, np.nan)
    style = {"color": COLORS[line.color % len(COLORS)], "linestyle": DASHES[line.color % len(DASHES)]}
    if np.size(line.x) == 1:  # a line through one point would be invisible
        style |= {"marker": MARKERS[line.color % len(MARKERS)]}
    return ax.plot(line.x, finite, label=line.label or None, zorder=2, **style)[0]


def _draw_points(ax: Axes, points: Points) -> ErrorbarContainer:
    finite = np.where(np.isfinite(points.y), points.y, np.nan)
    error = None if points.error is None else np.where(np.isfinite(points.error), points.error, 0.0)
    color = COLORS[points.color % len(COLORS)]
    return ax.errorbar(
        points.x, finite, yerr=error, label=points.label or None, fmt=MARKERS[points.color % len(MARKERS)], color=color,
        markeredgecolor="white", markeredgewidth=0.5, ecolor=color, elinewidth=1.0, capsize=2.0, zorder=3,
    )  # fmt: skip


def _set_scale(ax: Axes, which: str, arrays: Sequence[FloatArray], log: bool | None) -> None:
    values = np.concatenate([np.ravel(np.asarray(array, dtype=np.float64)) for array in arrays])
    values = values[np.isfinite(values)]
    positive = bool(values.size and np.all(values > 0))
    if log and not positive:
        smallest = f"the smallest value is {min(values, default=0):g}"
        raise InvalidInputError(f"log{which}", log, "False where values are not positive", smallest)
    if log is None:
        log = positive and float(np.log10(values.max() / values.min())) > LOG_DECADES
    getattr(ax, f"set_{which}scale")("log" if log else "linear")
    if log:
        set_log_ticks(getattr(ax, f"{which}axis"), float(values.min()), float(values.max()))


def set_log_ticks(axis: Axis, low: float, high: float) -> None:
    """Few labels that never overlap: 1, 2, 5 times powers of ten on a short axis, written out where that is short."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    short = np.log10(high / low) <= 2.5
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if short else (1.0,)))
    axis.set_minor_formatter(NullFormatter())
    if short and low >= 1e-3 and high < 1e5:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _write_legend(ax: Axes) -> None:
    """One entry a label: a line and its points share theirs."""
    entries: dict[str, list[Any]] = {}
    for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
        entries.setdefault(label, []).append(handle)
    if entries:
        ax.legend([tuple(handles) if len(handles) > 1 else handles[0] for handles in entries.values()], list(entries))


def _write_caption(ax: Axes, caption: str) -> None:
    """Print the caption, in place of the one that an earlier call printed on the same axes."""
    for text in [text for text in ax.texts if text.get_gid() == _CAPTION_ID]:
        text.remove()
    if not caption:
        return
    figure = ax.get_figure(root=True)
    width = ax.get_position().width * (figure.get_figwidth() if figure else 5.0)
    wrapped = textwrap.fill(caption, max(30, round(width * 27)))  # letters of 7 pt to the inch, measured
    ax.annotate(
        wrapped, (0.5, 0), xycoords="axes fraction", xytext=(0, -34), textcoords="offset points", ha="center", va="top",
        fontsize=7, color="#555555", annotation_clip=False, gid=_CAPTION_ID,
    )  # fmt: skip
