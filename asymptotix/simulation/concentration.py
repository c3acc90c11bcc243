r"""Why kernel ridge regression on the sphere is polynomial regression: K = K_{<= l} + tau I up to a small error, measured.

With $n=d^{l+\delta}$ points, $0<\delta<1$, the degrees beyond l of an inner-product kernel act as their mass
$\tau=\sum_{k>l}\xi_k$ on the diagonal, and the fit is that of ridge regression on polynomials of degree l with ridge
$\lambda+\tau$. Of the degrees beyond, the first one is the last to go: its kernel matrix is $\xi_kYY^\top/B(d,k)$ with n x B
nearly independent entries, so that by the Marchenko-Pastur law

.. math:: \|K-K_{\le l}-\tau I\|\approx\max_{k>l}\ \xi_k\big(2\sqrt{\psi_k}+\psi_k\big),\qquad\psi_k=n/B(d,k).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.report.table import Column, Table
from asymptotix.simulation.grid import whole_number
from asymptotix.simulation.population import QuadraticRisk
from asymptotix.simulation.quadrature import SphereSeries, gegenbauer_polynomials, multiplicity, sphere_series
from asymptotix.simulation.sphere_designs import SphereTarget, cosine_matrix, kernel_at, unit_vectors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["KernelConcentration", "kernel_concentration"]

FloatArray = NDArray[np.float64]

_MOST_SAMPLES = 6000  # a decomposition of the matrix, for each trial: a minute
_DRAWN = ("deviation", "predictor_distance", "kernel_error", "polynomial_error")


@dataclass(frozen=True, eq=False)
class KernelConcentration:
    r"""Measured on the sphere, one entry for each dimension; means over trials, with `standard_error[name]`.

    `deviation` is $\|K-K_{\le l}-\tau I\|$ in operator norm, `expected_deviation` the edge of the Marchenko-Pastur law for it,
    `tail_mass` $\tau$. `predictor_distance` is $\mathbb E_x(\hat f-\hat f_l)^2$ between kernel ridge regression and ridge
    regression with $K_{\le l}$ and the ridge $\lambda+\tau$; `kernel_error` and `polynomial_error` are their excess risks, and
    `unlearned` is the energy of the target beyond degree l, the limit of both. Each is exact over x.
    """

    degree: int
    dimension: NDArray[np.int64]
    n_samples: NDArray[np.int64]
    tail_mass: FloatArray
    expected_deviation: FloatArray
    deviation: FloatArray
    predictor_distance: FloatArray
    kernel_error: FloatArray
    polynomial_error: FloatArray
    unlearned: float
    standard_error: dict[str, FloatArray]
    n_trials: int

    def table(self) -> Table:
        """One row a dimension."""
        names = ["dimension", "n_samples", "tail_mass", "expected_deviation"]
        columns = [Column(name, [float(v) for v in getattr(self, name)]) for name in names]
        for name in _DRAWN:
            columns.append(Column(name, [float(v) for v in getattr(self, name)]))
            columns.append(Column(f"{name}_standard_error", [float(v) for v in self.standard_error[name]], digits=2))
        note = f"degree {self.degree}, means over {self.n_trials} trials; target beyond the degree: {self.unlearned:.4g}"
        return Table(tuple(columns), "Kernel matrix and polynomial kernel", (note,))

    def to_csv(self) -> str:
        """The table with all digits."""
        return self.table().to_csv()

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """Deviation and distance of the predictors against the dimension, with the expected deviation as a line.

        Raises:
            InvalidInputError: there is one dimension only.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        if self.dimension.size < 2:
            raise InvalidInputError("dimensions", self.dimension.tolist(), "at least two, to be drawn along")
        x, errors = self.dimension.astype(np.float64), self.standard_error
        lines = [Line(x, self.expected_deviation, "edge of Marchenko-Pastur", 0)]
        points = [
            Points(x, self.deviation, errors["deviation"], r"$\|K-K_{\leq\ell}-\tau I\|$", 0),
            Points(x, self.predictor_distance, errors["predictor_distance"], "squared distance of the predictors", 1),
        ]
        caption = f"degree {self.degree}, {self.n_trials} trials, bars of one standard error"
        return plot_curves(
            lines, points, x_label="dimension d", y_label="", title=title, caption=caption, logx=True, logy=True, ax=ax
        )


