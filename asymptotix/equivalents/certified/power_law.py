r"""A power law in balls, all of it: the first N eigenvalues one by one, and the others as alternating series of zeta functions.

With $y=\kappa i^\alpha/c$, $s/(s+\kappa)=1/(1+y)$. For $i>N$, where $y\ge8$, the expansions

.. math:: \frac1{1+y}=\sum_j(-1)^jy^{-1-j},\quad\frac1{(1+y)^2}=\sum_j(-1)^j(j+1)y^{-2-j},\quad
    \frac y{(1+y)^2}=\sum_j(-1)^j(j+1)y^{-1-j},\quad\frac{y^2}{(1+y)^2}=\sum_j(-1)^j(j+1)y^{-j}

alternate with decreasing terms for every i, so that the error of a sum over i of the first J terms is at most the sum of the next
ones, and $\sum_{i>N}i^{-\rho}y^{-j}=(c/\kappa)^j\zeta(\rho+\alpha j,N+1)$. The exponents are the doubles that they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from asymptotix.equivalents.certified.levels import BallLevels
from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.equivalents.certified.tail import TailSums
from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.spectra.power_law import PowerLaw, PowerLawTarget
from asymptotix.spectra.target import Target

__all__ = ["PowerLawTail", "power_law_levels"]

_FAR = 32.0  # least y beyond N at the smallest kappa asked for: five bits a term
_ROOM = 4.0  # a kappa so many times smaller than announced still has y >= 8
_MOST_LEVELS = 1e6


@dataclass(frozen=True, eq=False)
class PowerLawTail:
    """All i > `size` of s = scale i^-exponent, with energies i^-decay (None: none)."""

    exponent: float
    scale: float
    size: int
    decay: float | None

    def sums(self, kappa: Ball) -> TailSums:
        """Their part at kappa.

        Raises:
            ConvergenceError: y < 8 at the first of them.
        """
        ball = load_flint().arb
        ratio = ball(self.scale) / kappa
        first = ratio * ball(self.size + 1) ** -ball(self.exponent)  # 1 / y of the first of them, the largest
        if not first < 1 / (_FAR / _ROOM):
            raise ConvergenceError("the enclosure of lambda* was sought far below its float64 value, where the series ends")
        terms = math.ceil(load_flint().ctx.prec / -float(first.log()) * math.log(2.0)) + 2
        zero = ball(0)
        counted = [ball(0), *(ratio**j * self._zeta(0.0, j) for j in range(1, terms + 3))]
        df1 = _alternating(counted[1:], weighted=False)
        df2, spread = _alternating(counted[2:], weighted=True), _alternating(counted[1:], weighted=True)
        if self.decay is None:
            return TailSums(df1, df2, spread, zero, zero)
        energies = [ratio**j * self._zeta(self.decay, j) for j in range(terms + 2)]
        return TailSums(df1, df2, spread, _alternating(energies, weighted=True), _alternating(energies[1:], weighted=True))

    def _zeta(self, power: float, j: int) -> Ball:
        ball = load_flint().arb
        return (ball(power) + j * ball(self.exponent)).zeta(ball(self.size + 1))


def _alternating(terms: list[Ball], *, weighted: bool) -> Ball:
    """sum_j (-1)^j (j + 1) terms[j], or without the factor, the last of them as a bound of the rest."""
    scaled = [(j + 1) * term if weighted else term for j, term in enumerate(terms)]
    total = sum((term if j % 2 == 0 else -term for j, term in enumerate(scaled[:-1])), type(terms[0])(0))
    rest = scaled[-1].upper()
    return total + type(rest)(0, rest)


def power_law_levels(law: PowerLaw, target: Target | None, smallest_log_kappa: float, bits: int) -> BallLevels:
    """The levels of a power law for kappa down to exp(smallest_log_kappa), with the exact remainder of an infinite one as tail.

    Raises:
        InvalidInputError: more than 1e6 eigenvalues would be needed one by one, or a target that is not `PowerLaw.target`.
    """
    flint = load_flint()
    decay = _decay(law, target)
    size = law.size or math.ceil(math.exp(min((math.log(_FAR * law.scale) - smallest_log_kappa) / law.exponent, 700.0)))
    if size > _MOST_LEVELS:
        raise InvalidInputError(
            "certify", True, f"left out for {size:.2g} eigenvalues of a power law, of at most {_MOST_LEVELS:g}"
        )
    index = np.arange(1.0, size + 1.0)
    with flint.ctx.workprec(bits):
        numbers = list(map(flint.arb, index.tolist()))
        exponent, scale = flint.arb(law.exponent), flint.arb(law.scale)
        eigenvalues = [scale * i**-exponent for i in numbers]
        energies = None if decay is None else [i ** -flint.arb(decay) for i in numbers]
    tail = None if law.size is not None else PowerLawTail(law.exponent, law.scale, size, decay)
    logs = np.log(law.scale) - law.exponent * np.log(index)
    return BallLevels(logs, np.ones(index.size), eigenvalues, energies, flint.arb(0), tail)


def _decay(law: PowerLaw, target: Target | None) -> float | None:
    if target is None or target.energy == 0:
        return None
    if isinstance(target, PowerLawTarget):
        return target.decay
    raise InvalidInputError("target", target, f"made by PowerLaw({law.exponent:g}).target with certify")
