r"""The largest eigenvalue of $X^\top X$ in the limit: the upper edge of the spectrum that gradient descent meets.

With $x=-\kappa>s_1$ the resolvent is real at $\lambda<-\mathrm{edge}$, where $\lambda=\kappa(n-\mathrm{df}_1(\kappa))$; the
edge is where $d\lambda/d\kappa=n-\mathrm{df}_2(\kappa)$ vanishes:

.. math:: \sum_i\frac{m_is_i^2}{(x-s_i)^2}=n,\qquad\mathrm{edge}=x\Big(n+\sum_i\frac{m_is_i}{x-s_i}\Big).

Source: [SilversteinChoi1995].
"""

from __future__ import annotations

import numpy as np

from asymptotix.equivalents.levels import SortedLevels

__all__ = ["spectral_edge"]

_HALVINGS = 64


def spectral_edge(levels: SortedLevels, n_samples: float) -> float:
    """The edge; for s = 1 (isotropic) it is (sqrt(n) + sqrt(p))^2."""
    if levels.values.size == 0:
        return levels.tail
    # in units of the largest eigenvalue, and of its distance: (x - s_1) / s_1 = u
    s, m = levels.values / levels.values[0], levels.multiplicities
    behind = 1.0 - s

    def df2(u: float) -> float:
        return float(m @ (s / (u + behind)) ** 2)

    low, high = np.sqrt(m[0] / n_samples), np.sqrt(m.sum() / n_samples)  # df2 at least, and at most, n there
    for _ in range(_HALVINGS):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if df2(middle) > n_samples else (low, middle)
    x = levels.values[0] * (1.0 + high)
    return float(x * (n_samples + m @ (s / (high + behind))) + levels.tail)
