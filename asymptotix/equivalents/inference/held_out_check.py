"""Whether the theory holds on these data: what it predicts for half of them, and what half of them do on the other half."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.inference.observed_resolvent import ObservedResolvent
from asymptotix.equivalents.inference.transfer import transferred

__all__ = ["HeldOutCheck", "held_out_check"]

FloatArray = NDArray[np.float64]

_SPLITS = 20


@dataclass(frozen=True)
class HeldOutCheck:
    """Mean held-out error over random halves, its standard error over the halves, and the prediction from all data.

    Both come from the same points, whose luck cancels in the quotient: what is left of it is the error of the theory, as for
    inputs that are far from the Gaussian features it assumes. `model_error` is that error of the logarithm beyond the scatter of
    the halves; it widens every predicted band.
    """

    n_samples: int
    ridge: float
    measured: float
    standard_error: float
    predicted: float

    @property
    def model_error(self) -> float:
        """Relative error of the theory as far as the halves show it."""
        deviation, scatter = np.log(self.measured / self.predicted), self.standard_error / self.measured
        return float(np.sqrt(max(deviation**2 - scatter**2, 0.0)))


def held_out_check(
    observed: ObservedResolvent, kernel_matrix: FloatArray, labels: FloatArray, ridge: float, seed: int
) -> HeldOutCheck:
    """Train on random halves at the ridge and test on the rest."""
    half, rng = observed.size // 2, np.random.default_rng(seed)
    ridge = max(ridge, observed.smallest_ridge)
    errors = np.empty(_SPLITS)
    for k in range(_SPLITS):
        order = rng.permutation(observed.size)
        train, test = order[:half], order[half:]
        weights = np.linalg.solve(kernel_matrix[np.ix_(train, train)] + ridge * np.eye(half), labels[train])
        errors[k] = np.mean((labels[test] - kernel_matrix[np.ix_(test, train)] @ weights) ** 2)
    predicted = transferred(observed, np.array([float(half)]), np.array([ridge])).test_error[0]
    scatter = float(errors.std(ddof=1) / np.sqrt(_SPLITS))
    return HeldOutCheck(half, ridge, float(errors.mean()), scatter, float(predicted))
