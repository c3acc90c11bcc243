"""A phase diagram: which of a few terms dominates over a plane, lines of equal rate, and a point to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import MissingExtraError
from asymptotix.report.style import COLORS, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_phases"]

FloatArray = NDArray[np.float64]

_STYLE: Any = STYLE  # Matplotlib types the keys of a context as literals
_PALE = 0.30  # opacity of a region: text and lines on it stay readable


def plot_phases(
    x: FloatArray,
    y: FloatArray,
    index: NDArray[np.int64],
    names: Sequence[str],
    *,
    rates: FloatArray,
    best: tuple[float, float],
    labels: tuple[str, str],
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Regions of one colour a name, on `ax` or on a new figure.

    Args:
        x: abscissas, (k,).
        y: ordinates, (m,).
        index: of the dominant term, (m, k).
        names: of the terms.
        rates: exponents, (m, k), drawn as labelled contours.
        best: a point that is marked.
        labels: of the axes.
        title: above them.
        ax: Matplotlib axes.

    Raises:
        MissingExtraError: Matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.colors import ListedColormap
        from matplotlib.patches import Patch
    except ImportError:
        raise MissingExtraError("matplotlib", "plot") from None
    with mpl.rc_context(_STYLE):
        axes: Any = ax if ax is not None else _new_axes()
        colors = ListedColormap([*COLORS[: len(names)]])
        look: dict[str, Any] = {"vmin": -0.5, "vmax": len(names) - 0.5, "alpha": _PALE, "linewidth": 0}
        axes.pcolormesh(x, y, index, cmap=colors, shading="nearest", rasterized=True, **look)
        contours = axes.contour(x, y, rates, levels=10, colors="#333333", linewidths=0.6, linestyles="solid")
        axes.clabel(contours, fmt="%.2f", fontsize=7)
        star: dict[str, Any] = {"marker": "*", "color": "black", "markersize": 10, "linestyle": "none"}
        (point,) = axes.plot(*best, label="best ridge, narrowest width", **star)
        shown = [Patch(color=COLORS[k], alpha=_PALE, label=f"{names[k]} dominates") for k in np.unique(index)]
        axes.legend(handles=[*shown, point], loc="upper right", fontsize=8, frameon=True, framealpha=0.9)
        axes.set(xlabel=labels[0], ylabel=labels[1], title=title, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        axes.grid(False)
    return axes  # type: ignore[no-any-return]  # Matplotlib's axes, typed as Any above for its loose signatures


def _new_axes() -> Axes:
    from matplotlib import pyplot as plt

    return plt.figure(layout="constrained").add_subplot()
