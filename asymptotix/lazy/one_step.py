r"""One gradient step on the first layer of a two-layer network: the weights become a random matrix with a spike.

$f(x)=\gamma\sum_ia_i\sigma(\langle w_i,x\rangle)$, $f_0=0$ (antisymmetric), $a_i=\pm1$, $w_i\sim N(0,I/d)$, one full-batch
step of size $\eta$ on $\frac1{2n}\sum(f-y)^2$ over $n=\psi d$ Gaussian samples:

.. math:: W_1=W_0+\eta\gamma\,\mathrm{diag}(a)\tfrac1n\sum_ky_k\sigma'(W_0x_k)x_k^\top
          \approx W_0+\eta\gamma\,\mu_1(\sigma)\,a\hat\beta^\top,\qquad\hat\beta=\tfrac1nX^\top y,

.. math:: \frac{\langle\hat\beta,u\rangle^2}{\|\hat\beta\|^2}\to\frac{c_1^2\psi}{c_1^2\psi+E_y},\qquad
          \|\hat\beta\|^2\to c_1^2+\frac{E_y}\psi,\qquad c_1=\mu_1(\varphi),\quad E_y=\mathbb Ef_*^2+\sigma^2 .

A small step is a spike of strength $s=\eta\gamma|\mu_1|\sqrt N\|\hat\beta\|$; after a giant one, $\eta\gamma=O(1)$, the top
right singular vector is $\hat\beta$. A target with $c_1=0$ leaves $\hat\beta$ pure noise. For the test error after the step
no formula is given: it is simulated.

Source: [BaErdogduSuzukiWangWuYang2022], [BenaychGeorgesNadakuditi2012].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.equivalents.activation_levels import activation_levels
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.errors_after_step import StepErrors
from asymptotix.lazy.one_step_draws import OneStepSample, StepSizes, sample_alignments, sample_errors
from asymptotix.lazy.spiked_weights import Spike, spike_of
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["OneGradientStep", "one_gradient_step"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OneGradientStep:
    r"""The limits: `alignment` of $\hat\beta$ with the target's direction (squared cosine), its norm, and the `spike`.

    `direction_overlap` is the squared overlap of the top right singular vector of W_1 with the target's direction: the product of
    the alignment and of the spike's overlap.
    """

    activation: Activation
    target: Activation
    dimension: int
    width: int
    n_samples: int
    step: float
    noise_variance: float
    alignment: float
    gradient_norm: float
    spike: Spike

    @property
    def direction_overlap(self) -> float:
        """Squared overlap of the top right singular vector with the direction of the target."""
        return self.alignment * self.spike.right_overlap

    @property
    def _where(self) -> str:
        return f"d = {self.dimension}, N = {self.width}, n = {self.n_samples}"

    @property
    def sizes(self) -> StepSizes:
        """What a simulation needs to know."""
        return StepSizes(self.activation, self.target, self.dimension, self.width, self.n_samples, self.step, self.noise_variance)

    def simulate(self, *, n_trials: int = 10, seed: int = 0) -> OneStepSample:
        """The same quantities of networks of this size, means and standard errors.

        Raises:
            InvalidInputError: fewer than two trials, or sizes beyond memory.
        """
        return sample_alignments(self.sizes, n_trials, seed)

    def test_errors(self, steps: ArrayLike = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0), *, n_trials: int = 5, seed: int = 0) -> StepErrors:
        """Excess risk of ridge regression on the features after steps of several sizes: by simulation only.

        The second layer is fitted to as many fresh samples, at the best of 16 ridges; the features have standard normal biases.

        Raises:
            InvalidInputError: steps that are negative, fewer than two trials, or sizes beyond memory.
        """
        sizes = np.atleast_1d(real_array("steps", steps, "a number or a list of numbers"))
        if sizes.ndim != 1 or sizes.size == 0 or not np.all((sizes >= 0) & np.isfinite(sizes)):
            raise InvalidInputError("steps", steps, "finite numbers >= 0")
        draws = sample_errors(self.sizes, sizes, n_trials, seed)
        barrier = activation_levels(self.target, 1).beyond
        return StepErrors(self, sizes, draws.mean(axis=0), draws.std(axis=0, ddof=1) / math.sqrt(len(draws)), barrier, len(draws))

    def table(self, *, n_trials: int = 0, seed: int = 0) -> Table:
        """The limits; with trials the simulation beside them."""
        names = ("alignment", "gradient_norm", "singular_value", "right_overlap", "left_overlap", "direction_overlap")
        limits = [float(getattr(self, n)) if hasattr(self, n) else float(getattr(self.spike, n)) for n in names]
        columns = [Column("quantity", list(names)), Column("limit", limits)]
        notes = [
            f"{self._where}, step {self.step:g}, noise variance {self.noise_variance:g}",
            f"spike of strength {self.spike.strength:.4g}, visible above {self.spike.threshold:.4g}",
            "overlaps are squared; no formula for the test error after the step is known here",
        ]
        if n_trials:
            found = self.simulate(n_trials=n_trials, seed=seed)
            columns.append(Column("simulated", [float(found.mean[n]) for n in names]))
            columns.append(Column("standard_error", [float(found.standard_error[n]) for n in names], digits=2))
            notes.append(f"simulated: {n_trials} trials")
        title = f"One gradient step, {self.activation.name} on {self.target.name}"
        return Table(tuple(columns), title, tuple(notes), "step: eta gamma, loss (1/2n) sum of squares")

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, n_trials: int = 4, seed: int = 0, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """Squared overlaps against the size of the step, limits as lines and simulations at eight steps.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from dataclasses import replace

        from asymptotix.report.plot import Line, Points, plot_curves

        unit = self.spike.threshold / (self.spike.strength / self.step) if self.spike.strength > 0 else self.step
        fine, few = np.geomspace(0.3, 30.0, 200) * unit, np.geomspace(0.4, 25.0, 8) * unit
        scale = self.spike.strength / self.step
        spikes = [spike_of(scale * v, self.width / self.dimension) for v in fine]
        found = [sample_alignments(replace(self.sizes, step=float(v)), n_trials, seed) for v in few]
        curves = {
            "direction_overlap": "with the target",
            "right_overlap": "with the gradient",
            "left_overlap": "with the output weights",
        }
        lines, points = [], []
        for i, (name, label) in enumerate(curves.items()):
            attribute = "left_overlap" if name == "left_overlap" else "right_overlap"
            factor = self.alignment if name == "direction_overlap" else 1.0
            lines.append(Line(fine, np.array([factor * getattr(s, attribute) for s in spikes]), label, i))
            means, errors = (np.array([getattr(f, kind)[name] for f in found]) for kind in ("mean", "standard_error"))
            points.append(Points(few, means, errors, label, i))
        caption = f"{self.activation.name} on {self.target.name}; {self._where}; {n_trials} trials"
        return plot_curves(
            lines, points, x_label=r"step $\eta\gamma$", y_label="squared overlap of the spike", title=title, caption=caption,
            logx=True, logy=False, ax=ax,
        )  # fmt: skip


