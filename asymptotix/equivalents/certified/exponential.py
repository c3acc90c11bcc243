r"""Exponential decay in balls, all of it: the first N eigenvalues one by one, the others by geometric series.

$\sum_{i>N}e^{-\delta(i-1)}s_i^j=c^j\frac{e^{-(\delta+\rho j)N}}{1-e^{-(\delta+\rho j)}}$ in `alternating_tail`. The float64
levels end at 1e-150 of the largest eigenvalue; here nothing ends.
"""

from __future__ import annotations

import math

import numpy as np

from asymptotix.equivalents.certified.alternating_tail import AlternatingTail, refuse_too_many, room
from asymptotix.equivalents.certified.levels import BallLevels
from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.exponential import ExponentialDecay, ExponentialTarget
from asymptotix.spectra.target import Target

__all__ = ["exponential_levels"]


def exponential_levels(law: ExponentialDecay, target: Target | None, smallest_log_kappa: float, bits: int) -> BallLevels:
    """The levels for kappa down to exp(smallest_log_kappa), with the exact remainder of an infinite spectrum as tail.

    Raises:
        InvalidInputError: more than 1e6 eigenvalues would be needed one by one, or a target not of `ExponentialDecay.target`.
    """
    flint = load_flint()
    decay = _decay(law, target)
    size = law.size or max(1, math.ceil(room(law.scale, smallest_log_kappa) / law.rate))
    refuse_too_many(size, "an exponential decay")
    index = np.arange(0.0, size)
    with flint.ctx.workprec(bits):
        steps = list(map(flint.arb, index.tolist()))
        rate, scale = flint.arb(law.rate), flint.arb(law.scale)
        eigenvalues = [scale * (-rate * i).exp() for i in steps]
        energies = None if decay is None else [(-flint.arb(decay) * i).exp() for i in steps]
    tail = None if law.size is not None else _tail(law, decay, size)
    logs = np.log(law.scale) - law.rate * index
    return BallLevels(logs, np.ones(index.size), eigenvalues, energies, flint.arb(0), tail)


def _tail(law: ExponentialDecay, decay: float | None, size: int) -> AlternatingTail:
    ball = load_flint().arb
    rate, scale = ball(law.rate), ball(law.scale)

    def sums(power: float, j: int) -> Ball:
        exponent = ball(power) + j * rate
        return scale**j * (-exponent * size).exp() / -(-exponent).expm1()

    weighted = None if decay is None else lambda j: sums(decay, j)
    return AlternatingTail(lambda: scale * (-rate * size).exp(), lambda j: sums(0.0, j), weighted)


def _decay(law: ExponentialDecay, target: Target | None) -> float | None:
    if target is None or target.energy == 0:
        return None
    if isinstance(target, ExponentialTarget):
        return target.decay
    raise InvalidInputError("target", target, f"made by ExponentialDecay({law.rate:g}).target with certify")
