"""`compare`: means over trials, a user's own or simulated ones, against a RiskCurve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.results import RiskCurve, SimulatedCurve
from asymptotix.spectra.arguments import real_number
from asymptotix.verdict.finite_size import LARGEST_ALLOWANCE, SizeFit, first_order, rounding, second_order
from asymptotix.verdict.judgement import RESOLUTION, Verdict
from asymptotix.verdict.significance import checked_trials, z_limit

__all__ = ["compare", "compare_sizes"]

FloatArray = NDArray[np.float64]

_NAMED_MEDIANS = 3  # points whose medians a summary spells out


def compare(
    curve: RiskCurve,
    values: ArrayLike | SimulatedCurve,
    standard_errors: ArrayLike | None = None,
    *,
    quantity: str = "test_error",
    n_trials: ArrayLike | None = None,
    allowance: float | None = None,
    max_z_score: float | None = None,
    resolution: float = RESOLUTION,
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
        resolution: without a disagreement, the verdict is "agree" only if no deviation of this part of the value could hide in
            the error bars of a judged point, and "not enough evidence" otherwise.

    Raises:
        InvalidInputError: a curve that is not a RiskCurve, standard errors that are missing, negative or NaN, shapes that are not
            those of the grid, an allowance above 5%, a limit on z or a resolution that is not positive, n_trials negative or of
            another shape.

    Examples:
        >>> import asymptotix as ax
        >>> curve = ax.risk(ax.RidgeRegression(ax.Spectrum([1.0], [60]), [1.0], noise_variance=0.2), n_samples=120, ridge=0.5)
        >>> ax.compare(curve, 1.01 * curve.test_error, 0.004 * curve.test_error, n_trials=100).outcome
        'agree'
        >>> ax.compare(curve, 1.10 * curve.test_error, 0.004 * curve.test_error, n_trials=100).outcome
        'disagree'
    """
    if not isinstance(curve, RiskCurve):
        raise InvalidInputError("curve", curve, "a RiskCurve, as `risk` returns it")
    expected, simulation = curve.quantity(quantity), None
    if isinstance(values, SimulatedCurve):
        simulation, n_trials = values, values.n_trials
        values, standard_errors = simulation.quantity(quantity), simulation.standard_error[quantity]
    means, errors = _checked_means(values, standard_errors, expected.shape, simulated=simulation is not None)
    if allowance is not None:
        valid, fix = f"from 0 to {LARGEST_ALLOWANCE}", "a wider one is no agreement"
        allowance = real_number("allowance", allowance, lambda v: 0 <= v <= LARGEST_ALLOWANCE, valid, fix)
    resolution = checked_resolution(resolution)
    judged, exclusions = _judged(curve, means, simulation, quantity)
    trials = None if n_trials is None else checked_trials(n_trials, expected.shape)
    fitted = np.broadcast_to(0 if simulation is None else simulation.n_controls, expected.shape)
    free = None if trials is None else float(np.min((trials - fitted)[judged], initial=10**9)) - 1.0
    limit = checked_limit(max_z_score, int(np.sum(judged)), free)
    relative = first_order(curve, quantity) if allowance is None else np.full(expected.shape, allowance)
    granted = np.maximum(relative * np.abs(expected), rounding(curve, quantity, judged))
    return Verdict(quantity, curve, means, errors, granted, limit, judged, exclusions, resolution, simulation, trials)


def compare_sizes(
    curve: RiskCurve,
    simulation: SimulatedCurve,
    fit: SizeFit,
    *,
    quantity: str,
    max_z_score: float | None = None,
    resolution: float = RESOLUTION,
) -> Verdict:
    """Judge the difference that remains at infinite size; `simulation` is the experiment at the size asked for."""
    expected = curve.quantity(quantity)
    judged, exclusions = _judged(curve, expected + fit.limit, simulation, quantity)
    free = float(np.min(fit.degrees_of_freedom[judged], initial=10**9))
    limit = checked_limit(max_z_score, int(np.sum(judged)), free)
    granted = np.maximum(second_order(curve) * np.abs(expected), rounding(curve, quantity, judged))
    trials = np.broadcast_to(np.asarray(simulation.n_trials, dtype=np.float64), expected.shape)
    return Verdict(
        quantity, curve, expected + fit.limit, fit.limit_standard_error, granted, limit, judged, exclusions,
        checked_resolution(resolution), simulation, trials, fit,
    )  # fmt: skip


