r"""The mean over trials, given what else was seen in each of them: quantities whose means are known (control variates).

With $c_i$ the deviations of the controls from their known means in trial i, and $b_{-i}$ the coefficients of the least-squares
regression (with an intercept) of y on c in all other trials,

$$A_i=y_i-b_{-i}\cdot c_i,\qquad \hat\mu=\frac1n\sum_iA_i,\qquad
\text{standard error}^2=\frac{\sum_i(A_i-\hat\mu)^2}{n\,(n-1-q)}$$

Since $b_{-i}$ does not know of trial i and $E\,c_i=0$, the mean of each $A_i$ is that of y exactly, for any number of trials and
any law. The q fitted coefficients cost their degrees of freedom: Student's law has $n-1-q$ of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TRIALS_PER_CONTROL", "Adjusted", "adjusted", "fewest_trials"]

FloatArray = NDArray[np.float64]

# From experiment (`python -m benchmarks.control_variates`): with about so many the error bars cover up to the 1 % limit, and
# fitting the coefficients costs a tenth of the variance. Farther out the bars are a little short (docs/verdict.md).
TRIALS_PER_CONTROL = 10
_COLLINEAR = 1e-9  # singular values of the scaled controls below this part of the largest are rounding
_CONSTANT = 1e-14  # spread, relative to the mean, of what does not fluctuate


@dataclass(frozen=True)
class Adjusted:
    """Means and standard errors, (m,), and the number of coefficients that were fitted."""

    mean: FloatArray
    standard_error: FloatArray
    n_controls: int


def fewest_trials(n_controls: int) -> int:
    """Trials below which `adjusted` leaves the controls out."""
    return TRIALS_PER_CONTROL * n_controls


def adjusted(draws: FloatArray, controls: FloatArray) -> Adjusted:
    """Means of y, (trials, m), by the deviations of the controls, (trials, q).

    Plain means with n_controls = 0 for fewer than `fewest_trials(q)` trials, and in a column that does not fluctuate.

    >>> rng = np.random.default_rng(0)
    >>> c = rng.standard_normal((100, 1))
    >>> found = adjusted(3.0 + 2.0 * c + 0.01 * rng.standard_normal((100, 1)), c)
    >>> bool(abs(found.mean[0] - 3.0) < 0.004), bool(found.standard_error[0] < 0.0012)
    (True, True)
    """
    count = len(draws)
    mean = draws.mean(axis=0) if count else np.full(draws.shape[1], np.nan)
    spread = draws.std(axis=0, ddof=1) if count > 1 else np.full(draws.shape[1], np.nan)
    error = spread / np.sqrt(max(count, 1))
    if count < max(fewest_trials(controls.shape[1]), 2):
        return Adjusted(mean, error, 0)
    values, rank = _without_controls(draws, controls)
    controlled = values.mean(axis=0)
    squares = np.sum((values - controlled) ** 2, axis=0)
    fluctuates = spread > _CONSTANT * np.abs(mean)
    return Adjusted(
        np.where(fluctuates, controlled, mean),
        np.where(fluctuates, np.sqrt(squares / count / (count - 1 - rank)), error),
        rank,
    )


def _without_controls(draws: FloatArray, controls: FloatArray) -> tuple[FloatArray, int]:
    """A, (trials, m), by leverages in the place of a regression for each trial; and the number of independent controls."""
    scales = np.sqrt(np.mean(controls**2, axis=0))
    design = np.column_stack([np.ones(len(draws)), controls / np.where(scales > 0, scales, 1.0)])
    left, values, right = np.linalg.svd(design, full_matrices=False)
    kept = values > _COLLINEAR * values[0]
    basis = left[:, kept]
    intercept = (right[kept, 0] / values[kept]) @ basis.T  # the weights of the trials in the intercept
    residuals = draws - basis @ (basis.T @ draws)
    # without trial i its residual is r / (1 - h), and the intercept is lower by w r / (1 - h)
    predicted = residuals / (1.0 - np.sum(basis**2, axis=1))[:, None]
    return intercept @ draws + (1.0 - intercept)[:, None] * predicted, int(np.sum(kept)) - 1
