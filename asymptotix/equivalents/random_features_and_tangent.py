r"""Two kernels of finitely many features each, in common eigendirections: random features and tangent features.

For the kernel $\frac1pDF^\top FD+\frac1PEG^\top GE$ with $\Sigma=D^2$, $Q=E^2$, tail masses $m_\Sigma,m_Q$ and
$R=(s\Sigma+tQ+\nu)^{-1}$:

.. math::
    s^{-1}&=1+\tfrac1p\Big[\mathrm{Tr}\,\Sigma R+\frac{m_\Sigma}\nu\Big],\qquad
    t^{-1}=1+\tfrac1P\Big[\mathrm{Tr}\,QR+\frac{m_Q}\nu\Big],\\
    n-\frac\lambda\nu&=\mathrm{df}_1=\mathrm{Tr}(s\Sigma+tQ)R+\frac{sm_\Sigma+tm_Q}\nu,\qquad
    \mathrm{df}_2=\mathrm{df}_1+\nu\frac{d\,\mathrm{df}_1}{d\nu},\\
    \mathrm{test}&=\frac{\nu^2\langle b,R^2(1+s'\Sigma+t'Q)b\rangle+F_\infty^2+\sigma^2}{1-\mathrm{df}_2/n},\qquad
    s'=\frac{ds}{d\nu}.

Tangent features of width N count as P = N d. For Q = 0 and for $\Sigma=0$ these are the formulas of random features with p and
with P. In the code $u=s-\nu s'$ and $w=t-\nu t'$ come from

.. math:: u=s^2+\tfrac{s^2}p\mathrm{Tr}\,\Sigma R^2(u\Sigma+wQ),\qquad w=t^2+\tfrac{t^2}P\mathrm{Tr}\,QR^2(u\Sigma+wQ),

solved in terms that are all positive, as is
$\mathrm{df}_1-\mathrm{df}_2=\nu\,\mathrm{Tr}(u\Sigma+wQ)R^2+(um_\Sigma+wm_Q)/\nu$.
The three equations are solved together by Newton's method (`joint_newton`). Points where it does not converge are done in the
way that cannot fail: at a given $\nu$ the pair (s, t) is reached from 0 by Newton's method on an increasing concave system, which
only rises, and $\log\nu$ is found by Newton's method inside a bracket.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.fixed_point import checked_grid
from asymptotix.equivalents.grids import curve
from asymptotix.equivalents.joint_newton import POINTS, joint_roots
from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.models.random_features_and_tangent import RandomFeaturesAndTangent, TwoSpectra
from asymptotix.results import RiskCurve

__all__ = ["features_and_tangent_risk"]

FloatArray = NDArray[np.float64]

_STEPS = 200  # of bisection at worst; Newton's method takes about ten
_TOLERANCE = 4e-15


def features_and_tangent_risk(
    model: RandomFeaturesAndTangent, *, n_samples: ArrayLike, ridge: ArrayLike, width: ArrayLike | None
) -> RiskCurve:
    """The risk on a grid of n_samples, ridge and width (infinite: the kernel limit of both parts).

    `effective_ridge` is nu, 1 / Tr (K + ridge)^-1 of the samples, and `df2` = n - d ridge / d nu; the norm of the coefficients is
    not given.

    Raises:
        InvalidInputError: an argument out of range or missing.
        ConvergenceError: an equation that does not converge in double precision.

    Source:
        Derived as for random features, of which it is the extension; measured against networks.
    """
    sizes = model.n_features(width)
    n, lam, p = checked_grid(n_samples, ridge, sizes)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite")
    counts = p.ravel(), p.ravel() * model.dimension
    values = _in_parts(model.levels, model.noise_variance, n.ravel(), lam.ravel(), counts)
    shaped = {name: found.reshape(n.shape) for name, found in values.items()}
    nowhere = np.zeros(n.shape, dtype=np.bool_)
    return curve(model, shaped, heavy_tailed=nowhere, n_samples=n_samples, ridge=ridge, width=sizes)


def _in_parts(
    levels: TwoSpectra, noise: float, n: FloatArray, lam: FloatArray, counts: tuple[FloatArray, FloatArray]
) -> dict[str, FloatArray]:
    """The fields of all points, so many at a time that the matrices of points and levels stay in the cache."""
    parts = [slice(first, first + POINTS) for first in range(0, n.size, POINTS)]
    found = [_fields(levels, noise, n[part], lam[part], (counts[0][part], counts[1][part])) for part in parts]
    return {name: np.concatenate([fields[name] for fields in found]) for name in found[0]}


def _fields(
    levels: TwoSpectra, noise: float, n: FloatArray, lam: FloatArray, counts: tuple[FloatArray, FloatArray]
) -> dict[str, FloatArray]:
    at = _at_the_roots(levels, n, lam, counts)
    gap = lam / at.nu + at.spread  # n - df2, a sum of positive terms
    left = (at.nu[:, None] * at.resolvent) ** 2 * (1.0 + at.slopes[0] * levels.features + at.slopes[1] * levels.tangent)
    bias = n / gap * (left @ levels.energies + levels.hidden)
    df2 = at.df1 - at.spread
    variance = noise * df2 / gap
    shrinkage = (lam / (n * at.nu)) ** 2
    return {
        "excess_risk": bias + variance,
        "bias": bias,
        "variance": variance,
        "test_error": bias + variance + noise,
        "train_error": shrinkage * (bias + variance + noise),
        "in_sample_risk": shrinkage * (bias + variance) + noise * (at.df1 / n) ** 2,
        "df1": at.df1,
        "df2": df2,
        "effective_ridge": at.nu,
        "log_effective_ridge": np.log(at.nu),
        "overfitting_coefficient": n / gap,
    }


def _at_the_roots(levels: TwoSpectra, n: FloatArray, lam: FloatArray, counts: tuple[FloatArray, FloatArray]) -> _Point:
    roots = joint_roots(levels, _highest(levels, n, lam), n, lam, counts)
    log_nu, (s, t) = roots.log_nu, roots.shares
    hard = np.flatnonzero(~roots.found)
    if hard.size:
        few = counts[0][hard], counts[1][hard]
        log_nu[hard] = _solve(levels, n[hard], lam[hard], few)
        s[hard], t[hard] = _shares(levels, np.exp(log_nu[hard]), few)
    return _Point.of(levels, np.exp(log_nu), counts, (s, t))


@dataclass(frozen=True, eq=False)
class _Point:
    """What the formulas need at some nu; `resolvent` is R per level, `spread` df1 - df2, `slopes` s' and t' as columns."""

    nu: FloatArray
    resolvent: FloatArray
    slopes: tuple[FloatArray, FloatArray]
    df1: FloatArray
    spread: FloatArray

    @staticmethod
    def of(
        levels: TwoSpectra, nu: FloatArray, counts: tuple[FloatArray, FloatArray], shares: tuple[FloatArray, FloatArray]
    ) -> _Point:
        sigma, q, m = levels.features, levels.tangent, levels.multiplicities
        s, t = shares
        kept = s[:, None] * sigma + t[:, None] * q
        r = 1.0 / (kept + nu[:, None])
        u, w = _rests(levels, nu, counts, (s, t), r)
        df1 = (kept * r) @ m + (s * levels.features_tail + t * levels.tangent_tail) / nu
        rest = u[:, None] * sigma + w[:, None] * q
        spread = nu * ((rest * r**2) @ m) + (u * levels.features_tail + w * levels.tangent_tail) / nu
        slopes = (((s - u) / nu)[:, None], ((t - w) / nu)[:, None])
        return _Point(nu, r, slopes, df1, spread)


def _rests(
    levels: TwoSpectra,
    nu: FloatArray,
    counts: tuple[FloatArray, FloatArray],
    shares: tuple[FloatArray, FloatArray],
    r: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """u and w by Cramer's rule; in the determinant the one difference is done by hand."""
    (p, big_p), (s, t), m = counts, shares, levels.multiplicities
    square = r**2
    cross = (levels.features * levels.tangent * square) @ m
    one = (nu * ((levels.features * square) @ m) + levels.features_tail / nu) / p
    two = (nu * ((levels.tangent * square) @ m) + levels.tangent_tail / nu) / big_p
    determinant = (1.0 + one) * (1.0 + two) + (1.0 + one) * s * cross / big_p + (1.0 + two) * t * cross / p
    u = s * (1.0 + two + s * cross / big_p + t * cross / p) / determinant
    w = t * (1.0 + one + t * cross / p + s * cross / big_p) / determinant
    return u, w


