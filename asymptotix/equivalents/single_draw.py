r"""How far the test error of one training set lies from its mean over training sets: the standard deviation, to leading order.

Let $\psi(t)=\min_b\|y-Xb\|^2+\lambda\|b\|^2+t\,R(b)$, with $R(b)$ the test error of b. By the envelope theorem $\psi'(0)$ is
the test error of the ridge estimator. $\psi=\det(\tilde A+\tilde\Gamma)/\det(A+\Gamma)$, a Schur complement of the Gram matrix of
$[X\ y]$, is a quotient of two log-determinants of one Gaussian matrix. With $w(t)$ the root of
$n=(w-t)(1+\mathrm{df}_1(\lambda/w)/w)$, $\kappa=\lambda/w$ and $\nu=w-t$, the covariance of such log-determinants is twice the
logarithm of a quotient of differences of the w and of the t, and what the column y adds to it is, to leading order in 1/n,

.. math::
    \mathrm{Cov}[\psi(t_1),\psi(t_2)]\simeq\frac{2\nu_1\nu_2}n\,M_{12}\,\frac{\bar\psi(t_1)-\bar\psi(t_2)}{t_1-t_2},\qquad
    M_{12}=\sum_i\frac{e_i\kappa_1\kappa_2}{(s_i+\kappa_1)(s_i+\kappa_2)}+\sigma^2,\qquad \bar\psi'=\frac{dw}{dt}M_{11}.

The variance of the test error is $\partial_{t_1}\partial_{t_2}$ of this at 0; without features it is $2\sigma^4/n$ times
$n^2$, the variance of a sum of squares. Below, $y=\log w$, L and U are the shares $s/(s+\kappa)$ and $\kappa/(s+\kappa)$, and
$A=1/w'$, which at t = 0 is $(n-\mathrm{df}_2)/n$.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.fixed_point import checked_grid, solve_with_sums
from asymptotix.equivalents.grids import curve
from asymptotix.equivalents.kernel_ridge import has_finite_population
from asymptotix.equivalents.level_sums import LevelSums, blocks, level_sums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.third_order import ThirdOrderSums, third_order_sums
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import RiskCurve

__all__ = ["fluctuation"]

FloatArray = NDArray[np.float64]


def fluctuation(model: RidgeRegression | KernelRidge, *, n_samples: ArrayLike, ridge: ArrayLike) -> RiskCurve:
    r"""Mean and standard deviation of the test error of a single training set: the band in which one experiment falls.

    Both the labels' noise and the draw of the inputs vary. The relative deviation decays as $n^{-1/2}$, and one draw is about
    Gaussian around its mean: 95 of 100 lie within two deviations. The test set is infinite: one of m points adds its own error.

    Args:
        model: RidgeRegression; or KernelRidge with independent samples, whose features are then taken for Gaussian. They are
            not in few dimensions: without noise, with n = 200 and a target of degrees 1 and 2 on the sphere, simulations scatter
            5 % more at d = 60 and 1.7 times as much at d = 20.
        n_samples: n > 0, any shape.
        ridge: $\lambda\ge0$, any shape; the two broadcast.

    Returns:
        A RiskCurve with `test_error`, its `standard_deviation` and the `effective_ridge`.

    Raises:
        InvalidInputError: another model, a negative ridge, a data set sampled without replacement.
        HypothesisError: ridge = 0 at n_samples = rank, where the risk is infinite.

    Source:
        The covariance of the log-determinants: [BaiSilverstein2004]. The rest is derived in the head of the module.

    >>> from asymptotix.spectra.spectrum import Spectrum
    >>> model = RidgeRegression(Spectrum([1.0], [150]), [1.0], noise_variance=0.25)
    >>> curve = fluctuation(model, n_samples=[50, 100], ridge=20.0)
    >>> print(curve.standard_deviation.round(4))
    [0.0562 0.0629]
    """
    if not isinstance(model, RidgeRegression | KernelRidge) or has_finite_population(model):
        fix = "for a data set use KernelRidge.on_data(..., sampling='replacement')"
        raise InvalidInputError("model", model, "a RidgeRegression or a KernelRidge with independent samples", fix)
    n, lam, p = checked_grid(n_samples, ridge, None)
    levels = SortedLevels.of(model.spectrum, model.target)
    fixed_point, _ = solve_with_sums(levels, model.spectrum, n, lam, p)
    at = _sums(levels, fixed_point.log_value.ravel())
    gap = fixed_point.samples_gap.ravel()
    flat, spread = n.ravel(), gap + at.second.spread
    if np.any(spread == 0):
        raise HypothesisError(
            f"ridge = 0 is not valid at n_samples = {flat[spread == 0][0]:g}: that is the rank, with infinite risk"
        )
    mean, variance = _mean_and_variance(at, flat, gap, model.noise_variance)
    values = {"test_error": mean, "standard_deviation": np.sqrt(variance), "effective_ridge": fixed_point.value}
    shaped = {name: np.reshape(array, n.shape) for name, array in values.items()}
    return curve(model, shaped, levels.rank, n_samples=n_samples, ridge=ridge)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Level sums at kappa: those of the risks, of their derivatives, and two of fourth order."""

    second: LevelSums
    third: ThirdOrderSums
    both_squared: FloatArray  # sum m L^2 U^2
    energy_both_squared: FloatArray  # sum e L^2 U^2


