r"""Panels of one octave of kappa, in which the sums over a spectrum are polynomials of degree 13 in log kappa.

Each summand is a function of $y=\log\kappa-\log s$ alone, analytic but for poles at $y=\pm i\pi,\pm3i\pi,\dots$, which lie
$a=2\pi/\log2=9.06$ half-widths from the real axis of a panel of one octave. Interpolation at Q Chebyshev nodes therefore
converges as $(a+\sqrt{a^2+1})^{-Q}=18.2^{-Q}$. With nonnegative weights the relative error of a sum is at most the largest of one
summand over all s: for Q = 14 it is below 9e-16 for

.. math:: \frac{s\kappa}{(s+\kappa)^2},\qquad \frac\kappa{\kappa_c}\Big(\frac s{s+\kappa}\Big)^2,\qquad
          \frac{\kappa_c}\kappa\Big(\frac\kappa{s+\kappa}\Big)^2,

which are the same function up to a factor that depends on s only, and below 2e-16 for $s/(s+\kappa)$ and $\kappa/(s+\kappa)$
(computed in `tests/equivalents/test_panels.py`). Inside a panel the split of the spectrum into large and small levels is that of
its centre.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["CENTRES", "HALF_WIDTH", "LOWEST", "NODES", "NODE_POINTS", "N_PANELS", "TO_MONOMIALS", "TO_SERIES", "panel_of"]

FloatArray = NDArray[np.float64]

HALF_WIDTH = float(np.log(2.0) / 2)  # of log kappa
NODES = 14
LOWEST = -300.0  # of log kappa; the panels end at about 300
N_PANELS = 866

CENTRES: FloatArray = np.exp(LOWEST + 2 * HALF_WIDTH * (np.arange(N_PANELS) + 0.5))  # kappa at t = 0, what a panel is relative to


def panel_of(log_kappa: FloatArray) -> NDArray[np.int64]:
    """The panel in which each kappa lies."""
    return ((log_kappa - LOWEST) / (2 * HALF_WIDTH)).astype(np.int64)


def _series_matrix() -> tuple[FloatArray, FloatArray]:
    """The Chebyshev points t, and the matrix from values there to Chebyshev coefficients."""
    angles = (2.0 * np.arange(NODES) + 1.0) * np.pi / (2 * NODES)
    table = np.cos(np.outer(np.arange(NODES), angles))
    return np.cos(angles), np.where(np.arange(NODES)[:, None] == 0, 1.0, 2.0) * table / NODES


def _monomials_of_chebyshev() -> FloatArray:
    """Row j: the coefficients of t^j in T_0, T_1, ..., whole numbers."""
    rows = np.zeros((NODES, NODES))
    rows[0, 0] = rows[1, 1] = 1.0
    for k in range(2, NODES):
        rows[1:, k] = 2.0 * rows[:-1, k - 1]
        rows[:, k] -= rows[:, k - 2]
    return rows


# in two steps: the rounding of a Chebyshev coefficient is a multiple of one T_k, which is at most 1, while the product of the two
# matrices has entries of several thousand, whose roundings would not cancel
NODE_POINTS, TO_SERIES = _series_matrix()
TO_MONOMIALS = _monomials_of_chebyshev()
