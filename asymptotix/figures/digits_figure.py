"""The figures of the digits job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from asymptotix.equivalents.dispatch import risk
from asymptotix.figures.generalization_gap import with_gap
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.report.plot import Line, Points, new_figure, plot_curves, save_figure
from asymptotix.results import SimulatedCurve
from asymptotix.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_learning_curves", "draw_random_features"]

_FINE = 120  # points of a theory line


def draw_learning_curves(folder: Path, noisy: tuple[KernelRidge, Verdict], clean: tuple[KernelRidge, Verdict]) -> None:
    """Held-out error with and without label noise, and the classification error of the same predictors."""
    figure, axes = new_figure(1, 3, size=(13.0, 4.1))
    _learning_curve(axes[0, 0], *noisy, "label noise of variance 0.5")
    _learning_curve(axes[0, 1], *clean, "no label noise")
    _classification(axes[0, 2], noisy[1], clean[1])
    for suffix in ("png", "pdf"):
        save_figure(figure, folder / f"digits_learning_curve.{suffix}")


def draw_random_features(folder: Path, model: RandomFeatures, verdicts: tuple[Verdict, Verdict]) -> None:
    """Test error, and test error minus training error, through the interpolation threshold."""
    figure, axes = new_figure(1, 2, size=(10.0, 4.1))
    for ax, verdict, label in zip(axes[0], verdicts, ("test error", "test error \u2212 training error"), strict=True):
        _features(ax, model, verdict, label)
    for suffix in ("png", "pdf"):
        save_figure(figure, folder / f"digits_random_features.{suffix}")


def _learning_curve(ax: Axes, model: KernelRidge, verdict: Verdict, title: str) -> None:
    n, ridges = verdict.theory.grid["n_samples"].ravel(), verdict.theory.grid["ridge"]
    fine = np.geomspace(n[0], n[-1], _FINE)
    theory = risk(model, n_samples=fine[:, None], ridge=ridges).quantity(verdict.quantity)
    lines = [Line(fine, theory[:, i], f"ridge {ridge:g}", i) for i, ridge in enumerate(ridges)]
    points = [Points(n, verdict.simulated[:, i], verdict.standard_error[:, i], "", i) for i in range(ridges.size)]
    off = verdict.simulated / verdict.expected - 1.0
    plot_curves(
        lines,
        points,
        x_label="number of samples",
        y_label="held-out squared error",
        title=title,
        caption="Digits, odd against even, two-layer ReLU tangent kernel. Lines: theory with the finite-population correction. "
        f"Points: kernel ridge runs, {off.min():+.0%} to {off.max():+.0%} off the theory.",
        logx=True,
        ax=ax,
    )


def _classification(ax: Axes, noisy: Verdict, clean: Verdict) -> None:
    points = []
    for offset, (verdict, label) in enumerate(((noisy, "noisy labels"), (clean, "clean labels"))):
        simulated = verdict.simulation
        assert isinstance(simulated, SimulatedCurve)  # the job has run it
        error = simulated.standard_error["classification_error"]
        n, ridges = simulated.grid["n_samples"].ravel(), simulated.grid["ridge"]
        for i, ridge in enumerate(np.asarray(ridges)):
            values = simulated.values["classification_error"][:, i]
            points.append(Points(n, values, error[:, i], f"ridge {ridge:g}, {label}", 3 * offset + i))
    plot_curves(
        (),
        points,
        x_label="number of samples",
        y_label="held-out classification error",
        title="classification error, measured",
        caption="Sign of the same predictors, trained with one draw of the noise a run, against the clean labels.",
        logx=True,
        logy=True,
        ax=ax,
    )


def _features(ax: Axes, model: RandomFeatures, verdict: Verdict, label: str) -> None:
    p, ridges = verdict.theory.grid["n_features"], verdict.theory.grid["ridge"]
    n = float(verdict.theory.grid["n_samples"])
    fine = np.geomspace(p[0], p[-1], _FINE)
    theory = with_gap(risk(model, n_samples=n, n_features=fine, ridge=ridges)).quantity(verdict.quantity)
    lines = [Line(fine / n, theory[i], f"ridge {ridge:g}", i) for i, ridge in enumerate(ridges.ravel())]
    points = [Points(p / n, verdict.simulated[i], verdict.standard_error[i], "", i) for i in range(ridges.size)]
    plot_curves(
        lines,
        points,
        x_label=r"$n_{\mathrm{features}}\,/\,n_{\mathrm{samples}}$",
        y_label=label,
        caption=f"Random ReLU features on digits, n = {n:g} drawn with replacement, label noise of variance 0.5. Lines: theory. "
        "Points: runs.",
        logx=True,
        logy=False,
        ax=ax,
    )
