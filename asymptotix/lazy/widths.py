r"""`width_study`: how fast a network becomes linear in its width, measured at scales $\gamma=N^{-b}$ and fitted.

With time in units of the mean eigenvalue, an expansion in $N^{b-1}$ gives (heuristically) weights and features that move by
$N^{b-1}$, and a kernel and predictions that move by $N^{2b-2}$ for symmetric output weights, by $N^{b-1}$ for equal ones with an
activation that is not odd. Where the slope of the activation jumps (ReLU) sign flips add to it, and no exponent is confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation, activation as read_activation
from asymptotix.errors import InvalidInputError
from asymptotix.lazy.beside_linearization import linearization_report
from asymptotix.lazy.network import Initialization, Layers
from asymptotix.lazy.report_of_training import CONVENTION
from asymptotix.report.table import Column, Table
from asymptotix.runs.progress import Progress, reporting
from asymptotix.spectra.arguments import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["WidthStudy", "width_study"]

FloatArray = NDArray[np.float64]
_AXES = {
    "train_distance": "distance on training points / first residual",
    "test_distance": "distance on test points / first residual",
    "kernel_change": "relative change of the kernel",
    "weight_change": "relative change of the weights",
}
QUANTITIES = tuple(_AXES)


@dataclass(frozen=True, eq=False)
class WidthStudy:
    """`values[quantity]` of shape (exponents, widths, trials); `slope` and `standard_error` of log value in log N, over trials.

    `theory[quantity]` is the exponent expected, NaN where none is confirmed.
    """

    activation: str
    widths: NDArray[np.int64]
    scale_exponents: FloatArray
    values: dict[str, FloatArray]
    slope: dict[str, FloatArray]
    standard_error: dict[str, FloatArray]
    theory: dict[str, FloatArray]

    @property
    def table(self) -> Table:
        """One row for each exponent and quantity."""
        rows = [
            (float(b), name, self.slope[name][i], self.standard_error[name][i], self.theory[name][i])
            for i, b in enumerate(self.scale_exponents)
            for name in QUANTITIES
        ]
        names = ("scale_exponent", "quantity", "slope", "standard_error", "theory")
        columns = tuple(Column(name, [row[k] if k == 1 else float(row[k]) for row in rows]) for k, name in enumerate(names))
        note = f"widths {', '.join(map(str, self.widths))}, {next(iter(self.values.values())).shape[2]} draws"
        return Table(columns, f"Slopes in the width, {self.activation}", (note,), CONVENTION)

    def plot(self, quantity: str = "kernel_change", *, ax: Axes | None = None, title: str | None = None) -> CurveDisplay:
        """Means over the draws with their standard errors against the width; lines have the slope of the expansion.

        Args:
            quantity: "train_distance", "test_distance", "kernel_change" or "weight_change".
            ax: Matplotlib axes to draw on.
            title: instead of the name of the activation.

        Raises:
            InvalidInputError: another quantity.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        if quantity not in QUANTITIES:
            raise InvalidInputError("quantity", quantity, f"one of {', '.join(QUANTITIES)}")
        values, sizes = self.values[quantity], self.widths.astype(np.float64)
        means, errors = values.mean(axis=2), values.std(axis=2, ddof=1) / np.sqrt(values.shape[2])
        points, lines = [], []
        for i, b in enumerate(self.scale_exponents):
            slope, theory = self.slope[quantity][i], self.theory[quantity][i]
            expected = f", expansion {theory:g}" if np.isfinite(theory) else ""
            label = f"b = {b:g}: slope {slope:.2f} ± {self.standard_error[quantity][i]:.2f}{expected}"
            points.append(Points(sizes, means[i], errors[i], label, i))
            if np.isfinite(theory):
                middle = np.exp(np.mean(np.log(means[i])) - theory * np.mean(np.log(sizes)))
                lines.append(Line(sizes, middle * sizes**theory, color=i))
        title = f"{self.activation}, {values.shape[2]} draws" if title is None else title
        display = plot_curves(
            lines,
            points,
            x_label="width N",
            y_label=_AXES[quantity],
            title=title,
            caption=CONVENTION,
            logx=True,
            logy=True,
            ax=ax,
        )
        lowest, highest = float(means.min()), float(means.max())
        display.ax_.set_ylim(bottom=lowest / (3.0 * (highest / lowest) ** 0.3))  # room for the legend
        return display

    def to_csv(self) -> str:
        """The table with all digits."""
        return self.table.to_csv()

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


