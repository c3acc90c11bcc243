"""The levels of a spectrum as a table and as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.report.table import Column, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay
    from asymptotix.spectra.spectrum import Spectrum

__all__ = ["level_table", "plot_levels"]

_CONVENTION = "energy = multiplicity times eigenvalue; the energies and the tail sum to the trace"
_QUANTITIES = ("eigenvalue", "multiplicity", "energy", "rest")


def level_table(spectrum: Spectrum) -> Table:
    """Level (the degree, on the sphere and the cube), eigenvalue, multiplicity, energy, and the rest beyond the level."""
    values = {"level": np.arange(len(spectrum), dtype=np.float64), **_columns(spectrum)}
    columns = tuple(Column(name, list(map(float, column)), digits=6) for name, column in values.items())
    notes = (f"tail beyond the levels {spectrum.tail:.6g}", f"trace {spectrum.trace:.6g}")
    return Table(columns, "levels of a spectrum", notes, _CONVENTION)


def plot_levels(
    spectrum: Spectrum, quantity: str, label: str, color: int, logx: bool | None, logy: bool | None, ax: Axes | None
) -> CurveDisplay:
    """One quantity against the level; levels that are zero are left out where the axis is logarithmic."""
    from asymptotix.report.plot import Points, plot_curves

    if quantity not in _QUANTITIES:
        raise InvalidInputError("quantity", quantity, f"one of {', '.join(_QUANTITIES)}")
    y = _columns(spectrum)[quantity]
    drawn = y > 0 if logy is not False else np.ones(y.size, dtype=bool)
    if not drawn.any():
        raise InvalidInputError("spectrum", "no positive level", "one with a positive level", "or pass logy=False")
    level = np.arange(y.size, dtype=np.float64)
    points = Points(level[drawn], y[drawn], None, label, color)
    return plot_curves((), (points,), x_label="level", y_label=quantity, caption=_CONVENTION, logx=logx, logy=logy, ax=ax)


def _columns(spectrum: Spectrum) -> dict[str, NDArray[np.float64]]:
    energy = spectrum.multiplicities * spectrum.eigenvalues
    rest = np.append(np.cumsum(energy[::-1])[::-1][1:], 0.0) + spectrum.tail
    return {
        "eigenvalue": spectrum.eigenvalues, "multiplicity": spectrum.multiplicities, "energy": energy, "rest": rest,
    }  # fmt: skip
