r"""Scaling laws: source and capacity exponents to rates, and the rates measured on the equivalents themselves.

Eigenvalues $s_i=i^{-\alpha}$, energies $e_i=i^{-1-2\alpha r}$, ridge $\lambda=n\cdot n^{-l}$, that is $n^{-l}$ beside the mean of
squared errors. With $\tilde r=\min(r,1)$ (beyond 1 ridge regression saturates) and $\tilde l=\min(l,\alpha)$ (a smaller ridge is
invisible):

.. math:: \kappa\sim n^{-\tilde l},\quad\text{bias}\sim n^{-2\tilde l\tilde r},\quad
          \text{variance}\sim\sigma^2n^{(\tilde l-\alpha)/\alpha},

the last constant, $(\alpha-1)\sigma^2$, for $l\ge\alpha$. The best ridge has $l=\alpha/(1+2\alpha\tilde r)$ with noise; without,
every $l\ge\alpha$ is best.

Source: [CuiEtAl2021].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.optima.best_ridge import optimal_ridge
from asymptotix.errors import InvalidInputError
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number
from asymptotix.spectra.power_law import PowerLaw, PowerLawTarget

__all__ = ["MeasuredScaling", "ScalingLaw", "scaling_law", "scaling_law_of"]

FloatArray = NDArray[np.float64]

_STEP = 1.05  # factor between the two sample sizes of a slope


@dataclass(frozen=True, eq=False)
class MeasuredScaling:
    """Local exponents d log / d log n of the equivalents at each n_samples, beside which the law's exponents are limits."""

    n_samples: FloatArray
    effective_ridge: FloatArray
    bias: FloatArray
    variance: FloatArray
    excess_risk: FloatArray


@dataclass(frozen=True)
class ScalingLaw:
    r"""The exponents of n for capacity $\alpha$, source r and a ridge of exponent l (infinite: ridgeless).

    `effective_ridge`, `bias` and `variance` are the exponents at this ridge. `optimal_ridge` is the best l with noise,
    `optimal_excess` the exponent there, `noiseless_excess` the one without noise. `crossover` is q in
    $n_\times\sim(\sigma^2)^{-1/q}$, the sample size from which on noise dominates the excess risk at this ridge; NaN where the
    bias dominates for large n.
    """

    capacity: float
    source: float
    ridge_exponent: float

    @property
    def saturated_source(self) -> float:
        """min(r, 1)."""
        return min(self.source, 1.0)

    @property
    def visible_exponent(self) -> float:
        """min(l, capacity)."""
        return min(self.ridge_exponent, self.capacity)

    @property
    def effective_ridge(self) -> float:
        """Of lambda*."""
        return -self.visible_exponent

    @property
    def bias(self) -> float:
        """Of the bias."""
        return -2.0 * self.visible_exponent * self.saturated_source

    @property
    def variance(self) -> float:
        """Of the variance."""
        return (self.visible_exponent - self.capacity) / self.capacity

    @property
    def optimal_ridge(self) -> float:
        """The best l with noise."""
        return self.capacity / (1.0 + 2.0 * self.capacity * self.saturated_source)

    @property
    def optimal_excess(self) -> float:
        """Of the excess risk at the best ridge, with noise."""
        return -2.0 * self.saturated_source * self.optimal_ridge

    @property
    def noiseless_excess(self) -> float:
        """Of the excess risk at the best ridge, without noise."""
        return -2.0 * self.capacity * self.saturated_source

    @property
    def crossover(self) -> float:
        """q: bias and variance are equal at n ~ noise^(-1/q)."""
        q = self.variance - self.bias
        return q if q > 0 else np.nan

    def model(self, noise_variance: float = 0.0) -> RidgeRegression:
        """The infinite power law with these exponents, without truncation."""
        spectrum = PowerLaw(self.capacity)
        return RidgeRegression(spectrum, spectrum.target(source=self.source), noise_variance=noise_variance)

    def ridge(self, n_samples: ArrayLike) -> FloatArray:
        """n^(1 - l), beside the sum of squared errors; 0 if l is infinite."""
        n = _sizes(n_samples)
        return np.zeros_like(n) if np.isinf(self.ridge_exponent) else n ** (1.0 - self.ridge_exponent)

    def table(self, n_samples: ArrayLike, *, noise_variance: float = 1.0, ridge_scale: float = 1.0) -> Table:
        """Predicted exponents beside the measured ones, a column for each n_samples: at this ridge, then at the best ridge.

        Raises:
            InvalidInputError: n_samples, noise or scale out of range.
        """
        n = np.atleast_1d(_sizes(n_samples)).ravel()
        here = self.measure(n, noise_variance=noise_variance, ridge_scale=ridge_scale)
        rows = [("lambda*", self.effective_ridge, here.effective_ridge), ("bias", self.bias, here.bias)]
        if noise_variance > 0:
            rows += [("variance", self.variance, here.variance)]
            rows += [("excess risk", max(self.bias, self.variance), here.excess_risk)]
            best = self.measure(n, noise_variance=noise_variance, optimal=True)
            rows += [("excess risk at the best ridge", self.optimal_excess, best.excess_risk)]
        columns = [Column("quantity", [name for name, _, _ in rows]), Column("law", [law for _, law, _ in rows])]
        columns += [Column(f"at n = {size:.6g}", [float(found[i]) for *_, found in rows]) for i, size in enumerate(n)]
        notes = (
            f"capacity {self.capacity:g}, source {self.source:g}, ridge exponent {self.ridge_exponent:g}, "
            f"noise variance {noise_variance:g}",
            f"best ridge exponent {self.optimal_ridge:.4g} with noise; exponent without noise {self.noiseless_excess:.4g}",
            "measured: d log / d log n of the deterministic equivalents",
        )
        return Table(tuple(columns), "Scaling laws: exponents of n", notes)

    def measure(
        self, n_samples: ArrayLike, *, noise_variance: float = 1.0, optimal: bool = False, ridge_scale: float = 1.0
    ) -> MeasuredScaling:
        """Local exponents of the deterministic equivalents.

        Args:
            n_samples: where, any shape; 10^3 to 10^8 is where laws show.
            noise_variance: of the labels.
            optimal: at the best ridge of each n in the place of n^(1 - l).
            ridge_scale: c in a ridge c n^(1 - l).

        Raises:
            InvalidInputError: n_samples or noise out of range.
        """
        n, model = _sizes(n_samples), self.model(noise_variance)
        scale = real_number("ridge_scale", ridge_scale, lambda v: 0 < v < np.inf, "finite and > 0")
        pair = np.stack([n / np.sqrt(_STEP), n * np.sqrt(_STEP)])
        ridges = optimal_ridge(model, n_samples=pair, allow_negative=False).value if optimal else scale * self.ridge(pair)
        curve = risk(model, n_samples=pair, ridge=ridges)
        fields = (curve.log_effective_ridge, *(_log(curve.quantity(name)) for name in ("bias", "variance", "excess_risk")))
        return MeasuredScaling(n, *((values[1] - values[0]) / np.log(_STEP) for values in fields))


