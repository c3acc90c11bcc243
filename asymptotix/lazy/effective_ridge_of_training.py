r"""`training_ridge`: the ridge that best explains what a linearized network has learned after some training.

Training from zero output gives $f=K\alpha$ with coefficients that no ridge reproduces exactly. The ridge fitted here minimizes
$\|f(X)-K(K+\lambda)^{-1}y\|$. Beside it stand the ridge of early stopping, $1/t$ with $t=\eta k/(1-\text{momentum})$, and the
effective ridge $\kappa=1/\mathrm{Tr}(K+\lambda)^{-1}$, the ridge that kernel regression with the population kernel would have
(self-induced where $\lambda=0$).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.data_rows import real_values
from asymptotix.lazy.linearized import StepFilter
from asymptotix.lazy.training_rule import TrainingRule
from asymptotix.report.table import Column, Table
from asymptotix.simulation.filters import Flow
from asymptotix.spectra.eigendecomposition import positive_semidefinite

__all__ = ["TrainingRidge", "fitted_ridges", "training_ridge"]

FloatArray = NDArray[np.float64]
_GRID = 400
_ROUNDS = 8
_SINGULAR = 1e-14  # of the largest eigenvalue
_COLUMNS = ("time", "ridge", "early_stopping_ridge", "effective_ridge", "mismatch", "early_stopping_mismatch")


@dataclass(frozen=True, eq=False)
class TrainingRidge:
    """One entry for each time: `time`, the fitted `ridge`, `early_stopping_ridge` 1/time, `effective_ridge` at the fitted one.

    `mismatch` and `early_stopping_mismatch` are |f(X) - f_ridge(X)| / |f(X)| at the two ridges; `self_induced_ridge` is
    1/Tr K^-1, 0 for a singular kernel.
    """

    time: FloatArray
    ridge: FloatArray
    early_stopping_ridge: FloatArray
    effective_ridge: FloatArray
    mismatch: FloatArray
    early_stopping_mismatch: FloatArray
    self_induced_ridge: float

    @property
    def table(self) -> Table:
        """One row a time."""
        note = f"self-induced ridge 1/Tr K^-1 = {self.self_induced_ridge:.4g}"
        return Table(tuple(Column(name, getattr(self, name).tolist()) for name in _COLUMNS), "Ridge of training", (note,))

    def to_csv(self) -> str:
        """The table with all digits."""
        return self.table.to_csv()

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


def training_ridge(
    kernel_matrix: ArrayLike,
    y: ArrayLike,
    *,
    time: ArrayLike | None = None,
    steps: Sequence[int] | int | None = None,
    step_size: float | None = None,
    momentum: float = 0.0,
    batch_size: int | None = None,
    seed: int = 0,
) -> TrainingRidge:
    r"""The ridge that best explains a trained linearized predictor, by time or by steps.

    Args:
        kernel_matrix: K at the n training points, of a linearized network: `kernel_matrix(tangent_kernel("erf"), X)`, say.
        y: n labels; training starts at output zero, on the loss $\frac12\|f(X)-y\|^2$.
        time: of gradient flow, positive; or
        steps: numbers of steps, positive, with `step_size`.
        step_size: eta, below 2(1 + momentum)/s_max.
        momentum: of heavy ball, in [0, 1).
        batch_size: points drawn without replacement for each step of SGD, its gradient multiplied by n / batch_size.
        seed: of the batches.

    Raises:
        InvalidInputError: not a positive semidefinite matrix, labels that do not match, times or steps missing or not positive, a
            step that diverges.

    Source: early stopping beside ridge, [AliKolterTibshirani2019].

    >>> fitted = training_ridge(np.diag([1.0, 1.0]), [1.0, 2.0], time=np.log(2.0))
    >>> float(np.round(fitted.ridge[0], 6))  # 1 - exp(-t) = 1/2 = 1/(1 + ridge)
    1.0
    """
    s, vectors = positive_semidefinite("kernel_matrix", kernel_matrix)
    labels = real_values("y", y)
    if labels.shape != s.shape or not np.isfinite(labels).all() or not labels.any():
        raise InvalidInputError("y", labels.shape, f"{s.size} finite numbers, not all 0")
    if not 0 <= momentum < 1:
        raise InvalidInputError("momentum", momentum, "in [0, 1)")
    s, target = np.maximum(s, 0.0), vectors.T @ labels
    if time is not None and steps is None and step_size is None:
        times = np.atleast_1d(real_values("time", time))
        if not (np.isfinite(times) & (times > 0)).all():
            raise InvalidInputError("time", time, "positive and finite")
        learned = (1.0 - Flow(times).misses(s)) * target[:, None]
    else:
        counts = _step_counts(steps, time)
        eta = _stable_step(step_size, momentum, float(s.max()))
        times = np.array(counts) * eta / (1.0 - momentum)
        learned = _learned(s, vectors, target, counts, eta, momentum, batch_size, seed)
    return fitted_ridges(s, target, times, learned)


def _step_counts(steps: Sequence[int] | int | None, time: object) -> list[int]:
    if steps is None or time is not None:
        raise InvalidInputError("time", time, "given alone, or left out for steps and step_size")
    counts = np.atleast_1d(np.asarray(steps))
    if counts.dtype.kind not in "iu" or not (counts > 0).all() or (np.diff(counts) <= 0).any():
        raise InvalidInputError("steps", steps, "ascending positive whole numbers")
    return [int(count) for count in counts]


def _stable_step(step_size: float | None, momentum: float, largest: float) -> float:
    limit = 2.0 * (1.0 + momentum) / largest if largest > 0 else np.inf
    if step_size is None or not 0 < step_size < limit:
        raise InvalidInputError("step_size", step_size, f"positive and below 2(1 + momentum)/s_max = {limit:.6g}")
    return float(step_size)


def _learned(
    s: FloatArray,
    vectors: FloatArray,
    target: FloatArray,
    counts: list[int],
    eta: float,
    momentum: float,
    batch: int | None,
    seed: int,
) -> FloatArray:
    """What has been learned, in the eigenbasis, (n, m)."""
    if batch is None:
        return np.asarray((1.0 - StepFilter(np.full(counts[-1], eta), counts, momentum).misses(s)) * target[:, None])
    rule = TrainingRule.of("sgd", momentum, batch, s.size, seed)
    coefficients = rule.coefficients((vectors * s) @ vectors.T, -(vectors @ target), eta, counts)
    return s[:, None] * (vectors.T @ coefficients.T)


def fitted_ridges(s: FloatArray, target: FloatArray, times: FloatArray, learned: FloatArray) -> TrainingRidge:
    """The ridges that best explain columns of `learned`, in the eigenbasis of K as `target`, at positive times."""
    positive = s > _SINGULAR * s.max()
    ends = (float(np.log(s[positive].min())) - 12.0, float(np.log(s.max())) + 20.0)
    fits = [_nearest(_Misfit(s, target, f), ends) for f in learned.T]
    early = [float(_Misfit(s, target, f)(np.array([1.0 / t]))[0]) for f, t in zip(learned.T, times, strict=True)]
    induced = 1.0 / float(np.sum(1.0 / s)) if positive.all() else 0.0
    ridges, mismatches = (np.array(column) for column in zip(*fits, strict=True))
    effective = np.array([1.0 / float(np.sum(1.0 / (s + ridge))) if ridge > 0 else induced for ridge in ridges])
    return TrainingRidge(times, ridges, 1.0 / times, effective, mismatches, np.array(early), induced)


@dataclass(frozen=True, eq=False)
class _Misfit:
    """|f - f_ridge| / |f|, NaN for an f of 0."""

    s: FloatArray
    target: FloatArray
    learned: FloatArray

    def __call__(self, ridge: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore"):  # an eigenvalue of 0 at ridge 0 has nothing to learn, nor has an f of 0
            shrunk = np.nan_to_num(self.s[:, None] / (self.s[:, None] + ridge), nan=0.0) * self.target[:, None]
            return np.asarray(np.linalg.norm(self.learned[:, None] - shrunk, axis=0) / np.linalg.norm(self.learned))


def _nearest(misfit: _Misfit, ends: tuple[float, float]) -> tuple[float, float]:
    """The best ridge and its misfit; 0 below the range, where no positive ridge is nearer than none."""
    left, right = ends
    for _ in range(_ROUNDS):  # each narrows the bracket by a factor of 200
        grid = np.linspace(left, right, _GRID)
        best = int(np.argmin(misfit(np.exp(grid))))
        if best == 0 and left == ends[0]:
            return 0.0, float(misfit(np.zeros(1))[0])
        left, right = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
    ridge = math.exp(grid[best])
    return ridge, float(misfit(np.array([ridge]))[0])
