r"""The number of random features from which on the error is that of kernel ridge regression, within a tolerance.

For many features the error is $R_\infty+C/p$, from above or from below; before that it has a peak near p = n at a small ridge,
and may cross $R_\infty$ on its way. So the width is defined by what follows it: the smallest whole p such that the relative
distance is within the tolerance at p and at every larger number of features. It is found on a grid of widths that is fine near n
and near gaps of the spectrum, extended until the distance is below a tenth of the tolerance over a whole decade, and bisected.

With fewer features the error may also be lower (kernel ridge regression near n = rank overfits, fewer features do not). Within
the tolerance means that the infinite-width limit describes the error; `one_sided` asks only that it is not higher than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import checked_grid
from asymptotix.equivalents.optima.best_n_features import features_grid, gap_counts
from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.report.table import Column, Table
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import real_number, true_or_false

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["RequiredWidth", "required_width"]

FloatArray = NDArray[np.float64]

_LEAST_TOLERANCE = 1e-9  # the error itself has 13 digits, its distance from the limit what is left of them
_FIRST, _LAST = 100.0, 1e16  # times n: where the search begins to look at whole decades, and where it gives up
_SAFE = 0.1  # of the tolerance, over the last decade
_QUANTITIES = ("test_error", "excess_risk")


@dataclass(frozen=True, eq=False)
class RequiredWidth:
    """The width at each point of a grid of n_samples and ridge.

    `value` is the smallest number of features from which on the error stays within the tolerance of `kernel_error`, that of
    infinitely many features; `per_sample` is value / n_samples. `risk` holds every field at `value`.
    """

    n_samples: FloatArray
    ridge: FloatArray
    tolerance: float
    quantity: str
    one_sided: bool
    value: FloatArray
    kernel_error: FloatArray
    risk: RiskCurve

    @property
    def per_sample(self) -> FloatArray:
        """Features for each sample."""
        return np.asarray(self.value / self.n_samples)

    def table(self) -> Table:
        """One row a point."""
        shape = self.value.shape
        arrays = {
            "n_samples": self.n_samples,
            "ridge": self.ridge,
            "required_width": self.value,
            "per_sample": self.per_sample,
            self.quantity: self.risk.quantity(self.quantity),
            "kernel_error": self.kernel_error,
        }
        columns = (Column(name, [float(v) for v in np.broadcast_to(a, shape).ravel()]) for name, a in arrays.items())
        how = "at most that far above" if self.one_sided else "within that"
        note = f"tolerance {self.tolerance:g}, relative: {self.quantity} {how} of infinitely many features from this width on"
        return Table(tuple(columns), "Required width", (note,), self.risk.convention)

    def to_csv(self) -> str:
        """The table with all digits."""
        return self.table().to_csv()

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, per_sample: bool = False, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """The width, or the width for each sample, against the number of samples: one line for each ridge.

        Raises:
            InvalidInputError: n_samples does not vary.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.grid import Grid
        from asymptotix.report.plot import Line, plot_curves

        if self.n_samples.size < 2:
            raise InvalidInputError("n_samples", self.n_samples, "an array, to be drawn along")
        values = self.per_sample if per_sample else self.value
        cuts = Grid({"n_samples": self.n_samples, "ridge": self.ridge}).cuts("n_samples")
        lines = [Line(cut.x, np.atleast_1d(values[cut.index]), cut.label, color) for color, cut in enumerate(cuts)]
        label = "required features / n samples" if per_sample else "required features"
        caption = f"{self.risk.model}: {self.quantity} within {self.tolerance:.3g} of its limit; {self.risk.convention}"
        drawn: dict[str, Any] = {"x_label": "n samples", "y_label": label, "title": title, "caption": caption}
        return plot_curves(lines, **drawn, logx=True, logy=not per_sample, ax=ax)


