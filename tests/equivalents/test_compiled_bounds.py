"""The compiled loops without compilation, where NumPy checks every index: grids and spectra at the ends of what they take."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("numba")

CASES = """
import itertools, json, sys, warnings
import numpy as np
from asymptotix.acceleration import compiled_path
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.spectra.spectrum import Spectrum

# interpreted, the loops warn of the divisions by zero that they allow for
warnings.simplefilter("error" if sys.argv[1] == "compiled" else "ignore")
SPECTRA = {
    "one level": Spectrum([1.0]),
    "one level, repeated": Spectrum([2.0], [1e9]),
    "zeros": Spectrum([0.0, 0.0]),
    "some zeros": Spectrum([1.0, 0.0, 0.25]),
    "the largest": Spectrum(np.exp([299.9, 299.0, 0.0]), [1e10, 1e3, 1.0]),
    "the smallest": Spectrum(np.exp([0.0, -299.9])),
    "far apart": Spectrum(np.exp([299.0, -299.0])),
    "a tail": Spectrum([1.0, 0.5], tail=0.1),
    "a large tail": Spectrum([1e120, 1e90], tail=1e129),
    "many": Spectrum(np.arange(1.0, 41.0) ** -2.0),
}
COUNTS = np.array([1e-7, 0.3, 1.0, 2.0, 40.0, 41.0, 1e9, 1e35])
GRIDS = {
    "empty": (np.empty(0), np.inf, 1.0),
    "empty rows": (np.empty((0, 1)), np.ones(3), 1.0),
    "empty columns": (np.ones((3, 1)), np.empty((1, 0)), 1.0),
    "a point": (1.0, np.inf, 1.0),
    "ridges": (2.0, np.inf, np.concatenate([[0.0], np.logspace(-170, 120, 30)])),
    "counts": (COUNTS, np.inf, np.array([[0.0], [1e-3], [1e99]])),
    "features": (COUNTS[:, None], np.append(COUNTS, np.inf), 1e-4),
    "a long row": (np.full(600, 0.5), np.inf, np.logspace(-9, 9, 600)),
}
bad = []
for (of, spectrum), (on, (n, p, ridge)) in itertools.product(SPECTRA.items(), GRIDS.items()):
    if on == "a long row" and of != "many":
        continue
    answers = []
    for path in ("always", "never"):
        with compiled_path(path):
            answers.append(effective_ridge(spectrum, n_samples=n, n_features=p, ridge=ridge).log_value)
    finite = np.isfinite(answers[1])
    one, other = (values[finite] for values in answers)
    if not (np.array_equal(finite, np.isfinite(answers[0])) and np.all(np.abs(one - other) <= 1e-12 * (1.0 + np.abs(other)))):
        bad.append([of, on])
print(json.dumps({"compared": len(SPECTRA) * (len(GRIDS) - 1) + 1, "bad": bad}))
"""


@pytest.mark.parametrize("way", ["interpreted", "compiled"])
def test_no_index_leaves_its_array_and_both_paths_agree(way: str) -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": str(int(way == "interpreted"))}
    command = [sys.executable, "-c", CASES, way]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"compared": 71, "bad": []}
