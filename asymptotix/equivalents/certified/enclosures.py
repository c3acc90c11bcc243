r"""Certified mode: every number as an interval that is proved to contain the exact one, or as a decimal of proved digits.

The float64 solver supplies a start, and nothing else: `root` encloses $\lambda_*$ in balls (python-flint), and `risk_formulas` or
`population` every risk, from the spectrum level by level, never from the table that takes the place of a long one (of a table
of the user's own, `compress`, the proved error goes into the balls). Arguments, eigenvalues, multiplicities and energies are the
doubles that they are: `ridge=0.1` is the double nearest to 0.1.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.certified.ball_sums import LevelsAt
from asymptotix.equivalents.certified.negative_root import enclose_negative_root
from asymptotix.equivalents.certified.population import population_enclosure
from asymptotix.equivalents.certified.risk_formulas import enclose_risk
from asymptotix.equivalents.certified.root import Point, enclose_root
from asymptotix.equivalents.certified.rounding import Ball, above, below, decimal, enough, load_flint, nearest, positive_bounds
from asymptotix.equivalents.certified.spectra import attainable_bits, levels_of
from asymptotix.equivalents.fixed_point import EffectiveRidge
from asymptotix.equivalents.grids import CROSS_VALIDATED
from asymptotix.equivalents.kernel_ridge import has_finite_population
from asymptotix.errors import InvalidInputError
from asymptotix.results import Fields, RiskCurve
from asymptotix.spectra.arguments import whole_number
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

if TYPE_CHECKING:
    from asymptotix.models.kernel_ridge import KernelRidge
    from asymptotix.models.random_features import RandomFeatures
    from asymptotix.models.ridge_regression import RidgeRegression

__all__ = ["certified_curve", "certified_ridge"]

FloatArray = NDArray[np.float64]
Enclose = Callable[[Point, int], dict[str, Ball]]

_DOUBLE_BITS = 72  # relative width 2e-22 before rounding to doubles: ends one or two doubles apart
_MOST_DIGITS = 1000
_ATTEMPTS = 3  # at doubled precision each
_SIGNED = frozenset({"log_effective_ridge"})


def certified_ridge(
    result: EffectiveRidge,
    spectrum: Spectrum,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    n_features: ArrayLike | None,
    digits: int | None,
) -> EffectiveRidge:
    """`result` with proved `lower` and `upper`, `value` between them, and `decimals` if `digits` are asked for.

    Raises:
        MissingExtraError: python-flint is not installed.
        InvalidInputError: digits not between 1 and 1000.
    """
    bits = _goal_bits(digits, spectrum)
    points = _points(result.value, result.log_value, n_samples, ridge, n_features)
    balls = levels_of(spectrum, smallest_log_kappa=_smallest(points))
    roots = [_root(balls, point, bits) for point in points]
    bounds = [_bounds(ball, signed=point.ridge < 0) for ball, point in zip(roots, points, strict=True)]
    lower, upper = np.array(bounds).reshape(-1, 2).T
    shape = result.value.shape
    return dataclasses.replace(
        result,
        value=np.reshape([nearest(ball) for ball in roots], shape),
        log_value=np.reshape([_log(ball) for ball in roots], shape),
        lower=np.reshape(lower, shape),
        upper=np.reshape(upper, shape),
        decimals=None if digits is None else _texts([decimal(ball, digits) for ball in roots], shape),
        certified=True,
    )


def certified_curve(model: RidgeRegression | KernelRidge | RandomFeatures, curve: RiskCurve, digits: int | None) -> RiskCurve:
    """`curve` with `lower` and `upper`: proved bounds of every field, and `values` between them.

    Raises:
        MissingExtraError: python-flint is not installed.
        InvalidInputError: digits not between 1 and 1000, or a misspecified target that is given by a law.
    """
    _refuse_law_with_more(model)
    bits = _goal_bits(digits, model.spectrum)
    if has_finite_population(model):
        points = _points(np.ones(curve.shape), np.zeros(curve.shape), **curve.grid)
        enclose = population_enclosure(model)
    else:
        points = _points(curve.values["effective_ridge"], curve.values["log_effective_ridge"], **curve.grid)
        enclose = _levels_enclosure(model, _smallest(points))
    found = [_enough(enclose, point, bits) for point in points]
    lower, upper, values, decimals = {}, {}, {}, {}
    for name in [name for name in curve.values if name != "classification_error"]:  # rests on a hypothesis, not on a bound
        balls = [fields["test_error" if name in CROSS_VALIDATED else name] for fields in found]
        bounds = [_bounds(ball, signed=name in _SIGNED or point.ridge < 0) for ball, point in zip(balls, points, strict=True)]
        lower[name], upper[name] = (np.reshape(np.array([pair[i] for pair in bounds]), curve.shape) for i in (0, 1))
        values[name] = np.reshape(np.array([_value(ball) for ball in balls]), curve.shape)
        if digits is not None and name not in _SIGNED:
            decimals[name] = _texts([decimal(ball, digits) for ball in balls], curve.shape)
    return dataclasses.replace(
        curve, values=Fields(values), lower=Fields(lower), upper=Fields(upper), decimals=decimals if digits is not None else None
    )


def _refuse_law_with_more(model: RidgeRegression | KernelRidge | RandomFeatures) -> None:
    """A law is enclosed from its exponents, which do not tell of the energy that a misspecification adds to its tail."""
    more = float(getattr(model, "misspecification", 0.0))
    if more and type(model.target) is not Target:
        fix = "add it to noise_variance, which certifies the same test_error, train_error and squared_norm"
        raise InvalidInputError("misspecification", more, "0 for a certified answer where the target is a law", fix)


def _levels_enclosure(model: RidgeRegression | KernelRidge | RandomFeatures, smallest_log_kappa: float) -> Enclose:
    """From a point and a precision to every field, for the models of `equivalent_risk`."""
    spectrum = levels_of(model.spectrum, model.target, smallest_log_kappa=smallest_log_kappa)
    flint = load_flint()

    def enclose(point: Point, bits: int) -> dict[str, Ball]:
        kappa = _root(spectrum, point, bits)
        with flint.ctx.workprec(bits + _DOUBLE_BITS):
            return enclose_risk(spectrum(bits + _DOUBLE_BITS), model.noise_variance, point, kappa)

    return enclose


def _root(levels: LevelsAt, point: Point, bits: int) -> Ball:
    return (enclose_root if point.visible_ridge >= 0 else enclose_negative_root)(levels, point, bits)


def _bounds(ball: Ball, *, signed: bool) -> tuple[float, float]:
    """Doubles around a ball; quantities that are not `signed` are known to be >= 0."""
    if not signed:
        return positive_bounds(ball)
    return (below(ball), above(ball)) if ball.is_finite() else (_value(ball), _value(ball))


def _enough(enclose: Enclose, point: Point, bits: int) -> Mapping[str, Ball]:
    """The fields with `bits` bits, at a higher working precision where the first does not give them."""
    fields: dict[str, Ball] = {}
    for attempt in range(_ATTEMPTS):
        fields = enclose(point, bits << attempt)
        if all(enough(ball, bits - 16) for name, ball in fields.items() if name not in _SIGNED):
            break
    return fields


def _goal_bits(digits: int | None, spectrum: Spectrum) -> int:
    load_flint()
    if digits is not None and whole_number("digits", digits, 1) > _MOST_DIGITS:
        raise InvalidInputError("digits", digits, f"between 1 and {_MOST_DIGITS}")
    asked = max(_DOUBLE_BITS, math.ceil((digits or 1) * math.log2(10.0)) + 32)
    return min(asked, attainable_bits(spectrum) or asked)


def _points(
    starts: FloatArray, logs: FloatArray, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> list[Point]:
    """The grid point by point; where the float64 root of a negative ridge is negative, the logarithm is that of its size."""
    with np.errstate(divide="ignore"):
        logs = np.where(starts < 0, np.log(np.abs(starts)), logs)
    p = np.inf if n_features is None else n_features
    columns = np.broadcast_arrays(n_samples, p, ridge, logs, np.where(starts < 0, -1.0, 1.0))
    return [Point(*map(float, row)) for row in zip(*(column.flat for column in columns), strict=True)]


def _smallest(points: list[Point]) -> float:
    return min((point.log_start for point in points if math.isfinite(point.log_start)), default=0.0)


def _log(ball: Ball) -> float:
    with load_flint().ctx.workprec(2 * _DOUBLE_BITS):
        return nearest(ball.log()) if ball > 0 else math.nan if ball < 0 else -math.inf


def _value(ball: Ball) -> float:
    if ball.is_finite():
        return nearest(ball)
    if ball.is_nan():
        return math.nan  # the logarithm of what is negative
    return -math.inf if ball < 0 else math.inf  # the logarithm of an exact 0; a quantity beyond the range of balls


def _texts(texts: list[str], shape: tuple[int, ...]) -> NDArray[np.object_]:
    out = np.empty(len(texts), dtype=object)
    out[:] = texts
    return out.reshape(shape)
