r"""One neuron that learns one neuron: gradient flow on the population loss, Gaussian inputs.

For two ReLUs the flow integrates in closed form, with $B=r_*(\pi-\phi_0)/(r_0\sin\phi_0)$,

.. math:: \cot\phi(t)=\cot\phi_0+\frac B\pi(e^{t/2}-1),\qquad r(t)=\frac{r_*(\pi-\phi(t))}{B\sin\phi(t)}\,e^{-t/2},

so that the loss decays as $e^{-t}$ from every start but the ray opposite to the target, on which w shrinks to 0. Others are
integrated numerically (local tolerance 1e-9) in the plane of the two weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.gaussian_panels import gaussian_rule, uniform_breakpoints
from asymptotix.lazy.integrated_flow import integrated_flow
from asymptotix.lazy.neuron_moments import NeuronMoments, RectifiedMoments, neuron_moments
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["SingleNeuronFlow", "local_rates", "single_neuron_flow"]

FloatArray = NDArray[np.float64]

_TOLERANCE = 1e-9
_LAST = 1000.0  # of the times: beyond it exp(t / 2) leaves the doubles
_RANGE = "from 1e-8 to 1e4"  # of norms: their ratios stay in the doubles, and a quadrature has at most 10^5 panels
_NEAREST = 1e-200  # to the opposite ray: cotangents beyond leave the doubles


@dataclass(frozen=True, eq=False)
class SingleNeuronFlow:
    r"""At each of `times`: `along` and `across`, the components of w along w_* and in its complement, and `loss`.

    `loss` is $\frac12\mathbb E(f-f_*)^2$. `direction_rate` and `norm_rate` are the rates of the parameter error at the target
    (NaN where the activations differ); the loss decays at twice the smaller. `closed_form` says that the flow was not integrated.
    `escape_time` of two ReLUs is the time to an angle of pi/2 from a start near the failure set, to leading order; else NaN.
    """

    name: str
    times: FloatArray
    along: FloatArray
    across: FloatArray
    loss: FloatArray
    target_norm: float
    direction_rate: float
    norm_rate: float
    escape_time: float
    closed_form: bool

    @property
    def norm(self) -> FloatArray:
        """The norm of w."""
        return np.hypot(self.along, self.across)

    @property
    def angle(self) -> FloatArray:
        """Between w and w_*, with full relative accuracy near 0."""
        return np.arctan2(self.across, self.along)

    @property
    def overlap(self) -> FloatArray:
        """The cosine of the angle."""
        return np.asarray(self.along / self.norm)

    @property
    def loss_rate(self) -> float:
        """At which the loss decays in the end; NaN where the activations differ."""
        return 2.0 * min(self.direction_rate, self.norm_rate)

    @property
    def converged(self) -> bool:
        """Whether the loss fell below 1e-6 of where it began."""
        return bool(self.loss[-1] <= 1e-6 * max(float(self.loss[0]), 1e-300))

    def table(self) -> Table:
        """One row a time."""
        names = ("norm", "angle", "overlap", "loss")
        columns = [
            Column("time", self.times.tolist()),
            *(Column(n, [float(v) for v in getattr(self, n)], digits=6) for n in names),
        ]
        notes = ["closed form" if self.closed_form else f"integrated, local tolerance {_TOLERANCE:g}"]
        if not math.isnan(self.loss_rate):
            notes.append(f"rates at the target: direction {self.direction_rate:.6g}, norm {self.norm_rate:.6g}")
        if not math.isnan(self.escape_time):
            notes.append(f"near the ray opposite to the target: an angle of pi/2 after about {self.escape_time:.4g}")
        if not self.converged:
            notes.append("not converged at the last time")
        return Table(
            tuple(columns), f"One neuron, {self.name}, population flow", tuple(notes), "loss: half the mean squared error"
        )

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def plot(self, *, ax: Axes | None = None, title: str = "") -> CurveDisplay:
        """Loss and angle against time.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, plot_curves

        lines = [Line(self.times, np.where(y > 0, y, np.nan), label, i) for i, (y, label) in enumerate(
            ((self.loss, "loss"), (self.angle, "angle to the target (radians)")))]  # fmt: skip
        caption = f"{self.name}, gradient flow on half the mean squared error, Gaussian inputs"
        return plot_curves(
            lines, x_label="time", y_label="loss; angle", title=title, caption=caption, logx=False, logy=True, ax=ax
        )


