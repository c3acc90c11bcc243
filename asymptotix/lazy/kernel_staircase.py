r"""What a kernel has learned of a target after $n=d^e$ samples: the staircase of the limit, and the curve at a finite dimension.

With $d^{l+\delta}\le n\le d^{l+1-\delta}$ no kernel $h(\langle x,x'\rangle/d)$ does better than $\|P_{>l}f_*\|^2$, and one with
positive coefficients reaches it. The limit is far away: at d = 30 a plateau that starts at degree 2 cannot be seen. The curves
are the deterministic equivalents of kernel ridge regression on the sphere, with the energies of the target on that sphere.

Source: [GhorbaniMeiMisiakiewiczMontanari2021], [MeiMisiakiewiczMontanari2022].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import InvalidInputError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.lazy.hermite_tensors import hermite_tensors
from asymptotix.lazy.polynomial_text import is_polynomial_text
from asymptotix.lazy.target_energies import TargetEnergies, target_energies
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number, whole_number
from asymptotix.spectra.target import Target

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["KernelStaircase", "kernel_staircase"]

FloatArray = NDArray[np.float64]

_DEGREES = 20  # of the target, listed; what lies beyond them acts as noise that is never learned
_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class KernelStaircase:
    """Excess risk at n = d^exponents: `excess[i]` in dimension `dimensions[i]`, `limit` for d to infinity (NaN on a step).

    `target` holds the energies for Gaussian inputs; `never` is the energy on degrees that the kernel does not see.
    """

    target: TargetEnergies
    models: tuple[KernelRidge, ...]
    dimensions: tuple[int, ...]
    exponents: FloatArray
    excess: FloatArray
    limit: FloatArray
    never: float
    ridge: float

    @property
    def n_samples(self) -> FloatArray:
        """n of each dimension (rows) and exponent."""
        return np.array([float(d) ** self.exponents for d in self.dimensions])

    def samples_needed(self, errors: ArrayLike) -> FloatArray:
        """The n at which the excess risk comes down to each error, one row a dimension; infinite beyond the last exponent.

        Raises:
            InvalidInputError: an error that is not above 0.
        """
        wanted = np.atleast_1d(real_array("errors", errors, "a number or a list of numbers"))
        if not np.all((wanted > 0) & np.isfinite(wanted)):
            raise InvalidInputError("errors", errors, "finite and > 0")
        grid = np.linspace(0.0, float(self.exponents[-1]), 200)
        rows = [[_crossing(model, d, grid, e, self.ridge) for e in wanted] for d, model in self._pairs()]
        return np.array(rows)

    def _pairs(self) -> list[tuple[int, KernelRidge]]:
        return list(zip(self.dimensions, self.models, strict=True))

    def samples_table(self, errors: ArrayLike) -> Table:
        """For each error: the degree l that leaves no more, d^l, and the n at the dimensions given.

        Raises:
            InvalidInputError: an error that is not above 0.
            HypothesisError: the target is not known to the degree that an error needs.
        """
        wanted = np.atleast_1d(real_array("errors", errors, "a number or a list of numbers"))
        n = self.samples_needed(wanted)
        degrees = [self.target.degree_for(float(e)) for e in wanted]
        columns = [Column("error", [float(e) for e in wanted]), Column("degree", [float(k) for k in degrees])]
        columns.append(Column("order", [f"d^{k}" for k in degrees]))
        columns += [Column(f"n at d = {d}", [float(v) for v in row]) for d, row in zip(self.dimensions, n, strict=True)]
        notes = (
            "degree: the smallest whose tail is at most the error; a kernel needs between d^l and d^(l+1) samples",
            *self._notes(),
        )
        return Table(tuple(columns), f"Samples that a kernel needs, target {self.target.name}", notes)

    def table(self) -> Table:
        """One row an exponent: the limit, and the excess risk in every dimension."""
        columns = [Column("log n / log d", self.exponents.tolist()), Column("limit", [float(v) for v in self.limit])]
        columns += [Column(f"d = {d}", [float(v) for v in row]) for d, row in zip(self.dimensions, self.excess, strict=True)]
        return Table(tuple(columns), f"Excess risk of a kernel, target {self.target.name}", self._notes())

    def _notes(self) -> tuple[str, ...]:
        notes = (f"d = ...: deterministic equivalent on the sphere, ridge {self.ridge:g}; limit: d to infinity",)
        return (*notes, f"energy {self.never:.4g} is on degrees that the kernel does not see") if self.never > 0 else notes

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """Excess risk against log n / log d, a line for each dimension and the limit.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, plot_curves

        x = self.exponents
        lines = [Line(x, row, f"d = {d}", i) for i, (d, row) in enumerate(zip(self.dimensions, self.excess, strict=True))]
        fine = np.linspace(x[0], x[-1], 4001)
        levels = np.array([self._level(e) for e in fine])
        lines.append(Line(fine, np.where(levels > 0, levels, np.nan), r"limit $d\to\infty$", 6))
        caption = (
            f"target {self.target.name}; kernel ridge regression on the sphere, ridge {self.ridge:g}, deterministic equivalent"
        )
        return plot_curves(
            lines, x_label=r"$\log n/\log d$", y_label="excess risk", title=title, caption=caption, logx=False, logy=True, ax=ax
        )

    def _level(self, exponent: float) -> float:
        return _limit(self.target, self.never, int(np.floor(exponent)), self.models[0])


