"""Reading the reference cases: numbers are decimal strings, some beyond the range of double precision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

REFERENCE = Path(__file__).parent.parent / "reference"

RIDGE_FIELDS = {  # name in ridge.json -> field of a RiskCurve
    "lambda_star": "effective_ridge",
    "df1": "df1",
    "df2": "df2",
    "bias": "bias",
    "variance": "variance",
    "test_error": "test_error",
    "train_error": "train_error",
    "coef_norm_sq": "squared_norm",
    "E0": "overfitting_coefficient",
    "insample_excess": "in_sample_risk",
}


def cases(name: str) -> dict[str, dict[str, Any]]:
    """Case name -> case."""
    return {case["name"]: case for case in json.loads((REFERENCE / f"{name}.json").read_text())["cases"]}


def floats(values: list[str]) -> list[float]:
    return [float(value) for value in values]


def ridge_problem(case: dict[str, Any]) -> tuple[Spectrum, Target]:
    """The spectrum and target that a case of ridge.json describes in words."""
    name, spectrum = case["name"], case["spectrum"]
    if "levels" in spectrum:
        levels = [(mpmath.mpf(s), m, mpmath.mpf(beta)) for s, m, beta in spectrum["levels"]]
        return Spectrum([float(s) for s, _, _ in levels], [m for _, m, _ in levels]), Target([float(s * b) for s, _, b in levels])
    if name.startswith("infinite_power2"):
        return PowerLaw(2.0), Target([0.0])
    if name.startswith("sphere_exp"):
        counts = [mpmath.mpf(str(b)) for b in spectrum["B"]]
        values = [float(mpmath.mpf(x) / b) for x, b in zip(spectrum["xi"], counts, strict=True)]
        return Spectrum(values, [float(b) for b in counts]), Target([0.2, 0.5, 0.3, 0.2])
    return _explicit(name)


def _explicit(name: str) -> tuple[Spectrum, Target]:
    def index(size: int) -> np.ndarray:
        return np.arange(1.0, size + 1)

    if name.startswith("power"):
        exponent, size = {"power1.5": (1.5, 2000), "power2_p": (2.0, 500), "power1.01": (1.01, 3000)}[
            next(k for k in ("power1.5", "power2_p", "power1.01") if name.startswith(k))
        ]
        i = index(size)
        return Spectrum(i**-exponent), Target(i ** (-exponent - 1.0))
    if name.startswith("exp_decay"):
        return Spectrum.from_log(-index(2000)), Target(np.exp(-index(2000) / 2))
    if name.startswith("geom"):
        size = 300 if name.endswith("p300") else 200
        s = 10 ** (1 - 4 * (index(size) - 1) / (size - 1))
        return Spectrum(s), Target(s / size)
    if name.startswith("loglaw"):
        i = index(5000)
        return Spectrum(1 / (i * np.log(i + 1) ** 2)), Target([1 / np.log(2) ** 2])
    raise AssertionError(f"a reference case without a reading: {name}")
