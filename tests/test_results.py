"""Exports and plots of curves, on numbers made here: no theory is needed to print what it says."""

from __future__ import annotations

import csv
import io
import math
import warnings
from pathlib import Path

import numpy as np
import pytest

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError
from asymptotix.report.latex import compile_latex, find_engine, latex_document
from asymptotix.report.plot import new_figure
from asymptotix.results import Fields, RiskCurve, SimulatedCurve

N = np.array([50.0, 100.0, 200.0])
RIDGES = np.array([1e-3, 0.1])
TEST_ERROR = np.array([[1.5, 1.4], [0.2, 0.3], [0.011, 0.012]])


def theory() -> RiskCurve:
    fields = {"test_error": TEST_ERROR, "train_error": TEST_ERROR / 2, "bias": TEST_ERROR / 3, "variance": TEST_ERROR / 4}
    grid = {"n_samples": N[:, None], "ridge": RIDGES, "n_features": np.asarray(30.0)}
    return RiskCurve("Example", grid, Fields(fields), 0.25, ("ChoSaul2009",))


def simulated(n_trials: int = 30, seed: int = 3) -> SimulatedCurve:
    draws = TEST_ERROR * np.random.default_rng(seed).gamma(2.0, 0.5, size=(n_trials, 3, 2))
    samples = Fields({"test_error": draws})
    values = Fields({"test_error": draws.mean(axis=0)})
    return SimulatedCurve("Example", theory().grid, values, 0.25, (), CONVENTION, samples, np.full((3, 2), n_trials), seed)


def data_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if not line.startswith("#")))))


def test_csv_has_every_point_with_all_digits_and_states_convention_and_units(tmp_path: Path) -> None:
    text = theory().to_csv(tmp_path / "curve.csv")
    assert (tmp_path / "curve.csv").read_text(encoding="utf-8") == text
    assert f"# convention: {CONVENTION}\n" in text
    assert "# noise variance 0.25\n" in text
    assert "# column test_error [y squared]\n" in text
    rows = data_rows(text)
    assert len(rows) == 6
    assert [float(row["test_error"]) for row in rows] == list(TEST_ERROR.ravel())
    assert [(float(row["n_samples"]), float(row["ridge"]), float(row["n_features"])) for row in rows[:3]] == [
        (50, 1e-3, 30),
        (50, 0.1, 30),
        (100, 1e-3, 30),
    ]


def test_simulated_csv_has_standard_errors_and_trials() -> None:
    curve = simulated()
    rows = data_rows(curve.to_csv())
    expected = curve.samples["test_error"].std(axis=0, ddof=1) / math.sqrt(30)
    shown = [float(row["test_error_standard_error"]) for row in rows]
    assert shown == pytest.approx(list(expected.ravel()), rel=1e-14, abs=0)
    assert {row["n_trials"] for row in rows} == {"30"}
    assert "seed 3" in curve.to_csv()


def test_pandas_and_xarray_hold_the_same_numbers() -> None:
    frame, data = theory().to_pandas(), theory().to_xarray()
    assert data.test_error.dims == ("n_samples", "ridge")
    for n in N:
        for ridge in RIDGES:
            row = frame[(frame.n_samples == n) & (frame.ridge == ridge)]
            assert row.test_error.item() == data.test_error.sel(n_samples=n, ridge=ridge).item()
    assert frame.attrs["convention"] == data.attrs["convention"] == CONVENTION
    assert "test_error_standard_error" in simulated().to_xarray()


def test_latex_shows_what_varies_and_says_what_does_not() -> None:
    text = theory().to_latex()
    assert text.splitlines()[0].startswith("% Example, theory")
    assert "% n_features = 30" in text
    assert "n samples & ridge & test error & train error & bias & variance" in text
    assert text.count(r"\\") == 7
    assert r"\text{" not in theory().to_latex("test_error")
    with pytest.raises(InvalidInputError, match="test_error, train_error"):
        theory().to_latex("test_eror")


@pytest.mark.skipif(find_engine() is None, reason="no TeX engine in PATH")
def test_latex_compiles() -> None:
    made = compile_latex(latex_document(theory().to_latex()))
    assert made.pdf is not None, made.log


def test_repr_is_short_and_html_is_a_table() -> None:
    text = repr(theory())
    assert text == (
        "RiskCurve(Example: n_samples=50, 100, 200, ridge=0.001, 0.1, n_features=30; noise_variance=0.25; "
        "test_error, train_error, bias, variance)"
    )
    assert len(repr(simulated())) < 200
    html = theory()._repr_html_()
    assert html.count("<tr>") == 7
    assert "Convention: " in html