def kernel_staircase(
    target: Activation | str,
    *,
    dimension: int | Sequence[int] = (30, 100, 1000),
    kernel: Any = "relu",
    exponents: ArrayLike | None = None,
    ridge: float = 1e-3,
    noise_variance: float = 0.0,
) -> KernelStaircase:
    r"""The error of a kernel against $\log n/\log d$, in the limit and at finite dimensions.

    Args:
        target: $\varphi$ of $f(x)=\varphi(\langle u,x\rangle)$, an activation or its text, or a polynomial of several directions
            such as "x1 + x1*x2*x3", whose energies are then those of Gaussian inputs (O(1/d) from those on the sphere).
        dimension: one d >= 3, or several.
        kernel: an activation (its dual kernel), a Formula, a KernelMap or k(q1, q2, c). The ReLU kernel does not see the odd
            degrees from 3 on; `exponential_kernel()` sees all.
        exponents: $\log n/\log d\ge0$, ascending; 0.1 to 3.5 by default.
        ridge: $\lambda\ge0$ of the curves.
        noise_variance: of the labels; the limit does not depend on it.

    Raises:
        InvalidInputError: an argument out of range.
        ExpressionError: a text that is no target.
        HypothesisError: as in `risk`.

    Source:
        [GhorbaniMeiMisiakiewiczMontanari2021], [MeiMisiakiewiczMontanari2022].

    >>> steps = kernel_staircase("relu", dimension=30, exponents=[0.5, 1.5, 2.5])
    >>> steps.limit.round(4), steps.excess.round(4)
    (array([0.3408, 0.0908, 0.0113]), array([[0.3559, 0.0837, 0.0107]]))
    """
    dims = tuple(whole_number("dimension", d, 3) for d in np.atleast_1d(np.asarray(dimension, dtype=object)))
    grid = np.linspace(0.1, 3.5, 69) if exponents is None else np.atleast_1d(real_array("exponents", exponents))
    if not dims:
        raise InvalidInputError("dimension", dimension, "one whole number >= 3, or several")
    if grid.ndim != 1 or grid.size == 0 or not np.all((grid >= 0) & (grid <= _DEGREES)) or not np.all(np.diff(grid) > 0):
        raise InvalidInputError("exponents", exponents, f"ascending numbers from 0 to {_DEGREES}")
    lam = real_number("ridge", ridge, lambda v: 0 <= v < np.inf, "finite and >= 0")
    if isinstance(kernel, str | Activation):
        kernel = KernelMap(as_activation(kernel))
    several = isinstance(target, str) and is_polynomial_text(target)
    gaussian = _gaussian(str(target)) if several else target_energies(target, max_degree=_DEGREES)
    models = []
    for d in dims:
        own = gaussian if several else target_energies(target, max_degree=_DEGREES, dimension=d)
        energies = Target(own.energies, tail=own.beyond)
        models.append(KernelRidge.on_sphere(kernel, dimension=d, target=energies, noise_variance=noise_variance))
    excess = [risk(m, n_samples=float(d) ** grid, ridge=lam).excess_risk for d, m in zip(dims, models, strict=True)]
    unseen = models[0].spectrum.eigenvalues[: gaussian.energies.size] == 0
    never = float(np.sum(gaussian.energies[: unseen.size][unseen]))
    on_step = (grid == np.floor(grid)) & (grid > 0)
    limit = np.array([_limit(gaussian, never, int(np.floor(e)), models[0]) for e in grid])
    return KernelStaircase(gaussian, tuple(models), dims, grid, np.array(excess), np.where(on_step, np.nan, limit), never, lam)


def _gaussian(text: str) -> TargetEnergies:
    found = hermite_tensors(text)
    return TargetEnergies(text, np.append(found.energies, np.zeros(max(_DEGREES + 1 - found.energies.size, 0))), found.beyond)


def _limit(target: TargetEnergies, never: float, degree: int, model: KernelRidge) -> float:
    """The energy beyond the degree, and that on lower degrees which the kernel does not see."""
    if never == 0.0:
        return target.tail(degree)
    seen = model.spectrum.eigenvalues[: degree + 1] > 0
    return target.tail(degree) + float(np.sum(target.energies[: seen.size][~seen]))


def _crossing(model: KernelRidge, dimension: int, grid: FloatArray, error: float, ridge: float) -> float:
    """The first n on the grid of exponents with an excess risk of at most `error`, refined by halving."""
    d = float(dimension)
    below = np.flatnonzero(risk(model, n_samples=d**grid, ridge=ridge).excess_risk <= error)
    if below.size == 0:
        return np.inf
    high = float(grid[below[0]])
    low = float(grid[max(below[0] - 1, 0)])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        inside = float(risk(model, n_samples=d**middle, ridge=ridge).excess_risk) <= error
        low, high = (low, middle) if inside else (middle, high)
    return float(d**high)
