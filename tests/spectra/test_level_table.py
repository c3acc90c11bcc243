from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.sphere import activation_spectrum


def test_energies_and_rests_add_up(tmp_path: Path) -> None:
    spectrum = activation_spectrum("relu", dimension=20, max_degree=6)
    table = spectrum.level_table()
    energy, rest = (np.array(table.column(name).values, dtype=float) for name in ("energy", "rest"))
    assert np.cumsum(energy) + rest == pytest.approx(np.full(7, 0.5), rel=1e-14, abs=0)
    text = spectrum.to_csv(tmp_path / "levels.csv")
    assert (tmp_path / "levels.csv").read_text() == text
    rows = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    assert rows[0] == ["level", "eigenvalue", "multiplicity", "energy", "rest"]
    assert [float(row[1]) for row in rows[1:]] == list(spectrum.eigenvalues)
    assert r"\begin{tabular}" in spectrum.to_latex()


def test_a_figure_leaves_zero_levels_out() -> None:
    drawn = activation_spectrum("tanh", dimension=20, max_degree=7).plot("energy", label="tanh")
    assert drawn.ax_.get_yscale() == "log"
    line = drawn.errorbar_[0].lines[0]
    assert list(line.get_xdata()) == [1, 3, 5, 7]


@pytest.mark.parametrize("spectrum", [Spectrum([1.0]), Spectrum([0.0])])
def test_nothing_to_draw_is_said(spectrum: Spectrum) -> None:
    with pytest.raises(InvalidInputError):
        spectrum.plot("energies" if spectrum.rank else "energy")
