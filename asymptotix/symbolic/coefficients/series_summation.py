r"""One power series against a Gegenbauer polynomial, in numbers: float64 over arrays of degrees and dimensions, or mpmath.

    sum over i of w_i c_i z^i r^N h(N, k),   N = n + step i,   h(N, k) = E[t_+^N P_k(t)] (see `gegenbauer_series`),

over the powers N of one parity, by its first term and the ratio of consecutive ones. Every function returns the sum and the sum
of the sizes of its terms, which tells what has cancelled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError
from asymptotix.symbolic.coefficients.gamma_difference import log_gamma_ratio
from asymptotix.symbolic.coefficients.gaussian_on_sphere import float_gaussian, precise_gaussian
from asymptotix.symbolic.coefficients.power_strands import Strand

__all__ = ["FloatStrand", "float_sum", "precise_sum"]

FloatArray = NDArray[np.float64]

MAX_TERMS = 20_000  # of one series; exp(b x) on the sphere of radius r needs about b r
_NEGLIGIBLE = 1e-18  # a term below this part of the sum, once terms decrease, ends it


@dataclass(frozen=True)
class FloatStrand:
    """The numbers of a `Strand`; weights for N - k even, then odd, at even and odd index."""

    power: int
    step: int
    first: tuple[int, int]
    argument: complex
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    weights: tuple[tuple[complex, complex], tuple[complex, complex]]

    @classmethod
    def of(cls, one: Strand) -> FloatStrand:
        """Rounded."""
        base = one.base
        upper, lower = (tuple(float(a) for a in side) for side in (base.upper, base.lower))
        even, odd = ((complex(w[0]), complex(w[1])) for w in (one.weights(False), one.weights(True)))
        return cls(base.power, base.step, one.first, complex(base.argument), upper, lower, (even, odd))

    @property
    def finite(self) -> bool:
        """Whether it is a single power."""
        return self.argument == 0


def _start(one: Any, step: int, power: int, odd: bool, k: FloatArray) -> FloatArray:
    """The first index i whose power N = n + step i has N - k even and not negative, or (odd) N - k odd; nan without one."""
    lowest = float(one.first[odd])
    meets = (power + step * lowest - k) % 2 == (1 if odd else 0)
    other = lowest + 1 if step == 1 and not one.finite else np.nan
    first = np.where(meets, lowest, other)
    if odd:
        return np.asarray(first, dtype=np.float64)
    beyond = (k - power) / step
    late = np.nan if one.finite else np.where(meets | (step == 1), beyond, np.nan)
    return np.asarray(np.where(k > power + step * lowest, late, first), dtype=np.float64)


def _is_hard(argument: FloatArray, parameter: FloatArray) -> NDArray[np.bool_]:
    """Whether the power series of a Gaussian alternates with growing terms, or converges slowly."""
    return np.asarray((argument < -1) | (argument > parameter / 2), dtype=np.bool_)


def _is_hard_for_mpmath(argument: Any, parameter: Any) -> bool:
    """The same where working digits can pay for the cancellation, so that 150 and as many as the parameter are none too many."""
    return bool(argument < -min(parameter + 150, 100_000) or argument > parameter / 2 + 2000)


# --- float64 ------------------------------------------------------------------------------------------------------------------


def float_sum(s: FloatStrand, k: FloatArray, d: FloatArray, radius: FloatArray) -> tuple[FloatArray, FloatArray]:
    """All powers, for arrays of one shape."""
    if s.step == 1 or s.finite or any(s.weights[1]):
        return _both_parities(s, k, d, radius)
    hard = _is_hard(s.argument.real * radius**2, d / 2 + k)
    if not np.any(hard):
        return _both_parities(s, k, d, radius)
    total, size = np.zeros(k.shape), np.zeros(k.shape)
    value, gross = float_gaussian(s.power, bool(s.upper), s.argument.real, k[hard], d[hard], radius[hard])
    weight = s.weights[0][0] / 2
    total[hard], size[hard] = weight.real * value, abs(weight) * gross
    total[~hard], size[~hard] = _both_parities(s, k[~hard], d[~hard], radius[~hard])
    return total, size


def _both_parities(s: FloatStrand, k: FloatArray, d: FloatArray, radius: FloatArray) -> tuple[FloatArray, FloatArray]:
    total, size = np.zeros(k.shape), np.zeros(k.shape)
    for odd, weights in enumerate(s.weights):
        if not any(weights):
            continue
        start = _start(s, s.step, s.power, bool(odd), k)
        weight = np.where(start % 2 == 0, *weights) if weights[0] != weights[1] else np.full(k.shape, weights[0])
        there = np.flatnonzero(np.isfinite(start) & (weight != 0))
        if there.size:
            i, at = start[there], (k[there], d[there], radius[there])
            first = weight[there] * _first(s, i, *at)
            series, gross = _series(s, i, *at)
            total[there] += (first * series).real
            size[there] += np.abs(first) * gross
    return total, size


def _first(s: FloatStrand, i: FloatArray, k: FloatArray, d: FloatArray, radius: FloatArray) -> NDArray[Any]:
    """c_i z^i r^N h(N, k)."""
    from scipy.special import gammaln, gammasgn

    n = s.power + s.step * i
    below = (n - k) / 2 + 1
    size = gammaln(n + 1) - gammaln(i + 1) - gammaln(below) - (n + 1) * np.log(2.0) + n * np.log(radius)
    size = size + log_gamma_ratio(d / 2, (n + k) / 2)
    for sign, parameters in ((1, s.upper), (-1, s.lower)):
        for a in parameters:
            size = size + sign * (gammaln(a + i) - gammaln(a))
    if s.finite:
        return np.asarray(gammasgn(below) * np.exp(size))
    return np.asarray(gammasgn(below) * np.exp(size + i * np.log(abs(s.argument))) * _phase(s.argument, i))


def _phase(z: complex, i: FloatArray) -> NDArray[Any]:
    """(z/|z|)^i, exact on the axes."""
    if z.imag == 0:
        return np.asarray(np.where((i % 2 == 1) & (z.real < 0), -1.0, 1.0))
    if z.real == 0:
        return np.asarray(np.array([1, 1j, -1, -1j])[(np.sign(z.imag) * i).astype(np.int64) % 4])
    return np.asarray(np.exp(1j * np.angle(z) * i))


def _series(s: FloatStrand, i: FloatArray, k: FloatArray, d: FloatArray, radius: FloatArray) -> tuple[NDArray[Any], FloatArray]:
    """The sum whose first term is 1, and the sum of sizes."""
    if s.finite:
        return np.ones(k.shape), np.ones(k.shape)
    per = 2 // s.step
    power = s.argument**per
    scale = (power if power.imag else power.real) * radius**2 * float(per) ** (per * (len(s.upper) - len(s.lower) - 1))
    upper, lower = _parameters(s.upper, s.lower, i, s.power + s.step * i, k, d, per)
    term = np.ones_like(scale)
    total, size = term.copy(), np.abs(term)
    for index, ratio in enumerate(_ratios(scale, upper, lower)):
        term = term * ratio
        total, size = total + term, size + np.abs(term)
        if np.all((np.abs(term) <= _NEGLIGIBLE * size) & (np.abs(ratio) < 0.5)):
            return total, size
        if index % 64 == 63 and not np.all(np.isfinite(size)):
            break
    raise _too_long()


def _ratios(scale: Any, upper: Sequence[Any], lower: Sequence[Any]) -> Iterator[Any]:
    """Term l + 1 over term l, l = 0, 1, ..., up to the largest number of terms."""
    for index in range(MAX_TERMS):
        ratio = scale
        for a, b in zip(upper, lower, strict=False):
            ratio = ratio * ((a + index) / (b + index))
        for b in lower[len(upper) :]:
            ratio = ratio / (b + index)
        yield ratio


def _too_long() -> ConvergenceError:
    return ConvergenceError(f"a power series of the activation needs more than {MAX_TERMS} terms there: reduce the radius")


def _parameters(
    upper: Sequence[Any], lower: Sequence[Any], i: Any, n: Any, k: Any, d: Any, per: int
) -> tuple[Sequence[Any], Sequence[Any]]:
    """The ratio of term l + 1 to term l is the product of (a + l) over that of (b + l), times the argument."""
    above = [(a + i + j) / per for a in upper for j in range(per)] + [(n + 1) / 2, (n + 2) / 2]
    below = [(b + i + j) / per for b in (*lower, 1) for j in range(per)] + [(n - k) / 2 + 1, (d + n + k) / 2]
    return above, below


# --- mpmath -------------------------------------------------------------------------------------------------------------------


def precise_sum(one: Strand, k: int, d: Any, radius: Any) -> tuple[Any, Any]:
    """All powers, in mpmath's current precision."""
    z, gaussian = _number(one.base.argument), one.base.step == 2 and not one.finite and one.half == (0, 0)
    if gaussian and _is_hard_for_mpmath(z * radius**2, d / 2 + k):
        value, gross = precise_gaussian(one.base.power, bool(one.base.upper), z, k, d, radius)
        weight = _number(one.whole[0])
        return weight * value, abs(weight) * gross
    total, size = mpmath.mpc(0), mpmath.mpf(0)
    for odd in (False, True):
        start = float(_start(one, one.base.step, one.base.power, odd, np.asarray(float(k))))
        weight = one.weights(odd)[int(start) % 2] if start == start else sp.S.Zero
        if weight != 0:
            value, gross = _precise_parity(one, _number(weight), int(start), k, d, radius)
            total, size = total + value, size + gross
    return total, size


