from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import LogNorm

from asymptotix.errors import InvalidInputError
from asymptotix.report.plane import Panel, plot_planes

X, Y = np.array([1.0, 10.0, 100.0]), np.array([1.0, 2.0])
VALUES = np.array([[1.0, 2.0, 4.0], [2.0, 3.0, np.nan]])


def test_panels_share_colours_and_have_axes_that_fit():
    figure = plot_planes(X, Y, [Panel(VALUES, "a", "u"), Panel(2 * VALUES, "b", "u")], labels=("x", "y"), title="t")
    one, two = (axes.collections[0] for axes in figure.axes[:2])
    assert (one.norm.vmin, one.norm.vmax) == (two.norm.vmin, two.norm.vmax) == (1.0, 8.0)
    assert not isinstance(one.norm, LogNorm)
    assert [figure.axes[0].get_xscale(), figure.axes[0].get_yscale()] == ["log", "linear"]
    assert np.ma.getmaskarray(one.get_array()).ravel().tolist() == [False] * 5 + [True]


def test_a_wide_range_has_logarithmic_colours_and_z_scores_a_scale_of_their_own():
    figure = plot_planes(X, Y, [Panel(10.0**VALUES, "a", "u"), Panel(VALUES - 2, "z", "s", signed=True)], labels=("x", "y"))
    assert isinstance(figure.axes[0].collections[0].norm, LogNorm)
    assert figure.axes[1].collections[0].norm.vmin == -figure.axes[1].collections[0].norm.vmax


def test_equal_values_and_no_values_draw_and_a_line_is_refused():
    plot_planes(X, Y, [Panel(np.ones((2, 3)), "a", "u"), Panel(np.full((2, 3), np.nan), "b", "u")], labels=("x", "y"))
    with pytest.raises(InvalidInputError, match="at least 2 values"):
        plot_planes(X, Y[:1], [Panel(VALUES[:1], "a", "u")], labels=("x", "y"))


def test_cells_are_centred_on_logarithmic_axes():
    figure = plot_planes(X, Y, [Panel(VALUES, "a", "u")], labels=("x", "y"))
    corners = figure.axes[0].collections[0].get_coordinates()
    np.testing.assert_allclose(corners[0, :, 0], 10.0 ** np.array([-0.5, 0.5, 1.5, 2.5]), rtol=1e-12)
    np.testing.assert_allclose(corners[:, 0, 1], [0.5, 1.5, 2.5], rtol=1e-12)


def test_places_that_grow_by_factors_have_a_logarithmic_axis_and_even_ones_a_linear_one():
    places = {"log": np.geomspace(20, 300, 8).round(), "linear": np.linspace(20, 300, 8)}
    for scale, x in places.items():
        figure = plot_planes(x, Y, [Panel(np.ones((2, 8)), "a", "u")], labels=("x", "y"))
        assert figure.axes[0].get_xscale() == scale
