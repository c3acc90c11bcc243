r"""A power law in balls, all of it: the first N eigenvalues one by one, the others by series of zeta functions.

$\sum_{i>N}i^{-\rho}s_i^j=c^j\zeta(\rho+\alpha j,N+1)$ in `alternating_tail`. The exponents are the doubles that they are.
"""

from __future__ import annotations

import math

import numpy as np

from asymptotix.equivalents.certified.alternating_tail import AlternatingTail, refuse_too_many, room
from asymptotix.equivalents.certified.levels import BallLevels
from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.power_law import PowerLaw, PowerLawTarget
from asymptotix.spectra.target import Target

__all__ = ["power_law_levels"]


def power_law_levels(law: PowerLaw, target: Target | None, smallest_log_kappa: float, bits: int) -> BallLevels:
    """The levels of a power law for kappa down to exp(smallest_log_kappa), with the exact remainder of an infinite one as tail.

    Raises:
        InvalidInputError: more than 1e6 eigenvalues would be needed one by one, or a target that is not `PowerLaw.target`.
    """
    flint = load_flint()
    decay = _decay(law, target)
    size = law.size or math.ceil(math.exp(min(room(law.scale, smallest_log_kappa) / law.exponent, 700.0)))
    refuse_too_many(size, "a power law")
    index = np.arange(1.0, size + 1.0)
    with flint.ctx.workprec(bits):
        numbers = list(map(flint.arb, index.tolist()))
        exponent, scale = flint.arb(law.exponent), flint.arb(law.scale)
        eigenvalues = [scale * i**-exponent for i in numbers]
        energies = None if decay is None else [i ** -flint.arb(decay) for i in numbers]
    tail = None if law.size is not None else _tail(law, decay, size)
    logs = np.log(law.scale) - law.exponent * np.log(index)
    return BallLevels(logs, np.ones(index.size), eigenvalues, energies, flint.arb(0), tail)


def _tail(law: PowerLaw, decay: float | None, size: int) -> AlternatingTail:
    ball = load_flint().arb
    exponent, scale, first = ball(law.exponent), ball(law.scale), ball(size + 1)

    def sums(power: float, j: int) -> Ball:
        return scale**j * (ball(power) + j * exponent).zeta(first)

    weighted = None if decay is None else lambda j: sums(decay, j)
    return AlternatingTail(lambda: scale * first**-exponent, lambda j: sums(0.0, j), weighted)


def _decay(law: PowerLaw, target: Target | None) -> float | None:
    if target is None or target.energy == 0:
        return None
    if isinstance(target, PowerLawTarget):
        return target.decay
    raise InvalidInputError("target", target, f"made by PowerLaw({law.exponent:g}).target with certify")
