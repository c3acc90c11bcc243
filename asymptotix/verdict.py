r"""Theory against experiment, in standard errors: `check`, `compare`, `Verdict`.

At each judged point $z = \max(|\text{simulated}-\text{theory}|-\text{allowance},\,0)/\text{standard error}$. The allowance is
the finite-size error that a
deterministic equivalent may have, $\min(5\%,\ E_0/n+1/p)$ of the value, with $E_0$ the overfitting coefficient (the mean error
of the equivalent is of this
order: bias of the inverse Wishart law). The limit on z is Student's quantile at which the whole table raises a false alarm
    with probability 1e-3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.report.table import Column, Table
from asymptotix.results import RiskCurve, SimulatedCurve
from asymptotix.simulation.trials import simulate
from asymptotix.spectra.arguments import real_array, real_number

if TYPE_CHECKING:
    from asymptotix.report.plot import CurveDisplay

__all__ = ["Verdict", "check", "compare"]

FloatArray = NDArray[np.float64]

LARGEST_ALLOWANCE = 0.05
FALSE_ALARM = 1e-3
RESOLUTION = 0.5
_FLOAT = 1e-10  # relative accuracy of a simulated error: the condition of a Gram matrix near the threshold
_ERRORS = ("excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk")


@dataclass(frozen=True, eq=False)
class Verdict:
    """The comparison of one quantity on a grid. No truth value: read `.outcome`, or `.agrees` when there is enough evidence.

    Arrays have the shape of the grid. `z` is the raw difference in standard errors, `z_beyond_allowance` what is left of it
    after the allowance; `judged` is
    False where a point was left out, with the `exclusions` saying why.
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
    def outcome(self) -> str:
        """One of "agree", "disagree", "not enough evidence"."""
        if np.any(self.judged & (np.abs(self.z_beyond_allowance) > self.z_limit)):
            return "disagree"
        return "not enough evidence" if not np.any(self.judged) or np.any(self.unresolved) else "agree"

    @property
    def agrees(self) -> bool:
        """True or False; HypothesisError when there is not enough evidence for either."""
        if self.outcome == "not enough evidence":
            raise HypothesisError(f"not enough evidence: {self._evidence()}; read .outcome, or raise n_trials")
        return self.outcome == "agree"

    def __bool__(self) -> bool:
        """Refused: three outcomes do not fit into two truth values."""
        raise HypothesisError("a Verdict has no truth value (agree, disagree, not enough evidence): read .outcome or .agrees")

    @property
    def worst(self) -> dict[str, float]:
        """The judged point with the largest |z| beyond the allowance: its grid arguments, theory, simulation, z."""
        score = np.where(self.judged, np.abs(self.z_beyond_allowance) + 1e-9 * np.abs(self.z), -1.0)
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
            relative = _ratio(self.allowance, np.abs(self.expected))[self.judged & (self.expected != 0)]
            if relative.size:
                lines.append(f"finite-size allowance {relative.min():.2%} to {relative.max():.2%} of the value")
        return "\n".join([*lines, *self.exclusions])

    def _evidence(self) -> str:
        judged, wide = int(np.sum(self.judged)), int(np.sum(self.unresolved))
        text = f"{judged} of {self.expected.size} points judged"
        return text if wide == 0 else f"{text}, {wide} with error bars wider than a deviation of {self.resolution:.0%}"

    def plot(self, *, statistic: str = "mean", **options: Any) -> CurveDisplay:
        """Theory lines with the simulated points on them; options as in `RiskCurve.plot`."""
        return self.theory.plot(self.quantity, simulated=self.simulation, statistic=statistic, **options)

    def __repr__(self) -> str:
        """The summary."""
        return f"Verdict({self.summary()})"


def check(
    model: Any,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike | None = None,
    n_features: ArrayLike | None = None,
    time: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    step_size: float | None = None,
    n_trials: int = 50,
    seed: int = 0,
    quantity: str = "test_error",
    executor: Any = None,
    progress: Any = "auto",
    max_z_score: float | None = None,
) -> Verdict:
    """Compute the theory, run the experiment on the same grid, and compare them.

    Args:
        model: as in `risk`.
        n_samples: as in `risk`, like the five that follow.
        ridge: see `n_samples`.
        n_features: see `n_samples`.
        time: see `n_samples`.
        steps: see `n_samples`.
        step_size: see `n_samples`.
        n_trials: independent trials a grid point.
        seed: entropy of the random streams; the result does not depend on the number of workers.
        quantity: the field to judge.
        executor: any concurrent.futures.Executor; None runs in this process.
        progress: "auto", False, or a function of (done, total).
        max_z_score: limit on z; by default that of a family-wise false-alarm rate of 1e-3.

    Raises:
        InvalidInputError: an argument out of range, or a quantity that only one side has.
        HypothesisError: as in `risk`.
    """
    grid: dict[str, Any] = {
        "n_samples": n_samples, "ridge": ridge, "n_features": n_features, "time": time, "steps": steps, "step_size": step_size,
    }  # fmt: skip
    theory = risk(model, **grid)
    theory.quantity(quantity)
    simulated = simulate(model, **grid, n_trials=n_trials, seed=seed, executor=executor, progress=progress)
    return compare(theory, simulated, quantity=quantity, max_z_score=max_z_score)


