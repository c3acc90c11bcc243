r"""The risks of gradient flow and descent from the two-point equivalents on a contour.

With $\kappa_j=\kappa(\lambda_j)$, $L_j=\frac s{s+\kappa_j}$, $P_j=\frac{\kappa_j}{s+\kappa_j}$ and sums over the levels

.. math:: T_{jk}=\sum mL_jL_k,\quad G_{jk}=\sum mL_jP_k,\quad D_{jk}=n-T_{jk}=\frac{\lambda_j}{\kappa_j}+G_{jk},\quad
          b_{jk}=\sum eP_jP_k,\quad c_{jk}=\sum eL_jP_k,

every quantity is $\sum_{jk}g_jg_kM_{jk}$, $g=w/\lambda$ the gains of the contour, where for one pair $M_{jk}$ is the equivalent
of ridge regression with two ridges:

.. math:: \text{bias: }\frac{nb}{D},\quad\text{variance: }\sigma^2\frac TD,\quad
          \text{train: }\frac{\lambda_j\lambda_k}{\kappa_j\kappa_k}\frac{b+\sigma^2}{nD},\quad
          \text{norm: }\frac1{\kappa_k}\Big[c+\frac GD(b+\sigma^2)\Big],\quad
          \text{in-sample variance: }\frac{\sigma^2}n\Big[T+\frac{G_{jk}G_{kj}}D\Big].

The overfitting coefficient is 1 + variance / sigma^2, as $n/(n-\mathrm{df}_2)$ is for ridge regression.
The textbook forms $n-T$, $2H(t)-H(2t)$ for the variance and $n-\mathcal L^{-1}[1/\kappa]$ for the trace of the smoother lose all
digits at short times; these do not.

Source: the two-point equivalent of [ChengMontanari2024] (their resolvent at two ridges, attribution from memory), transformed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.gradient_flow.contours import Contour
from asymptotix.equivalents.levels import SortedLevels

__all__ = ["FIELDS", "NodePairs", "contour_fields"]

ComplexArray = NDArray[np.complex128]

FIELDS = (
    "excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk", "squared_norm", "df1",
    "overfitting_coefficient",
)  # fmt: skip


def contour_fields(
    levels: SortedLevels, n: float, noise_variance: float, contour: Contour, kappa: ComplexArray
) -> dict[str, float]:
    """`FIELDS` at one number of samples and one time; `kappa` are the effective ridges at the nodes."""
    gains, ratios = contour.gains, (contour.nodes + levels.tail) / kappa
    inverse = 1.0 / (levels.values + kappa[:, None])
    learned, left = levels.values * inverse, kappa[:, None] * inverse
    both = NodePairs(gains)
    t = both.products(learned * levels.multiplicities, learned)
    mixed = both.products(learned * levels.multiplicities, left)
    g, g_back = mixed + (levels.tail / kappa)[:, None], both.products(left, learned * levels.multiplicities)
    g_back = g_back + levels.tail / both.with_conjugates(kappa)
    d = ratios[:, None] + mixed
    b = both.products(left * levels.energies, left) + levels.hidden
    c = both.products(learned * levels.energies, left)
    shrinkage = (contour.nodes / kappa)[:, None] * both.with_conjugates(contour.nodes / kappa)
    bias, unit_variance = both.sum(n * b / d), both.sum(t / d)
    variance = noise_variance * unit_variance
    signal, noise = both.sum(shrinkage * b / d) / n, noise_variance * both.sum(shrinkage / d) / n
    norm = both.sum((c + g / d * (b + noise_variance)) / both.with_conjugates(kappa))
    fitted = noise_variance * both.sum(t + g * g_back / d) / n
    trace = 2.0 * float(np.real(gains @ (learned @ levels.multiplicities + levels.tail / kappa)))
    excess = bias + variance
    values = (
        excess, bias, variance, excess + noise_variance, signal + noise, signal + fitted, norm, trace, 1.0 + unit_variance,
    )  # fmt: skip
    return dict(zip(FIELDS, values, strict=True))


class NodePairs:
    """Pairs of nodes: rows the upper half plane, columns the upper half plane and its conjugate."""

    def __init__(self, gains: ComplexArray) -> None:
        self.rows, self.columns = gains, self.with_conjugates(gains)

    @staticmethod
    def with_conjugates(values: ComplexArray) -> ComplexArray:
        """The nodes of both half planes, of values at those of the upper one."""
        return np.concatenate([values, values.conj()], axis=0)

    def products(self, first: ComplexArray, second: ComplexArray) -> ComplexArray:
        """Sums over the levels, shape (nodes, 2 nodes)."""
        return np.asarray(first @ self.with_conjugates(second).T)

    def sum(self, pairs: ComplexArray) -> float:
        """Over all pairs of nodes of both half planes."""
        return 2.0 * float(np.real(self.rows @ pairs @ self.columns))
