"""Inference: everything that one data set says about the risk, each number with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.fixed_point import checked_grid
from asymptotix.equivalents.inference.best_own_ridge import best_by_gcv, best_own_ridge
from asymptotix.equivalents.inference.fitted_levels import FittedLevels, fitted_levels
from asymptotix.equivalents.inference.held_out_check import HeldOutCheck
from asymptotix.equivalents.inference.observed_resolvent import ObservedResolvent, jackknife_error
from asymptotix.equivalents.inference.predicted_curve import PredictedCurve
from asymptotix.equivalents.inference.transfer import transferred
from asymptotix.equivalents.single_draw import fluctuation
from asymptotix.errors import HypothesisError
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.report.numbers import short_number
from asymptotix.report.table import Column, Table
from asymptotix.results import Fields
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

if TYPE_CHECKING:
    from asymptotix.report.plot import CurveDisplay

__all__ = ["Inference"]

FloatArray = NDArray[np.float64]

_Z = 1.959963984540054  # 95 % of a Gaussian
REFERENCES = ("GolubHeathWahba1979", "EfronStein1981", "BaiSilverstein2004", "Simon2023")


@dataclass(frozen=True, eq=False)
class Inference:
    r"""What one data set of `n_samples` points says, made by `infer`.

    - `optimal_ridge` and `gcv_ridge`: the ridges of least leave-one-out error and of least generalized cross-validation; `ridge`:
      that of the numbers below (by default the first).
    - `effective_ridge` $=1/\mathrm{Tr}(K+\lambda)^{-1}$, with `effective_ridge_error`.
    - `loo` and `gcv`: estimates of the test error at `ridge`, with `loo_error`. They agree for Gaussian features; where they
      do not, leave-one-out is right, and predictions rest on it.
    - `spectrum`, `target`, `noise_variance`: fitted (computed on first use), with intervals in `levels_table()` and
      `noise_interval` (95 %). Energy on eigenvalues below the smallest observed effective ridge counts as noise.
    - `model`: a RidgeRegression with these three, for `risk`, `fluctuation`, `simulate` and the rest.
    - `held_out`: the theory put to the test on halves of the data; `held_out.model_error` widens every band.

    Errors are standard errors of the jackknife, which are too large rather than too small [EfronStein1981].
    """

    observed: ObservedResolvent = field(repr=False)
    n_samples: int
    ridge: float
    optimal_ridge: float
    gcv_ridge: float
    effective_ridge: float
    effective_ridge_error: float
    loo: float
    loo_error: float
    gcv: float
    held_out: HeldOutCheck

    @cached_property
    def levels(self) -> FittedLevels:
        """The fit of spectrum, energies and noise."""
        return fitted_levels(self.observed)

    @property
    def spectrum(self) -> Spectrum:
        """Eigenvalues of the population that reproduce the degrees of freedom observed."""
        return self.levels.spectrum

    @property
    def target(self) -> Target:
        """Energies on the levels of `spectrum`."""
        return self.levels.target

    @property
    def noise_variance(self) -> float:
        """The variance of the labels that no eigenvalue in sight explains."""
        return self.levels.noise_variance

    @property
    def noise_interval(self) -> tuple[float, float]:
        """Its 95 % interval."""
        return self.levels.noise_interval

    @cached_property
    def model(self) -> RidgeRegression:
        """The fitted problem."""
        return RidgeRegression(self.spectrum, self.target, noise_variance=self.noise_variance)

    def largest_n_samples(self, ridge: float) -> float:
        r"""The largest n_samples in reach at a ridge: $n+\lambda\,\mathrm{Tr}\,K^{-1}$, infinite if K is singular."""
        lam = float(checked_grid(1.0, ridge, None)[1])
        least = self.observed.smallest_effective_ridge
        return float("inf") if least == 0 else self.n_samples + lam / least

    def smallest_ridge(self, n_samples: float) -> float:
        """The smallest ridge at which so many samples can be predicted."""
        n = float(checked_grid(n_samples, 0.0, None)[0])
        return max(n - self.n_samples, 0.0) * self.observed.smallest_effective_ridge

    def learning_curve(self, n_samples: ArrayLike, ridge: ArrayLike | None = None) -> PredictedCurve:
        r"""The test error at other numbers of samples, larger or smaller.

        Two problems with the same effective ridge share df2 and what is left of the target and the noise; both are read off the
        data, without a fit. Predictions reach as far as the observed effective ridges do: to `largest_n_samples(ridge)`.

        Args:
            n_samples: n > 0, any shape.
            ridge: >= 0, broadcast against n_samples; by default the best for each n_samples, among those in reach.

        Raises:
            InvalidInputError: arguments out of range.
            HypothesisError: a point that the data say nothing about.
        """
        if ridge is None:
            n, _, _ = checked_grid(n_samples, 0.0, None)
            _, best, edge = best_own_ridge(self.observed, n.ravel())
            return self._curve(n, best.reshape(n.shape), edge.reshape(n.shape))
        n, lam, _ = checked_grid(n_samples, ridge, None)
        self._require_in_reach(n, lam)
        return self._curve(np.array(real_array("n_samples", n_samples)), np.array(real_array("ridge", ridge)), None)

    def _require_in_reach(self, n: FloatArray, lam: FloatArray) -> None:
        rank = self.observed.rank
        if rank < self.observed.size and np.any((lam == 0) & (n == rank)):
            raise HypothesisError(
                f"ridge = 0 is not valid at n_samples = {rank}: that is the rank of the kernel, where the risk is infinite; "
                "use ridge > 0"
            )
        least = self.observed.smallest_effective_ridge
        beyond = (n - self.n_samples) * least > lam * (1.0 + 1e-9)
        if np.any(beyond):
            size, ridge = float(n[beyond].flat[0]), float(lam[beyond].flat[0])
            raise HypothesisError(
                f"n_samples = {size:g} at ridge = {ridge:g} is out of reach of {self.n_samples} samples: at this ridge they "
                f"predict up to n_samples = {self.largest_n_samples(ridge):.6g}, and that many at ridge >= "
                f"{self.smallest_ridge(size):.6g}; without ridge= the best one in reach is taken"
            )

    def _curve(self, n_samples: FloatArray, ridge: FloatArray, edge: NDArray[np.bool_] | None) -> PredictedCurve:
        n, lam, _ = checked_grid(n_samples, ridge, None)
        found = transferred(self.observed, n.ravel(), lam.ravel())
        # a ridge of exactly 0 at the rank has no risk in the fitted model, and one below rounding is none
        draw = fluctuation(self.model, n_samples=n.ravel(), ridge=np.maximum(lam.ravel(), self.observed.smallest_ridge))
        scatter = draw.standard_deviation / draw.test_error
        total = np.sqrt(found.log_error**2 + scatter**2 + self.held_out.model_error**2)
        values = {
            "test_error": found.test_error,
            "standard_error": found.test_error * found.log_error,
            "standard_deviation": found.test_error * scatter,
            "band_low": found.test_error * np.exp(-_Z * total),
            "band_high": found.test_error * np.exp(_Z * total),
            "effective_ridge": found.effective_ridge,
            "df1": found.df1,
            "df2": found.df2,
        }
        shaped = Fields({name: np.reshape(array, n.shape) for name, array in values.items()})
        return PredictedCurve(
            "Inference", {"n_samples": n_samples, "ridge": ridge}, shaped, self.noise_variance, REFERENCES,
            observed_samples=self.n_samples, ridge_at_edge=np.zeros(n.shape, dtype=np.bool_) if edge is None else edge,
        )  # fmt: skip

    def table(self) -> Table:
        """The numbers with their uncertainty, one a row."""
        low, high = self.noise_interval
        rows = [
            ("ridge", self.ridge, np.nan, np.nan),
            ("optimal_ridge", self.optimal_ridge, np.nan, np.nan),
            ("gcv_ridge", self.gcv_ridge, np.nan, np.nan),
            ("effective_ridge", self.effective_ridge, *_interval(self.effective_ridge, self.effective_ridge_error)),
            ("loo", self.loo, *_interval(self.loo, self.loo_error)),
            ("gcv", self.gcv, np.nan, np.nan),
            ("noise_variance", self.noise_variance, low, high),
            ("target_energy", float(self.levels.energies[-1]), *map(float, self.levels.energy_intervals[-1])),
            ("model_error", self.held_out.model_error, np.nan, np.nan),
        ]
        names, values, lows, highs = zip(*rows, strict=True)
        columns = (Column("quantity", names), Column("estimate", values), Column("low", lows), Column("high", highs))
        return Table(columns, f"Inference from {self.n_samples} samples", ("low and high: 95 % intervals",))

    def levels_table(self) -> Table:
        """How many eigenvalues lie above a threshold and how much of the target, with 95 % intervals."""
        fit = self.levels
        columns = [Column("eigenvalues_above", list(map(float, fit.thresholds)), "eigenvalue")]
        for name, unit, values, intervals in (
            ("count", "count", fit.counts, fit.count_intervals),
            ("energy", "y squared", fit.energies, fit.energy_intervals),
        ):
            for title, array in ((name, values), (f"{name}_low", intervals[:, 0]), (f"{name}_high", intervals[:, 1])):
                columns.append(Column(title, list(map(float, array)), unit))
        return Table(tuple(columns), f"Spectrum and target from {self.n_samples} samples", ("low and high: 95 % intervals",))

    def plot(self, **options: Any) -> CurveDisplay:
        """The learning curve at the best ridge, from a quarter of the samples to four times as many."""
        return self.learning_curve(np.geomspace(self.n_samples / 4.0, 4.0 * self.n_samples, 33)).plot(**options)

    def __repr__(self) -> str:
        return (
            f"Inference({self.n_samples} samples: ridge {short_number(self.ridge)}, effective ridge "
            f"{short_number(self.effective_ridge)} +- {short_number(self.effective_ridge_error, 2)}, test error "
            f"{short_number(self.loo)} +- {short_number(self.loo_error, 2)})"
        )

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _interval(value: float, error: float) -> tuple[float, float]:
    """95 %, of the logarithm, for a positive number."""
    factor = float(np.exp(_Z * error / value))
    return value / factor, value * factor


def inferred(observed: ObservedResolvent, ridge: float | None, optimal: float, held_out: HeldOutCheck) -> Inference:
    """The numbers at one ridge."""
    stated = optimal if ridge is None else ridge
    own = np.array([max(stated, observed.smallest_ridge)])
    found = transferred(observed, np.array([float(observed.size)]), own)
    sums = observed.sums(own)
    kappa_error = jackknife_error(1.0 / sums.without_a1)
    loo = float(found.test_error[0])
    return Inference(
        observed=observed,
        n_samples=observed.size,
        ridge=stated,
        optimal_ridge=optimal,
        gcv_ridge=best_by_gcv(observed),
        effective_ridge=float(1.0 / sums.a1[0]),
        effective_ridge_error=float(kappa_error[0]),
        loo=loo,
        loo_error=loo * float(found.log_error[0]),
        gcv=float(observed.size * sums.q2[0] / sums.a1[0] ** 2),
        held_out=held_out,
    )
