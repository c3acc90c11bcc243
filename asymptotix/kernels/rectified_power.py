r"""Arc-cosine kernels of real order: $E[u_+^n v_+^n]$ for every real $n > -1/2$.

$$E[u_+^n v_+^n] = (q_1 q_2)^{n/2}\, \frac{\Gamma(n+1)^2}{2\sqrt{2\pi}\,\Gamma(n+\frac32)}\,(1+\rho)^{n+1/2}\,
  {}_2F_1(\tfrac12, \tfrac12; n + \tfrac32; \tfrac{1+\rho}{2}).$$

One positive term, so that nothing cancels at any correlation. Polar coordinates in the (u, v) plane and Euler's
transformation of 2F1 give it; for integer orders it is the form that `arc_cosine` uses for obtuse angles.

Source: [ChoSaul2009] for integer orders (their kernel is twice this one).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.pair import Correlation, GaussianPair

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["MAX_REAL_ORDER", "RectifiedPowerKernel"]

FloatArray = NDArray[np.float64]

MAX_REAL_ORDER = 64.0
_NEAR_ONE = 0.4  # for lower orders the kernel is so steep at correlation 1 that 1 - rho must not be rounded


@dataclass(frozen=True)
class RectifiedPowerKernel:
    """E[u_+^order v_+^order] as a function of q1, q2 and c; relative error below 1e-13, picklable.

    Attributes:
        order: greater than -1/2 (below, E u_+^(2n) is infinite), at most 64.

    Raises:
        InvalidInputError: an order out of range.
    """

    order: float

    def __post_init__(self) -> None:
        if not -0.5 < self.order <= MAX_REAL_ORDER:
            raise InvalidInputError(
                "order", self.order, f"greater than -1/2 (square integrability) and at most {MAX_REAL_ORDER:g}"
            )

    def __call__(self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike | None = None, *, angle: ArrayLike | None = None) -> FloatArray:
        """The kernel at variances q1, q2 and covariance c, or angle arccos(c / sqrt(q1 q2)); float64, broadcast."""
        return self.of_pair(GaussianPair.given(q1, q2, c, angle))

    def of_pair(self, pair: GaussianPair) -> FloatArray:
        """The kernel of a prepared Gaussian pair."""
        with np.errstate(divide="ignore"):
            scale = (pair.q1 * pair.q2) ** (0.5 * self.order)
        return np.asarray(scale * self._unit(pair.correlation))

    def mp(self, q1: Any, q2: Any, c: Any) -> mpf:
        """The kernel at one point in mpmath's current precision."""
        import mpmath

        with mpmath.workdps(2 * mpmath.mp.dps + 10):
            one, two, cross, n = (mpmath.mpf(value) for value in (q1, q2, c, self.order))
            rho = max(min(cross / mpmath.sqrt(one * two), mpmath.mpf(1)), mpmath.mpf(-1))
            factor = mpmath.gamma(n + 1) ** 2 / (2 * mpmath.sqrt(2 * mpmath.pi) * mpmath.gamma(n + 1.5))
            value = mpmath.hyp2f1(0.5, 0.5, n + 1.5, (1 + rho) / 2) * (1 + rho) ** (n + mpmath.mpf(1) / 2)
            value *= factor * (one * two) ** (n / 2)
        return +value

    def _unit(self, correlation: Correlation) -> FloatArray:
        from scipy.special import gamma, hyp2f1

        n = self.order
        factor = gamma(n + 1.0) ** 2 / (2.0 * math.sqrt(2.0 * math.pi) * gamma(n + 1.5))
        series = hyp2f1(0.5, 0.5, n + 1.5, 0.5 * correlation.plus)
        if n < _NEAR_ONE:
            series = np.where(correlation.rho > 0, self._from_one(np.minimum(0.5 * correlation.minus, 0.5)), series)
        return np.asarray(factor * correlation.plus ** (n + 0.5) * series)

    def _from_one(self, gap: FloatArray) -> FloatArray:
        """2F1(1/2, 1/2; n + 3/2; 1 - gap) in powers of the gap, by the connection formula; n is no half-integer."""
        from scipy.special import gamma, hyp2f1

        n = self.order
        regular = gamma(n + 1.5) * gamma(n + 0.5) / gamma(n + 1.0) ** 2 * hyp2f1(0.5, 0.5, 0.5 - n, gap)
        singular = gamma(n + 1.5) * gamma(-n - 0.5) / math.pi * hyp2f1(n + 1.0, n + 1.0, n + 1.5, gap)
        return np.asarray(regular + gap ** (n + 0.5) * singular)