def width_study(
    activation: str | Activation = "erf",
    *,
    dimension: int = 10,
    n_samples: int = 15,
    widths: Sequence[int] = (64, 128, 256, 512, 1024),
    scale_exponents: Sequence[float] = (0.5, 0.75, 1.0),
    initialization: Initialization = "antisymmetric",
    layers: Layers = "all",
    n_trials: int = 4,
    seed: int = 0,
    progress: Progress = "auto",
) -> WidthStudy:
    """Slopes in N of prediction distance, kernel change and weight movement, beside those of the expansion.

    Inputs are drawn on the sphere of radius sqrt(d), labels are standard normal; the same data for every width of a draw.

    Args:
        activation: a name, a text, or an Activation.
        dimension: d.
        n_samples: n.
        widths: at least two, even for antisymmetric pairs.
        scale_exponents: b of gamma = N^-b. Beyond 1 no theory is given, and the slopes, measured over the default time of the
            report, are no exponents: kernels grow, and how far training gets depends on the width.
        initialization: see `linearization_report`.
        layers: which are trained, "all" or "first".
        n_trials: draws of data and weights, at least 2.
        seed: of everything.
        progress: "auto", True, False or a callable (done, total).

    Raises:
        InvalidInputError: fewer than two widths or draws, or another argument out of range.

    Source: heuristic expansion, checked by simulation; see the page "Is my network lazy?".
    """
    s, sizes = read_activation(activation), np.array(sorted({whole_number("widths", n, 1) for n in widths}), dtype=np.int64)
    if sizes.size < 2:
        raise InvalidInputError("widths", list(widths), "at least two different widths")
    if layers == "last":
        raise InvalidInputError("layers", layers, '"all" or "first"', "with the last alone the network is linear at every width")
    dimension, n_samples = whole_number("dimension", dimension, 1), whole_number("n_samples", n_samples, 1)
    n_trials, seed = whole_number("n_trials", n_trials, 2), whole_number("seed", seed, 0)
    values = {name: np.empty((len(scale_exponents), sizes.size, n_trials)) for name in QUANTITIES}
    cells = [(i, j, trial) for i in range(len(scale_exponents)) for j in range(sizes.size) for trial in range(n_trials)]
    with reporting(progress, "networks") as report:
        for done, (i, j, trial) in enumerate(cells):
            rng = np.random.default_rng([seed, trial])
            points = rng.standard_normal((n_samples + 50, dimension))
            points *= np.sqrt(dimension) / np.linalg.norm(points, axis=1, keepdims=True)
            result = linearization_report(
                s, points[:n_samples], rng.standard_normal(n_samples), width=int(sizes[j]), scale_exponent=scale_exponents[i],
                seed=seed + 1 + trial, initialization=initialization, layers=layers, X_test=points[n_samples:], progress=False,
            )  # fmt: skip
            for name in QUANTITIES:
                values[name][i, j, trial] = np.max(getattr(result, name))
            report(done + 1, len(cells))
    fitted = {name: np.polynomial.polynomial.polyfit(np.log(sizes), _columns(values[name]), 1)[1] for name in QUANTITIES}
    slopes = {name: fit.reshape(len(scale_exponents), n_trials) for name, fit in fitted.items()}
    exponents = np.asarray(scale_exponents, dtype=np.float64)
    return WidthStudy(
        s.name, sizes, exponents, values,
        {name: fit.mean(axis=1) for name, fit in slopes.items()},
        {name: fit.std(axis=1, ddof=1) / np.sqrt(n_trials) for name, fit in slopes.items()},
        {name: _theory(name, exponents, s, initialization) for name in QUANTITIES},
    )  # fmt: skip


def _columns(values: FloatArray) -> FloatArray:
    return np.asarray(np.log(values).transpose(1, 0, 2).reshape(values.shape[1], -1))


def _theory(quantity: str, b: FloatArray, s: Activation, initialization: str) -> FloatArray:
    b = np.where(b <= 1.0, b, np.nan)  # the expansion in N^(b-1) is none beyond
    if quantity == "weight_change":
        return b - 1.0
    if s.pointwise_derivative.jumps:
        return np.full_like(b, np.nan)
    odd = s.parity is not None and "odd" in str(s.parity).lower()
    return b - 1.0 if initialization == "same" and not odd else 2.0 * b - 2.0
