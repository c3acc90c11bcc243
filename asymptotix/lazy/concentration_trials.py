"""Drawing networks of several widths and comparing their kernels with the limit."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import InvalidInputError
from asymptotix.lazy.concentration_study import WidthConcentration
from asymptotix.lazy.whitened_kernel import WhitenedKernel
from asymptotix.lazy.width_law import WidthLaw, slope_fluctuation
from asymptotix.runs.progress import Progress, reporting
from asymptotix.spectra.arguments import real_array, whole_number

__all__ = ["width_concentration"]

FloatArray = NDArray[np.float64]

_MOST_SAMPLES = 4000  # a spectrum for each trial and width: half a minute each


def width_concentration(
    activation: Activation | str,
    X: ArrayLike | None = None,
    *,
    widths: ArrayLike,
    features: Literal["random", "tangent"] = "random",
    dimension: ArrayLike | None = None,
    n_samples: ArrayLike | None = None,
    n_trials: int = 5,
    seed: int = 0,
    progress: Progress = "auto",
) -> WidthConcentration:
    r"""Measure how near the kernel of a network of width N is to its limit: $\|K^{-1/2}K_NK^{-1/2}-I\|$ and the spectrum.

    Beside the law of Marchenko and Pastur with the aspect ratio n / N for random features and n / (N d) for tangent features,
    and beside the fluctuation of the slopes where tangent features have n << d points (a heuristic: `hypothesis` says
    where it is not expected to hold). The weights are $N(0,I/d)$, the limit is exact over them.

    Args:
        activation: an Activation or its text; continuous for tangent features.
        X: the user's own points, n rows of d numbers; otherwise they are drawn on the sphere of radius sqrt(d),
            anew in each trial.
        widths: whole numbers N >= 1.
        features: "random" (last layer) or "tangent" (first layer).
        dimension: d, without X.
        n_samples: n, at most 4000, without X; widths, dimension and n_samples broadcast.
        n_trials: independent draws, at least 2.
        seed: of the draws.
        progress: a bar on a terminal ("auto"), True, False, or a callable(done, total).

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: the limit is singular (points that coincide are named) or infinite.

    Source:
        [MarchenkoPastur1967] for the law of white directions; that it holds for features is heuristic. For tangent features
        in these regimes [MontanariZhong2022].

    Examples:
        >>> found = width_concentration("relu", widths=[200, 800], dimension=20, n_samples=50, n_trials=3)
        >>> bool(abs(found.deviation / found.expected_deviation - 1).max() < 0.1), found.hypothesis
        (True, ('', ''))
    """
    sigma = as_activation(activation)
    if features not in ("random", "tangent"):
        raise InvalidInputError("features", features, '"random" or "tangent"')
    trials, seed = whole_number("n_trials", n_trials, 2), whole_number("seed", seed, 0)
    points = None if X is None else _own_points(X, dimension, n_samples)
    grid = _grid(widths, points, dimension, n_samples)
    tangent = features == "tangent"
    spectra = [np.empty((trials, n)) for _, n, _ in grid]
    with reporting(progress, "kernels") as report:
        for trial in range(trials):
            for d, n in sorted({(d, n) for _, n, d in grid}):
                rng = np.random.default_rng([seed, trial, d, n])
                limit = WhitenedKernel.of(sigma, tangent, _on_sphere(n, d, rng) if points is None else points)
                for index in [k for k, cell in enumerate(grid) if cell[1:] == (n, d)]:
                    spectra[index][trial] = limit.eigenvalues(grid[index][0], rng)
            report(trial + 1, trials)
    variance = 1.0 if points is None else float(np.mean(points**2))
    fluctuation = slope_fluctuation(sigma, variance) if tangent else 0.0
    laws = tuple(WidthLaw(tangent, *cell, fluctuation) for cell in grid)
    width, n, d = np.array(grid, dtype=np.int64).T
    return WidthConcentration(sigma, features, width, n, d, laws, tuple(spectra), trials, points is None)


def _on_sphere(n: int, d: int, rng: np.random.Generator) -> FloatArray:
    points = rng.standard_normal((n, d))
    return np.asarray(points * (np.sqrt(d) / np.linalg.norm(points, axis=1, keepdims=True)))


def _own_points(X: ArrayLike, dimension: ArrayLike | None, n_samples: ArrayLike | None) -> FloatArray:
    points = real_array("X", X)
    if points.ndim != 2 or 0 in points.shape or not np.all(np.isfinite(points)) or len(points) > _MOST_SAMPLES:
        raise InvalidInputError("X", points.shape, f"a matrix of finite numbers of at most {_MOST_SAMPLES} rows")
    for name, value in (("dimension", dimension), ("n_samples", n_samples)):
        if value is not None:
            raise InvalidInputError(name, value, "left out where X is given")
    return points


def _grid(
    widths: ArrayLike, points: FloatArray | None, dimension: ArrayLike | None, n_samples: ArrayLike | None
) -> list[tuple[int, int, int]]:
    """(N, n, d) of each entry."""
    if points is not None:
        n_samples, dimension = points.shape
    given = {"widths": (widths, 1, 10**7), "n_samples": (n_samples, 1, _MOST_SAMPLES), "dimension": (dimension, 2, 10**6)}
    arrays = []
    for name, (value, least, most) in given.items():
        if value is None:
            raise InvalidInputError(name, None, "given where X is not")
        array = real_array(name, value)
        wrong = ~((array >= least) & (array <= most) & (array == np.floor(array)))
        if array.size == 0 or np.any(wrong):
            shown = float(array[wrong].flat[0]) if array.size else None
            raise InvalidInputError(name, shown, f"whole numbers from {least} to {most}")
        arrays.append(array)
    try:
        broadcast = np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = [array.shape for array in arrays]
        raise InvalidInputError("widths", shapes, "of a shape that broadcasts with n_samples and dimension") from None
    return [(int(w), int(n), int(d)) for w, n, d in zip(*(array.ravel() for array in broadcast), strict=True)]
