r"""Scaling laws of random features: which power of n the error falls with, for a ridge and a width that are powers of n.

Eigenvalues $s_i=i^{-\alpha}$ (capacity), energies $e_i=i^{-1-2\alpha r}$ (source), ridge $\lambda=n^{1-l}$, $p=n^q$ features.
With $m=\min(l/\alpha,q,1)$, the exponent of the number of eigenvalues that are learned,

.. math:: \nu_2\sim n^{-\alpha m},\qquad\text{variance}\sim\sigma^2n^{m-1},\qquad
    \text{bias}\sim n^{-2\alpha m\min(r,1)}+n^{-(2\alpha\min(r,\frac12)-1)m-q}:

the first term of the bias is what infinitely many features leave, the second what the draw of the features adds. The best ridge
with noise has $m=l/\alpha=1/(1+2\alpha\min(r,1))$, and the narrowest width that loses nothing is
$q_*=\frac{1+2\alpha[\min(r,1)-\min(r,\frac12)]}{1+2\alpha\min(r,1)}<1$: as many features as learned eigenvalues for
$r\le\frac12$, more beyond. At $l\ge\alpha$ and q = 1, n = p without a visible ridge is the peak, where these laws do not hold.
At r = 1/2 and r = 1 exactly there are logarithms that exponents do not show.

Source: [DefilippisLoureiroMisiakiewicz2024]; infinitely many features: [CuiEtAl2021].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number
from asymptotix.spectra.power_law import PowerLaw, PowerLawTarget

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TERMS", "FeaturesScalingLaw", "MeasuredFeaturesScaling", "features_scaling_law", "features_scaling_law_of"]

FloatArray = NDArray[np.float64]

TERMS = ("variance", "kernel bias", "feature bias")  # what may dominate the excess risk
_STEP = 1.05  # factor between the two sample sizes of a slope


@dataclass(frozen=True, eq=False)
class MeasuredFeaturesScaling:
    """Local exponents d log / d log n of the equivalents at each n_samples, with p and the ridge moving along as powers of n."""

    n_samples: FloatArray
    effective_ridge: FloatArray
    bias: FloatArray
    variance: FloatArray
    excess_risk: FloatArray


@dataclass(frozen=True)
class FeaturesScalingLaw:
    r"""Exponents of n for capacity $\alpha$, source r, ridge exponent l and width exponent q (both may be infinite).

    `effective_ridge`, `bias`, `variance` and `excess_risk` are the exponents at this ridge and width; with `optimal_` those of
    the best ridge with noise. `data_limited` is the exponent of n without noise, ridge and limit of p; `model_limited` that of p
    with infinitely many samples.
    """

    capacity: float
    source: float
    ridge_exponent: float
    width_exponent: float

    @property
    def learned(self) -> float:
        """m: about n^m eigenvalues are learned."""
        return float(_learned(self.capacity, self.ridge_exponent, self.width_exponent))

    @property
    def effective_ridge(self) -> float:
        """Of nu2."""
        return -self.capacity * self.learned

    @property
    def terms(self) -> dict[str, float]:
        """The exponent of each of `TERMS`; the largest dominates."""
        found = _terms(self.capacity, self.source, self.ridge_exponent, self.width_exponent)
        return dict(zip(TERMS, (float(v) for v in found), strict=True))

    @property
    def variance(self) -> float:
        """Of the variance."""
        return self.terms["variance"]

    @property
    def bias(self) -> float:
        """Of the bias."""
        return max(self.terms["kernel bias"], self.terms["feature bias"])

    @property
    def excess_risk(self) -> float:
        """Of the excess risk with noise."""
        return max(self.terms.values())

    @property
    def dominant(self) -> str:
        """The term with the largest exponent; of equal ones the last of `TERMS`."""
        return TERMS[int(self.phases(self.ridge_exponent, self.width_exponent))]

    @property
    def optimal_ridge(self) -> float:
        """The best l with noise."""
        return self.capacity / (1.0 + 2.0 * self.capacity * min(self.source, 1.0))

    @property
    def optimal_width(self) -> float:
        """The smallest q that has the best rate: the compute-optimal p is n^q."""
        alpha, r = self.capacity, self.source
        return (1.0 + 2.0 * alpha * (min(r, 1.0) - min(r, 0.5))) / (1.0 + 2.0 * alpha * min(r, 1.0))

    @property
    def optimal_excess(self) -> float:
        """Of the excess risk at the best ridge and width, with noise."""
        return -2.0 * min(self.source, 1.0) * self.optimal_ridge

    @property
    def data_limited(self) -> float:
        """Of n in the excess risk without noise, with infinitely many features and without ridge."""
        return -2.0 * self.capacity * min(self.source, 1.0)

    @property
    def model_limited(self) -> float:
        """Of p in the excess risk with infinitely many samples."""
        return -2.0 * self.capacity * min(self.source, 0.5)

    def at(self, *, ridge_exponent: float, width_exponent: float) -> FeaturesScalingLaw:
        """The same problem at another ridge and width."""
        return features_scaling_law(self.capacity, self.source, ridge_exponent=ridge_exponent, width_exponent=width_exponent)

    def best(self) -> FeaturesScalingLaw:
        """At the best ridge and the narrowest width that loses nothing."""
        return self.at(ridge_exponent=self.optimal_ridge, width_exponent=self.optimal_width)

    def model(self, noise_variance: float = 1.0) -> RandomFeatures:
        """The infinite power law with these exponents, without truncation."""
        spectrum = PowerLaw(self.capacity)
        return RandomFeatures(spectrum, spectrum.target(source=self.source), noise_variance=noise_variance)

    def measure(self, n_samples: ArrayLike, *, noise_variance: float = 1.0, ridge_scale: float = 1.0) -> MeasuredFeaturesScaling:
        """Local exponents of the deterministic equivalents at p = n^q and ridge `ridge_scale` n^(1 - l).

        Raises:
            InvalidInputError: n_samples, noise or scale out of range.
            HypothesisError: on the peak, q = 1 with a ridge too small to be seen.
        """
        n = real_array("n_samples", n_samples, "a number or an array of numbers")
        if not np.all((n > 1) & np.isfinite(n)):
            raise InvalidInputError("n_samples", n_samples, "finite and > 1")
        if self.width_exponent == 1 and self.ridge_exponent >= self.capacity:
            raise HypothesisError(
                "width_exponent = 1 is not valid with ridge_exponent >= capacity: that is the peak, n_features = n_samples, "
                "where the error grows; use another width or a larger ridge"
            )
        pair = np.stack([n / np.sqrt(_STEP), n * np.sqrt(_STEP)])
        scale = real_number("ridge_scale", ridge_scale, lambda v: 0 < v < np.inf, "finite and > 0")
        ridge = np.zeros_like(pair) if np.isinf(self.ridge_exponent) else scale * pair ** (1.0 - self.ridge_exponent)
        width = np.full_like(pair, np.inf) if np.isinf(self.width_exponent) else pair**self.width_exponent
        curve = risk(self.model(noise_variance), n_samples=pair, n_features=width, ridge=ridge)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = (curve.log_effective_ridge, *(np.log(curve.quantity(name)) for name in ("bias", "variance", "excess_risk")))
            return MeasuredFeaturesScaling(n, *((values[1] - values[0]) / np.log(_STEP) for values in logs))

    def table(self, n_samples: ArrayLike, *, noise_variance: float = 1.0, ridge_scale: float = 1.0) -> Table:
        """Predicted exponents beside the measured ones, a column for each n_samples: at this ridge and width, then at the best.

        Raises:
            InvalidInputError: n_samples, noise or scale out of range.
            HypothesisError: as in `measure`.
        """
        n, best = np.atleast_1d(real_array("n_samples", n_samples, "a number or an array of numbers")).ravel(), self.best()
        here = self.measure(n, noise_variance=noise_variance, ridge_scale=ridge_scale)
        rows = [("nu2", self.effective_ridge, here.effective_ridge), ("bias", self.bias, here.bias)]
        if noise_variance > 0:
            rows += [("variance", self.variance, here.variance), ("excess risk", self.excess_risk, here.excess_risk)]
            found = best.measure(n, noise_variance=noise_variance).excess_risk
            rows += [("excess risk at the best ridge and width", self.optimal_excess, found)]
        columns = [Column("quantity", [name for name, _, _ in rows]), Column("law", [law for _, law, _ in rows])]
        columns += [Column(f"at n = {size:.6g}", [float(values[i]) for *_, values in rows]) for i, size in enumerate(n)]
        notes = (
            f"capacity {self.capacity:g}, source {self.source:g}, ridge exponent {self.ridge_exponent:g}, "
            f"width exponent {self.width_exponent:g}, noise variance {noise_variance:g}; largest: {self.dominant}",
            f"best ridge exponent {self.optimal_ridge:.4g}, narrowest width exponent without loss {self.optimal_width:.4g}",
            f"limited by data n^{self.data_limited:.4g}, limited by the model p^{self.model_limited:.4g}",
            "measured: d log / d log n of the deterministic equivalents",
        )
        return Table(tuple(columns), "Scaling laws of random features: exponents of n", notes)

    def phases(self, ridge_exponents: ArrayLike, width_exponents: ArrayLike) -> NDArray[np.int64]:
        """The index in `TERMS` of the dominant term (of equal ones the last) at ridge and width exponents, which broadcast."""
        ell, q = (_exponent_array(k, v) for k, v in (("ridge_exponents", ridge_exponents), ("width_exponents", width_exponents)))
        exponents = np.stack(np.broadcast_arrays(*_terms(self.capacity, self.source, ell, q)))[::-1]
        # rounded, for below source 1/2 a width that limits what is learned makes both biases equal over a whole region
        return np.asarray(len(TERMS) - 1 - np.argmax(np.round(exponents, 12), axis=0))

    def plot(self, *, ax: Axes | None = None, points: int = 241) -> Axes:
        """The phase diagram: the dominant term over l and q, lines of equal rate, and the best ridge and width.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.phases import plot_phases

        ell, q = np.linspace(0.0, 1.25 * self.capacity, points)[1:], np.linspace(0.0, 1.5, points)[1:]
        rates = np.max(np.stack(np.broadcast_arrays(*_terms(self.capacity, self.source, ell, q[:, None]))), axis=0)
        labels = (r"ridge exponent $\ell$, $\lambda=n^{1-\ell}$", r"width exponent $q$, $p=n^q$")
        title = f"capacity {self.capacity:g}, source {self.source:g}"
        best = (self.optimal_ridge, self.optimal_width)
        return plot_phases(ell, q, self.phases(ell, q[:, None]), TERMS, rates=rates, best=best, labels=labels, title=title, ax=ax)


