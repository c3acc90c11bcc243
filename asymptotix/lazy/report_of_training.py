"""The result of `linearization_report`: what was measured, the verdict, table, figure and text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from asymptotix.lazy.bound import LazyBound
from asymptotix.lazy.effective_ridge_of_training import TrainingRidge
from asymptotix.lazy.training_rule import Training
from asymptotix.report.table import Column, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay

__all__ = ["CONVENTION", "LAZY_BELOW", "NOT_LAZY_ABOVE", "LinearizationReport"]

FloatArray = NDArray[np.float64]

LAZY_BELOW = 0.02  # conventions, not results: where the linear theory is good to two percent,
NOT_LAZY_ABOVE = 0.2  # and where it misses a fifth
CONVENTION = (
    "loss 1/2 |f(X) - y|^2 (sum, not mean); time = sum of step sizes / (1 - momentum); f = gamma sum a s(<w, x>), w ~ N(0, I/d)"
)


@dataclass(frozen=True, eq=False)
class LinearizationReport:
    """A trained two-layer network beside its linearization; arrays by record (m), residual norms relative to the start.

    Attributes:
        activation: its name.
        width: N.
        scale: gamma.
        scale_exponent: b of gamma = alpha N^-b.
        output_scale: alpha.
        training: "descent", "flow", "momentum" or "sgd".
        momentum: of heavy ball.
        batch_size: of SGD, else None.
        layers: which were trained.
        initialization: how the weights were drawn.
        n_samples: n.
        dimension: d.
        prediction_distance: the largest distance of the two predictions over the records, training and test points, in units of
            |f_0(X) - y| (test: root mean squares).
        kernel_change: |K_end - K_0| / |K_0| at the training points, Frobenius norms.
        feature_change: |J_end - J_0| / |J_0|, Frobenius norms.
        weight_change: |theta_end - theta_0| / |theta_0| over the trained layers.
        displacement: |theta_end - theta_0|.
        sigma_min: the least singular value of J_0; 0 where the kernel is singular.
        sigma_max: the largest.
        lipschitz: beta of the bound, NaN where the bound does not apply.
        rho: 2 beta R_0 / sigma_min^2, NaN where the bound does not apply.
        certificate: the lazy bound, for gradient flow, if rho < 1; else the reason why there is none.
        ridge_of_training: by record after the first, the ridge that explains the linearization best, see `training_ridge`.
        duplicates: pairs of equal rows of X (counted from 0).
        step_size: the first step.
        stable_step_size: 2 (1 + momentum) / s_max of the kernel at the start, with batches a bound for each of them.
        step: steps made, 0 for the flow.
        time: sum of the step sizes over 1 - momentum.
        network_residual: |f_t(X) - y| / R_0.
        linear_residual: the same of the linearization.
        train_distance: distance of the two at the training points.
        test_distance: at the test points, NaN without any.
        network_test: predictions at the test points (m, q).
        linear_test: those of the linearization.
    """

    activation: str
    width: int
    scale: float
    scale_exponent: float
    output_scale: float
    training: Training
    momentum: float
    batch_size: int | None
    layers: str
    initialization: str
    n_samples: int
    dimension: int
    prediction_distance: float
    kernel_change: float
    feature_change: float
    weight_change: float
    displacement: float
    sigma_min: float
    sigma_max: float
    lipschitz: float
    rho: float
    certificate: LazyBound | str
    duplicates: tuple[tuple[int, int], ...]
    ridge_of_training: TrainingRidge
    step_size: float
    stable_step_size: float
    step: NDArray[np.int64]
    time: FloatArray
    network_residual: FloatArray
    linear_residual: FloatArray
    train_distance: FloatArray
    test_distance: FloatArray
    network_test: FloatArray
    linear_test: FloatArray

    @property
    def outcome(self) -> Literal["lazy", "borderline", "not lazy"]:
        """By the larger of prediction distance and kernel change: below 0.02 lazy, above 0.2 not (conventions)."""
        worst = max(self.prediction_distance, self.kernel_change)
        return "lazy" if worst < LAZY_BELOW else "not lazy" if worst > NOT_LAZY_ABOVE else "borderline"

    @property
    def bound_residual(self) -> FloatArray:
        """What the certificate says about `network_residual` under gradient flow or descent; NaN otherwise, or without one."""
        if isinstance(self.certificate, str) or self.training not in ("flow", "descent"):
            return np.full_like(self.time, np.nan)
        return np.sqrt(self.certificate.loss_ratio(self.time))

    @property
    def table(self) -> Table:
        """One row a record."""
        names = ("network_residual", "linear_residual", "bound_residual", "train_distance", "test_distance")
        columns = [Column("step", [float(k) for k in self.step]), Column("time", self.time.tolist())]
        columns += [Column(name, getattr(self, name).tolist(), "residual at the start") for name in names]
        ridges = (("ridge", self.ridge_of_training.ridge), ("ridge_mismatch", self.ridge_of_training.mismatch))
        before = [math.nan] * (len(self.time) - len(self.ridge_of_training.time))
        columns += [Column(name, before + values.tolist()) for name, values in ridges]
        return Table(tuple(columns), f"{self.outcome}: {self._title()}", (self._certificate_line(),), CONVENTION)

    def to_csv(self) -> str:
        """The table with all digits."""
        return self.table.to_csv()

    def _repr_html_(self) -> str:
        return self.table._repr_html_()

    def summary(self) -> str:
        """The verdict and what it rests on, in a few lines."""
        lines = [
            f"{self.outcome}: {self._title()}",
            f"predictions of network and linearization: at most {self.prediction_distance:.2g} of the first residual apart",
            f"change in training: kernel {self.kernel_change:.2g}, features {self.feature_change:.2g}, "
            f"weights {self.weight_change:.2g} (relative)",
            f"conventions: lazy if predictions and kernel stay below {LAZY_BELOW}, not lazy above {NOT_LAZY_ABOVE}",
            f"residual at the end: network {self.network_residual[-1]:.3g}, linearization {self.linear_residual[-1]:.3g}, "
            f"after {'' if self.training == 'flow' else f'{self.step[-1]} steps, '}time {self.time[-1]:.3g} ({self._how()})",
            self._ridge_line(),
            self._certificate_line(),
        ]
        if self.duplicates:
            pairs = ", ".join(f"{i} = {j}" for i, j in self.duplicates[:5])
            lines.append(f"equal rows of X (counted from 0): {pairs}{', ...' if len(self.duplicates) > 5 else ''}")
        return "\n".join(lines)

    def plot(self, *, ax: Axes | None = None, title: str | None = None) -> CurveDisplay:
        """Residuals of network and linearization against time, their distance, and the bound where there is one.

        Raises:
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.report.plot import Line, plot_curves

        later = self.time > 0
        rows = [("network", self.network_residual), ("linearization", self.linear_residual), ("distance", self.train_distance)]
        if np.isfinite(self.test_distance).all():
            rows.append(("distance, test points", self.test_distance))
        if np.isfinite(self.bound_residual).all():
            rows.append(("bound on the network", self.bound_residual))
        lines = [
            Line(self.time[later], np.where(y[later] > 0, y[later], np.nan), label, color)
            for color, (label, y) in enumerate(rows)
        ]
        if title is None:
            power = f"$N^{{-{self.scale_exponent:g}}}$"
            title = f"{self.outcome}: " + self._title(r"$\gamma$", power)
        return plot_curves(
            lines, x_label="time", y_label="norm / residual at the start", title=title,
            caption=CONVENTION, logx=True, logy=True, ax=ax,
        )  # fmt: skip

    def _title(self, gamma: str = "gamma", power: str = "") -> str:
        power = power or f"N^-{self.scale_exponent:g}"
        alpha = "" if self.output_scale == 1.0 else f"{self.output_scale:g} "
        size = f"{self.activation}, N = {self.width}, n = {self.n_samples}, d = {self.dimension}"
        return f"{size}, {gamma} = {alpha}{power}"

    def _how(self) -> str:
        name = {"descent": "gradient descent", "flow": "gradient flow", "momentum": "heavy ball", "sgd": "SGD"}[self.training]
        batch = "" if self.batch_size is None else f", batches of {self.batch_size}"
        return f"{name}{batch}" + (f", momentum {self.momentum:g}" if self.momentum else "")

    def _ridge_line(self) -> str:
        fitted = self.ridge_of_training
        return (
            f"the trained linearization is nearest to ridge {fitted.ridge[-1]:.3g}, {fitted.mismatch[-1]:.2g} of its norm away "
            f"(1/time {fitted.early_stopping_ridge[-1]:.3g}, self-induced {fitted.self_induced_ridge:.3g})"
        )

    def _certificate_line(self) -> str:
        if isinstance(self.certificate, str):
            return f"no certificate: {self.certificate}"
        return (
            f"certificate (gradient flow): rho = {self.rho:.3g} < 1, path at most {self.certificate.displacement:.3g} "
            f"(measured {self.displacement:.3g}), loss falls at least as exp(-{self.certificate.decay_exponent:.3g} t)"
        )
