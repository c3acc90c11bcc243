r"""$E(s(u) - s(v))^2$ from the Hermite coefficients $a_j(q)$ of $s(\sqrt q\,G)$, without cancellation near coincident inputs.

It is

$$\sum_j (a_j(q_1) - a_j(q_2))^2 + 2 (1 - \rho) \sum_k \rho^k \sum_{j > k} a_j(q_1)\,a_j(q_2).$$

For odd s the same sum at $-\rho$ is $E(s(u) + s(v))^2$; even s do not see the sign of $\rho$.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.layer_spread import LayerSpread
from asymptotix.kernels.pair import Correlation

__all__ = ["series_spread"]

FloatArray = NDArray[np.float64]
Coefficients = tuple[FloatArray, FloatArray, FloatArray]  # a_j(q1), a_j(q2) and their difference


def series_spread(
    terms: Iterable[Coefficients], correlation: Correlation, plain: FloatArray, parity: Literal["even", "odd"] | None
) -> LayerSpread:
    """The spread of a layer.

    Args:
        terms: the coefficients from the highest degree down to 0; arrays that broadcast against the correlation.
        correlation: that of the inputs.
        plain: E s(u)^2 + E s(v)^2 - 2 E s(u) s(v) as a difference, for where it does not cancel.
        parity: of s.
    """
    size = np.abs(correlation.rho)
    value, tail = np.zeros_like(size), np.zeros_like(size)
    unequal, difference = np.zeros_like(size), np.zeros_like(size)
    for one, two, change in terms:
        value = value * size + tail
        tail = tail + one * two
        unequal = unequal + change**2
        difference = difference + change * (one + two)
    spread = unequal + 2.0 * correlation.gap * value
    usable = np.ones_like(size, dtype=bool) if parity == "even" else correlation.rho >= 0
    distance = np.where(usable, spread, plain)
    return LayerSpread(difference, distance, spread if parity == "odd" else None)