def checked_limit(max_z_score: float | None, points: int, degrees_of_freedom: float | None) -> float:
    """The limit on z that was asked for, or that of the false-alarm rate."""
    if max_z_score is None:
        return z_limit(points, degrees_of_freedom)
    return real_number("max_z_score", max_z_score, lambda v: 0 < v < np.inf, "finite and > 0")


def checked_resolution(resolution: float) -> float:
    """A part of the value: above 0, at most 1."""
    return real_number("resolution", resolution, lambda v: 0 < v <= 1, "above 0, at most 1 (a part of the value)")


def _checked_means(
    values: ArrayLike, standard_errors: ArrayLike | None, shape: tuple[int, ...], *, simulated: bool
) -> tuple[FloatArray, FloatArray]:
    """`simulated`: from trials, of which a single one has no standard error."""
    if standard_errors is None:
        raise InvalidInputError("standard_errors", None, "given beside means of your own", "a verdict is in standard errors")
    try:
        means, errors = (np.broadcast_to(np.asarray(v, dtype=np.float64), shape) for v in (values, standard_errors))
    except ValueError:
        raise InvalidInputError(
            "values", f"shapes {np.shape(values)}, {np.shape(standard_errors)}", f"of the grid's shape {shape}"
        ) from None
    wrong = ~(errors >= 0) & ~(np.isnan(errors) & (np.isnan(means) | simulated))  # written so that NaN fails too
    if np.any(wrong):
        fix = "a point without a mean may have none: give NaN for both"
        raise InvalidInputError("standard_errors", float(errors[wrong].ravel()[0]), ">= 0 wherever there is a mean", fix)
    return means, errors


def _judged(
    curve: RiskCurve, means: FloatArray, simulation: SimulatedCurve | None, quantity: str
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Where there is something to judge, and in words what was left out."""
    heavy = np.broadcast_to(False if curve.heavy_tailed is None else curve.heavy_tailed, means.shape)
    lines = []
    if np.any(heavy):
        lines.append(
            f"{int(np.sum(heavy))} ridgeless points within 3 of the interpolation threshold left out: "
            "the mean or the variance over trials is infinite there"
        )
        if simulation is not None:
            lines.append(_medians(curve, simulation, heavy, quantity))
    missing = int(np.sum(~np.isfinite(means) & ~heavy))
    if missing:
        lines.append(f"{missing} points left out: no finished trial, or a mean that is not finite")
    return ~heavy & np.isfinite(means) & np.isfinite(curve.quantity(quantity)), tuple(lines)


def _medians(curve: RiskCurve, simulation: SimulatedCurve, heavy: NDArray[np.bool_], quantity: str) -> str:
    """The medians where there is no mean: shown beside the theory, not judged by it, which is no theory of medians."""
    middle, bars = simulation.estimate(quantity, "median")
    assert bars is not None  # a simulation keeps its trials
    samples, expected = np.broadcast_to(curve.grid["n_samples"], heavy.shape), curve.quantity(quantity)
    shown = [
        f"{middle[at]:.4g} (68 %: {middle[at] - bars[0][at]:.4g} to {middle[at] + bars[1][at]:.4g}; theory of the mean "
        f"{expected[at]:.4g}) at n_samples = {samples[at]:g}"
        for at in list(zip(*np.nonzero(heavy), strict=True))[:_NAMED_MEDIANS]
    ]
    return "medians over trials there: " + ", ".join(shown) + (", ..." if int(np.sum(heavy)) > _NAMED_MEDIANS else "")
