"""The look of our figures: serif type that sits well in a paper, colours that the colour-blind can tell apart, no clutter.

Colours are those of Okabe and Ito without the yellow, which is too pale for a line on white; each comes with its own marker and
dash, so that a figure survives printing in grey.
"""

from __future__ import annotations

from typing import Any

__all__ = ["COLORS", "DASHES", "MARKERS", "STYLE"]

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1)), (0, (4, 1, 1, 1, 1, 1)), "-")

STYLE: dict[str, Any] = {
    "figure.figsize": (5.4, 3.7),
    "figure.dpi": 150,
    "savefig.dpi": 250,
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10.5,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.2,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.handlelength": 2.2,
    "pdf.fonttype": 42,  # embeds the outlines as TrueType: journals reject Type 3 fonts
    "ps.fonttype": 42,
    "svg.fonttype": "path",
}
