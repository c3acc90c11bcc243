r"""Benign overfitting: effective ranks and bounds at the split k*, and the overfitting coefficient that they bound.

With $k^*=\min\{k:\lambda+\sum_{i>k}s_i\ge b\,n\,s_{k+1}\}$ and $\tau=\sum_{i>k^*}s_i$, the excess risk of ridge regression is, up
to constants that the theorems do not give,

.. math:: V\asymp\sigma^2\Big(\frac{k^*}n+\frac{n\sum_{i>k^*}s_i^2}{(\lambda+\tau)^2}\Big),\qquad
          B\asymp\Big(\frac{\lambda+\tau}n\Big)^2\sum_{i\le k^*}\frac{e_i}{s_i^2}+\sum_{i>k^*}e_i .

At ridge 0 the first is $\sigma^2(k^*/n+n/R_{k^*})$. What is exact is the overfitting coefficient $E_0=n/(n-\mathrm{df}_2)$ of the
deterministic equivalent, the factor by which the noise in the labels is multiplied: overfitting is called benign if $E_0\to1$ as
n grows, tempered if it tends to a constant above 1, and catastrophic if it grows without bound. A finite n shows a value and a
trend, $d\log E_0/d\log n$, and no more.

Source: [BartlettLongLugosiTsigler2020], [TsiglerBartlett2023], [MallinarEtAl2022] (theorem numbers not checked).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.derivatives.risk_derivatives import risk_derivative
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import InvalidInputError
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.report.table import Column, Table
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import real_array, real_number
from asymptotix.spectra.tail_sums import TailSums

__all__ = ["BenignOverfitting", "benign_overfitting"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BenignOverfitting:
    """At each n_samples: the split `k_star` (NaN where there is none), ranks, bounds, and the overfitting coefficient.

    `variance_bound` and `bias_bound` are the right-hand sides of the theorems with their unknown constants set to 1; NaN without
    a split. `trend` is d log(overfitting_coefficient) / d log(n_samples). `risk` holds the deterministic equivalents.
    """

    n_samples: FloatArray
    k_star: FloatArray
    r: FloatArray
    R: FloatArray
    variance_bound: FloatArray
    bias_bound: FloatArray
    overfitting_coefficient: FloatArray
    trend: FloatArray
    risk: RiskCurve

    def table(self) -> Table:
        """One row for each n_samples."""
        names = ("n_samples", "k_star", "r", "R", "variance_bound", "bias_bound", "overfitting_coefficient", "trend")
        columns = [Column(name, [float(value) for value in np.ravel(getattr(self, name))]) for name in names]
        columns[5:5] = [Column("variance", [float(v) for v in np.ravel(self.risk.variance)])]
        columns[7:7] = [Column("bias", [float(v) for v in np.ravel(self.risk.bias)])]
        notes = (
            "the constants of the bounds are not known and set to 1",
            "trend: d log overfitting_coefficient / d log n_samples",
        )
        return Table(tuple(columns), "Benign overfitting", notes, self.risk.convention)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def benign_overfitting(
    model: RidgeRegression, *, n_samples: ArrayLike, ridge: float = 0.0, scale: float = 1.0
) -> BenignOverfitting:
    r"""Effective ranks at k*, the bounds on bias and variance, and how overfitting changes with n.

    Args:
        model: a RidgeRegression whose spectrum lists its eigenvalues.
        n_samples: n > 0, finite, any shape.
        ridge: $\lambda\ge0$; 0 is the minimum-norm interpolator.
        scale: b in the definition of k*, a constant above 0 that the theorems leave open.

    Raises:
        InvalidInputError: an argument out of range, or a spectrum given by a formula or a table.
        HypothesisError: ridge = 0 at n_samples = rank, where the risk is infinite.

    Source:
        [BartlettLongLugosiTsigler2020], [TsiglerBartlett2023], [MallinarEtAl2022].

    >>> import numpy as np
    >>> import asymptotix as ax
    >>> index = np.arange(1.0, 20001.0)
    >>> model = ax.RidgeRegression(ax.Spectrum(index**-1.5), np.zeros(20000), noise_variance=1.0)
    >>> tempered = ax.benign_overfitting(model, n_samples=[50, 200])
    >>> tempered.overfitting_coefficient.round(2), tempered.k_star
    (array([1.51, 1.54]), array([ 25., 107.]))
    """
    if not isinstance(model, RidgeRegression):
        raise InvalidInputError("model", model, "a RidgeRegression")
    lam = real_number("ridge", ridge, lambda v: 0 <= v < np.inf, "finite and >= 0")
    b = real_number("scale", scale, lambda v: 0 < v < np.inf, "finite and > 0")
    n = real_array("n_samples", n_samples, "a number or an array of numbers")
    curve = risk(model, n_samples=n, ridge=lam)
    slope = risk_derivative(model, n_samples=n, ridge=lam, with_respect_to="n_samples")
    sums, energies = TailSums.of(model.spectrum), _Energies.of(model)
    k = _split(sums, n, lam, b)
    value, total, squares = sums.beyond(np.nan_to_num(k))
    with np.errstate(divide="ignore", invalid="ignore"):
        missing = np.where(np.isnan(k), np.nan, 1.0)
        variance = model.noise_variance * (k / n + n * squares / (lam + total) ** 2) * missing
        learned, beyond = energies.split(np.nan_to_num(k))
        bias = (((lam + total) / n) ** 2 * learned + beyond) * missing
        ranks = (total / value * missing, total**2 / squares * missing)
    trend = n * slope.overfitting_coefficient / curve.overfitting_coefficient
    return BenignOverfitting(n, k, *ranks, variance, bias, curve.overfitting_coefficient, np.asarray(trend), curve)


def _split(sums: TailSums, n: FloatArray, lam: float, b: float) -> FloatArray:
    """k* at each n; NaN where there is none. Within a level the condition is easiest for its first eigenvalue."""
    starts = sums.ends - sums.counts
    _, total, _ = sums.beyond(starts)
    with np.errstate(divide="ignore"):
        largest = (lam + total) / (b * sums.values)  # the condition holds at a start for n up to this
    reached = np.maximum.accumulate(largest)
    first = np.searchsorted(reached, n)  # the first start at which it does
    last = float(sums.ends[-1]) if sums.tail + lam > 0 else np.nan
    return np.where(first < starts.size, starts[np.minimum(first, starts.size - 1)], last)


@dataclass(frozen=True, eq=False)
class _Energies:
    """sum of e / s^2 over the first eigenvalues, and of e over the others."""

    ends: FloatArray
    counts: FloatArray
    per_square: FloatArray
    energies: FloatArray
    beyond: float

    @staticmethod
    def of(model: RidgeRegression) -> _Energies:
        spectrum, energies = model.spectrum, model.target.padded(len(model.spectrum))
        order = np.argsort(-spectrum.eigenvalues, kind="stable")
        order = order[spectrum.eigenvalues[order] > 0]
        values, counts = spectrum.eigenvalues[order], spectrum.multiplicities[order]
        seen = energies[order]
        never = model.target.tail + float(np.sum(energies[spectrum.eigenvalues == 0]))
        with np.errstate(over="ignore"):
            return _Energies(np.cumsum(counts), counts, seen / values / values, seen, never)

    def split(self, k: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Both sums; k lies at the start of a level."""
        before = np.searchsorted(self.ends, k, side="right")
        running = np.append(0.0, np.cumsum(self.per_square))
        later = np.append(np.cumsum(self.energies[::-1])[::-1], 0.0)
        return running[before], later[before] + self.beyond
