r"""How a network is trained, and what the same training does to its linearization.

Gradient descent and heavy ball act on each eigenvalue of the kernel by itself (`StepFilter`), the flow as $e^{-st}$. Batches mix
the eigenvalues: with $c_0=v_0=0$ and a batch B of |B| points,

$$u=u_0+Kc,\qquad v\leftarrow mv-\eta\tfrac n{|B|}1_B\odot u,\qquad c\leftarrow c+v,\qquad f(x)=f_0(x)+k(x)^\top c,$$

which is exact for the batches drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_number, whole_number

__all__ = ["Training", "TrainingRule"]

FloatArray = NDArray[np.float64]
Training = Literal["descent", "flow", "momentum", "sgd"]

_MOMENTUM = 0.9
_SMALL_BATCH = 32


@dataclass(frozen=True)
class TrainingRule:
    """`momentum` of heavy ball and `batch_size` of SGD (None: all points); `seed` of the batches."""

    kind: Training = "descent"
    momentum: float = 0.0
    batch_size: int | None = None
    seed: int = 0

    @classmethod
    def of(cls, kind: Training, momentum: float | None, batch_size: int | None, n_samples: int, seed: int) -> TrainingRule:
        """From arguments of a user; defaults are momentum 0.9 and batches of n/4 points, at most 32.

        Raises:
            InvalidInputError: an unknown training, or a momentum or batch size out of range or of no use to it.
        """
        if kind not in get_args(Training):
            raise InvalidInputError("training", kind, "descent, flow, momentum or sgd")
        if momentum is not None and kind not in ("momentum", "sgd"):
            raise InvalidInputError("momentum", momentum, f'left out with training = "{kind}"', 'take "momentum" or "sgd"')
        if batch_size is not None and kind != "sgd":
            raise InvalidInputError("batch_size", batch_size, f'left out with training = "{kind}"', 'take "sgd"')
        if momentum is None:
            momentum = _MOMENTUM if kind == "momentum" else 0.0
        momentum = real_number("momentum", momentum, lambda m: 0 <= m < 1, "in [0, 1)")
        if kind != "sgd":
            return cls(kind, momentum)
        if batch_size is None:
            batch_size = max(1, min(_SMALL_BATCH, n_samples // 4))
        size = whole_number("batch_size", batch_size, 1)
        if size > n_samples:
            raise InvalidInputError("batch_size", batch_size, f"a whole number from 1 to n = {n_samples}")
        return cls(kind, momentum, size, seed)

    def stable_step(self, kernel: FloatArray, largest: float) -> float:
        """2(1 + momentum)/s_max; with batches s_max is that of the worst batch, bounded by its trace, times n/|B|."""
        if self.batch_size is not None:
            worst = float(np.sort(np.diag(kernel))[-self.batch_size :].sum())
            largest = len(kernel) / self.batch_size * min(largest, worst)
        return 2.0 * (1.0 + self.momentum) / largest

    @property
    def stretch(self) -> float:
        """Time that a unit of step size stands for."""
        return 1.0 / (1.0 - self.momentum)

    def batches(self, n: int) -> Iterator[NDArray[np.intp]]:
        """Rows of each step, drawn without replacement; the same in every call."""
        rng = np.random.default_rng([self.seed, 2])
        size = n if self.batch_size is None else self.batch_size
        while True:
            yield rng.choice(n, size, replace=False)

    def coefficients(self, kernel: FloatArray, start: FloatArray, step_size: float, record: Sequence[int]) -> FloatArray:
        """c after the recorded numbers of steps, (records, n), from residuals `start` (n,).

        Raises:
            InvalidInputError: a step at which the linearization diverges for the batches drawn.
        """
        n, kept, wanted = len(start), [], set(record)
        residual, c, velocity = start, np.zeros(n), np.zeros(n)
        batches, limit = self.batches(n), 1e6 * float(np.linalg.norm(start))
        weight = step_size * n / (n if self.batch_size is None else self.batch_size)
        for k in range(max(record) + 1):
            if k in wanted:
                kept.append(c)
            chosen = next(batches)
            velocity = self.momentum * velocity
            velocity[chosen] -= weight * residual[chosen]
            c = c + velocity
            residual = start + kernel @ c
            if not np.linalg.norm(residual) <= limit:  # NaN too
                room = f"small enough for batches of {self.batch_size}"
                raise InvalidInputError("step_size", step_size, room, f"the linearization diverged at step {k + 1}")
        return np.stack(kept)
