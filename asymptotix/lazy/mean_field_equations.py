r"""The limit of wide networks in the mean-field scaling and of high dimension, for Gaussian single-index targets.

At $\gamma=1/N$ with a learning rate proportional to N the neurons are particles $(a,m,r)$, $m=\langle w,u\rangle$ and r the
norm of w across u, that see each other through averages only; for $d\to\infty$ the overlap of two is $m_im_j$:

.. math:: \dot a_i=-(\langle a_j\kappa_{ij}\rangle-\kappa^*_i),\quad
          \dot m_i=-a_i(\langle a_j(A_{ij}m_j+D_{ij}m_i)\rangle-A^*_i-D^*_im_i),\quad
          \dot r_i=-a_ir_i(\langle a_jD_{ij}\rangle-D^*_i)

with moments at the variances $m^2+r^2$. The start $a=\pm1$, $m=0$, $r=1$ makes two classes, six equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import HypothesisError
from asymptotix.lazy.integrated_flow import integrated_flow
from asymptotix.lazy.population_flow import checked_times
from asymptotix.lazy.population_moments import pair_moments
from asymptotix.report.table import Column, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["MeanFieldLimit", "mean_field_limit"]

FloatArray = NDArray[np.float64]
_CONVENTION = "loss 1/2 E (f - f*)^2, inputs N(0, I); time of gradient flow with learning rate N, f = 1/N sum a s(<w, x>)"

_CLASSES = np.array([1.0, -1.0])  # the output weights at the start, half of the neurons each
_ASLEEP = 1e-12  # of the force on m at m = 0


@dataclass(frozen=True, eq=False)
class MeanFieldLimit:
    r"""The two classes along time: `loss` is $\tfrac12\mathbb E(f-f_*)^2$.

    `output_weights`, `overlap` m and `across` r are of shape (T, 2).
    """

    activation: Activation
    target: Activation
    time: FloatArray
    loss: FloatArray
    output_weights: FloatArray
    overlap: FloatArray
    across: FloatArray

    @property
    def alignment(self) -> FloatArray:
        """The part of the squared norm of all weights that lies along the target's direction."""
        along = np.sum(self.overlap**2, axis=1)
        return np.asarray(along / (along + np.sum(self.across**2, axis=1)))

    def table(self) -> Table:
        """One row a time."""
        names = ("time", "loss", "alignment")
        columns = [Column(name, [float(v) for v in getattr(self, name)]) for name in names]
        for name, values in (("a", self.output_weights), ("m", self.overlap), ("r", self.across)):
            columns += [Column(f"{name}{sign}", [float(v) for v in values[:, k]]) for k, sign in enumerate("+-")]
        note = (
            f"{self.activation.name} network, target {self.target.name}; loss = E (f - f*)^2 / 2; widths and dimension infinite"
        )
        return Table(tuple(columns), "Mean-field limit", (note,), _CONVENTION)

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """Loss and alignment against time.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, plot_curves

        lines = [Line(self.time, self.loss, "loss", 0), Line(self.time, self.alignment, "share of the weights along u", 1)]
        caption = f"{self.activation.name} network, target {self.target.name}, mean field, infinite width and dimension"
        return plot_curves(
            lines,
            x_label="time",
            y_label=r"loss $\frac{1}{2}E(f-f_*)^2$; share",
            title=title,
            caption=caption,
            logx=False,
            logy=False,
            ax=ax,
        )


def mean_field_limit(
    activation: Activation | str, *, target: Activation | str, times: ArrayLike, train_output: bool = True
) -> MeanFieldLimit:
    r"""Solve the six equations of a two-layer network in the mean-field scaling that learns $\varphi(\langle u,x\rangle)$.

    Time is that of gradient flow on the population loss with learning rate N. Networks of dimension d differ by O(1/d).
    Mean-field theory of deep networks is out of scope.

    Args:
        activation: erf of any scale, or a smooth activation (ReLU with target ReLU).
        target: $\varphi$, such as "erf(sqrt(2)*x)".
        times: increasing, >= 0.
        train_output: train the output weights, too.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: activations without these moments, or E s'(G) E phi'(G) = 0: the network then stays at m = 0 for a
            time that grows with d (information exponent above 1).
        ConvergenceError: the integration or a quadrature failed.

    Source:
        [MeiMontanariNguyen2018], [ChizatBach2018] for the limit of wide networks; the reduction is derived in the module.

    Examples:
        >>> found = mean_field_limit("erf(x/sqrt(2))", target="erf(sqrt(2)*x)", times=[0.5, 1.0, 3.0])
        >>> found.loss.round(4)
        array([0.2247, 0.1697, 0.0496])
    """
    s, phi, t = as_activation(activation), as_activation(target), checked_times(times)
    own, cross, energy = pair_moments(s, s), pair_moments(s, phi), pair_moments(phi, phi)
    one = np.ones(2)

    def averages(a: FloatArray, m: FloatArray, r: FloatArray) -> tuple[list[FloatArray], list[FloatArray]]:
        q = m**2 + r**2
        between = own(q[:, None], q[None, :], np.outer(m, m))
        return list(between), list(cross(q, one, m))

    def velocity(state: FloatArray) -> FloatArray:
        a, m, r = state.reshape(3, 2)
        (value, slope, bend), (value_t, slope_t, bend_t) = averages(a, m, r)
        half = 0.5 * a
        radial = bend @ half - bend_t
        da = -(value @ half - value_t) * train_output
        return np.concatenate([da, -a * (slope @ (half * m) - slope_t + radial * m), -a * r * radial])

    start = np.concatenate([_CLASSES, np.zeros(2), one])
    if abs(float(velocity(start)[2])) < _ASLEEP:
        raise HypothesisError(
            f"E s'(G) E phi'(G) = 0 for s = {s.name}, phi = {phi.name}: the weights leave the equator only after a time that "
            "grows with the dimension; use a target and an activation of information exponent 1"
        )
    states = integrated_flow(velocity, start, t, rtol=1e-9, atol=1e-12)
    a, m, r = states.reshape(-1, 3, 2).transpose(1, 0, 2)
    (norm,), _, _ = energy(one[:1], one[:1], one[:1])
    losses = np.empty(t.size)
    for k in range(t.size):
        (value, _, _), (value_t, _, _) = averages(a[k], m[k], r[k])
        half = 0.5 * a[k]
        losses[k] = 0.5 * (half @ value @ half + norm) - half @ value_t
    return MeanFieldLimit(s, phi, t, losses, a, m, r)
