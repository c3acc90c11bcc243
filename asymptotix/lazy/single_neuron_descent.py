r"""One neuron that learns one neuron from n samples: full-batch gradient descent, simulated, beside its local theory.

Half of the points are active in a ReLU, so that its Hessian at the target is half a Wishart matrix of n/2 samples: for $n>2d$

.. math:: \lambda_{\min,\max}=\tfrac12\big(1\mp\sqrt{2d/n}\big)^2,\qquad\eta<4\big(1+\sqrt{2d/n}\big)^{-2},\qquad
          \mathbb E(f-f_*)^2\to\frac{\sigma^2d}{n-2d}

are the rate of the parameter error, the stable step, and what label noise of variance $\sigma^2$ costs at convergence.
For $n\le2d$ the Hessian is singular. That a random start arrives there is measured, not proved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.neuron_batch import NeuronBatch
from asymptotix.lazy.neuron_moments import NeuronMoments, neuron_moments
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_number, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["SingleNeuronDescent", "rectified_descent_rate", "rectified_noise_floor", "single_neuron_descent"]

FloatArray = NDArray[np.float64]

_LARGEST = 4e7  # numbers in the samples of all trials


@dataclass(frozen=True, eq=False)
class SingleNeuronDescent:
    r"""One entry for each ratio n/d; means over `n_trials`, with `standard_error[name]`.

    `test_error` is $\mathbb E(f-f_*)^2$ of the last step, `success` the share of trials that came below `tolerance` (with
    noise: below three times the noise floor), `steps` the mean number of steps of those. `smallest_eigenvalue` is that of the
    Hessian at the target, measured; `rate`, `stable_step` and `noise_floor` are the formulas of the ReLU (NaN for others and
    for n <= 2d).
    """

    name: str
    dimension: int
    n_samples: NDArray[np.int64]
    test_error: FloatArray
    success: FloatArray
    steps: FloatArray
    smallest_eigenvalue: FloatArray
    rate: FloatArray
    stable_step: FloatArray
    step: FloatArray
    noise_floor: FloatArray
    noise_variance: float
    standard_error: dict[str, FloatArray]
    n_trials: int

    @property
    def ratio(self) -> FloatArray:
        """n / d."""
        return np.asarray(self.n_samples / self.dimension)

    def table(self) -> Table:
        """One row for each number of samples."""
        names = ("success", "steps", "test_error", "noise_floor", "smallest_eigenvalue", "rate", "step", "stable_step")
        columns = [Column("n_samples", [float(n) for n in self.n_samples]), Column("n / d", self.ratio.tolist())]
        columns += [Column(name, [float(v) for v in getattr(self, name)]) for name in names]
        columns += [Column(f"{name}_standard_error", [float(v) for v in e], digits=2) for name, e in self.standard_error.items()]
        notes = (
            f"d = {self.dimension}, {self.n_trials} trials, noise variance {self.noise_variance:g}",
            "rate, stable_step, noise_floor: the formulas for a ReLU at the target, n > 2d; the rest is measured",
        )
        return Table(
            tuple(columns), f"One neuron, {self.name}, gradient descent", notes, "test_error: mean squared distance to the target"
        )

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """The smallest eigenvalue of the Hessian, measured and by its formula, and the share of successes, against n/d.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, Points, plot_curves

        x, error = self.ratio, self.standard_error
        points = [
            Points(x, self.smallest_eigenvalue, error["smallest_eigenvalue"], "rate at the target", 0),
            Points(x, self.success, None, "share of successes", 1),
        ]
        lines = []
        if np.any(np.isfinite(self.rate)):
            fine = np.linspace(max(2.0, float(x.min())), float(x.max()), 200)
            lines.append(Line(fine, 0.5 * (1.0 - np.sqrt(2.0 / fine)) ** 2, "rate at the target", 0))
        caption = f"{self.name}, d = {self.dimension}, {self.n_trials} trials; line: formula for n > 2d"
        return plot_curves(
            lines,
            points,
            x_label="n / d",
            y_label="rate per unit of time; share",
            title=title,
            caption=caption,
            logy=False,
            ax=ax,
        )


def rectified_descent_rate(n_samples: float, dimension: int) -> tuple[float, float]:
    r"""$\tfrac12(1-\sqrt{2d/n})^2$, the rate of a ReLU neuron at its target, and the stable step $4(1+\sqrt{2d/n})^{-2}$.

    Raises:
        HypothesisError: n <= 2d, where the Hessian is singular.

    >>> [round(v, 4) for v in rectified_descent_rate(1000, 100)]
    [0.1528, 1.9098]
    """
    root = math.sqrt(2.0 * dimension / n_samples)
    if root >= 1.0:
        raise HypothesisError(
            f"n = {n_samples:g} is not above 2d = {2 * dimension}: fewer points are active than there are weights"
        )
    return 0.5 * (1.0 - root) ** 2, 4.0 / (1.0 + root) ** 2