def scaling_law(capacity: float, source: float, *, ridge_exponent: float = np.inf) -> ScalingLaw:
    r"""The rates of ridge regression for power laws of eigenvalues and target.

    Args:
        capacity: $\alpha>1$ in $s_i=i^{-\alpha}$.
        source: r > 0 in $e_i=i^{-1-2\alpha r}$.
        ridge_exponent: $l\ge0$ in $\lambda=n^{1-l}$; infinite is ridgeless.

    Raises:
        InvalidInputError: an exponent out of range.

    Source:
        [CuiEtAl2021].

    >>> law = scaling_law(2.0, 0.5)
    >>> law.bias, law.variance, round(law.optimal_excess, 6)
    (-2.0, 0.0, -0.666667)
    """
    alpha = real_number("capacity", capacity, lambda v: 1 < v < np.inf, "finite and > 1, so that the trace is finite")
    r = real_number("source", source, lambda v: 0 < v < np.inf, "finite and > 0")
    return ScalingLaw(alpha, r, real_number("ridge_exponent", ridge_exponent, lambda v: v >= 0, ">= 0"))


def scaling_law_of(model: RidgeRegression, *, ridge: float = 0.0, ridge_exponent: float | None = None) -> ScalingLaw:
    r"""The law of a model on an infinite power law.

    Args:
        model: a RidgeRegression on a PowerLaw without size, with the target of `PowerLaw.target`.
        ridge: the ridge of the model, the same for every n: exponent 1, or infinite at 0.
        ridge_exponent: l of a ridge $n^{1-l}$ instead.

    Raises:
        InvalidInputError: another spectrum or target, energies that decay too slowly for a source, an exponent out of range.

    >>> spectrum = PowerLaw(2.0)
    >>> scaling_law_of(RidgeRegression(spectrum, spectrum.target(source=0.5)))
    ScalingLaw(capacity=2.0, source=0.5, ridge_exponent=inf)
    """
    spectrum, target = getattr(model, "spectrum", None), getattr(model, "target", None)
    if not isinstance(spectrum, PowerLaw) or spectrum.size is not None or not isinstance(target, PowerLawTarget):
        raise InvalidInputError("model", model, "ridge regression on a power law without size, with a target by source or decay")
    exponent = (np.inf if ridge == 0 else 1.0) if ridge_exponent is None else ridge_exponent
    return scaling_law(spectrum.exponent, (target.decay - 1.0) / (2.0 * spectrum.exponent), ridge_exponent=exponent)


def _sizes(n_samples: ArrayLike) -> FloatArray:
    n = real_array("n_samples", n_samples, "a number or an array of numbers")
    if not np.all((n > 0) & np.isfinite(n)):
        raise InvalidInputError("n_samples", n_samples, "finite and > 0")
    return n


def _log(values: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)
