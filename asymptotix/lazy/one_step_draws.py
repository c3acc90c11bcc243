"""Networks of finite size after one gradient step: singular vectors, and the test error of ridge regression on their features."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import whole_number

__all__ = ["OneStepSample", "StepSizes", "sample_alignments", "sample_errors"]

FloatArray = NDArray[np.float64]

_LARGEST = 5e7  # numbers in the largest matrix
_RIDGES = np.geomspace(1e-5, 1e3, 16)  # times the number of samples
_TEST_POINTS = 2000
_NAMES = ("alignment", "gradient_norm", "singular_value", "right_overlap", "left_overlap", "direction_overlap")


@dataclass(frozen=True)
class StepSizes:
    """Activation and target, d, N, n, eta gamma, and the variance of the label noise."""

    activation: Activation
    target: Activation
    dimension: int
    width: int
    n_samples: int
    step: float
    noise_variance: float


@dataclass(frozen=True)
class OneStepSample:
    """`mean[name]` and `standard_error[name]` of what `OneGradientStep` has limits for."""

    mean: dict[str, float]
    standard_error: dict[str, float]
    n_trials: int


def sample_alignments(sizes: StepSizes, n_trials: int, seed: int) -> OneStepSample:
    """One exact gradient step and one singular value decomposition for each trial."""
    draws = np.array([_alignments(sizes, rng) for rng in _streams(sizes, n_trials, seed)])
    error = draws.std(axis=0, ddof=1) / math.sqrt(len(draws))
    return OneStepSample(dict(zip(_NAMES, draws.mean(axis=0).tolist(), strict=True)),
                         dict(zip(_NAMES, error.tolist(), strict=True)), len(draws))  # fmt: skip


def sample_errors(sizes: StepSizes, steps: FloatArray, n_trials: int, seed: int) -> FloatArray:
    """Excess risks, (trials, steps)."""
    return np.array([_errors(sizes, steps, rng) for rng in _streams(sizes, n_trials, seed)])


def _streams(sizes: StepSizes, n_trials: int, seed: int) -> list[np.random.Generator]:
    trials = whole_number("n_trials", n_trials, 2)
    n, d, width = sizes.n_samples, sizes.dimension, sizes.width
    if max(n * width, width * d, n * d) > _LARGEST:
        raise InvalidInputError("width", width, f"so small that no matrix of N, n and d has more than {_LARGEST:g} entries")
    sequence = np.random.SeedSequence(whole_number("seed", seed, 0))
    return [np.random.default_rng(stream) for stream in sequence.spawn(trials)]


def _data(sizes: StepSizes, n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points, labels and the target without noise; its direction is the first coordinate."""
    points = rng.standard_normal((n, sizes.dimension))
    clean = sizes.target(points[:, 0])
    return points, clean + math.sqrt(sizes.noise_variance) * rng.standard_normal(n), clean


def _alignments(sizes: StepSizes, rng: np.random.Generator) -> tuple[float, ...]:
    points, labels, _ = _data(sizes, sizes.n_samples, rng)
    weights = rng.standard_normal((sizes.width, sizes.dimension)) / math.sqrt(sizes.dimension)
    signs = rng.choice([-1.0, 1.0], sizes.width)
    gradient = points.T @ labels / sizes.n_samples
    norm = float(np.linalg.norm(gradient))
    moved = weights + sizes.step * _step(sizes.activation, weights, signs, points, labels)
    value, top = _top(moved)
    return (
        float(gradient[0] ** 2 / norm**2),
        norm,
        value,
        float((top @ gradient / norm) ** 2),
        float((signs @ (moved @ top) / value) ** 2 / sizes.width),
        float(top[0] ** 2),
    )


def _top(matrix: FloatArray) -> tuple[float, FloatArray]:
    """The largest singular value and its right vector, from the Gram matrix of the columns: its digits are not needed here."""
    from scipy.linalg import eigh

    last = matrix.shape[1] - 1
    squares, vectors = eigh(matrix.T @ matrix, subset_by_index=(last, last))
    return math.sqrt(float(squares[0])), vectors[:, 0]


def _step(s: Activation, weights: FloatArray, signs: FloatArray, points: FloatArray, labels: FloatArray,
          biases: FloatArray | float = 0.0) -> FloatArray:  # fmt: skip
    """diag(a) (1/n) sum_k y_k s'(W x_k + b) x_k', the negative gradient at f = 0 over gamma."""
    slopes = s.pointwise_derivative(points @ weights.T + biases)
    return np.asarray(signs[:, None] * ((slopes * labels[:, None]).T @ points) / len(points))


def _errors(sizes: StepSizes, steps: FloatArray, rng: np.random.Generator) -> FloatArray:
    points, labels, _ = _data(sizes, sizes.n_samples, rng)
    fresh, targets, _ = _data(sizes, sizes.n_samples, rng)
    test, _, clean = _data(sizes, _TEST_POINTS, rng)
    weights = rng.standard_normal((sizes.width, sizes.dimension)) / math.sqrt(sizes.dimension)
    signs, biases = rng.choice([-1.0, 1.0], sizes.width), rng.standard_normal(sizes.width)
    direction = _step(sizes.activation, weights, signs, points, labels, biases)
    risks = []
    for step in steps:
        moved = weights + step * direction
        features, seen = (sizes.activation(x @ moved.T + biases) / math.sqrt(sizes.width) for x in (fresh, test))
        risks.append(_best_ridge(features, targets, seen, clean))
    return np.array(risks)


def _best_ridge(features: FloatArray, labels: FloatArray, seen: FloatArray, clean: FloatArray) -> float:
    """The smallest mean squared distance to the target over the ridges, through the smaller of the two Gram matrices."""
    n, width = features.shape
    ridges = _RIDGES * n / width
    if n <= width:
        values, vectors = np.linalg.eigh(features @ features.T)
        rotated, projected = vectors.T @ labels, seen @ (features.T @ vectors)
    else:
        values, vectors = np.linalg.eigh(features.T @ features)
        rotated, projected = vectors.T @ (features.T @ labels), seen @ vectors
    predicted = projected @ (rotated[:, None] / (np.maximum(values, 0.0)[:, None] + ridges))
    return float(np.min(np.mean((predicted - clean[:, None]) ** 2, axis=0)))
