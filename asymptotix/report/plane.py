"""Quantities over a plane of two parameters: heat maps side by side, with labelled lines of equal value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError, MissingExtraError
from asymptotix.report.style import STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Panel", "plot_planes"]

FloatArray = NDArray[np.float64]

_STYLE: Any = STYLE  # Matplotlib types the keys of a context as literals
_WIDE = 1.0  # decades of a value beyond which its colours are logarithmic; chosen by eye, as the next one
_LOG_AXIS = 1.5
_LOG_STEPS = 0.5  # decades beyond which places that grow by factors rather than by differences have a logarithmic axis
_WIDEST_Z = 5.0  # standard errors, where the colours of z-scores end at least


@dataclass(frozen=True)
class Panel:
    """Values (m, k) at the ordinates and abscissas, NaN where there is none; `signed` ones are z-scores about 0."""

    values: FloatArray
    title: str
    label: str
    signed: bool = False


def plot_planes(
    x: FloatArray,
    y: FloatArray,
    panels: Sequence[Panel],
    *,
    labels: tuple[str, str],
    title: str = "",
    caption: str = CONVENTION,
) -> Figure:
    """A heat map for each panel; panels that are not signed share one scale of colours.

    Args:
        x: abscissas, (k,), in order.
        y: ordinates, (m,), in order.
        panels: what to draw, from left to right.
        labels: of the axes.
        title: above all.
        caption: below all.

    Raises:
        MissingExtraError: Matplotlib is not installed.
        InvalidInputError: fewer than two abscissas or ordinates.
    """
    if min(len(x), len(y)) < 2:
        raise InvalidInputError("grid", (len(x), len(y)), "at least 2 values along both axes of a phase diagram")
    try:
        import matplotlib as mpl
    except ImportError:
        raise MissingExtraError("matplotlib", "plot") from None
    from asymptotix.report.plot import new_figure

    shared = np.concatenate([panel.values[np.isfinite(panel.values)] for panel in panels if not panel.signed] or [np.ones(1)])
    figure, axes = new_figure(1, len(panels), size=(4.6 * len(panels), 4.0))
    with mpl.rc_context(_STYLE):
        for ax, panel in zip(axes[0], panels, strict=True):
            _draw(ax, x, y, panel, shared)
            ax.set(xlabel=labels[0], title=panel.title)
        axes[0, 0].set_ylabel(labels[1])
        if title:
            figure.suptitle(title, fontsize=12)
        figure.supxlabel(caption, fontsize=7, color="#555555")
    return figure


def _draw(ax: Any, x: FloatArray, y: FloatArray, panel: Panel, shared: FloatArray) -> None:
    import matplotlib as mpl

    from asymptotix.report.plot import set_log_ticks

    values = np.ma.masked_invalid(panel.values)
    colors = mpl.colormaps["RdBu_r" if panel.signed else "viridis"].with_extremes(bad="#d9d9d9")
    mesh = ax.pcolormesh(_edges(x), _edges(y), values, cmap=colors, norm=_norm(panel, shared), rasterized=True)
    for axis, places in (("x", x), ("y", y)):
        if _is_logarithmic(places):
            getattr(ax, f"set_{axis}scale")("log")
            set_log_ticks(getattr(ax, f"{axis}axis"), float(places.min()), float(places.max()))
    if not panel.signed and values.count() and np.ptp(values.compressed()) > 0:
        levels = _levels(shared)
        lines = ax.contour(x, y, values, levels=levels, colors="white", linewidths=0.7)
        ax.clabel(lines, fmt="%.2g", fontsize=7)
    ax.grid(False)
    bar = ax.get_figure().colorbar(mesh, ax=ax, label=panel.label, extend="both" if panel.signed else "neither")
    bar.outline.set_linewidth(0.5)


def _is_logarithmic(places: FloatArray) -> bool:
    if places.min() <= 0:
        return False
    decades = float(np.log10(places.max() / places.min()))
    by_factors = _unevenness(np.log(places)) < _unevenness(np.asarray(places, dtype=np.float64))
    return decades > _LOG_AXIS or (decades > _LOG_STEPS and by_factors)


def _unevenness(places: FloatArray) -> float:
    steps = np.diff(places)
    return float(np.std(steps) / np.mean(steps))


def _edges(places: FloatArray) -> FloatArray:
    """Those of cells centred on the axis as it is drawn; midpoints of numbers would reach below 0 on a logarithmic one."""
    logarithmic = _is_logarithmic(places)
    middle = np.log(places) if logarithmic else np.asarray(places, dtype=np.float64)
    ends = (1.5 * middle[:1] - 0.5 * middle[1:2], 1.5 * middle[-1:] - 0.5 * middle[-2:-1])
    edges = np.concatenate([ends[0], (middle[1:] + middle[:-1]) / 2, ends[1]])
    return np.asarray(np.exp(edges) if logarithmic else edges)


def _norm(panel: Panel, shared: FloatArray) -> Any:
    from matplotlib.colors import LogNorm, Normalize

    if panel.signed:
        return Normalize(-_WIDEST_Z, _WIDEST_Z)
    return (LogNorm if _spans(shared) else Normalize)(float(shared.min()), float(shared.max()))


def _levels(shared: FloatArray) -> FloatArray:
    """About eight values for the lines, round ones on a linear scale."""
    if _spans(shared):
        return np.geomspace(shared.min(), shared.max(), 9)[1:-1]
    from matplotlib.ticker import MaxNLocator

    return np.asarray(MaxNLocator(8).tick_values(float(shared.min()), float(shared.max())))


def _spans(values: FloatArray) -> bool:
    """Whether the colours are logarithmic."""
    return bool(values.min() > 0 and np.log10(values.max() / values.min()) > _WIDE)
