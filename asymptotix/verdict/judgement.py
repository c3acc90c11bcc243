r"""The outcome of a comparison with its evidence.

At each judged point $z = \max(|\text{simulated}-\text{theory}|-\text{allowance},\,0)/\text{standard error}$; the limit on z is
Student's quantile at which the whole table raises a false alarm with probability 1e-3 (`significance`), the allowance that of
`finite_size`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import HypothesisError
from asymptotix.report.table import Column, Table
from asymptotix.results import RiskCurve, SimulatedCurve
from asymptotix.verdict.finite_size import LARGEST_ALLOWANCE, SizeFit
from asymptotix.verdict.significance import POWER, noticed, trials_needed

if TYPE_CHECKING:
    from asymptotix.report.plot import CurveDisplay

__all__ = ["RESOLUTION", "Verdict"]

FloatArray = NDArray[np.float64]

RESOLUTION = 0.5


@dataclass(frozen=True, eq=False)
class Verdict:
    """The comparison of one quantity on a grid. No truth value: read `.outcome`, or `.agrees` when there is enough evidence.

    Arrays have the shape of the grid. `z` is the raw difference in standard errors, `z_beyond_allowance` what is left of it
    after the allowance; `judged` is False where a point was left out, with the `exclusions` saying why.

    Judged at several sizes (`check(..., sizes=(1, 2, 4))`), `simulated` is the theory plus the difference that remains at
    infinite size, with its standard error, and `size_fit` has the differences at each size.
    """

    quantity: str
    theory: RiskCurve
    simulated: FloatArray
    standard_error: FloatArray
    allowance: FloatArray
    z_limit: float
    judged: NDArray[np.bool_]
    exclusions: tuple[str, ...]
    resolution: float = RESOLUTION
    simulation: SimulatedCurve | None = field(default=None, repr=False)
    n_trials: FloatArray | None = field(default=None, repr=False)
    size_fit: SizeFit | None = field(default=None, repr=False)

    @property
    def expected(self) -> FloatArray:
        """The theory's value at each point."""
        return self.theory.quantity(self.quantity)

    @property
    def z(self) -> FloatArray:
        """(simulated - theory) / standard error."""
        return _ratio(self.simulated - self.expected, self.standard_error)

    @property
    def z_beyond_allowance(self) -> FloatArray:
        """The part of |z| that the allowance does not cover, with its sign."""
        difference = self.simulated - self.expected
        return np.sign(difference) * _ratio(np.maximum(np.abs(difference) - self.allowance, 0.0), self.standard_error)

    @property
    def unresolved(self) -> NDArray[np.bool_]:
        """Judged points whose error bar is so wide that a deviation of `resolution` times the value could hide in it."""
        wide = self.z_limit * self.standard_error > self.resolution * np.abs(self.expected) + self.allowance
        return np.asarray(self.judged & (wide | ~np.isfinite(self.standard_error)))

    @property
    def detectable(self) -> FloatArray:
        """The relative deviation of the theory that would have been noticed with probability 95 %, at each point."""
        return _ratio(noticed(self.standard_error, self.allowance, self.z_limit), np.abs(self.expected))

    @property
    def trials_needed(self) -> int | None:
        """Trials at each point with which no judged point would be unresolved; None if no number would do, or none is known.

        From the spread seen so far. Of an experiment at several sizes, trials at the first of them.
        """
        if self.n_trials is None or not np.any(self.judged):
            return None
        margin = self.resolution * np.abs(self.expected) + self.allowance
        spreads, points = self.standard_error * np.sqrt(self.n_trials), int(np.sum(self.judged))
        pairs = zip(spreads[self.judged], margin[self.judged], strict=True)
        needed = [trials_needed(float(spread), float(room), points) for spread, room in pairs]
        return None if None in needed else max(number for number in needed if number is not None)

    @property
    def too_small(self) -> NDArray[np.bool_]:
        """Judged points where the part of the difference that falls as 1 / size is itself beyond 5% of the value."""
        if self.size_fit is None:
            return np.zeros(self.expected.shape, dtype=np.bool_)
        excess = np.abs(self.size_fit.finite_size) - LARGEST_ALLOWANCE * np.abs(self.expected)
        return np.asarray(self.judged & (excess > self.z_limit * self.size_fit.finite_size_standard_error))

    @property
    def outcome(self) -> str:
        """One of "agree", "disagree", "not enough evidence"."""
        if np.any(self.judged & (np.abs(self.z_beyond_allowance) > self.z_limit)) or np.any(self.too_small):
            return "disagree"
        return "not enough evidence" if not np.any(self.judged) or np.any(self.unresolved) else "agree"

    @property
    def agrees(self) -> bool:
        """True or False; HypothesisError when there is not enough evidence for either."""
        if self.outcome == "not enough evidence":
            raise HypothesisError(f"not enough evidence: {self._evidence()}; read .outcome, or raise n_trials{self._to_what()}")
        return self.outcome == "agree"

    def __bool__(self) -> bool:
        """Refused: three outcomes do not fit into two truth values."""
        raise HypothesisError("a Verdict has no truth value (agree, disagree, not enough evidence): read .outcome or .agrees")

    @property
    def worst(self) -> dict[str, float]:
        """The judged point with the largest |z| beyond the allowance: its grid arguments, theory, simulation, z."""
        score = np.nan_to_num(np.abs(self.z_beyond_allowance) + 1e-9 * np.abs(self.z), nan=-0.5)
        score = np.where(self.judged, score, -1.0)
        return self.table[int(np.argmax(score))]

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row a grid point."""
        grid = dict(zip(self.theory.grid, np.broadcast_arrays(*self.theory.grid.values()), strict=True))
        columns = grid | {
            "theory": self.expected,
            "simulated": self.simulated,
            "standard_error": self.standard_error,
            "allowance": self.allowance,
            "z": self.z,
            "z_beyond_allowance": self.z_beyond_allowance,
            "judged": self.judged,
        }
        columns = {name: np.broadcast_to(values, self.expected.shape).ravel() for name, values in columns.items()}
        return [{name: values[i].item() for name, values in columns.items()} for i in range(self.expected.size)]

    def to_table(self) -> Table:
        """The rows of `table` with the summary as notes, as a Table of the report room (CSV, LaTeX, Markdown, HTML)."""
        rows = self.table
        columns = (Column(name, [str(row[name]) if name == "judged" else row[name] for row in rows]) for name in rows[0])
        return Table(
            tuple(columns), f"{self.theory.model}, {self.quantity}", tuple(self.summary().split("\n")), self.theory.convention
        )

    def to_csv(self, path: str | Path | None = None) -> str:
        """All points with all digits, after comment lines; written to `path` if given."""
        text = self.to_table().to_csv()
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def to_latex(self) -> str:
        r"""A LaTeX table (`\hline`, amsmath)."""
        return self.to_table().to_latex()

    def _repr_html_(self) -> str:
        return self.to_table()._repr_html_()

    def summary(self) -> str:
        """Lines of text: the outcome, the worst point, the allowance, what was left out."""
        lines = [f"{self.quantity}: {self.outcome}: {self._evidence()}"]
        if np.any(self.judged):
            worst = self.worst
            where = ", ".join(f"{name} = {worst[name]:g}" for name in self.theory.grid)
            lines.append(
                f"worst point {where}: theory {worst['theory']:.6g}, simulated {worst['simulated']:.6g} "
                f"+- {worst['standard_error']:.2g}, "
                f"z = {worst['z']:+.2f}, beyond the allowance {worst['z_beyond_allowance']:+.2f} (limit {self.z_limit:.2f})"
            )
            lines += [*self._allowances(), *self._at_sizes(), *self._reduction()]
        return "\n".join([*lines, *self.exclusions])

    def _allowances(self) -> list[str]:
        used = self.judged & (self.expected != 0)
        relative = _ratio(self.allowance, np.abs(self.expected))[used]
        if not relative.size:
            return []
        name = "finite-size allowance" if self.size_fit is None else "allowance for the second order in the size"
        lines = [f"{name} {relative.min():.2%} to {relative.max():.2%} of the value"]
        seen = self.detectable[used & np.isfinite(self.detectable)]
        if seen.size:
            lines.append(
                f"a deviation of {seen.min():.1%} (best point) to {seen.max():.1%} (worst point) of the value would be noticed "
                f"with probability {POWER:.0%}"
            )
        return lines

    def _at_sizes(self) -> list[str]:
        """The convergence of the difference with size, and what the fit ascribes to the size."""
        fit, used = self.size_fit, self.judged & (self.expected != 0)
        if fit is None or not np.any(used):
            return []
        middle = [float(np.median(_ratio(np.abs(one), np.abs(self.expected))[used])) for one in fit.differences]
        sizes = " -> ".join(f"{share:.2%} (size {m})" for m, share in zip(fit.sizes, middle, strict=True))
        ascribed = _ratio(np.abs(fit.finite_size), np.abs(self.expected))[used]
        lines = [
            f"{fit.scaled}",
            f"median |simulated - theory| / theory: {sizes}",
            f"fitted C / size: at most {ascribed.max():.2%}",
        ]
        if np.any(self.too_small):
            count = int(np.sum(self.too_small))
            lines.append(f"{count} points too small for the theory: what falls with the size is beyond {LARGEST_ALLOWANCE:.0%}")
        return lines

    def _reduction(self) -> list[str]:
        """What control variates brought."""
        if self.simulation is None or self.simulation.adjusted_standard_error is None:
            return []
        gains = self.simulation.variance_reduction[self.quantity][self.judged]
        count = int(np.max(self.simulation.n_controls))
        return [f"{count} control variates divide the variance of the means by {gains.min():.3g} to {gains.max():.3g}"]

    def _evidence(self) -> str:
        judged, wide = int(np.sum(self.judged)), int(np.sum(self.unresolved))
        text = f"{judged} of {self.expected.size} points judged"
        if wide == 0:
            return text
        text = f"{text}, {wide} with error bars wider than a deviation of {self.resolution:.0%}"
        return text if self.trials_needed is None else f"{text} ({self.trials_needed} trials would suffice)"

    def _to_what(self) -> str:
        return "" if self.trials_needed is None else f" to {self.trials_needed}"

    def plot(self, *, statistic: str = "mean", **options: Any) -> CurveDisplay:
        """Theory lines with the simulated points on them; options as in `RiskCurve.plot`."""
        return self.theory.plot(self.quantity, simulated=self.simulation, statistic=statistic, **options)

    def __repr__(self) -> str:
        """The summary."""
        return f"Verdict({self.summary()})"


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """0/0 is agreement, x/0 is infinite disagreement."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(numerator == 0, 0.0, numerator / denominator)