def test_citations_are_bibtex() -> None:
    assert "ChoSaul2009," in theory().citations()


def test_theory_lines_and_simulated_points_with_one_standard_error() -> None:
    _, axes = new_figure()
    curve = simulated()
    display = theory().plot(simulated=curve, ax=axes[0, 0])
    assert [list(np.asarray(line.get_ydata())) for line in display.lines_] == [list(TEST_ERROR[:, 0]), list(TEST_ERROR[:, 1])]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("n samples", "test error")
    assert display.ax_.get_yscale() == "log"
    assert len(display.errorbar_) == 2
    segments = display.errorbar_[1].lines[2][0].get_segments()
    half_lengths = [float(np.ptp(segment[:, 1])) / 2 for segment in segments]
    assert half_lengths == pytest.approx(list(curve.standard_error["test_error"][:, 1]), rel=1e-9, abs=0)
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["ridge = 0.001", "ridge = 0.1"]
    (caption,) = (" ".join(text.get_text().split()) for text in display.ax_.texts)
    assert CONVENTION in caption
    assert "n features = 30, noise variance 0.25" in caption
    assert "one standard error" in caption


def test_points_drawn_onto_a_plot_keep_one_caption_and_one_legend_entry_a_line() -> None:
    _, axes = new_figure()
    display = theory().plot(ax=axes[0, 0])
    simulated().plot(ax=display.ax_)
    assert len(display.ax_.texts) == 1
    assert len(display.ax_.get_legend().get_texts()) == 2


def test_any_argument_or_ratio_may_be_the_abscissa() -> None:
    _, axes = new_figure()
    display = theory().plot("bias", x="ridge", ax=axes[0, 0])
    assert len(display.lines_) == 3
    assert display.ax_.get_xscale() == "log"
    display = theory().plot(x="n_features/n_samples", ax=new_figure()[1][0, 0])
    assert list(np.asarray(display.lines_[0].get_xdata())) == list(30 / N)
    assert display.ax_.get_xlabel() == "n features / n samples"


@pytest.mark.parametrize("option", [{"quantity": "tets_error"}, {"x": "samples"}, {"statistic": "mode"}])
def test_unknown_names_are_refused(option: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="must be one of"):
        simulated().plot(**option)  # type: ignore[arg-type] # one of several options


def test_medians_come_with_an_interval_that_covers_as_often_as_it_says() -> None:
    """Cauchy draws: the mean does not exist, the median is 0, and 25 draws enclose it with binomial probability 0.770."""
    draws = np.random.default_rng(5).standard_cauchy((25, 2000))
    curve = SimulatedCurve("C", {"n_samples": np.arange(2000.0)}, Fields({"test_error": draws.mean(axis=0)}), 0.0,
                           samples=Fields({"test_error": draws}), n_trials=25)  # fmt: skip
    middle, bars = curve.estimate("test_error", "median")
    assert list(middle) == list(np.median(draws, axis=0))
    assert bars is not None
    covered = np.mean((middle - bars[0] <= 0) & (middle + bars[1] >= 0))
    assert covered == pytest.approx(0.770, abs=0.03)  # three standard errors of 2000 draws
    mean, error = curve.estimate("test_error", "mean")
    assert error is not None
    assert np.median(np.abs(mean)) > 3 * np.median(np.abs(middle))


def test_trials_that_were_not_run_are_left_out_without_a_warning() -> None:
    draws = np.array([[1.0, np.nan, 4.0], [2.0, np.nan, np.nan], [6.0, np.nan, np.nan]])
    curve = SimulatedCurve("C", {"n_samples": N}, Fields({"test_error": np.array([3.0, np.nan, 4.0])}), 0.0,
                           samples=Fields({"test_error": draws}), n_trials=np.array([3, 0, 1]), interrupted=True)  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        error, median = curve.standard_error["test_error"], curve.median["test_error"]
        low_high = curve.estimate("test_error", "median")[1]
    assert error[0] == pytest.approx(math.sqrt(7 / 3), rel=1e-15, abs=0)  # sample variance 7
    assert np.isnan(error[1:]).all()
    assert list(median[[0, 2]]) == [2.0, 4.0]
    assert np.isnan(median[1])
    assert low_high is not None
    assert low_high[:, 0] == pytest.approx([1.0, 4.0], rel=1e-15, abs=0)
    assert "interrupted" in curve.to_csv()


def test_fields_are_attributes_and_unknown_ones_are_told() -> None:
    assert theory().bias is theory().values["bias"] or list(theory().bias.ravel()) == list(TEST_ERROR.ravel() / 3)
    assert "train_error" in dir(theory())
    with pytest.raises(AttributeError, match="test_error, train_error"):
        _ = theory().risk
