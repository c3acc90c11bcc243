r"""Many equal coordinates of few Gaussian samples, without drawing them: the triangular factor of a Wishart matrix (Bartlett).

Of m standard normal coordinates psi, (n, m), m >= n, a predictor that is linear in the samples knows psi psi' alone: psi = T Q'
with Q' Q = I, and the predictor's coordinates psi' c = Q T' c have the length of T' c. T is lower triangular with independent
entries: chi_m, chi_(m-1), ..., chi_(m-n+1) on the diagonal, standard normal below it; n^2 / 2 numbers in the place of n m.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["repays", "wishart_factor"]

FloatArray = NDArray[np.float64]

SAVED_NUMBERS = 1 << 17  # fewer saved normal numbers take about a millisecond, and are drawn


def repays(n_samples: int, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each level with `counts` coordinates whether it is worth drawing the factor."""
    return np.asarray(n_samples * (counts - n_samples - 1) > SAVED_NUMBERS)


def wishart_factor(n_samples: int, count: int, rng: np.random.Generator) -> FloatArray:
    """T, (n, n), for `count` >= n_samples coordinates: T T' has the law of psi psi'."""
    factor = np.zeros((n_samples, n_samples))
    factor[np.tri(n_samples, k=-1, dtype=bool)] = rng.standard_normal(n_samples * (n_samples - 1) // 2)
    np.fill_diagonal(factor, np.sqrt(rng.chisquare(count - np.arange(n_samples))))
    return factor