def rectified_noise_floor(n_samples: float, dimension: int, noise_variance: float) -> float:
    r"""$\sigma^2d/(n-2d)$, the excess risk of a ReLU neuron at convergence.

    Raises:
        HypothesisError: n <= 2d.
    """
    rectified_descent_rate(n_samples, dimension)
    return noise_variance * dimension / (n_samples - 2.0 * dimension)


def single_neuron_descent(
    activation: Activation | str = "relu",
    *,
    dimension: int,
    ratio: float | Sequence[float] = (2.5, 4.0, 10.0),
    noise_variance: float = 0.0,
    step: float | None = None,
    max_steps: int = 4000,
    tolerance: float = 1e-5,
    n_trials: int = 20,
    seed: int = 0,
) -> SingleNeuronDescent:
    r"""Gradient descent on $\frac1{2n}\sum(\sigma(\langle w,x_i\rangle)-y_i)^2$ from $w\sim N(0,I/d)$, $\|w_*\|=1$.

    Inputs are standard normal.

    Args:
        activation: of the neuron and of the target; without jumps and of polynomial growth.
        dimension: d >= 2.
        ratio: n / d, one or several numbers above 0; n is rounded.
        noise_variance: of the labels.
        step: $\eta$; by default half of the stable step at the target.
        max_steps: after which a trial ends.
        tolerance: of the test error, for a success.
        n_trials: independent draws of samples, noise and start.
        seed: of the draws.

    Raises:
        InvalidInputError: an argument out of range, or a step beyond the stable one, which is named.
        HypothesisError: an activation that jumps or grows exponentially.
        ConvergenceError: a trial diverged all the same; the stable step is named.

    Source:
        [BrutzkusGloberson2017] for the population gradient; the finite-sample formulas are derived and measured here.

    >>> found = single_neuron_descent("relu", dimension=20, ratio=[1.5, 6.0], n_trials=4, max_steps=600)
    >>> found.success
    array([0., 1.])
    """
    s = as_activation(activation)
    d = whole_number("dimension", dimension, 2)
    ratios = np.atleast_1d(np.asarray(ratio, dtype=np.float64))
    if ratios.ndim != 1 or ratios.size == 0 or not np.all((ratios > 0) & np.isfinite(ratios)):
        raise InvalidInputError("ratio", ratio, "one or several numbers above 0")
    noise = real_number("noise_variance", noise_variance, lambda v: 0 <= v < np.inf, "finite and >= 0")
    goal = real_number("tolerance", tolerance, lambda v: 0 < v < np.inf, "finite and > 0")
    steps, trials = whole_number("max_steps", max_steps, 1), whole_number("n_trials", n_trials, 2)
    counts = np.maximum(np.rint(ratios * d).astype(np.int64), 1)
    if trials * d * float(counts.max()) > _LARGEST:
        raise InvalidInputError("n_trials", n_trials, "so small that trials n d <= 4e7", "fewer trials, samples or dimensions")
    if step is not None:
        real_number("step", step, lambda v: 0 < v < np.inf, "finite and > 0")
    settings = _Settings(s, neuron_moments(s), d, noise, step, steps, goal, trials, whole_number("seed", seed, 0))
    columns = {name: np.array(values) for name, values in _columns([_measured(settings, n) for n in counts.tolist()]).items()}
    errors = {name: columns.pop(f"{name}_spread") / math.sqrt(trials) for name in ("test_error", "smallest_eigenvalue")}
    return SingleNeuronDescent(
        name=s.name, dimension=d, n_samples=counts, noise_variance=noise, standard_error=errors, n_trials=trials, **columns
    )


@dataclass(frozen=True)
class _Settings:
    activation: Activation
    moments: NeuronMoments
    dimension: int
    noise: float
    step: float | None
    max_steps: int
    tolerance: float
    trials: int
    seed: int


def _columns(rows: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _measured(given: _Settings, n: int) -> dict[str, float]:
    """The entries of one number of samples."""
    d = given.dimension
    above = given.activation == as_activation("relu") and n > 2 * d
    rate, stable = rectified_descent_rate(n, d) if above else (math.nan, math.nan)
    floor = rectified_noise_floor(n, d, given.noise) if above else math.nan
    stop = max(given.tolerance, 3.0 * floor) if given.noise > 0 and above else given.tolerance
    rng = np.random.default_rng(np.random.SeedSequence(given.seed, spawn_key=(d, n)))
    batch = NeuronBatch.draw(given.activation, d, n, given.noise, given.trials, rng)
    errors, needed, values, used = batch.run(given.moments, given.step, given.max_steps, stop)
    good = errors <= stop
    return {
        "test_error": float(errors.mean()), "test_error_spread": float(errors.std(ddof=1)),
        "success": float(good.mean()), "steps": float(needed[good].mean()) if good.any() else math.nan,
        "smallest_eigenvalue": float(values.mean()), "smallest_eigenvalue_spread": float(values.std(ddof=1)),
        "rate": rate, "stable_step": stable, "step": used, "noise_floor": floor,
    }  # fmt: skip
