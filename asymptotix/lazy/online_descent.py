"""Online gradient descent at finite dimension beside its equations in the limit (`committee_equations`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtr

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.lazy.committee_equations import Committee
from asymptotix.lazy.integrated_flow import integrated_flow
from asymptotix.lazy.population_flow import checked_times
from asymptotix.lazy.population_moments import erf_scale
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["OnlineDescent", "online_sgd"]

FloatArray = NDArray[np.float64]
_CONVENTION = (
    "loss 1/2 E (f - f*)^2, inputs N(0, I); time = steps / d, w <- w - (step size / d) gradient at one input, f = sum s(<w, x>)"
)

_LARGEST = 1e6  # squared norm of weights that count as diverged
_FAR = 100.0  # times the stable step: overlaps then grow like the square of the step, and are not integrated
_BLOCK = 64  # inputs drawn at once
_LEAST = 1e-300  # probability, of a normal deviate of 37
_LARGEST_STEP = 1e3  # beyond which a stable step is not searched


@dataclass(frozen=True, eq=False)
class OnlineDescent:
    r"""Theory, and simulation where there are trials, at the times $\alpha$ = steps / d.

    `overlaps` Q (T, N, N), `teacher_overlaps` R (T, N, P), `loss` $\tfrac12\mathbb E(f-f_*)^2$; `simulated` of shape
    (trials, T, N, N + P) holds [Q R] of each run. `stable_step` is the step size beyond which the teacher is not approached even
    from nearby (None where students and teachers differ in number).
    """

    time: FloatArray
    step_size: float
    stable_step: float | None
    loss: FloatArray
    overlaps: FloatArray
    teacher_overlaps: FloatArray
    simulated: FloatArray
    dimension: int | None

    @property
    def z_scores(self) -> FloatArray:
        """Mean less theory in standard errors, as normal deviates, of shape (T, N, N + P); nan where nothing varies.

        A quotient t by the error that R runs show follows Student's law with R - 1 degrees of freedom, and stands here as the
        normal deviate that is as improbable: with six runs t = 4.8 is one of 2.8.
        """
        theory = np.concatenate([self.overlaps, self.teacher_overlaps], axis=2)
        runs = len(self.simulated)
        if runs < 2:
            return np.full(theory.shape, np.nan)
        error = self.simulated.std(axis=0, ddof=1) / np.sqrt(runs)
        gap = self.simulated.mean(axis=0) - theory
        t = np.divide(gap, error, out=np.full(gap.shape, np.nan), where=error > 1e-9)
        return np.asarray(-np.sign(t) * ndtri(np.maximum(stdtr(runs - 1, -np.abs(t)), _LEAST)))

    def table(self) -> Table:
        """One row a time: loss and the overlaps, with the largest |z| over them."""
        columns = [Column("time", self.time.tolist()), Column("loss", self.loss.tolist())]
        for name, values in (("Q", self.overlaps), ("R", self.teacher_overlaps)):
            for i, j in np.ndindex(values.shape[1:]):
                if name == "R" or i <= j:
                    columns.append(Column(f"{name}{i + 1}{j + 1}", values[:, i, j].tolist()))
        notes = [f"step size {self.step_size:g}, time = steps / d; loss = E (f - f*)^2 / 2"]
        if self.stable_step is not None:
            word = "below" if self.step_size < self.stable_step else "NOT below"
            notes.append(f"{word} the stable step {self.stable_step:.4g}, beyond which the teacher is never reached")
        if len(self.simulated) > 1:
            largest = np.nanmax(np.abs(np.nan_to_num(self.z_scores)), axis=(1, 2))
            columns.append(Column("largest_z", largest.tolist(), digits=2))
            notes.append(f"largest_z over all overlaps, {len(self.simulated)} runs at d = {self.dimension}")
        return Table(tuple(columns), "Online gradient descent", tuple(notes), _CONVENTION)

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """The overlaps with the teacher against time, theory as lines and simulation as points.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        lines, points, n = [], [], self.overlaps.shape[1]
        for color, (i, p) in enumerate(np.ndindex(self.teacher_overlaps.shape[1:])):
            label = f"R{i + 1}{p + 1}"
            lines.append(Line(self.time, self.teacher_overlaps[:, i, p], label, color))
            if len(self.simulated) > 1:
                runs = self.simulated[:, :, i, n + p]
                points.append(Points(self.time, runs.mean(axis=0), runs.std(axis=0, ddof=1) / len(runs) ** 0.5, label, color))
        caption = f"step size {self.step_size:g}" + (f"; points: d = {self.dimension}" if points else "")
        words = {"x_label": "steps / d", "y_label": "overlap with the teacher", "title": title, "caption": caption}
        return plot_curves(lines, points, **words, logx=False, logy=False, ax=ax)


