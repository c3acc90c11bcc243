"""Handwritten digits, odd against even: predicted learning curves beside actual kernel ridge and random-feature runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import activation
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import MissingExtraError
from asymptotix.figures.digits_figure import draw_learning_curves, draw_random_features
from asymptotix.figures.drawing import drawn
from asymptotix.figures.generalization_gap import with_gap
from asymptotix.figures.outcome import Outcome, judged
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.results import SimulatedCurve
from asymptotix.simulation.trials import simulate
from asymptotix.verdict import Verdict, compare

__all__ = ["digits", "load_digits_data"]

FloatArray = NDArray[np.float64]

NOISE_VARIANCE = 0.5
TOLERANCE = 0.03  # of the noisy test error: the deviation granted to the finite-population formula on real data
RIDGES = (1e-8, 0.1, 1.0)
SIZES = ((50, 100, 200), (400, 800, 1200))
TRIALS = (150, 24)  # small samples scatter more and cost less
WIDTHS = (30, 75, 150, 210, 255, 285, 300, 315, 345, 400, 600, 1200)
FEATURE_SAMPLES, FEATURE_RIDGES, FEATURE_TRIALS = 300, (1e-2, 1e-1, 1.0), 30
Progress = Callable[[int, int], object]


def load_digits_data() -> tuple[FloatArray, FloatArray]:
    """The 1797 digits bundled with scikit-learn, centred, each row scaled to |x|^2 = d = 64; labels +1 (odd) and -1 (even).

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise MissingExtraError("scikit-learn", "data") from None
    pixels, digit = load_digits(return_X_y=True)
    rows = pixels - pixels.mean(axis=0)
    rows *= np.sqrt(rows.shape[1]) / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows, np.where(digit % 2 == 1, 1.0, -1.0)


def digits(
    folder: Path, progress: Progress, *, trials: tuple[int, int] = TRIALS, feature_trials: int = FEATURE_TRIALS
) -> list[Outcome]:
    """Kernel ridge with the two-layer ReLU tangent kernel, with and without label noise; random features on the same digits."""
    rows, labels = load_digits_data()
    matrix = kernel_matrix(KernelMap(activation("relu"), depth=1, kind="tangent"), rows)
    noisy = KernelRidge.on_data(matrix, labels, "precomputed", noise_variance=NOISE_VARIANCE)
    clean = KernelRidge.on_data(matrix, labels, "precomputed")
    work = 2 * sum(len(n) * t for n, t in zip(SIZES, trials, strict=True)) + len(WIDTHS) * feature_trials
    counter = _Counter(progress, work)
    verdicts = _learning_curve(noisy, trials, counter), _learning_curve(clean, trials, counter)
    feature_model = RandomFeatures.on_data(rows, labels, "relu", noise_variance=NOISE_VARIANCE)
    features = _features(feature_model, feature_trials, counter)
    _write(folder, *verdicts, features)
    figures = drawn("Digits: learning curves", lambda: draw_learning_curves(folder, (noisy, verdicts[0]), (clean, verdicts[1])))
    figures += drawn("Digits: random features", lambda: draw_random_features(folder, feature_model, features))
    return [
        judged(
            f"Digits, kernel ridge, label noise {NOISE_VARIANCE:g}: held-out error within {TOLERANCE:.0%}, n = 50 ... 1200",
            verdicts[0],
        ),
        _measured("Digits, kernel ridge, no label noise: held-out error", verdicts[1]),
        _measured(f"Digits, random features, n = {FEATURE_SAMPLES}, through n_features = n_samples: test error", features[0]),
        _measured("Digits, random features: test error minus training error", features[1]),
        *figures,
    ]


class _Counter:
    """Adds up the progress of several simulations."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.before = progress, total, 0

    def part(self, size: int) -> Progress:
        start = self.before
        self.before += size
        return lambda done, total: self.progress(start + size * done // max(total, 1), self.total)


def _learning_curve(model: KernelRidge, trials: tuple[int, int], counter: _Counter) -> Verdict:
    """Theory and experiment at all sizes; one Verdict of the held-out error."""
    parts = []
    for sizes, n_trials in zip(SIZES, trials, strict=True):
        part = counter.part(len(sizes) * n_trials)
        n_samples = np.array(sizes)[:, None]
        parts.append(simulate(model, n_samples=n_samples, ridge=np.array(RIDGES), n_trials=n_trials, progress=part))
    simulated = _stacked(parts)
    theory = risk(model, n_samples=simulated.grid["n_samples"], ridge=np.array(RIDGES))
    return compare(theory, simulated, allowance=TOLERANCE)


def _stacked(parts: list[SimulatedCurve]) -> SimulatedCurve:
    """Simulations at different n_samples as one curve; the shorter ones are filled with trials that were not run."""
    from dataclasses import replace

    from asymptotix.results import Fields

    longest = max(next(iter(part.samples.values())).shape[0] for part in parts)

    def padded(draws: FloatArray) -> FloatArray:
        return np.pad(draws, [(0, longest - draws.shape[0]), (0, 0), (0, 0)], constant_values=np.nan)

    samples = {name: np.concatenate([padded(part.samples[name]) for part in parts], axis=1) for name in parts[0].samples}
    return replace(
        parts[0],
        grid={"n_samples": np.concatenate([part.grid["n_samples"] for part in parts]), "ridge": parts[0].grid["ridge"]},
        values=Fields({name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values}),
        samples=Fields(samples),
        n_trials=np.concatenate([part.n_trials for part in parts]),
        interrupted=any(part.interrupted for part in parts),
    )


def _features(model: RandomFeatures, n_trials: int, counter: _Counter) -> tuple[Verdict, Verdict]:
    """Random features through the threshold: test error, and test error minus training error."""
    grid: dict[str, Any] = {
        "n_samples": FEATURE_SAMPLES, "n_features": np.array(WIDTHS), "ridge": np.array(FEATURE_RIDGES)[:, None]
    }  # fmt: skip
    theory = with_gap(risk(model, **grid))
    simulated = with_gap(simulate(model, **grid, n_trials=n_trials, progress=counter.part(len(WIDTHS) * n_trials)))
    return compare(theory, simulated), compare(theory, simulated, quantity="generalization_gap")


def _measured(claim: str, verdict: Verdict) -> Outcome:
    """Real data owe the theory nothing: the deviation is stated, not judged."""
    relative = verdict.simulated / verdict.expected - 1.0
    at = np.unravel_index(int(np.argmax(np.abs(relative))), relative.shape)
    where = ", ".join(f"{name} = {np.broadcast_to(values, relative.shape)[at]:g}" for name, values in verdict.theory.grid.items())
    return Outcome(
        claim, "measured", f"simulation is {relative.min():+.1%} to {relative.max():+.1%} off the theory, most at {where}"
    )


def _write(folder: Path, noisy: Verdict, clean: Verdict, features: tuple[Verdict, Verdict]) -> None:
    for name, verdict in (("digits_noise", noisy), ("digits_clean", clean), ("digits_features", features[0])):
        verdict.to_csv(folder / f"{name}_verdict.csv")
        verdict.theory.to_csv(folder / f"{name}_theory.csv")
        assert verdict.simulation is not None  # every verdict of this job has one
        verdict.simulation.to_csv(folder / f"{name}_simulation.csv")
    (folder / "digits.tex").write_text(noisy.theory.to_latex("test_error", "bias", "variance"), encoding="utf-8")