def kernel_concentration(
    kernel: Any,
    *,
    degree: int,
    dimensions: Sequence[int],
    exponent: float | None = None,
    target: Sequence[float] | None = None,
    ridge: float = 0.0,
    noise_variance: float = 0.0,
    n_trials: int = 5,
    seed: int = 0,
) -> KernelConcentration:
    r"""Compare a kernel matrix on the sphere with its part of low degree plus a multiple of the identity, as d grows.

    Args:
        kernel: a Formula, a KernelMap, or a vectorised k(q1, q2, c); h(t) = k(1, 1, t).
        degree: l >= 0.
        dimensions: whole numbers >= 3, so that n is at most 6000.
        exponent: n = d^exponent, rounded; l + 1/2 by default. The matrices draw together for an exponent below l + 1, and the
            polynomials are learned above l.
        target: energies of degree 0, 1, ...; by default 1 in all, shared equally by the degrees 0 to l + 1.
        ridge: $\lambda\ge0$.
        noise_variance: of the labels.
        n_trials: independent draws of points, target directions and noise for each dimension.
        seed: of the draws.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError, ConvergenceError: the kernel's coefficients on the sphere cannot be computed.

    Source:
        [MeiMisiakiewiczMontanari2022], [MisiakiewiczMontanari2023]. The edge is a heuristic, compared here.

    Examples:
        >>> found = kernel_concentration(lambda q1, q2, c: np.exp(c), degree=1, dimensions=[10, 40], n_trials=2)
        >>> found.n_samples.tolist(), bool(found.deviation[1] < found.deviation[0])
        ([32, 253], True)
    """
    level, trials = whole_number("degree", degree, minimum=0), whole_number("n_trials", n_trials, minimum=2)
    sizes = _sample_sizes(level, dimensions, exponent)
    energies = _energies(level, target)
    for name, value in (("ridge", ridge), ("noise_variance", noise_variance)):
        if not 0 <= value < np.inf:
            raise InvalidInputError(name, value, "finite and >= 0")
    function = getattr(kernel, "kernel", kernel)
    if not callable(function):
        raise InvalidInputError("kernel", kernel, "a Formula with a kernel, a KernelMap, or a function k(q1, q2, c)")
    rows = []
    for d, n in sizes:
        split = _Split.of(function, d, level, energies)
        streams = np.random.SeedSequence(whole_number("seed", seed, minimum=0), spawn_key=(d, n)).spawn(trials)
        draws = np.array([split.trial(n, ridge, noise_variance, np.random.default_rng(stream)) for stream in streams])
        rows.append((split.tail_mass, split.edge(n), draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(trials)))
    tails, edges, means, errors = (np.array(column) for column in zip(*rows, strict=True))
    dims, counts = np.array(sizes, dtype=np.int64).T
    return KernelConcentration(
        degree=level,
        dimension=dims,
        n_samples=counts,
        tail_mass=tails,
        expected_deviation=edges,
        **dict(zip(_DRAWN, means.T, strict=True)),
        unlearned=float(energies[level + 1 :].sum()),
        standard_error=dict(zip(_DRAWN, errors.T, strict=True)),
        n_trials=trials,
    )