def _shares(levels: TwoSpectra, nu: FloatArray, counts: tuple[FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """s and t: 1 where there are infinitely many features."""
    (p, big_p), m = counts, levels.multiplicities
    sigma, q = levels.features, levels.tangent
    s, t = np.zeros_like(nu), np.zeros_like(nu)
    for _ in range(_STEPS):
        r = 1.0 / (s[:, None] * sigma + t[:, None] * q + nu[:, None])
        square = r**2
        cross = (sigma * q * square) @ m
        first = 1.0 + ((sigma * r) @ m + levels.features_tail / nu) / p
        second = 1.0 + ((q * r) @ m + levels.tangent_tail / nu) / big_p
        a, b = first - s * ((sigma**2 * square) @ m) / p, -s * cross / p
        c, d = -t * cross / big_p, second - t * ((q**2 * square) @ m) / big_p
        f, g = 1.0 - s * first, 1.0 - t * second
        determinant = a * d - b * c
        step_s, step_t = (d * f - b * g) / determinant, (a * g - c * f) / determinant
        s, t = s + step_s, t + step_t
        if np.all(np.abs(step_s) <= _TOLERANCE * s) and np.all(np.abs(step_t) <= _TOLERANCE * t):
            return s, t
    raise ConvergenceError("the equations of the features' shares did not converge in double precision; use a larger ridge")


def _solve(levels: TwoSpectra, n: FloatArray, lam: FloatArray, counts: tuple[FloatArray, FloatArray]) -> FloatArray:
    """log nu, the root of n - lambda / nu - df1(nu), which increases."""
    high = _highest(levels, n, lam)
    low = high - 1.0
    for _ in range(_STEPS):
        above = _residual(levels, low, n, lam, counts)[0] >= 0
        if not np.any(above):
            break
        low = np.where(above, low - np.maximum(1.0, 2.0 * (high - low)), low)
        if np.any(low < -650.0):
            raise ConvergenceError("the effective ridge is below 1e-280: ridge = 0 beyond the rank of the kernel; use ridge > 0")
    t = high
    for _ in range(_STEPS):
        value, rate = _residual(levels, t, n, lam, counts)
        high, low = np.where(value >= 0, t, high), np.where(value < 0, t, low)
        newton = t - value / rate
        inside = (newton > low) & (newton < high)
        nearer = np.where(inside, newton, 0.5 * (low + high))
        done = np.abs(nearer - t) <= _TOLERANCE * np.maximum(1.0, np.abs(t))
        t = nearer
        if np.all(done):
            return t
    raise ConvergenceError("the effective ridge did not converge in double precision; use a larger ridge")


def _highest(levels: TwoSpectra, n: FloatArray, lam: FloatArray) -> FloatArray:
    """Above log nu, since df1 <= mass / nu."""
    mass = float((levels.features + levels.tangent) @ levels.multiplicities) + levels.features_tail + levels.tangent_tail
    return np.asarray(np.log((lam + mass) / n) + 1.0)


def _residual(
    levels: TwoSpectra, log_nu: FloatArray, n: FloatArray, lam: FloatArray, counts: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Its value, and its derivative in log nu: lambda / nu + df1 - df2."""
    nu = np.exp(log_nu)
    at = _Point.of(levels, nu, counts, _shares(levels, nu, counts))
    return n - lam / at.nu - at.df1, lam / at.nu + at.spread
