"""The formulas of `equivalent_risk` in balls, at one point: an enclosure of every field.

Same letters, same quotients of positive terms; here they keep the relative width of kappa within a small factor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from asymptotix.equivalents.certified.ball_sums import BallSums, ExactLevels
from asymptotix.equivalents.certified.root import Point, constraint
from asymptotix.equivalents.certified.rounding import Ball

__all__ = ["enclose_risk"]


@dataclass(frozen=True)
class _Terms:
    """a = n - df1, c = p - df1, w = e / (c + e), h = c w (e where p is infinite); a and c are None where infinite."""

    sums: BallSums
    point: Point
    a: Ball | None
    c: Ball | None
    w: Ball
    h: Ball


def enclose_risk(levels: ExactLevels, noise_variance: float, point: Point, kappa: Ball) -> dict[str, Ball]:
    """Every field that `equivalent_risk.risk_values` computes, for kappa in a ball (exactly 0 where it is 0)."""
    terms = _terms(levels, point, kappa)
    noise, share = levels.ball(noise_variance), levels.ball(1) if terms.c is None else terms.c / levels.ball(point.p)
    fields = _errors(terms, noise) | _bias_parts(terms)
    return fields | {
        "squared_norm": _squared_norm(terms, noise),
        "df1": terms.sums.df1,
        "df2": terms.sums.df2,
        "effective_ridge": kappa,
        "log_effective_ridge": kappa.log() if kappa > 0 else levels.ball("nan" if kappa < 0 else "-inf"),
        "nu1": kappa * share,
    }


def _terms(levels: ExactLevels, point: Point, kappa: Ball) -> _Terms:
    goal = levels.ball(point.goal)
    if kappa != 0:
        sums = levels.sums(kappa, goal, energies=True)
        gap = constraint(point, kappa)[0]
    else:
        sums = levels.sums_at_zero(goal)
        gap = -sums.excess
    n, p, e = levels.ball(point.n), levels.ball(point.p), sums.spread
    a = None if math.isinf(point.n) else gap + (n - p if point.n > point.p else 0)
    c = None if math.isinf(point.p) else gap + (p - n if point.p > point.n else 0)
    w = levels.ball(0) if c is None or (c == 0 and e == 0) else e / (c + e)
    return _Terms(sums, point, a, c, w, e if c is None else c * w)


def _errors(terms: _Terms, noise: Ball) -> dict[str, Ball]:
    sums, w, a = terms.sums, terms.w, terms.a
    bias = sums.unlearned + w * sums.mixed
    variance, learned, shrinkage = 0 * noise, 0 * noise, noise**0
    if a is not None:
        n = type(w)(terms.point.n)
        bias = n / (a + terms.h) * bias
        variance = noise * ((1 - w) * sums.df2 + w * sums.df1) / (a + terms.h)
        learned, shrinkage = (sums.df1 / n) ** 2, (a / n) ** 2
    excess = bias + variance
    return {
        "excess_risk": excess,
        "bias": bias,
        "variance": variance,
        "test_error": excess + noise,
        "train_error": shrinkage * (excess + noise),
        "in_sample_risk": shrinkage * excess + noise * learned,
        "overfitting_coefficient": shrinkage if a is None else n / (a + terms.h),
    }


def _bias_parts(terms: _Terms) -> dict[str, Ball]:
    sums, w, a = terms.sums, terms.w, terms.a
    b2, e = sums.unlearned, sums.spread
    by_data, interaction = 0 * w, 0 * w
    if a is not None:
        n = type(w)(terms.point.n)
        by_data = b2 * sums.df2 / (a + e)
        interaction = b2 * e * w * n / ((a + terms.h) * (a + e)) + w * sums.mixed * (sums.df2 + e * w) / (a + terms.h)
    return {
        "bias_pure": b2,
        "variance_data": by_data,
        "variance_features": w * sums.mixed,
        "variance_interaction": interaction,
    }


def _squared_norm(terms: _Terms, noise: Ball) -> Ball:
    sums, a = terms.sums, terms.a
    noisy, kept = 0 * noise, noise**0
    if a is not None:
        noisy = sums.spread_per_kappa * (sums.unlearned + sums.mixed + noise) / (a + terms.h)
        kept = a / (a + terms.h)
    share = noise**0 if terms.c is None else type(terms.w)(terms.point.p) / (terms.c + sums.spread)
    return share * (noisy + kept * sums.mixed_per_kappa)
