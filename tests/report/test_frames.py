from __future__ import annotations

import sys

import numpy as np
import pytest

from asymptotix.errors import MissingExtraError
from asymptotix.report.frames import to_pandas, to_xarray
from asymptotix.report.grid import Grid

N = np.array([50.0, 100.0, 200.0])
RIDGES = np.array([1e-3, 0.1])
GRID = Grid({"n_samples": N[:, None], "ridge": RIDGES, "n_features": 2 * N[:, None], "fixed": 7.0})
VALUES = np.arange(6.0).reshape(3, 2)


def test_a_frame_has_one_row_a_grid_point() -> None:
    frame = to_pandas(GRID, {"test_error": VALUES}, {"convention": "c"})
    assert list(frame.columns) == ["n_samples", "ridge", "n_features", "fixed", "test_error"]
    row = frame[(frame.n_samples == 100) & (frame.ridge == 0.1)]
    assert row.test_error.item() == 3.0
    assert row.n_features.item() == 200
    assert frame.attrs["convention"] == "c"


def test_a_dataset_has_dimensions_named_after_arguments() -> None:
    data = to_xarray(GRID, {"test_error": VALUES}, {"convention": "c"})
    assert data.test_error.dims == ("n_samples", "ridge")
    assert data.test_error.sel(n_samples=100, ridge=0.1).item() == 3.0
    assert data.n_features.dims == ("n_samples",)
    assert data.fixed.dims == ()
    assert data.attrs["convention"] == "c"


@pytest.mark.parametrize(("package", "convert"), [("pandas", to_pandas), ("xarray", to_xarray)])
def test_without_the_package_the_extra_is_named(package: str, convert: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"asymptotix\[frame\]"):
        convert(GRID, {"test_error": VALUES}, {})  # type: ignore[operator] # one of two functions