def compare(
    curve: RiskCurve,
    values: ArrayLike | SimulatedCurve,
    standard_errors: ArrayLike | None = None,
    *,
    quantity: str = "test_error",
    n_trials: ArrayLike | None = None,
    allowance: float | None = None,
    max_z_score: float | None = None,
) -> Verdict:
    r"""Judge means over trials, yours or simulated ones, against a RiskCurve.

    Args:
        curve: the theory.
        values: means on the grid of the curve, or a SimulatedCurve, which brings its standard errors and numbers of trials.
        standard_errors: the standard errors of your means.
        quantity: the field of the curve.
        n_trials: number of trials behind each mean, for Student's law; None for the normal law.
        allowance: finite-size error granted, relative to the value, from 0 to 0.05; by default min(5%, E_0/n + 1/p) at each
            point.
        max_z_score: limit on z; by default that of a family-wise false-alarm rate of 1e-3.

    Raises:
        InvalidInputError: a curve that is not a RiskCurve, standard errors that are missing or negative, shapes that are not
            those of the grid, an allowance above 5%, a limit on z that is not positive, n_trials negative or of another shape.
    """
    if not isinstance(curve, RiskCurve):
        raise InvalidInputError("curve", curve, "a RiskCurve, as `risk` returns it")
    expected, simulation = curve.quantity(quantity), None
    if isinstance(values, SimulatedCurve):
        simulation, n_trials = values, values.n_trials
        values, standard_errors = simulation.quantity(quantity), simulation.standard_error[quantity]
    if standard_errors is None:
        raise InvalidInputError("standard_errors", None, "given beside means of your own", "a verdict is in standard errors")
    try:
        means, errors = (np.broadcast_to(np.asarray(v, dtype=np.float64), expected.shape) for v in (values, standard_errors))
    except ValueError:
        raise InvalidInputError(
            "values", f"shapes {np.shape(values)}, {np.shape(standard_errors)}", f"of the grid's shape {expected.shape}"
        ) from None
    if np.any(errors < 0):
        raise InvalidInputError("standard_errors", float(np.min(errors)), ">= 0")
    if allowance is not None:
        valid, fix = f"from 0 to {LARGEST_ALLOWANCE}", "a wider one is no agreement"
        allowance = real_number("allowance", allowance, lambda v: 0 <= v <= LARGEST_ALLOWANCE, valid, fix)
    if max_z_score is not None:
        max_z_score = real_number("max_z_score", max_z_score, lambda v: 0 < v < np.inf, "finite and > 0")
    heavy = np.broadcast_to(False if curve.heavy_tailed is None else curve.heavy_tailed, expected.shape)
    judged = ~heavy & np.isfinite(means) & np.isfinite(expected)
    limit = _z_limit(int(np.sum(judged)), n_trials, judged) if max_z_score is None else max_z_score
    relative = _allowance(curve) if allowance is None else np.full(expected.shape, allowance)
    granted = np.maximum(relative * np.abs(expected), _rounding(curve, quantity, judged))
    exclusions = _exclusions(heavy, means)
    return Verdict(quantity, curve, means, errors, granted, limit, judged, exclusions, simulation=simulation)


def _allowance(curve: RiskCurve) -> FloatArray:
    n = np.broadcast_to(curve.grid["n_samples"], curve.shape)
    p = np.broadcast_to(curve.grid.get("n_features", np.inf), curve.shape)
    overfitting = curve.values.get("overfitting_coefficient", np.ones(curve.shape))
    return np.asarray(np.minimum(LARGEST_ALLOWANCE, overfitting / n + 1.0 / p))


def _rounding(curve: RiskCurve, quantity: str, judged: NDArray[np.bool_]) -> float:
    """What float64 leaves of an exact zero, beside the largest error of the curve: interpolation leaves 1e-28, not 0."""
    scale = curve.test_error if quantity in _ERRORS else curve.quantity(quantity)
    return _FLOAT * float(np.max(np.abs(scale[judged]), initial=0.0))


def _z_limit(points: int, n_trials: ArrayLike | None, judged: NDArray[np.bool_]) -> float:
    """Two-sided quantile of Student's law at FALSE_ALARM / points."""
    from scipy.special import ndtri, stdtrit

    level = 1.0 - FALSE_ALARM / (2 * max(points, 1))
    if n_trials is None:
        return float(ndtri(level))
    trials = real_array("n_trials", n_trials)
    if trials.shape not in ((), judged.shape) or not np.all(trials >= 0):
        raise InvalidInputError("n_trials", n_trials, f"a number >= 0, or an array of them of the grid's shape {judged.shape}")
    trials = np.broadcast_to(trials, judged.shape)
    fewest = np.min(trials[judged], initial=10**9)
    return float(stdtrit(max(float(fewest) - 1.0, 1.0), level))


def _exclusions(heavy: NDArray[np.bool_], means: FloatArray) -> tuple[str, ...]:
    lines = []
    if np.any(heavy):
        lines.append(
            f"{int(np.sum(heavy))} ridgeless points within 3 of the interpolation threshold left out: "
            "the mean or the variance over trials is infinite there"
        )
    missing = int(np.sum(~np.isfinite(means) & ~heavy))
    if missing:
        lines.append(f"{missing} points left out: no finished trial, or a mean that is not finite")
    return tuple(lines)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """0/0 is agreement, x/0 is infinite disagreement."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(numerator == 0, 0.0, numerator / denominator)
