r"""How far the kernel of a network of width N is from its limit: the law of $M=K^{-1/2}K_NK^{-1/2}$.

M is the sample covariance of N (random features) or N d (tangent features) directions in R^n whose mean is the identity. If
these are isotropic and incoherent, its spectrum follows the law of Marchenko and Pastur,

.. math:: \mathrm{spec}(M)\to(1\pm\sqrt\gamma)^2,\qquad\|M-I\|\approx2\sqrt\gamma+\gamma,\qquad
          \gamma=\frac nN\text{ (random features)},\quad\gamma=\frac n{Nd}\text{ (tangent features)}.

With n << d points the tangent kernel is nearly diagonal and the N slopes at each point fluctuate on their own:

.. math:: \|M-I\|\approx\frac{c_v}{\sqrt N}\,\mathbb E\max_{k\le n}|g_k|,\qquad
          c_v^2=\frac{\mathbb E\sigma'^4}{(\mathbb E\sigma'^2)^2}-1,\qquad g_k\sim N(0,1).

Both are heuristic. No formula is known between them: the larger one is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.kernels.gaussian_panels import gaussian_rule

__all__ = ["WidthLaw", "largest_normal", "slope_fluctuation"]

FloatArray = NDArray[np.float64]

# Where the measured norm leaves the law by more than 5%: seen for n >= d^2 / 2 with random features (ReLU and erf, n = 100,
# d from 5 to 400). A convention, as is the tenth of d below which the diagonal law of tangent features is taken as valid.
_CURVED = 0.5
_SPARSE = 0.1


@dataclass(frozen=True)
class WidthLaw:
    """The law at one width, number of samples and dimension; `fluctuation` is c_v, of tangent features only."""

    tangent: bool
    width: int
    n_samples: int
    dimension: int
    fluctuation: float = 0.0

    @property
    def aspect_ratio(self) -> float:
        """n / N for random features, n / (N d) for tangent features."""
        return self.n_samples / (self.width * (self.dimension if self.tangent else 1))

    @property
    def edges(self) -> tuple[float, float]:
        """Of Marchenko and Pastur; the lower one is that of the positive eigenvalues if there are zeros (aspect ratio > 1)."""
        root = sqrt(self.aspect_ratio)
        return (1.0 - root) ** 2, (1.0 + root) ** 2

    @property
    def floor(self) -> float:
        """The norm for nearly orthogonal points; 0 for random features."""
        return self.fluctuation * largest_normal(self.n_samples) / sqrt(self.width) if self.tangent else 0.0

    @property
    def deviation(self) -> float:
        """The expected norm of M - I: the larger of the two laws."""
        return max(self.edges[1] - 1.0, self.floor)

    @property
    def hypothesis(self) -> str:
        """Empty where the law was found within 5% of experiments, otherwise which hypothesis fails."""
        if not self.tangent:
            return "n << d^2 fails" if self.n_samples >= _CURVED * self.dimension**2 else ""
        return "between n << d and n >~ d" if _SPARSE * self.dimension < self.n_samples < self.dimension else ""

    def width_for(self, tolerance: float) -> int:
        """The smallest width at which the expected norm is within a tolerance."""
        aspect = (sqrt(1.0 + tolerance) - 1.0) ** 2
        by_edge = self.n_samples / (aspect * (self.dimension if self.tangent else 1))
        return ceil(max(by_edge, (self.floor * sqrt(self.width) / tolerance) ** 2))


def largest_normal(count: int) -> float:
    """E max |g_k| over `count` independent standard normals.

    >>> round(largest_normal(50), 2)
    2.51
    """
    from scipy.special import log_ndtr

    t = np.linspace(0.0, 12.0, 4001)
    inside = count * np.log1p(-2.0 * np.exp(log_ndtr(-t[1:])))
    # the integral of P(max > t); its end at 0, where the logarithm is -inf, is 1
    return float(np.trapezoid(np.append(1.0, -np.expm1(inside)), t))


def slope_fluctuation(activation: Activation, variance: float = 1.0) -> float:
    """c_v, the relative fluctuation of s'(z)^2, z of the given variance.

    >>> from asymptotix import activation
    >>> round(slope_fluctuation(activation("relu")), 12)
    1.0
    """
    scale = sqrt(variance)
    breaks = np.append(np.linspace(-12.0, 12.0, 49), np.array(activation.kinks) / scale)
    nodes, weights = gaussian_rule(np.clip(breaks, -12.0, 12.0), 32)
    squares = activation.pointwise_derivative(scale * nodes) ** 2
    mean = float(weights @ squares)
    return sqrt(max(float(weights @ squares**2) / mean**2 - 1.0, 0.0)) if mean > 0 else 0.0