def _precise_parity(one: Strand, weight: Any, i: int, k: int, d: Any, radius: Any) -> tuple[Any, Any]:
    base, per = one.base, 2 // one.base.step
    n, z = base.power + base.step * i, _number(base.argument)
    value = weight * z**i * radius**n * _number(base.coefficient(sp.Integer(i))) * mpmath.factorial(n)
    value *= mpmath.gammaprod([d / 2], [mpmath.mpf(n - k) / 2 + 1, (d + n + k) / 2]) / mpmath.mpf(2) ** (n + 1)
    if one.finite:
        return value, abs(value)
    above, below = ([_number(a) for a in side] for side in (base.upper, base.lower))
    upper, lower = _parameters(above, below, mpmath.mpf(i), mpmath.mpf(n), k, d, per)
    scale = z**per * radius**2 * mpmath.mpf(per) ** (per * (len(base.upper) - len(base.lower) - 1))
    term, total, size = mpmath.mpf(1), mpmath.mpf(1), mpmath.mpf(1)
    for ratio in _ratios(scale, upper, lower):
        term = term * ratio
        total, size = total + term, size + abs(term)
        if abs(term) <= mpmath.eps * size / 16 and abs(ratio) < 0.5:
            return value * total, abs(value) * size
    raise _too_long()


def _number(value: sp.Expr) -> Any:
    """A SymPy number in mpmath's current precision."""
    if value.is_Rational:
        return mpmath.mpf(int(value.p)) / int(value.q)
    return sp.N(value, mpmath.mp.dps + 10)._to_mpmath(mpmath.mp.prec + 20)
