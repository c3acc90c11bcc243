from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError, MissingExtraError
from asymptotix.report.plot import LOG_DECADES, CurveDisplay, Line, Points, new_figure, plot_curves, save_figure
from asymptotix.report.style import COLORS, DASHES, MARKERS

X = np.array([1.0, 10.0, 100.0, 1000.0])
Y = np.array([0.5, 0.4, 0.3, 0.2])


def draw(lines: list[Line], points: list[Points] | None = None, **options: object) -> CurveDisplay:
    _, axes = new_figure()
    return plot_curves(lines, points or [], x_label="n", y_label="error", ax=axes[0, 0], **options)  # type: ignore[arg-type] # options


def test_axes_are_logarithmic_only_where_data_span_decades() -> None:
    display = draw([Line(X, Y)])
    assert (display.ax_.get_xscale(), display.ax_.get_yscale()) == ("log", "linear")


@pytest.mark.parametrize(("decades", "scale"), [(LOG_DECADES - 0.01, "linear"), (LOG_DECADES + 0.01, "log")])
def test_the_limit_of_the_logarithmic_axis(decades: float, scale: str) -> None:
    assert draw([Line(np.array([1.0, 2.0]), np.array([1.0, 10.0**decades]))]).ax_.get_yscale() == scale


def test_zero_in_the_data_keeps_the_axis_linear_and_a_log_axis_is_refused() -> None:
    zero = Line(X, np.array([0.0, 1.0, 10.0, 1000.0]))
    assert draw([zero]).ax_.get_yscale() == "linear"
    with pytest.raises(InvalidInputError, match="not positive"):
        draw([zero], logy=True)


def test_lines_and_points_are_kept_with_their_data_and_share_their_colour() -> None:
    points = Points(X, 1.1 * Y, np.array([0.01, 0.02, 0.03, 0.04]), color=2)
    display = draw([Line(X, Y, "a", 0), Line(X, 2 * Y, "b", 2)], [points])
    assert [list(np.asarray(line.get_ydata())) for line in display.lines_] == [list(Y), list(2 * Y)]
    (bars,) = display.errorbar_
    drawn, _, (segments,) = bars.lines
    assert drawn is not None
    assert to_rgb(drawn.get_color()) == to_rgb(display.lines_[1].get_color()) == to_rgb(COLORS[2])
    lengths = [float(np.ptp(segment[:, 1])) for segment in segments.get_segments()]
    assert lengths == pytest.approx([0.02, 0.04, 0.06, 0.08], rel=1e-12, abs=0)


def test_bars_may_be_asymmetric() -> None:
    error = np.array([[0.1, 0.1, 0.1, 0.1], [0.3, 0.3, 0.3, 0.3]])
    (bars,) = draw([], [Points(X, Y, error)]).errorbar_
    (segments,) = bars.lines[2]
    low, high = segments.get_segments()[0][:, 1]
    assert (Y[0] - low, high - Y[0]) == pytest.approx((0.1, 0.3), rel=1e-12, abs=0)


def test_values_that_are_not_finite_leave_a_gap() -> None:
    (line,) = draw([Line(X, np.array([1.0, np.inf, 2.0, np.nan]))]).lines_
    assert list(np.isfinite(np.asarray(line.get_ydata()))) == [True, False, True, False]


def test_the_convention_is_printed_under_the_axes() -> None:
    display = draw([Line(X, Y)])
    texts = [" ".join(text.get_text().split()) for text in display.ax_.texts]
    assert texts == [CONVENTION]
    assert draw([Line(X, Y)], caption="").ax_.texts[:] == []


def test_without_axes_a_pyplot_figure_is_made() -> None:
    display = plot_curves([Line(X, Y, "theory")], x_label="n", y_label="error", title="T")
    try:
        assert display.figure_.number in plt.get_fignums()  # type: ignore[attr-defined] # pyplot sets it
        assert display.ax_.get_title() == "T"
        assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["theory"]
    finally:
        plt.close(display.figure_)


def test_our_style_does_not_leak() -> None:
    before = plt.rcParams["font.family"]
    draw([Line(X, Y)])
    assert plt.rcParams["font.family"] == before


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_same_data_give_the_same_file(tmp_path: Path, suffix: str) -> None:
    one, two = (draw([Line(X, Y, "a")], [Points(X, Y, 0.1 * Y)]).save(tmp_path / f"{i}" / f"a.{suffix}") for i in range(2))
    assert one.read_bytes() == two.read_bytes()
    assert len(one.read_bytes()) > 1000


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.pdf.*\.png"):
        save_figure(draw([Line(X, Y)]).figure_, tmp_path / "a.docx")


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="at least one line"):
        draw([])


def test_every_colour_has_its_own_marker_and_the_palette_is_distinct() -> None:
    assert len(COLORS) == len(MARKERS) == len(DASHES) == len(set(COLORS)) == len(set(MARKERS))


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"asymptotix\[plot\]"):
        new_figure()


def test_importing_the_plot_module_does_not_import_matplotlib() -> None:
    program = "import sys, asymptotix.report.plot; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_a_backend_that_turns_interactive_on_with_its_first_figure_keeps_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    subplots, before = plt.subplots, plt.isinteractive()

    def first_figure(**options: object) -> object:
        plt.ion()
        return subplots(**options)

    monkeypatch.setattr(plt, "subplots", first_figure)
    try:
        plt.ioff()
        plot_curves([Line(np.arange(1.0, 4.0), np.ones(3))], x_label="x", y_label="y")
        assert plt.isinteractive()
    finally:
        (plt.ion if before else plt.ioff)()
        plt.close("all")
