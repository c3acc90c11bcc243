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
        ({}, {"energies": [1]}, "model.spectrum: give either eigenvalues, power_law, exponential, "),
        ({"eigenvalues": [1], "power_law": {"exponent": 2}}, {"energies": [1]}, "give either"),
        ({"power_law": {"exponent": 2}, "tail": 1.0}, {"energies": [1]}, "belong to eigenvalues"),
        ({"eigenvalues": [1, 2], "multiplicities": [1]}, {"energies": [1]}, "1 multiplicities for 2 eigenvalues"),
        ({"eigenvalues": [1, -2]}, {"energies": [1]}, r"model.spectrum.eigenvalues\[1\] = -2"),
        ({"eigenvalues": [1]}, {"energies": [1], "source": 1.0}, "model.target: give either energies, source, decay, "),
        ({"power_law": {"exponent": 2}}, {"source": 1.0, "tail": 0.1}, "tail belongs to energies"),
        ({"exponential": {"rate": 1}, "power_law": {"exponent": 2}}, {"decay": 1.0}, "give either"),
        ({"exponential": {"rate": 1}}, {"decay": 1.0, "energy": 2.0}, "energy belongs to weight"),
        ({"exponential": {"rate": 1, "exponent": 2}}, {"decay": 1.0}, "exponent: unknown key"),
        ({"parts": [{"parts": [{"eigenvalues": [1]}]}]}, {"parts": [{"energies": [1]}]}, "parts: unknown key"),
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


@pytest.mark.parametrize(
    ("spectrum", "target", "expected"),
    [
        ({"power_law": {"exponent": 1.5, "scale": 2.0}}, {"decay": 1.7}, "PowerLaw(1.5, scale=2"),
        ({"exponential": {"rate": 0.1, "size": 50}}, {"decay": 0.2}, "ExponentialDecay(0.1, size=50"),
        ({"marchenko_pastur": {"aspect_ratio": 2, "size": 80}}, {"weight": 1.0, "energy": 3.0}, "MarchenkoPastur(40 eigenvalues"),
    ],
)
def test_spectra_with_a_formula(spectrum: dict[str, object], target: dict[str, object], expected: str) -> None:
    model = problem(spectrum, target).model
    assert repr(model.spectrum).startswith(expected)
    energy = {"decay": model.target.energy, "weight": 3.0}[next(iter(target))]
    assert model.target.energy == pytest.approx(energy, rel=1e-14, abs=0)
    assert np.all(model.target.energies[:-1] > 0)


def test_parts_stand_side_by_side() -> None:
    spectrum = {"parts": [{"eigenvalues": [20.0, 10.0]}, {"exponential": {"rate": 0.5, "size": 10}}]}
    model = problem(spectrum, {"parts": [{"energies": [1.0]}, {"decay": 1.0}]}).model
    assert model.spectrum.eigenvalues[:3] == pytest.approx([20.0, 10.0, 1.0], rel=1e-15, abs=0)
    assert model.target.energies[:4] == pytest.approx([1.0, 0.0, 1.0, np.exp(-1.0)], rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("spectrum", "target", "message"),
    [
        ({"exponential": {"rate": 1}}, {"source": 1.0}, r"target\.source = 1\.0 .* unless the spectrum is a power_law"),
        ({"eigenvalues": [1.0]}, {"decay": 1.0}, r"target\.decay = 1\.0 .* a power_law or exponential"),
        ({"power_law": {"exponent": 2}}, {"weight": 1.0}, r"target\.weight = 1\.0 .* marchenko_pastur"),
        ({"parts": [{"eigenvalues": [1.0]}]}, {"energies": [1.0]}, r"target\.parts = '0 parts for 1 parts"),
        ({"parts": [{"eigenvalues": [1.0]}]}, {"parts": [{"source": 1.0}]}, r"target\.parts\[0\]\.source"),
        ({"exponential": {"rate": 1}}, {"decay": -1.0}, r"decay = -1\.0"),
        ({"marchenko_pastur": {"aspect_ratio": 1e-9, "size": 5}}, {"weight": 1.0}, r"aspect_ratio = 1e-09"),
    ],
)
def test_targets_that_do_not_fit_are_refused_when_the_model_is_built(
    spectrum: dict[str, object], target: dict[str, object], message: str
) -> None:
    with pytest.raises(ProblemFileError, match=message) as caught:
        _ = problem(spectrum, target).model
    assert "\n" not in str(caught.value)