def features_scaling_law(
    capacity: float, source: float, *, ridge_exponent: float = np.inf, width_exponent: float = np.inf
) -> FeaturesScalingLaw:
    r"""The rates of random-feature regression for power laws of eigenvalues, target, ridge and width.

    Args:
        capacity: $\alpha>1$ in $s_i=i^{-\alpha}$.
        source: r > 0 in $e_i=i^{-1-2\alpha r}$.
        ridge_exponent: $l\ge0$ in $\lambda=n^{1-l}$; infinite is ridgeless.
        width_exponent: q > 0 in $p=n^q$; infinite is kernel ridge regression.

    Raises:
        InvalidInputError: an exponent out of range.

    Source:
        [DefilippisLoureiroMisiakiewicz2024].

    >>> law = features_scaling_law(1.5, 0.8).best()
    >>> round(law.width_exponent, 4), round(law.excess_risk, 4)
    (0.5588, -0.7059)
    """
    alpha = real_number("capacity", capacity, lambda v: 1 < v < np.inf, "finite and > 1, so that the trace is finite")
    r = real_number("source", source, lambda v: 0 < v < np.inf, "finite and > 0")
    ell = real_number("ridge_exponent", ridge_exponent, lambda v: v >= 0, ">= 0")
    return FeaturesScalingLaw(alpha, r, ell, real_number("width_exponent", width_exponent, lambda v: v > 0, "> 0"))


