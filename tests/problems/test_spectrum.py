from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import ProblemFileError
from asymptotix.problems.loader import problem_from_mapping
from asymptotix.problems.problem import Problem


def problem(spectrum: dict[str, object], target: dict[str, object], kind: str = "ridge_regression") -> Problem:
    model = {"kind": kind, "spectrum": spectrum, "target": target, "noise_variance": 0.1}
    grid = {"n_samples": 10, "ridge": 1.0} | ({"n_features": 5} if kind == "random_features" else {})
    return problem_from_mapping({"model": model, "grid": grid}, source="test")


@pytest.mark.parametrize("kind", ["ridge_regression", "random_features"])
def test_levels_reach_the_design(kind: str) -> None:
    made = problem(
        {"eigenvalues": [1.0, 0.1], "multiplicities": [50, 250], "tail": 0.3}, {"energies": [1, 0.2], "tail": 0.05}, kind
    )
    design = made.model.design
    assert list(design.eigenvalues) == [1.0, 0.1]
    assert list(design.multiplicities) == [50, 250]
    assert (design.tail, design.target_tail, design.noise_variance) == (0.3, 0.05, 0.1)
    assert list(design.energies) == [1.0, 0.2]


def test_a_power_law_and_its_source() -> None:
    design = problem({"power_law": {"exponent": 1.5, "size": 40}}, {"source": 0.4}).model.design
    index = np.arange(1, 41)
    assert design.eigenvalues == pytest.approx(index**-1.5, rel=1e-13, abs=0)
    assert design.energies == pytest.approx(index**-2.2, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("spectrum", "target", "message"),
    [
        ({}, {"energies": [1]}, "model.spectrum: give either eigenvalues or power_law"),
        ({"eigenvalues": [1], "power_law": {"exponent": 2}}, {"energies": [1]}, "give either"),
        ({"power_law": {"exponent": 2}, "tail": 1.0}, {"energies": [1]}, "belong to eigenvalues"),
        ({"eigenvalues": [1, 2], "multiplicities": [1]}, {"energies": [1]}, "1 multiplicities for 2 eigenvalues"),
        ({"eigenvalues": [1, -2]}, {"energies": [1]}, r"model.spectrum.eigenvalues\[1\] = -2"),
        ({"eigenvalues": [1]}, {"energies": [1], "source": 1.0}, "model.target: give either energies or source"),
        ({"power_law": {"exponent": 2}}, {"source": 1.0, "tail": 0.1}, "tail belongs to energies"),
    ],
)
def test_contradictions_are_refused_in_one_line(spectrum: dict[str, object], target: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemFileError, match=message):
        problem(spectrum, target)


def test_a_source_without_a_power_law_is_refused_when_the_model_is_built() -> None:
    with pytest.raises(ProblemFileError, match=r"test: model: target\.source"):
        _ = problem({"eigenvalues": [1.0]}, {"source": 1.0}).model


def test_an_infinite_power_law_without_trace_is_refused_when_the_model_is_built() -> None:
    with pytest.raises(ProblemFileError, match=r"test: model: exponent = 0\.5"):
        _ = problem({"power_law": {"exponent": 0.5}}, {"source": 1.0}).model
