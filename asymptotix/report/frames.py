"""The arrays of a grid as a pandas DataFrame or an xarray Dataset; both packages come with the extra "frame"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from asymptotix.errors import MissingExtraError
from asymptotix.report.grid import FloatArray, Grid

if TYPE_CHECKING:
    import pandas
    import xarray

__all__ = ["to_pandas", "to_xarray"]


def to_pandas(grid: Grid, fields: Mapping[str, FloatArray], attributes: Mapping[str, Any]) -> pandas.DataFrame:
    """One row a grid point: the arguments, then the fields; `attributes` become `frame.attrs`.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise MissingExtraError("pandas", "frame") from None
    arguments = {name: np.ravel(grid.broadcast(name)) for name in grid.arguments}
    frame = pandas.DataFrame({**arguments, **{name: np.ravel(values) for name, values in fields.items()}})
    frame.attrs.update(attributes)
    return frame


def to_xarray(grid: Grid, fields: Mapping[str, FloatArray], attributes: Mapping[str, Any]) -> xarray.Dataset:
    """A Dataset whose dimensions are named after the arguments that vary along them; the other arguments are coordinates.

    Raises:
        MissingExtraError: xarray is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise MissingExtraError("xarray", "frame") from None
    coordinates: dict[str, Any] = {}
    for name, values in grid.arguments.items():
        axes = grid.axes_of(name)
        coordinates[name] = (tuple(grid.dims[axis] for axis in axes), np.reshape(values, [grid.shape[axis] for axis in axes]))
    data = {name: (grid.dims, np.broadcast_to(values, grid.shape)) for name, values in fields.items()}
    return xarray.Dataset(data, coords=coordinates, attrs=dict(attributes))
