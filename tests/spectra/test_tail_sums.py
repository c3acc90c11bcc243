from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError

CASES = json.loads((Path(__file__).parents[1] / "reference" / "effective_ranks.json").read_text())["cases"]
SPECTRA = {
    "s_i=i^-1.5,i<=2000": ax.Spectrum(np.arange(1.0, 2001.0) ** -1.5),
    "s_i=e^-i,i<=200": ax.Spectrum(np.exp(-np.arange(1.0, 201.0))),
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_reference_values(case):
    found = ax.effective_ranks(SPECTRA[case["name"]], [0, 10])
    for place, k in enumerate(("0", "10")):
        assert found.r[place] == pytest.approx(float(case["r" + k]), rel=1e-13, abs=0)
        assert found.R[place] == pytest.approx(float(case["R" + k]), rel=1e-13, abs=0)
    assert found.R[1] != pytest.approx(found.r[1], rel=1e-2, abs=0) or "e^-i" in case["name"]


def test_levels_count_as_often_as_their_multiplicity():
    levels, listed = ax.Spectrum([0.5, 1.0], [30, 4]), ax.Spectrum([1.0] * 4 + [0.5] * 30)
    k = np.arange(34)
    one, other = ax.effective_ranks(levels, k), ax.effective_ranks(listed, k)
    assert one.r == pytest.approx(other.r, rel=1e-14, abs=0)
    assert pytest.approx(other.R, rel=1e-14, abs=0) == one.R
    assert one.R[4] == pytest.approx(30.0, rel=1e-14, abs=0)  # equal eigenvalues count each


def test_a_flat_tail_is_infinitely_many():
    found = ax.effective_ranks(ax.Spectrum([1.0], [4], tail=2.0), [0, 4])
    assert found.r.tolist() == [6.0, np.inf]
    assert found.R[0] == pytest.approx(36 / 4, rel=1e-14, abs=0)


@pytest.mark.parametrize(("spectrum", "k"), [("levels", -1), ("levels", 34), ("levels", np.nan), ("table", 0), ("law", 0)])
def test_bad_input(spectrum, k):
    spectra = {"levels": ax.Spectrum([1.0, 0.5], [4, 30]), "law": ax.PowerLaw(1.5)}
    spectra["table"] = ax.compress(np.arange(1.0, 5000.0) ** -1.5)
    with pytest.raises(InvalidInputError, match="k = " if spectrum == "levels" else "eigenvalues listed") as caught:
        ax.effective_ranks(spectra[spectrum], k)
    assert "\n" not in str(caught.value)
