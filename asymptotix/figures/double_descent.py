"""Double descent of random ReLU features on the sphere, through the interpolation threshold, with and without ridge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from asymptotix.equivalents.dispatch import risk
from asymptotix.figures.drawing import drawn
from asymptotix.figures.outcome import Outcome, judged
from asymptotix.models.random_features import RandomFeatures
from asymptotix.results import RiskCurve
from asymptotix.simulation.trials import simulate
from asymptotix.verdict import Verdict, compare

__all__ = ["double_descent"]

DIMENSION, N_SAMPLES, NOISE_VARIANCE = 30, 200, 0.25
ENERGIES = (0.0, 1.0, 0.5)  # a linear and a quadratic part, no constant
RIDGES = (1e-1, 1e-2, 1e-3)
WIDTHS = (20, 40, 70, 100, 130, 160, 180, 200, 220, 250, 300, 400, 600, 1000)
NEAR_THRESHOLD = (197, 198, 199, 201, 202, 203)  # ridgeless: mean or variance is infinite, shown by medians
N_TRIALS = 60
MAX_Z = 4.0


def double_descent(folder: Path, progress: Callable[[int, int], object], *, n_trials: int = N_TRIALS) -> list[Outcome]:
    """Theory, experiment, a verdict for the three ridges and one for the ridgeless limit; figure and tables in `folder`."""
    model = RandomFeatures.on_sphere("relu", dimension=DIMENSION, target=ENERGIES, noise_variance=NOISE_VARIANCE)
    ridged = {"n_samples": N_SAMPLES, "n_features": np.array(WIDTHS), "ridge": np.array(RIDGES)[:, None]}
    widths = np.array(sorted({*WIDTHS, *NEAR_THRESHOLD} - {N_SAMPLES}))
    ridgeless = {"n_samples": N_SAMPLES, "n_features": widths, "ridge": 0.0}
    first = _check(model, ridged, n_trials, lambda done, total: progress(done, 2 * total))
    second = _check(model, ridgeless, n_trials, lambda done, total: progress(total + done, 2 * total))
    for name, verdict in (("double_descent", first), ("double_descent_ridgeless", second)):
        verdict.to_csv(folder / f"{name}_verdict.csv")
        verdict.theory.to_csv(folder / f"{name}_theory.csv")
        assert verdict.simulation is not None  # made two lines above
        verdict.simulation.to_csv(folder / f"{name}_simulation.csv")
    (folder / "double_descent.tex").write_text(first.theory.to_latex("test_error", "bias", "variance"), encoding="utf-8")
    figure = drawn("Double descent: figure", lambda: _figure(model, first, second, folder))
    claim = f"Random ReLU features on the sphere, d = {DIMENSION}, n = {N_SAMPLES}: test error against n_features"
    return [
        judged(f"{claim}, ridges {', '.join(f'{r:g}' for r in RIDGES)}", first),
        judged(f"{claim}, ridgeless limit", second),
        *figure,
    ]


def _check(model: RandomFeatures, grid: dict[str, Any], n_trials: int, progress: Callable[[int, int], object]) -> Verdict:
    simulated = simulate(model, **grid, n_trials=n_trials, progress=progress)
    return compare(risk(model, **grid), simulated, max_z_score=MAX_Z)


def _figure(model: RandomFeatures, ridged: Verdict, ridgeless: Verdict, folder: Path) -> None:
    from asymptotix.report.plot import Line, Points, plot_curves, save_figure

    fine = np.unique(np.concatenate([np.geomspace(15, 1300, 200), np.linspace(170, 230, 121)]))
    lines = [Line(fine / N_SAMPLES, _test_error(model, fine, ridge), f"ridge {ridge:g}", i) for i, ridge in enumerate(RIDGES)]
    off = np.where(np.abs(fine - N_SAMPLES) < 1e-9, np.nan, fine)
    below, above = off[off < N_SAMPLES], off[off > N_SAMPLES]
    x = np.concatenate([below, [N_SAMPLES], above])
    limit = np.concatenate([_test_error(model, below, 0.0), [np.nan], _test_error(model, above, 0.0)])
    lines.append(Line(x / N_SAMPLES, limit, "ridgeless limit", len(RIDGES)))
    points = []
    for i in range(len(RIDGES)):
        points.append(Points(np.array(WIDTHS) / N_SAMPLES, ridged.simulated[i], ridged.standard_error[i], "", i))
    widths = np.asarray(ridgeless.theory.grid["n_features"])
    assert ridgeless.simulation is not None  # made by _check
    for mask, statistic, label in ((ridgeless.judged, "mean", ""), (~ridgeless.judged, "median", "ridgeless, median")):
        value, error = ridgeless.simulation.estimate("test_error", statistic)
        bars = None if error is None else error[:, mask]
        color = len(RIDGES) + (statistic == "median")
        points.append(Points(widths[mask] / N_SAMPLES, value[mask], bars, label, color))
    n_trials = int(np.min(ridgeless.simulation.n_trials))
    display = plot_curves(
        lines,
        points,
        x_label=r"$n_{\mathrm{features}}\,/\,n_{\mathrm{samples}}$",
        y_label="test error",
        title="Double descent of random ReLU features on the sphere",
        caption=f"d = {DIMENSION}, n = {N_SAMPLES}, target energies {ENERGIES[1]:g} (linear) and {ENERGIES[2]:g} (quadratic), "
        f"noise variance {NOISE_VARIANCE:g}. Lines: theory. Points: means of {n_trials} trials with one standard error; "
        "light blue: medians with their 68% interval. "
        f"Convention: {ridged.theory.convention}.",
        logx=True,
        logy=True,
    )
    for suffix in ("png", "pdf"):
        save_figure(display.figure_, folder / f"double_descent.{suffix}")


def _test_error(model: RandomFeatures, widths: Any, ridge: float) -> Any:
    curve: RiskCurve = risk(model, n_samples=N_SAMPLES, n_features=widths, ridge=ridge)
    return curve.test_error
