"""Figures of `WidthConcentration`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asymptotix.errors import InvalidInputError
from asymptotix.report.plot import Line, Points, plot_curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.lazy.concentration_study import WidthConcentration
    from asymptotix.report.plot import CurveDisplay

__all__ = ["draw_deviation", "draw_spectrum"]

_LEAST_BINS, _MOST_BINS, _IN_A_BIN = 12, 60, 25  # chosen by eye


def draw_deviation(found: WidthConcentration, ax: Axes | None, title: str) -> CurveDisplay:
    """Measured deviation and law against the width."""
    if np.unique(found.width).size < 2:
        raise InvalidInputError("widths", found.width.tolist(), "at least two, to be drawn along")
    lines, points = [], []
    for color, (n, d) in enumerate(sorted(set(zip(found.n_samples.tolist(), found.dimension.tolist(), strict=True)))):
        rows = np.flatnonzero((found.n_samples == n) & (found.dimension == d))
        rows = rows[np.argsort(found.width[rows])]
        x, label = found.width[rows].astype(np.float64), f"n = {n}, d = {d}"
        lines.append(Line(x, found.expected_deviation[rows], label, color))
        points.append(Points(x, found.deviation[rows], found.standard_error["deviation"][rows], label, color))
    caption = f"{found.activation.name}, {found.features} features; lines: heuristic law; {found.n_trials} trials"
    label = r"$\|K^{-1/2}K_NK^{-1/2}-I\|$"
    return plot_curves(lines, points, x_label="width N", y_label=label, title=title, caption=caption, logx=True, logy=True, ax=ax)


def draw_spectrum(found: WidthConcentration, index: int, ax: Axes | None, title: str) -> CurveDisplay:
    """Histogram of the positive eigenvalues and the Marchenko-Pastur density, which integrates to min(1, 1 / aspect ratio)."""
    law, values = found.laws[index], found.eigenvalues[index].ravel()
    low, high = law.edges
    s = low + (high - low) * np.sin(np.linspace(0.0, np.pi / 2, 400)[1:-1]) ** 2
    density = np.sqrt((high - s) * (s - low)) / (2 * np.pi * law.aspect_ratio * s)
    kept = values[values > 1e-9]
    line = Line(s, density, f"Marchenko-Pastur, aspect ratio {law.aspect_ratio:.3g}", 0)
    caption = (
        f"bars: {found.activation.name}, {found.features} features, N = {law.width}, n = {law.n_samples}, d = {law.dimension}, "
        f"{found.n_trials} trials{'; zeros left out' if kept.size < values.size else ''}"
    )
    label = r"eigenvalue of $K^{-1/2}K_NK^{-1/2}$"
    shown = plot_curves([line], x_label=label, y_label="density", title=title, caption=caption, logx=False, logy=False, ax=ax)
    bins = int(np.clip(kept.size / _IN_A_BIN, _LEAST_BINS, _MOST_BINS))
    counts, ends = np.histogram(kept, bins=bins)
    shown.ax_.stairs(counts / (values.size * np.diff(ends)), ends, fill=True, alpha=0.3)
    return shown