def one_gradient_step(
    activation: Activation | str,
    target: Activation | str,
    *,
    dimension: int,
    width: int,
    n_samples: int,
    step: float = 1.0,
    noise_variance: float = 0.0,
) -> OneGradientStep:
    r"""What one gradient step on the first layer learns of $f_*(x)=\varphi(\langle u,x\rangle)$.

    Args:
        activation: $\sigma$ of the network, with $\mu_1(\sigma)\ne0$ and no jumps.
        target: $\varphi$, an activation or its text.
        dimension: d >= 2.
        width: N >= 2 neurons.
        n_samples: n >= 1.
        step: $\eta\gamma>0$.
        noise_variance: of the labels.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: an activation that jumps, has $\mu_1=0$, or grows exponentially.

    Source:
        [BaErdogduSuzukiWangWuYang2022], [BenaychGeorgesNadakuditi2012].

    >>> found = one_gradient_step("erf", "relu", dimension=300, width=600, n_samples=600, step=3.0)
    >>> round(found.alignment, 4)
    0.5
    """
    s, t = as_activation(activation), as_activation(target)
    d, width = whole_number("dimension", dimension, 2), whole_number("width", width, 2)
    n = whole_number("n_samples", n_samples, 1)
    eta = real_number("step", step, lambda v: 0 < v < np.inf, "finite and > 0")
    noise = real_number("noise_variance", noise_variance, lambda v: 0 <= v < np.inf, "finite and >= 0")
    if s.jumps or s.growth.kind in ("exponential", "gaussian"):
        raise HypothesisError(f"{s.name} jumps or grows exponentially: a gradient step needs a slope of polynomial growth")
    own, other = activation_levels(s, 1), activation_levels(t, 1)
    slope = float(own.coefficients[1])
    if slope == 0.0:
        raise HypothesisError(f"{s.name} has mu_1 = 0: the step has no spike along the gradient; use one with E s'(G) not 0")
    linear, energy = float(other.coefficients[1]), float(np.sum(other.masses)) + other.beyond + noise
    if energy == 0.0:
        raise InvalidInputError("target", t.name, "not 0 almost everywhere")
    ratio = n / d
    norm = math.sqrt(linear**2 + energy / ratio)
    spike = spike_of(eta * abs(slope) * math.sqrt(width) * norm, width / d)
    return OneGradientStep(s, t, d, width, n, eta, noise, linear**2 * ratio / (linear**2 * ratio + energy), norm, spike)
