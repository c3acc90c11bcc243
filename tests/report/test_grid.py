from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.report.grid import Grid

N = np.array([50.0, 100.0, 200.0, 400.0])
RIDGES = np.array([1e-3, 0.1])


def test_axes_are_named_after_the_argument_that_varies_along_them() -> None:
    grid = Grid({"n_samples": N[:, None], "ridge": RIDGES, "n_features": 30.0})
    assert grid.shape == (4, 2)
    assert grid.dims == ("n_samples", "ridge")
    assert grid.varying == ("n_samples", "ridge")
    assert grid.default_x() == "n_samples"


def test_arguments_that_vary_together_share_an_axis() -> None:
    grid = Grid({"n_samples": N, "n_features": 2 * N, "ridge": RIDGES[:, None]})
    assert grid.dims == ("ridge", "n_samples")
    assert grid.axes_of("n_features") == (1,)


def test_an_argument_that_varies_alone_names_its_axis_before_one_that_varies_everywhere() -> None:
    grid = Grid({"ridge": RIDGES[:, None] * N, "n_samples": N})
    assert grid.dims == ("ridge", "n_samples")


def test_cuts_are_lines_along_x_labelled_by_what_differs() -> None:
    grid = Grid({"n_samples": N[:, None], "ridge": RIDGES, "n_features": 30.0})
    values = np.arange(8.0).reshape(4, 2)
    cuts = grid.cuts("n_samples")
    assert [cut.label for cut in cuts] == ["ridge = 0.001", "ridge = 0.1"]
    assert [list(values[cut.index]) for cut in cuts] == [[0, 2, 4, 6], [1, 3, 5, 7]]
    assert [list(cut.x) for cut in cuts] == [list(N)] * 2
    assert [list(values[cut.index]) for cut in grid.cuts("ridge")] == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_a_ratio_of_two_arguments_is_an_abscissa() -> None:
    grid = Grid({"n_samples": 200.0, "n_features": N, "ridge": RIDGES[:, None]})
    cuts = grid.cuts("n_features / n_samples")
    assert [cut.label for cut in cuts] == ["ridge = 0.001", "ridge = 0.1"]
    assert list(cuts[0].x) == list(N / 200)


def test_a_single_point_is_one_cut() -> None:
    grid = Grid({"n_samples": 200.0, "ridge": 0.1})
    (cut,) = grid.cuts(grid.default_x())
    assert np.asarray(3.0)[cut.index] == 3.0
    assert list(cut.x) == [200.0]


def test_arguments_that_do_not_broadcast_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="broadcast"):
        Grid({"n_samples": N, "ridge": RIDGES})


@pytest.mark.parametrize("x", ["n_sample", "n_samples/ridges", "a/b/c"])
def test_an_unknown_abscissa_is_refused_with_the_names(x: str) -> None:
    with pytest.raises(InvalidInputError, match="n_samples, ridge"):
        Grid({"n_samples": N, "ridge": 1.0}).cuts(x)