def single_neuron_flow(
    activation: Activation | str = "relu",
    target: Activation | str | None = None,
    *,
    norm: float = 1.0,
    angle: float | None = None,
    supplement: float | None = None,
    target_norm: float = 1.0,
    times: ArrayLike | None = None,
) -> SingleNeuronFlow:
    r"""$\dot w=-\nabla L$, $L=\tfrac12\mathbb E(\sigma(\langle w,x\rangle)-\sigma_*(\langle w_*,x\rangle))^2$, $x\sim N(0,I)$.

    Args:
        activation: $\sigma$, an Activation or its text; without jumps and of polynomial growth.
        target: $\sigma_*$; that of the student by default.
        norm: $r_0=\|w\|>0$ at time 0.
        angle: $\phi_0\in[0,\pi]$ between w and w_* at time 0; $\pi/2$, that of random directions in many dimensions, by default.
        supplement: $\pi-\phi_0$ in its place, 0 or at least 1e-200, for a start so near the opposite ray that the angle would
            round to $\pi$.
        target_norm: $r_*>0$; both norms from 1e-8 to 1e4.
        times: ascending, from 0 to 1000; 0 to 30 by default.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: two ReLUs and w opposite to w_*, from where w shrinks to 0; an activation that jumps or grows
            exponentially.
        ConvergenceError: the integration did not reach its tolerance.

    Source:
        [BrutzkusGloberson2017] for the gradient of the ReLU, [SaadSolla1995] for erf.

    >>> flow = single_neuron_flow("relu", norm=0.5, times=[0, 2, 4, 8])
    >>> flow.angle.round(4), flow.loss.round(6)
    (array([1.5708, 0.5271, 0.1553, 0.0187]), array([2.32923e-01, 7.49880e-02, 1.19000e-02, 2.28000e-04]))
    """
    s = as_activation(activation)
    t = s if target is None else as_activation(target)
    moments = neuron_moments(s, t)
    r0 = real_number("norm", norm, _within_range, _RANGE, "w = 0 has no direction")
    scale = real_number("target_norm", target_norm, _within_range, _RANGE)
    delta = _supplement(angle, supplement)
    grid = np.linspace(0.0, 30.0, 301) if times is None else np.atleast_1d(real_array("times", times))
    if grid.ndim != 1 or grid.size == 0 or not np.all((grid >= 0) & (grid <= _LAST)) or not np.all(np.diff(grid) > 0):
        raise InvalidInputError("times", times, f"ascending numbers from 0 to {_LAST:g}")
    rectified = isinstance(moments, RectifiedMoments)
    if rectified and delta == 0.0:
        raise HypothesisError("w is opposite to w_*: there a ReLU neuron shrinks to 0 and never learns; use an angle below pi")
    along, across = _rectified(r0, delta, scale, grid) if rectified else _integrated(moments, r0, delta, scale, grid)
    loss = np.array([moments.loss(a, b, scale) for a, b in zip(along.tolist(), across.tolist(), strict=True)])
    rates = local_rates(s, scale) if s == t else (math.nan, math.nan)
    escape = 2.0 * math.log1p(math.pi * r0 / (scale * delta)) if rectified and delta < 0.1 else math.nan
    name = s.name if s == t else f"{s.name} learning {t.name}"
    return SingleNeuronFlow(name, grid, along, across, loss, scale, *rates, escape, rectified)


def local_rates(activation: Activation | str, norm: float = 1.0) -> tuple[float, float]:
    r"""$\mathbb E\sigma'(rG)^2$ and $\mathbb E[\sigma'(rG)^2G^2]$: how fast direction and norm of w approach those of w_*.

    r is the norm of w_*. They are the eigenvalues of the Hessian $\mathbb E\sigma'(z)^2xx^\top$ at the target.

    >>> local_rates("relu")
    (0.5, 0.5)
    """
    slope = as_activation(activation).pointwise_derivative
    kinks = np.clip(np.array(slope.kinks) / norm, -9.5, 9.5)
    z, weights = gaussian_rule(np.concatenate([uniform_breakpoints(9.5, norm, 2.0), kinks]), 22)
    square = weights * slope(norm * z) ** 2
    return float(round(np.sum(square), 15)), float(round(np.sum(square * z**2), 15))


def _supplement(angle: float | None, supplement: float | None) -> float:
    if supplement is None:
        phi = real_number("angle", math.pi / 2 if angle is None else angle, lambda v: 0 <= v <= math.pi, "from 0 to pi")
        return math.pi - phi
    if angle is not None:
        raise InvalidInputError("supplement", supplement, "absent where the angle is given")
    return real_number("supplement", supplement, lambda v: v == 0 or _NEAREST <= v <= math.pi, f"0, or from {_NEAREST:g} to pi")


def _within_range(norm: float) -> bool:
    return 1e-8 <= norm <= 1e4


def _rectified(r0: float, delta: float, scale: float, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The closed form; cotangents carry the angle and its supplement without cancellation."""
    if delta == math.pi:  # on the ray of the target the norm alone moves
        return scale + (r0 - scale) * np.exp(-times / 2), np.zeros_like(times)
    sine = math.sin(delta)
    b = scale * delta / (r0 * sine)
    grown = b / math.pi * np.expm1(times / 2)
    cot = grown + math.sin(delta - math.pi / 2) / sine  # -cos(delta), 0 at a right angle
    sin_phi = 1.0 / np.hypot(1.0, cot)
    r = scale * np.arctan2(1.0, -cot) / (b * sin_phi) * np.exp(-times / 2)
    return np.asarray(r * cot * sin_phi), np.asarray(r * sin_phi)


def _integrated(
    moments: NeuronMoments, r0: float, delta: float, scale: float, times: FloatArray
) -> tuple[FloatArray, FloatArray]:
    def slope(w: FloatArray) -> FloatArray:
        a, b = float(w[0]), max(float(w[1]), 0.0)
        radial, mixed = moments.slopes(a, b, scale)
        return np.array([-radial * a - mixed * scale, -radial * b])

    # not -cos(delta): at a right angle this is 0, and a saddle there stays one
    start = [r0 * math.sin(delta - math.pi / 2), r0 * math.sin(delta) if 0.0 < delta < math.pi else 0.0]
    along, across = integrated_flow(slope, np.array(start), times, rtol=_TOLERANCE, atol=1e-13, method="LSODA").T
    return along, np.maximum(across, 0.0)
