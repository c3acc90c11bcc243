r"""Levels $\mathbb E[f\,p_k]$ of an analytic or piecewise analytic f, each right to 1e-13 of itself.

A level is accepted when two rules, the finer with half as many nodes again, agree on it to 1e-13, and when it lies 10^14 above
the rounding of the working precision. Levels at the rounding count as zero once the level two degrees lower stands 25 digits
above them: no level of an analytic function falls so far at once, and those of x/2 in gelu do; otherwise the digits are doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

from asymptotix.errors import ConvergenceError
from asymptotix.spectra.integer_rule import Rule, Squares, coefficients, second_moment

__all__ = ["LevelProblem", "Levels", "resolve", "rest_of"]

_BITS_PER_DIGIT = 3.3219280948873626
_AGREEMENT = 1e-13
_MARGIN = 14  # digits of a level above the rounding
_DROP = 25  # digits between a level and the rounding below which the next one of its parity counts as zero
_LONGEST_SEARCH = 200
_SPARE_BITS = 16
_ROUNDING = 6  # digits lost in a sum
EXTRA = 12  # levels beyond the last one asked for, from which a small tail is summed
MOST_DIGITS = 200


@dataclass(frozen=True)
class Levels:
    """Coefficients 0..top + EXTRA, the mass E f^2, both in mpmath; `digits` is the absolute precision of them, relative to f."""

    coefficients: tuple[Any, ...]
    mass: Any
    digits: int


@dataclass(frozen=True)
class LevelProblem:
    """What is expanded, and on which rules.

    Attributes:
        values: (x, bits) -> f(x) to a rounding of `bits` bits, in mpmath.
        squares: the recurrence.
        rule: (step, degrees, bits, ends) -> the rule of that step of refinement, until the weight has fallen by `ends` bits.
        steps: refinements to try; 1 where the rule is exact.
        last: the largest degree there is, on a finite set of points.
        name: for the message of a failure.
        end: (degrees, bits) -> the x where the weight has fallen by so many bits; None for functions that do not grow.
    """

    values: Callable[[Sequence[Any], int], Sequence[Any]]
    squares: Squares
    rule: Callable[[int, int, int, int], Rule]
    steps: int
    name: str
    last: int | None = None
    end: Callable[[int, int], float] | None = None


def resolve(problem: LevelProblem, top: int, digits: int = 45, lost: int = 0) -> Levels:
    """The levels 0..top + EXTRA. `lost` digits of the precision are spent on what the levels are multiplied by.

    Levels below 10^-186 of the norm, whose energies are below the range of doubles, count as zero.

    Raises:
        ConvergenceError: two rules still disagree after the last refinement.
    """
    import mpmath

    most = MOST_DIGITS + lost
    digits = min(digits + lost, most)
    while True:
        levels = _at(problem, top + EXTRA, digits)
        unresolved = _unresolved(levels, top) is not None
        if not unresolved or digits == most:
            floor = _noise(levels) * (mpmath.mpf(10) ** _MARGIN if unresolved else 1)
            return Levels(tuple(c if abs(c) > floor else 0 * c for c in levels.coefficients), levels.mass, digits)
        digits = min(2 * digits, most)


def rest_of(energies: Sequence[Any], mass: Any, top: int, digits: int) -> Any:
    """The energy beyond degree `top`, to 1e-13 of itself; None if it drowns in the rounding.

    The mass minus the levels where that loses no digits, else the sum of the levels beyond, once the last ones do not count.
    """
    import mpmath

    with mpmath.workdps(digits + 10):
        rest = mass - mpmath.fsum(energies[: top + 1])
        if rest > mass * mpmath.mpf(10) ** (_MARGIN + _ROUNDING - digits):
            return rest
        beyond = [abs(e) for e in energies[top + 1 :]]
        total = mpmath.fsum(beyond)
        ended = beyond and max(beyond[-4:]) <= 1e-14 * total
        return total if ended else None


def _at(problem: LevelProblem, top: int, digits: int) -> Levels:
    """Refine the rule at a fixed precision."""
    bits = int((digits + _ROUNDING) * _BITS_PER_DIGIT) + 1
    ends = _bits_at_the_ends(problem, top, bits)
    previous = None
    for step in range(problem.steps):
        current = _levels(problem, problem.rule(step, top, bits, ends), top, digits)
        if problem.steps == 1 or (previous is not None and _agree(previous, current)):
            return current
        previous = current
    raise ConvergenceError(
        f"the coefficients of {problem.name} did not converge on the finest rule: it has features too narrow for {top} degrees"
    )


def _bits_at_the_ends(problem: LevelProblem, top: int, bits: int) -> int:
    """By how many bits the weight must have fallen where a rule ends: `bits`, and those by which f^2 has grown up to there."""
    if problem.end is None:
        return bits
    import mpmath

    def size(x: float) -> float:
        with mpmath.workprec(64):
            values = [abs(v) for v in problem.values([mpmath.mpf(x), -mpmath.mpf(x)], 64)]
            return float(mpmath.log(max(values), 2)) if max(values) else -inf

    middle, ends = max(size(0.0), size(0.5), size(1.0)), bits
    for _ in range(_LONGEST_SEARCH):
        wanted = bits + ceil(max(0.0, 2 * (size(problem.end(top, ends)) - middle))) if middle > -inf else bits
        if wanted <= ends + _SPARE_BITS:
            return ends
        ends = wanted
    raise ConvergenceError(f"{problem.name} grows too fast for the rules")


def _levels(problem: LevelProblem, rule: Rule, top: int, digits: int) -> Levels:
    import mpmath

    with mpmath.workprec(rule.bits + 20):
        right = problem.values(rule.points, rule.bits)
        left = problem.values([-x for x in rule.points], rule.bits)
    found = coefficients(rule, right, left, problem.squares, top, problem.last)
    return Levels(tuple(found), second_moment(rule, right, left), digits)


def _agree(one: Levels, two: Levels) -> bool:
    """Whether every level above the rounding agrees, the extra ones roughly, and the mass as well as a small rest needs it."""
    noise, exact = _noise(two), len(two.coefficients) - EXTRA
    rest = sum(c * c for c in two.coefficients[exact:])
    if abs(one.mass - two.mass) > max(_AGREEMENT * rest, noise**2 * 10**two.digits):
        return False
    for k, (a, b) in enumerate(zip(one.coefficients, two.coefficients, strict=True)):
        allowed = (_AGREEMENT if k < exact else 1e-3) * abs(b)
        if abs(a - b) > max(allowed, noise):
            return False
    return True


def _unresolved(levels: Levels, top: int) -> int | None:
    """The first degree whose coefficient lacks digits and is not zero beyond doubt."""
    import mpmath

    noise = _noise(levels)
    margin, drop = mpmath.mpf(10) ** _MARGIN, mpmath.mpf(10) ** _DROP
    for k in range(top + 1):
        size = abs(levels.coefficients[k])
        if size == 0 or size > noise * margin:
            continue
        same = abs(levels.coefficients[k - 2]) if k > 1 else mpmath.sqrt(levels.mass)
        if size > noise or not (same <= noise or same > noise * drop):
            return k
    return None


def _noise(levels: Levels) -> Any:
    import mpmath

    return mpmath.sqrt(levels.mass) * mpmath.mpf(10) ** -levels.digits