def _sums(levels: SortedLevels, log_kappa: FloatArray) -> _Sums:
    fourth = np.zeros((2, log_kappa.size))
    positive = np.flatnonzero(log_kappa > -np.inf)
    for block in blocks(positive.size, levels.logs.size):
        learned, left = levels.shares(log_kappa[positive[block]])
        fourth[:, positive[block]] = np.stack([levels.multiplicities, levels.energies]) @ ((learned * left) ** 2).T
    return _Sums(level_sums(levels, log_kappa), third_order_sums(levels, log_kappa), *fourth)


def _mean_and_variance(at: _Sums, n: FloatArray, w: FloatArray, noise: float) -> tuple[FloatArray, FloatArray]:
    error, slope, a = at.second.unlearned + noise, -2.0 * at.third.mixed_unlearned, _reciprocal_speed(at, n, w)
    curvature = 6.0 * at.energy_both_squared - 2.0 * at.third.mixed_unlearned  # of M, as a sum over e U^2 L (4 L - 2 U)
    speed = 1.0 / a[0]
    mean = error * speed  # psi' = R
    first = slope / a[0] - error * a[1] / a[0] ** 2
    second = (curvature - error * a[2] / a[0]) / a[0] - 2.0 * first * a[1] / a[0]
    psi2 = first / a[0]
    psi3 = (second / a[0] - first * a[1] / a[0] ** 2 - psi2) / a[0]
    moved = -speed * at.third.mixed_unlearned  # w dM_12 / dt_1
    learning = (n - w - at.second.spread) / (w + at.second.spread)  # d nu / dt = df2 / (n - df2)
    total = learning**2 * error * mean + 2.0 * learning * (moved * mean + error * psi2 / 2.0)
    total += speed**2 * at.energy_both_squared * mean + moved * psi2 + error * psi3 / 6.0
    return mean, np.maximum(2.0 / n * total, 0.0)


def _reciprocal_speed(at: _Sums, n: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A = dt/dw and its two derivatives in y; P = w + df1 is n at t = 0, and P_y = n - df2."""
    p1 = w + at.second.spread
    p2 = w + at.third.spread_unlearned - at.third.spread_learned
    p3 = w + at.second.spread - 6.0 * at.both_squared
    q1 = p1 / n
    q2 = p2 / n - 2.0 * q1**2
    q3 = p3 / n - 6.0 * q1 * p2 / n + 6.0 * q1**3
    return q1, q1 + q2, q2 + q3
