from __future__ import annotations

import csv

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.sweeps.run_sweep import sweep

MODEL = {
    "kind": "ridge_regression",
    "noise_variance": 0.2,
    "spectrum": {"eigenvalues": [1.0], "multiplicities": [20]},
    "target": {"energies": [1.0]},
}


def run(**grid):
    return sweep({"title": "A title", "model": MODEL, "grid": grid}, n_trials=3, progress=False)


@pytest.fixture(scope="module")
def plane():
    return run(n_samples=[50.0, 10.0, 25.0, 30.0], ridge=[0.1, 1.0, 2.0, 5.0, 20.0])


def test_a_phase_diagram_has_theory_and_simulation_at_the_right_places(plane):
    figure = plane.phase_diagram()
    left, right = figure.axes[:2]
    assert (left.get_xlabel(), left.get_ylabel()) == ("n samples", "ridge")
    order = [1, 2, 3, 0]
    for axes, curve in ((left, plane.theory), (right, plane.simulation)):
        drawn = axes.collections[0].get_array().reshape(5, 4)
        assert np.asarray(drawn) == pytest.approx(curve.test_error[order].T, rel=1e-15, abs=0)
    assert left.collections[0].norm.vmax == right.collections[0].norm.vmax


def test_it_can_be_turned_and_show_z_scores(plane):
    figure = plane.phase_diagram("ridge", "n_samples", quantity="variance", against="z")
    drawn = np.asarray(figure.axes[1].collections[0].get_array().reshape(4, 5))
    z = (plane.simulation.variance - plane.theory.variance) / plane.simulation.standard_error.variance
    assert drawn == pytest.approx(z[[1, 2, 3, 0]], rel=1e-12, abs=0)


def test_the_figure_fits_the_axes(plane):
    assert len(plane.plot().axes) == 4  # two maps, two bars
    assert len(run(n_samples=[10, 20, 30, 40, 50], ridge=[0.1, 1.0]).plot().axes) == 1
    assert len(run(n_samples=25, ridge=0.1).plot().axes) == 1


def test_wrong_planes_are_refused(plane):
    with pytest.raises(InvalidInputError, match="exactly two arguments vary"):
        run(n_samples=[10, 20, 30, 40], ridge=0.1).phase_diagram()
    with pytest.raises(InvalidInputError, match="x = 'time'"):
        plane.phase_diagram("time")
    with pytest.raises(InvalidInputError, match="y = 'ridge'"):
        plane.phase_diagram("ridge", "ridge")
    with pytest.raises(InvalidInputError, match="against"):
        plane.phase_diagram(against="theory")


def test_files_are_written_whole(plane, tmp_path):
    written = plane.write(tmp_path / "new" / "folder", suffixes=(".svg",))
    assert [path.name for path in written] == ["table.csv", "table.tex", "figure.svg"]
    rows = list(csv.DictReader(line for line in written[0].read_text().splitlines() if not line.startswith("#")))
    assert [float(row["theory"]) for row in rows] == pytest.approx(plane.theory.test_error.ravel(), rel=1e-15, abs=0)
    assert {row["n_trials"] for row in rows} == {"3"} or {float(row["n_trials"]) for row in rows} == {3.0}
    assert not list((tmp_path / "new" / "folder").glob(".*"))
    assert repr(plane).startswith("Sweep(test_error: ")


def test_a_written_figure_takes_the_axes_asked_for(plane, tmp_path, monkeypatch):
    with pytest.raises(InvalidInputError, match="x = 'time'"):
        plane.write(tmp_path / "none", x="time")
    assert not (tmp_path / "none").exists()
    seen = []
    monkeypatch.setattr("asymptotix.report.plot.save_figure", lambda figure, path: seen.append(figure.axes[0].get_xlabel()))
    plane.write(tmp_path, suffixes=(".svg",), y="n_samples")
    plane.write(tmp_path, suffixes=(".svg",))
    assert seen == ["ridge", "n samples"]