def features_scaling_law_of(
    model: RandomFeatures, *, ridge: float = 0.0, ridge_exponent: float | None = None, width_exponent: float = np.inf
) -> FeaturesScalingLaw:
    r"""The law of random features of an infinite power law.

    Args:
        model: RandomFeatures on a PowerLaw without size, with the target of `PowerLaw.target`.
        ridge: the same for every n, exponent 1; 0 is ridgeless.
        ridge_exponent: l of a ridge $n^{1-l}$ instead.
        width_exponent: q of $p=n^q$ features; infinite is kernel ridge regression.

    Raises:
        InvalidInputError: another spectrum or target, an exponent out of range.

    >>> spectrum = PowerLaw(2.0)
    >>> features_scaling_law_of(RandomFeatures(spectrum, spectrum.target(source=0.5)), width_exponent=0.7).learned
    0.7
    """
    spectrum, target = getattr(model, "spectrum", None), getattr(model, "target", None)
    if not isinstance(spectrum, PowerLaw) or spectrum.size is not None or not isinstance(target, PowerLawTarget):
        raise InvalidInputError("model", model, "random features on a power law without size, with a target by source or decay")
    exponent = (np.inf if ridge == 0 else 1.0) if ridge_exponent is None else ridge_exponent
    source = (target.decay - 1.0) / (2.0 * spectrum.exponent)
    return features_scaling_law(spectrum.exponent, source, ridge_exponent=exponent, width_exponent=width_exponent)


def _learned(alpha: float, ell: ArrayLike, q: ArrayLike) -> FloatArray:
    return np.asarray(np.minimum(np.minimum(np.asarray(ell) / alpha, q), 1.0))


def _terms(alpha: float, r: float, ell: ArrayLike, q: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The exponents of n in variance, kernel bias and feature bias."""
    m = _learned(alpha, ell, q)
    kernel = -2.0 * alpha * m * min(r, 1.0)
    features = -((2.0 * alpha * min(r, 0.5) - 1.0) * m + np.asarray(q))
    return m - 1.0, np.asarray(kernel), np.asarray(features)


def _exponent_array(name: str, values: ArrayLike) -> FloatArray:
    array = real_array(name, values, "a number or an array of numbers")
    if not np.all(array >= 0):
        raise InvalidInputError(name, values, ">= 0")
    return array