@dataclass(frozen=True)
class _Split:
    """A kernel on the sphere of R^d as its degrees up to l and the rest."""

    kernel: Any
    target: SphereTarget
    series: SphereSeries
    degree: int
    tail_mass: float

    @staticmethod
    def of(kernel: Any, dimension: int, degree: int, energies: FloatArray) -> _Split:
        series = sphere_series(lambda t: kernel_at(kernel, t), dimension, min_degree=max(degree + 1, len(energies) - 1))
        low = sum(multiplicity(dimension, k) * series.coefficient(k) for k in range(degree + 1))
        tail = float(kernel_at(kernel, np.ones(1))[0]) - low
        return _Split(kernel, SphereTarget(dimension, energies), series, degree, tail)

    def edge(self, n_samples: int) -> float:
        """The largest edge of the Marchenko-Pastur laws of the degrees beyond."""
        edges = []
        for k in range(self.degree + 1, len(self.series.coefficients)):
            count = multiplicity(self.target.dimension, k)
            ratio = n_samples / count
            edges.append(count * self.series.coefficient(k) * (2.0 * np.sqrt(ratio) + ratio))
        return float(max(edges))

    def trial(self, n_samples: int, ridge: float, noise_variance: float, rng: np.random.Generator) -> tuple[float, ...]:
        """The values of `_DRAWN` for one training set."""
        d, series = self.target.dimension, self.series
        directions, points = unit_vectors(len(self.target.energies), d, rng).T, unit_vectors(n_samples, d, rng)
        cosines, to_target = cosine_matrix(points), points @ directions
        labels = self.target.values(to_target) + np.sqrt(noise_variance) * rng.standard_normal(n_samples)
        # a sum over degrees, as `SphereSeries.gram` is one of the squares
        low = _polynomial_kernel(series, self.degree, cosines)
        full, shift = kernel_at(self.kernel, cosines), np.eye(n_samples)
        alpha = np.linalg.solve(full + ridge * shift, labels)
        beta = np.linalg.solve(low + (ridge + self.tail_mass) * shift, labels)
        kept = SphereSeries(d, series.coefficients[: self.degree + 1], 0.0)
        beyond = SphereSeries(
            d, np.where(np.arange(len(series.coefficients)) > self.degree, series.coefficients, 0.0), series.remainder
        )
        inner, outer = kept.gram(cosines), beyond.gram(cosines)
        gap, energy = alpha - beta, float(self.target.energies.sum())
        fitted = QuadraticRisk(inner + outer, self.target.moments(to_target, series), energy)
        polynomial = QuadraticRisk(inner, self.target.moments(to_target, kept), energy)
        deviation = np.linalg.eigvalsh(full - low - self.tail_mass * shift)
        return (
            float(np.abs(deviation[[0, -1]]).max()),
            float(gap @ inner @ gap + alpha @ outer @ alpha),
            float(fitted.excess(alpha[:, None])[0]),
            float(polynomial.excess(beta[:, None])[0]),
        )


def _polynomial_kernel(series: SphereSeries, degree: int, cosines: FloatArray) -> FloatArray:
    """sum_(k <= degree) B(d, k) c_k Q_k(cosines)."""
    total = np.zeros_like(cosines)
    for k, polynomial in zip(range(degree + 1), gegenbauer_polynomials(series.dimension, cosines), strict=False):
        total += multiplicity(series.dimension, k) * series.coefficient(k) * polynomial
    return total


def _sample_sizes(degree: int, dimensions: Sequence[int], exponent: float | None) -> list[tuple[int, int]]:
    power = degree + 0.5 if exponent is None else float(exponent)
    if not 0 < power < np.inf:
        raise InvalidInputError("exponent", exponent, "finite and > 0")
    checked = [whole_number("dimensions", d, minimum=3) for d in np.atleast_1d(np.asarray(dimensions, dtype=object))]
    if not checked:
        raise InvalidInputError("dimensions", dimensions, "at least one whole number >= 3")
    sizes = [(d, max(1, round(d**power))) for d in checked]
    if max(n for _, n in sizes) > _MOST_SAMPLES:
        d, n = max(sizes)
        raise InvalidInputError("dimensions", d, f"so small that n = d^{power:g}, here {n}, is at most {_MOST_SAMPLES}")
    return sizes


def _energies(degree: int, target: Sequence[float] | None) -> FloatArray:
    if target is None:
        return np.full(degree + 2, 1.0 / (degree + 2))
    energies = np.asarray(target, dtype=np.float64)
    if energies.ndim != 1 or energies.size == 0 or not np.all((energies >= 0) & np.isfinite(energies)):
        raise InvalidInputError("target", target, "a nonempty list of finite energies >= 0")
    return energies
