r"""The far part of an infinite spectrum given by a formula, in balls: alternating series of its power sums.

With $y=\kappa/s$, $s/(s+\kappa)=1/(1+y)$. For $i>N$, where $y\ge8$, the expansions

.. math:: \frac1{1+y}=\sum_j(-1)^jy^{-1-j},\quad\frac1{(1+y)^2}=\sum_j(-1)^j(j+1)y^{-2-j},\quad
    \frac y{(1+y)^2}=\sum_j(-1)^j(j+1)y^{-1-j},\quad\frac{y^2}{(1+y)^2}=\sum_j(-1)^j(j+1)y^{-j}

alternate with decreasing terms for every i, so that the error of a sum over i of the first J terms is at most the sum of the next
ones, and $\sum_{i>N}e_iy^{-j}=\kappa^{-j}\sum_{i>N}e_is_i^j$ has a closed form for the laws that come here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.equivalents.certified.tail import TailSums
from asymptotix.errors import ConvergenceError, InvalidInputError

__all__ = ["MOST_LEVELS", "AlternatingTail", "refuse_too_many", "room"]

MOST_LEVELS = 1e6  # that are taken one by one
_FAR = 32.0  # least y beyond N at the smallest kappa asked for: five bits a term
_ROOM = 4.0  # a kappa so many times smaller than announced still has y >= 8


def room(scale: float, smallest_log_kappa: float) -> float:
    """How deep, in log(scale / s), the eigenvalues of an infinite law go that are taken one by one."""
    return math.log(_FAR * scale) - smallest_log_kappa


def refuse_too_many(levels: float, law: str) -> None:
    """InvalidInputError if so many eigenvalues are more than are taken one by one."""
    if levels > MOST_LEVELS:
        raise InvalidInputError("certify", True, f"left out for {levels:.2g} eigenvalues of {law}, of at most {MOST_LEVELS:g}")


@dataclass(frozen=True, eq=False)
class AlternatingTail:
    """All i > N: `largest` gives the first of them, `counted(j)` their power sums, `weighted(j)` those with the energies."""

    largest: Callable[[], Ball]
    counted: Callable[[int], Ball]
    weighted: Callable[[int], Ball] | None

    def sums(self, kappa: Ball) -> TailSums:
        """Their part at kappa.

        Raises:
            ConvergenceError: y < 8 at the first of them.
        """
        first = self.largest() / kappa  # the largest 1 / y
        if not (kappa > 0 and first < _ROOM / _FAR):
            raise ConvergenceError("the enclosure of lambda* was sought far below its float64 value, where the series ends")
        terms = math.ceil(load_flint().ctx.prec / -float(first.log()) * math.log(2.0)) + 2
        zero = type(kappa)(0)
        counted = [zero, *(self.counted(j) / kappa**j for j in range(1, terms + 3))]
        df1 = _alternating(counted[1:], weighted=False)
        df2, spread = _alternating(counted[2:], weighted=True), _alternating(counted[1:], weighted=True)
        if self.weighted is None:
            return TailSums(df1, df2, spread, zero, zero)
        energies = [self.weighted(j) / kappa**j for j in range(terms + 2)]
        return TailSums(df1, df2, spread, _alternating(energies, weighted=True), _alternating(energies[1:], weighted=True))


def _alternating(terms: list[Ball], *, weighted: bool) -> Ball:
    """sum_j (-1)^j (j + 1) terms[j], or without the factor, the last of them as a bound of the rest."""
    scaled = [(j + 1) * term if weighted else term for j, term in enumerate(terms)]
    total = sum((term if j % 2 == 0 else -term for j, term in enumerate(scaled[:-1])), type(terms[0])(0))
    rest = scaled[-1].upper()
    return total + type(rest)(0, rest)
