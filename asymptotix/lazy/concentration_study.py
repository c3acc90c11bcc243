"""How near the kernel of a network of finite width is to its limit, measured beside its law (`width_law`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation
from asymptotix.errors import InvalidInputError
from asymptotix.lazy.log_slopes import log_slopes
from asymptotix.lazy.width_law import WidthLaw
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["WidthConcentration"]

FloatArray = NDArray[np.float64]
_CONVENTION = "deviation: operator norm of K^-1/2 K_N K^-1/2 - I; smallest, largest: eigenvalues of K^-1/2 K_N K^-1/2"


@dataclass(frozen=True, eq=False)
class WidthConcentration:
    r"""Measured on $M=K^{-1/2}K_NK^{-1/2}$, one entry for each point of the grid of widths, n_samples and dimensions.

    `deviation` is $\|M-I\|$ in operator norm, `smallest` and `largest` are the extreme eigenvalues: means over trials, with
    `standard_error[name]`. `laws` holds a `WidthLaw` for each entry, with edges, expected deviation and hypotheses;
    `eigenvalues` the whole spectra, of shape (n_trials, n) for each entry.
    """

    activation: Activation
    features: str
    width: NDArray[np.int64]
    n_samples: NDArray[np.int64]
    dimension: NDArray[np.int64]
    laws: tuple[WidthLaw, ...]
    eigenvalues: tuple[FloatArray, ...]
    n_trials: int
    on_sphere: bool

    @cached_property
    def _drawn(self) -> dict[str, FloatArray]:
        """name -> (entries, trials)."""
        low = np.array([values[:, 0] for values in self.eigenvalues])
        high = np.array([values[:, -1] for values in self.eigenvalues])
        return {"deviation": np.maximum(high - 1.0, 1.0 - low), "smallest": low, "largest": high}

    @property
    def deviation(self) -> FloatArray:
        r"""$\|M-I\|$, the mean over trials."""
        return np.asarray(self._drawn["deviation"].mean(axis=1))

    @property
    def smallest(self) -> FloatArray:
        """The smallest eigenvalue, the mean over trials."""
        return np.asarray(self._drawn["smallest"].mean(axis=1))

    @property
    def largest(self) -> FloatArray:
        """The largest eigenvalue, the mean over trials."""
        return np.asarray(self._drawn["largest"].mean(axis=1))

    @property
    def standard_error(self) -> dict[str, FloatArray]:
        """Of each mean."""
        return {name: v.std(axis=1, ddof=1) / np.sqrt(self.n_trials) for name, v in self._drawn.items()}

    @property
    def expected_deviation(self) -> FloatArray:
        """That of the law."""
        return np.array([law.deviation for law in self.laws])

    @property
    def hypothesis(self) -> tuple[str, ...]:
        """Empty where the hypotheses of the law hold, otherwise which fails."""
        return tuple(law.hypothesis for law in self.laws)

    @property
    def exponents(self) -> dict[str, tuple[float, float]]:
        """Of the measured deviation in each argument that varies, with standard errors."""
        return log_slopes(self._arguments, self.deviation, self.standard_error["deviation"])

    @property
    def expected_exponents(self) -> dict[str, float]:
        """The same fit to the law on the same grid."""
        fit = log_slopes(self._arguments, self.expected_deviation, np.zeros(len(self.laws)))
        return {name: value for name, (value, _) in fit.items()}

    @property
    def _arguments(self) -> dict[str, FloatArray]:
        return {name: getattr(self, name).astype(np.float64) for name in ("width", "n_samples", "dimension")}

    def width_for(self, tolerance: float = 0.01) -> NDArray[np.int64]:
        """The width from which on K_N is within a relative tolerance of K in operator norm, by the law.

        Raises:
            InvalidInputError: a tolerance that is not positive.
        """
        tolerance = real_number("tolerance", tolerance, lambda v: 0 < v < np.inf, "finite and > 0")
        return np.array([law.width_for(tolerance) for law in self.laws], dtype=np.int64)

    def width_for_risk(
        self, target: ArrayLike, *, ridge: float, noise_variance: float = 0.0, tolerance: float = 0.01
    ) -> NDArray[np.int64]:
        """The width from which on the *risk* is within a relative tolerance of that of the limit kernel (`required_width`).

        For points on the sphere, by the deterministic equivalent of finite width; `target` are energies per degree.

        Raises:
            InvalidInputError: points of the user's own, whose target has no degrees, or an argument out of range.
            HypothesisError, ConvergenceError: as `required_width`.
        """
        from asymptotix.equivalents.optima.required_width import required_width
        from asymptotix.models.neural_tangent import NeuralTangent
        from asymptotix.models.random_features import RandomFeatures

        if not self.on_sphere:
            raise InvalidInputError("X", "given", "left out", "the risk of a target by degree is known for points on the sphere")
        widths = []
        for n, d in zip(self.n_samples.tolist(), self.dimension.tolist(), strict=True):
            arguments: dict[str, Any] = {"dimension": d, "target": target, "noise_variance": noise_variance}
            tangent = self.features == "tangent"
            if tangent:
                model = NeuralTangent.on_sphere(self.activation, **arguments).equivalent
            else:
                model = RandomFeatures.on_sphere(self.activation, **arguments)
            features = float(required_width(model, n_samples=n, ridge=ridge, tolerance=tolerance).value)
            widths.append(int(np.ceil(features / d)) if tangent else int(features))
        return np.array(widths, dtype=np.int64)

    def table(self) -> Table:
        """One row an entry, the edges of the law beside the extreme eigenvalues."""
        columns = [Column(name, [float(v) for v in values]) for name, values in self._arguments.items()]
        columns.append(Column("aspect_ratio", [law.aspect_ratio for law in self.laws]))
        expected = {
            "deviation": self.expected_deviation,
            "smallest": np.array([law.edges[0] if law.aspect_ratio <= 1 else 0.0 for law in self.laws]),
            "largest": np.array([law.edges[1] for law in self.laws]),
        }
        for name, law in expected.items():
            columns.append(Column(name, [float(v) for v in getattr(self, name)]))
            columns.append(Column(f"{name}_standard_error", [float(v) for v in self.standard_error[name]], digits=2))
            columns.append(Column("expected_deviation" if name == "deviation" else f"{name}_edge", [float(v) for v in law]))
        columns.append(Column("hypothesis", [text or "ok" for text in self.hypothesis]))
        notes = [f"{self.activation.name}, {self.features} features, means over {self.n_trials} trials; the law is heuristic"]
        for name, (slope, error) in self.exponents.items():
            notes.append(f"exponent in {name}: {slope:.3f} +- {error:.3f}, of the law {self.expected_exponents[name]:.3f}")
        return Table(tuple(columns), "Kernel of a network of finite width against its limit", tuple(notes), _CONVENTION)

    def to_csv(self) -> str:
        """The table with all digits."""
        return self.table().to_csv()

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """The deviation against the width, one color for each number of samples and dimension, the law as a line.

        Raises:
            InvalidInputError: there is one width only.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.lazy.concentration_figure import draw_deviation

        return draw_deviation(self, ax, title)

    def plot_spectrum(self, index: int = -1, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """The eigenvalues of one entry, over all trials, as a histogram beside the density of Marchenko and Pastur.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.lazy.concentration_figure import draw_spectrum

        return draw_spectrum(self, index, ax, title)
