r"""The lazy bound: a certificate that gradient flow stays near the linearized network.

$F_\theta$ are the n predictions, $J_\theta$ their Jacobian of Lipschitz constant $\beta$ in operator norm, $\sigma_{\min}>0$ and
$\sigma_{\max}$ the extreme singular values of $J_{\theta_0}$, $R_0=\|F_{\theta_0}-y\|$, $\kappa=\sigma_{\max}/\sigma_{\min}$, and

$$\rho=\frac{2\beta R_0}{\sigma_{\min}^2},\qquad q=1-\sqrt{1-\rho}.$$

If $\rho<1$, gradient flow on $\frac12\|F-y\|^2$ has for all t, in the setting of [ChizatOyallonBach2019],

$$\text{path}\le\frac{\sigma_{\min}}\beta q,\qquad \frac{\text{loss}(t)}{\text{loss}(0)}\le e^{-2(1-\rho)\sigma_{\min}^2t},\qquad
\|F_t-F_t^{\mathrm{lin}}\|\le R_0\frac{q(2\kappa+q)}{e(1-\rho)}.$$

Proof. Let u = F - y and s be the path length. Then $d\|u\|/ds\le-(\sigma_{\min}-\beta s)$, so that $\|u\|\le
R_0-\sigma_{\min}s+\beta s^2/2$, which vanishes at the stated path. There the least singular value is
$\sigma_{\min}\sqrt{1-\rho}$, and the loss follows from $\dot u=-JJ^\top u$. Distances follow by Duhamel's formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError

__all__ = ["LazyBound", "lazy_bound"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class LazyBound:
    """The certificate. `holds` says whether rho < 1; the bounds exist only then."""

    sigma_min: float
    sigma_max: float
    lipschitz: float
    initial_residual: float

    @property
    def rho(self) -> float:
        """2 beta R_0 / sigma_min^2."""
        return 2.0 * self.lipschitz * self.initial_residual / self.sigma_min**2

    @property
    def holds(self) -> bool:
        """Whether rho < 1."""
        return self.rho < 1.0

    @property
    def q(self) -> float:
        """1 - sqrt(1 - rho), in the form that does not cancel for small rho."""
        self._require()
        return self.rho / (1.0 + float(np.sqrt(1.0 - self.rho)))

    @property
    def displacement(self) -> float:
        """Bound on the length of the path of the parameters, sigma_min q / beta; R_0 / sigma_min for beta = 0."""
        self._require()
        return 2.0 * self.initial_residual / (self.sigma_min * (1.0 + float(np.sqrt(1.0 - self.rho))))

    @property
    def decay_exponent(self) -> float:
        """The loss falls at least as exp(-decay_exponent t): 2 (1 - rho) sigma_min^2."""
        self._require()
        return 2.0 * (1.0 - self.rho) * self.sigma_min**2

    @property
    def prediction_distance(self) -> float:
        """Bound on the distance of the n predictions from those of the linearized network, at all times."""
        condition = self.sigma_max / self.sigma_min
        return self.initial_residual * self.q * (2.0 * condition + self.q) / (np.e * (1.0 - self.rho))

    @property
    def parameter_distance(self) -> float:
        """Bound on the distance of the parameters from those of the linearized network, at all times."""
        condition, slack = self.sigma_max / self.sigma_min, 1.0 - self.rho
        factor = 1.0 + condition * (2.0 * condition + self.q) / slack
        return self.initial_residual / self.sigma_min * self.q / slack * factor

    def loss_ratio(self, time: ArrayLike) -> FloatArray:
        """Bound on loss(t)/loss(0)."""
        return np.exp(-self.decay_exponent * np.asarray(time, dtype=np.float64))

    def _require(self) -> None:
        if not self.holds:
            raise HypothesisError(f"rho = {self.rho:.4g} is not below 1: the lazy bound says nothing here")


def lazy_bound(*, sigma_min: float, sigma_max: float, lipschitz: float, initial_residual: float) -> LazyBound:
    r"""The lazy bound from four numbers: $\rho=2\beta R_0/\sigma_{\min}^2$ and what follows if it is below 1.

    Args:
        sigma_min: least singular value of the Jacobian at the start: the root of the least eigenvalue of the tangent kernel.
        sigma_max: the largest.
        lipschitz: beta, of the Jacobian, in operator norm.
        initial_residual: R_0, the norm of predictions minus labels.

    Raises:
        InvalidInputError: a number that is not finite, sigma_min not positive or above sigma_max, a negative constant.
        HypothesisError: from the properties of the result, if rho >= 1.

    Source: the setting is that of [ChizatOyallonBach2019]; constants and proof in `asymptotix.lazy.bound`.

    >>> bound = lazy_bound(sigma_min=1.0, sigma_max=1.0, lipschitz=1.0, initial_residual=0.25)
    >>> bound.rho, round(bound.displacement, 8)
    (0.5, 0.29289322)
    """
    if not 0 < sigma_min <= sigma_max < np.inf:
        fix = "duplicate points make it 0" if sigma_min == 0 else ""
        raise InvalidInputError("sigma_min", sigma_min, f"positive and at most sigma_max = {sigma_max:g}", fix)
    for name, value in (("lipschitz", lipschitz), ("initial_residual", initial_residual)):
        if not 0 <= value < np.inf:
            raise InvalidInputError(name, value, "finite and not negative")
    return LazyBound(float(sigma_min), float(sigma_max), float(lipschitz), float(initial_residual))
