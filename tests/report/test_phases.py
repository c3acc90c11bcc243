from __future__ import annotations

import matplotlib as mpl
import numpy as np

from asymptotix.report.phases import plot_phases


def test_a_region_a_name_and_the_point_in_its_place() -> None:
    mpl.use("agg")
    from matplotlib.figure import Figure

    x, y = np.linspace(0, 1, 5), np.linspace(0, 2, 4)
    index = (x > 0.5).astype(np.int64) + np.zeros((4, 1), dtype=np.int64)
    axes = Figure().add_subplot()
    shown = plot_phases(x, y, index, ("one", "two", "never"), rates=x + y[:, None], best=(0.25, 1.5), labels=("a", "b"), ax=axes)
    assert shown is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["one dominates", "two dominates", "best ridge, narrowest width"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "b")
    (point,) = axes.lines
    assert point.get_xydata().tolist() == [[0.25, 1.5]]
    assert np.asarray(axes.collections[0].get_array()).shape == (4, 5)