def required_width(
    model: RandomFeatures,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    tolerance: float = 0.05,
    quantity: str = "test_error",
    one_sided: bool = False,
) -> RequiredWidth:
    """How many random features do as well as infinitely many.

    Args:
        model: RandomFeatures.
        n_samples: n > 0, finite, any shape.
        ridge: the ridge, >= 0; the two broadcast. 0 is the ridgeless limit.
        tolerance: of the relative distance from the error of kernel ridge regression, from 1e-9 up, below 1.
        quantity: "test_error" or "excess_risk", which leaves the label noise out and asks for more.
        one_sided: let the error be as far below the limit as it may be, and only not more than the tolerance above it.

    Returns:
        A RequiredWidth.

    Raises:
        InvalidInputError: an argument out of range, or another model.
        HypothesisError: ridge = 0 where kernel ridge regression has infinite risk (n_samples = rank).
        ConvergenceError: beyond 1e16 features for each sample.

    Source:
        [DefilippisLoureiroMisiakiewicz2024] (how many features suffice for the rates of ridge regression).

    Examples:
        >>> import asymptotix as ax
        >>> model = ax.RandomFeatures(ax.PowerLaw(1.5), ax.PowerLaw(1.5).target(0.5), noise_variance=0.25)
        >>> width = ax.required_width(model, n_samples=[100, 1000], ridge=1e-2)
        >>> [float(features) for features in width.value]
        [1394.0, 11102.0]
    """
    if not isinstance(model, RandomFeatures):
        raise InvalidInputError("model", model, "a RandomFeatures", "no other model has random features")
    valid = f"at least {_LEAST_TOLERANCE:g} and below 1"
    tolerance = real_number("tolerance", tolerance, lambda v: _LEAST_TOLERANCE <= v < 1, valid)
    if quantity not in _QUANTITIES:
        raise InvalidInputError("quantity", quantity, f"one of {', '.join(_QUANTITIES)}")
    one_sided = true_or_false("one_sided", one_sided)
    n, lam, _ = checked_grid(n_samples, ridge, 1.0)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite")
    limit = risk(model, n_samples=n, ridge=lam, n_features=np.inf).quantity(quantity)
    landmarks, value = gap_counts(model.spectrum), np.empty(n.shape)
    for index in np.ndindex(n.shape):
        error = _Error(model, float(n[index]), float(lam[index]), float(limit[index]), tolerance, quantity, one_sided)
        value[index] = _width(error, landmarks)
    samples, ridges = (np.asarray(v, dtype=np.float64) for v in (n_samples, ridge))
    curve = risk(model, n_samples=n, ridge=lam, n_features=value)
    return RequiredWidth(samples, ridges, tolerance, quantity, one_sided, value, limit, curve)


@dataclass(frozen=True)
class _Error:
    """The error at one point, as a function of the width, against its limit."""

    model: RandomFeatures
    n: float
    ridge: float
    limit: float
    tolerance: float
    quantity: str
    one_sided: bool

    def distance(self, p: FloatArray) -> FloatArray:
        """|error - limit| / limit in units of the tolerance; infinite where the error is."""
        infinite = np.minimum(p, self.model.spectrum.rank) == self.n if self.ridge == 0 else np.zeros(p.shape, dtype=np.bool_)
        found = np.full(p.shape, np.inf)
        curve = risk(self.model, n_samples=self.n, ridge=self.ridge, n_features=p[~infinite])
        gap = curve.quantity(self.quantity) - self.limit
        gap = np.maximum(gap, 0.0) if self.one_sided else np.abs(gap)
        found[~infinite] = np.where(gap == 0, 0.0, gap / np.maximum(self.limit * self.tolerance, np.finfo(np.float64).tiny))
        return found


def _width(error: _Error, gaps: FloatArray) -> float:
    last = _FIRST * max(error.n, 1.0)
    while np.any(error.distance(np.geomspace(last / 10.0, last, 20)) > _SAFE):
        last *= 10.0
        if last > _LAST * error.n:
            raise ConvergenceError(
                f"at n_samples = {error.n:g}, ridge = {error.ridge:g} the error is not within {error.tolerance:g} of its limit "
                f"with {last:.0e} features; raise the tolerance"
            )
    landmarks = np.append(gaps, error.n)
    p = np.unique(np.round(features_grid(landmarks[landmarks <= last], 1.0, last)))
    beyond = np.flatnonzero(error.distance(p) > 1.0)
    if beyond.size == 0:
        return float(p[0])
    low, high = p[beyond[-1]], p[beyond[-1] + 1]
    while high - low > 1.0:
        middle = np.floor((low + high) / 2.0)
        if error.distance(np.array([middle]))[0] > 1.0:
            low = middle
        else:
            high = middle
    return float(high)
