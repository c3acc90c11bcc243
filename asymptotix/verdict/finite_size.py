r"""What a deterministic equivalent may be off at a finite size: by a rule, or measured at several sizes.

By the rule the mean over trials may differ from the equivalent by $\min(5\%,\ E_0/n+1/p)$ of the value, with $E_0$ the
overfitting coefficient: the mean error of the equivalent is of this order (bias of the inverse Wishart law).

Measured, the differences $d_m$ at sizes m times the one asked for are fitted with $d_m=a+\frac Cm$, and it is a, what remains
of the difference in the limit, that is judged. The fit has the fixed weights m (trials fall as 1/m, and so do squared standard
errors), so that a is a linear function of the means and its standard error needs no estimate of the weights. A mistake of the
theory is a part of a and no constant C can take it over. To the next order in the size, which the fit leaves out, goes an
allowance of $(E_0/n+1/p)^2$ of the value, at most 5%.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.results import RiskCurve

__all__ = ["LARGEST_ALLOWANCE", "SizeFit", "first_order", "rounding", "second_order"]

FloatArray = NDArray[np.float64]

LARGEST_ALLOWANCE = 0.05
_FLOAT = 1e-10  # relative accuracy of a simulated error: the condition of a Gram matrix near the threshold
_ERRORS = ("excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk")


def first_order(curve: RiskCurve, quantity: str = "test_error") -> FloatArray:
    """min(5%, E_0 / n + 1 / p), relative to the value; p the features or the width, E_0 twice for `loo` (an error at n - 1)."""
    samples = 2.0 if quantity == "loo" else 1.0
    return np.asarray(np.minimum(LARGEST_ALLOWANCE, _order(curve, samples)))


def second_order(curve: RiskCurve) -> FloatArray:
    """min(5%, (E_0 / n + 1 / p)^2), relative to the value."""
    return np.asarray(np.minimum(LARGEST_ALLOWANCE, _order(curve) ** 2))


def _order(curve: RiskCurve, samples: float = 1.0) -> FloatArray:
    n = np.broadcast_to(curve.grid["n_samples"], curve.shape)
    p = np.broadcast_to(curve.grid.get("n_features", curve.grid.get("width", np.inf)), curve.shape)
    overfitting = curve.values.get("overfitting_coefficient", np.ones(curve.shape))
    return np.asarray(samples * overfitting / n + 1.0 / p)


def rounding(curve: RiskCurve, quantity: str, judged: NDArray[np.bool_]) -> float:
    """What float64 leaves of an exact zero, beside the largest error of the curve: interpolation leaves 1e-28, not 0."""
    scale = curve.test_error if quantity in _ERRORS else curve.quantity(quantity)
    return _FLOAT * float(np.max(np.abs(scale[judged]), initial=0.0))


@dataclass(frozen=True, eq=False)
class SizeFit:
    """The differences (simulated - theory) at each size, and their fit by `limit` + `finite_size` / size.

    `differences` and `standard_errors` have the shape (number of sizes, *grid), `n_trials` is one number for each size,
    `scaled` names what was multiplied by the size.
    """

    sizes: tuple[int, ...]
    scaled: str
    differences: FloatArray
    standard_errors: FloatArray
    n_trials: tuple[int, ...]

    @property
    def limit(self) -> FloatArray:
        """The difference that remains at infinite size."""
        return np.asarray(np.tensordot(self._weights[0], self.differences, 1))

    @property
    def limit_standard_error(self) -> FloatArray:
        """Standard error of `limit`."""
        return np.asarray(np.sqrt(np.tensordot(self._weights[0] ** 2, self.standard_errors**2, 1)))

    @property
    def finite_size(self) -> FloatArray:
        """C: the part of the difference at the size asked for that falls as 1 / size."""
        return np.asarray(np.tensordot(self._weights[1], self.differences, 1))

    @property
    def finite_size_standard_error(self) -> FloatArray:
        """Standard error of `finite_size`."""
        return np.asarray(np.sqrt(np.tensordot(self._weights[1] ** 2, self.standard_errors**2, 1)))

    @property
    def degrees_of_freedom(self) -> FloatArray:
        """Of the standard error of `limit`, by Welch and Satterthwaite; that of `finite_size` has about as many."""
        free = np.maximum(np.array(self.n_trials, dtype=np.float64) - 1.0, 1.0)
        parts = np.moveaxis(self.standard_errors**2, 0, -1) * self._weights[0] ** 2
        total = parts.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            freedom: FloatArray = total**2 / np.sum(parts**2 / free, axis=-1)
        return np.where(np.isfinite(freedom), freedom, free.min())

    @property
    def _weights(self) -> FloatArray:
        """The rows that make a and C of the differences: least squares with weights m."""
        sizes = np.array(self.sizes, dtype=np.float64)
        columns = np.stack([np.ones_like(sizes), 1.0 / sizes], axis=1)
        weighted = columns * sizes[:, None]
        return np.asarray(np.linalg.solve(columns.T @ weighted, weighted.T))