def online_sgd(
    activation: Activation | str,
    *,
    weights: ArrayLike,
    teacher_weights: ArrayLike,
    step_size: float,
    times: ArrayLike,
    dimension: int | None = None,
    n_trials: int = 0,
    seed: int = 0,
) -> OnlineDescent:
    r"""One step on each fresh Gaussian input, $w_i\leftarrow w_i-\frac\eta d(f-f_*)\sigma'(z_i)x$: limit, and runs at finite d.

    $f=\sum_i\sigma(\langle w_i,x\rangle)$ and $f_*$ likewise, $\sigma(x)=\mathrm{erf}(bx)$; the limit holds the term $\eta^2$ of
    the learning rate, which the gradient flow of `population_dynamics` has not.

    Runs at finite d scatter about the limit by about $0.15/\sqrt d$ in an overlap of order 1, and their mean is off by less than
    $0.5/d$: measured for two students and two teachers, $\eta=0.8$, $\alpha\le20$, with 360 runs at d = 200; 240 at d = 400 and
    120 at d = 800 show no difference either.

    Args:
        activation: erf of any scale ("erf", "erf(x/sqrt(2))").
        weights: N rows of k numbers in coordinates of any dimension k, at most 30 rows.
        teacher_weights: P rows of k numbers.
        step_size: $\eta>0$.
        times: $\alpha$ = steps / d, increasing.
        dimension: d of the simulation, at least k.
        n_trials: runs of the simulation; 0 for the theory alone.
        seed: of the runs.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: another activation: I3 and I4 are known in closed form for erf.
        ConvergenceError: the weights diverge (a stable step is named), or the integration fails.

    Source:
        [SaadSolla1995].

    Examples:
        >>> found = online_sgd("erf", weights=[[0.5, 0.5]], teacher_weights=[[1.0, 0.0]], step_size=0.5, times=[0.0, 10.0])
        >>> bool(found.loss[1] < 0.1 * found.loss[0]), round(found.stable_step, 2)
        (True, 2.11)
    """
    scale = erf_scale(as_activation(activation))
    if scale is None:
        raise HypothesisError(f"online_sgd knows erf(b x) alone, not {as_activation(activation).name}: use population_dynamics")
    w, teacher = (_rows(name, rows) * scale for name, rows in (("weights", weights), ("teacher_weights", teacher_weights)))
    if w.shape[1] != teacher.shape[1]:
        raise InvalidInputError("teacher_weights", teacher.shape, f"of {w.shape[1]} columns, as weights")
    # fields of erf(z / sqrt(2)) are those of scale times the weights, whose steps are scale^2 as large
    step = real_number("step_size", step_size, lambda v: 0 < v < np.inf, "finite and > 0")
    committee = Committee(len(w), teacher @ teacher.T, step * scale**2)
    t, trials = checked_times(times), whole_number("n_trials", n_trials, 0)
    stable = _stable_step(committee)
    stable = None if stable is None else stable / scale**2
    if stable is not None and step > _FAR * stable:
        raise ConvergenceError(f"step_size = {step:g} makes the weights grow without a bound; {_advice(stable)}")
    states = _solve(committee, committee.pack(w @ w.T, w @ teacher.T), t, stable)
    runs = np.empty((0, t.size, len(w), len(w) + len(teacher)))
    d = None if dimension is None else whole_number("dimension", dimension, w.shape[1])
    if trials:
        if d is None:
            raise InvalidInputError("dimension", None, "given, to simulate")
        runs = _simulate(w, teacher, committee.step, t, d, trials, np.random.default_rng(whole_number("seed", seed, 0)), stable)
    Q, R = (np.array(part) / scale**2 for part in zip(*map(committee.unpack, states), strict=True))
    losses = np.array([committee.loss(state) for state in states])
    return OnlineDescent(t, step, stable, losses, Q, R, runs / scale**2, d)


def _solve(committee: Committee, start: FloatArray, times: FloatArray, stable: float | None) -> FloatArray:
    # beyond a squared norm of 1e6 the integrator takes ever smaller steps
    return integrated_flow(
        committee.velocity,
        start,
        times,
        rtol=1e-8,
        atol=1e-10,
        largest=_LARGEST,
        fix=f"{_advice(stable)}, or ask for earlier times",
    )


def _simulate(
    w: FloatArray, teacher: FloatArray, step: float, times: FloatArray, d: int, trials: int, rng: np.random.Generator,
    stable: float | None,
) -> FloatArray:  # fmt: skip
    """[Q R] of every run at every time; all runs take their steps together."""
    from scipy.special import erf

    n, k = w.shape
    students = np.zeros((trials, n, d))
    students[:, :, :k] = w
    goals, marks, found = np.zeros((len(teacher), d)), np.round(times * d).astype(np.int64), []
    goals[:, :k] = teacher
    for done in range(int(marks[-1]) + 1):
        if np.any(marks == done):
            both = np.concatenate([students @ students.transpose(0, 2, 1), students @ goals.T], axis=2)
            if not np.all(np.abs(both) < _LARGEST):
                raise ConvergenceError(f"online gradient descent diverges before step {done}; {_advice(stable)}")
            found += [both] * int(np.count_nonzero(marks == done))
        if done % _BLOCK == 0:
            inputs = rng.standard_normal((_BLOCK, trials, d))
        x = inputs[done % _BLOCK]
        z = np.einsum("tnd,td->tn", students, x)
        gap = erf(z / 2**0.5).sum(axis=1) - erf(x @ goals.T / 2**0.5).sum(axis=1)
        slope = (2 / np.pi) ** 0.5 * np.exp(-0.5 * z * z)
        students -= (step / d * gap[:, None] * slope)[:, :, None] * x[:, None, :]
    return np.array(found).transpose(1, 0, 2, 3)


def _stable_step(committee: Committee) -> float | None:
    """Where the fixed point at the teacher loses its stability; None where students and teachers differ in number."""
    if committee.students != len(committee.teacher):
        return None
    low, high = 0.0, 1.0
    while replace(committee, step=high).growth() < 0:
        low, high = high, 2.0 * high
        if high > _LARGEST_STEP:
            return None
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if replace(committee, step=middle).growth() < 0 else (low, middle)
    return low if low > 0 else None


def _advice(stable: float | None) -> str:
    return "use a smaller step_size" if stable is None else f"the stable step_size is below {stable:.4g}"


def _rows(name: str, values: ArrayLike) -> FloatArray:
    rows = real_array(name, values)
    if rows.ndim != 2 or not 1 <= len(rows) <= 30 or rows.shape[1] == 0 or not np.all(np.isfinite(rows)):
        raise InvalidInputError(name, rows.shape, "a matrix of finite numbers, 1 to 30 rows")
    return rows
