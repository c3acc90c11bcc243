r"""`training_ridge`: the ridge that best explains what a linearized network has learned after some training.

Training from zero output gives $f=K\alpha$ with coefficients that no ridge reproduces exactly. The ridge fitted here minimizes
$\|f(X)-K(K+\lambda)^{-1}y\|$. Beside it stand the ridge of early stopping, $1/t$ with $t=\eta k/(1-\text{momentum})$, and the
effective ridge $\kappa=1/\mathrm{Tr}(K+\lambda)^{-1}$, the ridge that kernel regression with the population kernel would have
(self-induced where $\lambda=0$).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.data_rows import real_values
from asymptotix.lazy.linearized import StepFilter
from asymptotix.report.table import Column, Table
from asymptotix.simulation.filters import Flow
from asymptotix.spectra.eigendecomposition import positive_semidefinite

__all__ = ["TrainingRidge", "training_ridge"]

FloatArray = NDArray[np.float64]
_GRID = 400
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
    return _fit(s, target, times, learned)


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
    n = s.size
    if isinstance(batch, bool) or int(batch) != batch or not 1 <= batch <= n:
        raise InvalidInputError("batch_size", batch, f"a whole number from 1 to {n}")
    rng, labels = np.random.default_rng(seed), vectors @ target
    residual, velocity, kept = -labels, np.zeros(n), []
    kernel = (vectors * s) @ vectors.T
    for k in range(1, counts[-1] + 1):
        chosen = rng.choice(n, int(batch), replace=False)
        velocity = momentum * velocity - eta * (n / batch) * (kernel[:, chosen] @ residual[chosen])
        residual = residual + velocity
        if not np.isfinite(residual).all() or np.linalg.norm(residual) > 1e6 * np.linalg.norm(labels):
            raise InvalidInputError("step_size", eta, f"small enough for batches of {batch}", f"SGD diverged at step {k}")
        if k in counts:
            kept.append(vectors.T @ (labels + residual))
    return np.stack(kept, axis=1)


def _fit(s: FloatArray, target: FloatArray, times: FloatArray, learned: FloatArray) -> TrainingRidge:
    positive = s > 1e-14 * s.max()
    low, high = np.log(s[positive].min()) - 12.0, np.log(s.max()) + 20.0
    ridges, mismatches, early = np.empty(times.size), np.empty(times.size), np.empty(times.size)
    for j, f in enumerate(learned.T):
        norm = float(np.linalg.norm(f))

        def misfit(log_ridge: FloatArray, f: FloatArray = f, norm: float = norm) -> FloatArray:
            shrunk = s[:, None] / (s[:, None] + np.exp(log_ridge)) * target[:, None]
            return np.asarray(np.linalg.norm(f[:, None] - shrunk, axis=0)) / norm

        left, right = low, high
        for _ in range(8):  # each round narrows the bracket by a factor of 200
            grid = np.linspace(left, right, _GRID)
            best = int(np.argmin(misfit(grid)))
            left, right = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
        ridges[j], mismatches[j] = np.exp(grid[best]), float(misfit(grid[best : best + 1])[0])
        early[j] = float(misfit(np.array([-np.log(times[j])]))[0])
    effective = np.array([1.0 / np.sum(1.0 / (s + ridge)) for ridge in ridges])
    induced = 1.0 / float(np.sum(1.0 / s)) if positive.all() else 0.0
    return TrainingRidge(times, ridges, 1.0 / times, effective, mismatches, early, induced)
