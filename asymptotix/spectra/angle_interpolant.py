r"""A function of the angle as Chebyshev series on panels, for kernels that cost milliseconds a point in many digits.

Panels are halved until the last coefficients of their series, times the density of the angle there, are below the rounding. High
degrees need thousands of points; the series need a few hundred values of the kernel, whatever the degree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from asymptotix.errors import ConvergenceError
from asymptotix.spectra.integer_rule import integers

__all__ = ["AngleInterpolant", "angle_interpolant"]

_LAST = 4  # coefficients that must be small: one or two may be so by parity
_MOST_PANELS = 400
_SPARE_BITS = 24


@dataclass(frozen=True)
class AngleInterpolant:
    """Panels (low, high, Chebyshev coefficients) that cover -pi/2..pi/2; a call takes angles from the equator."""

    panels: tuple[tuple[Any, Any, tuple[Any, ...]], ...]
    bits: int

    def __call__(self, angles: Sequence[Any]) -> list[Any]:
        """Values in mpmath, in the order of the angles."""
        import mpmath

        bits = self.bits
        edges = [float(low) for low, _, _ in self.panels]
        home = np.searchsorted(edges, [float(a) for a in angles], side="right") - 1
        values: list[Any] = [None] * len(angles)
        with mpmath.workprec(bits + 10):
            for index in np.unique(home):
                low, high, series = self.panels[index]
                members = np.flatnonzero(home == index).tolist()
                u = integers([(2 * angles[i] - low - high) / (high - low) for i in members], bits)
                after, now = u * 0, u * 0
                for c in reversed(series[1:]):
                    after, now = now, ((u * now) >> (bits - 1)) - after + int(mpmath.ldexp(c, bits))
                total = ((u * now) >> bits) - after + int(mpmath.ldexp(series[0], bits))
                for i, v in zip(members, total, strict=True):
                    values[i] = mpmath.ldexp(int(v), -bits)
        return values


def angle_interpolant(value: Callable[[Any], Any], dimension: int, bits: int, name: str) -> AngleInterpolant:
    """The series of value(angle), as exact as the rounding of `bits` bits where the density of the angle has its mass.

    Raises:
        ConvergenceError: hundreds of panels do not suffice.
    """
    import mpmath

    bits += _SPARE_BITS
    with mpmath.workprec(bits):
        half = mpmath.pi / 2
        waiting, done = [(-half, mpmath.mpf(0)), (mpmath.mpf(0), half)], []
        scale = abs(value(half)) + abs(value(mpmath.mpf(0)))
        while waiting:
            low, high = waiting.pop()
            series = _series(value, low, high, 20 + bits // 3)
            nearest = min(abs(low), abs(high))
            size = max(abs(c) for c in series[-_LAST:]) * mpmath.cos(nearest) ** (dimension - 2) * (high - low)
            if size <= mpmath.ldexp(scale, _SPARE_BITS - bits):
                done.append((low, high, series))
            elif len(waiting) + len(done) > _MOST_PANELS:
                raise ConvergenceError(f"{name} has features too narrow for a series on {_MOST_PANELS} panels")
            else:
                middle = (low + high) / 2
                waiting += [(low, middle), (middle, high)]
        return AngleInterpolant(tuple(sorted(done)), bits)


def _series(value: Callable[[Any], Any], low: Any, high: Any, size: int) -> tuple[Any, ...]:
    """Chebyshev coefficients of the interpolant at the zeros of T_size."""
    import mpmath

    cosines = _cosines(size, mpmath.mp.prec)
    samples = [value((low + high + (high - low) * cosines[2 * i + 1]) / 2) for i in range(size)]
    period = 4 * size
    rows = [[cosines[j * (2 * i + 1) % period] for i in range(size)] for j in range(size)]
    series = [2 * mpmath.fdot(row, samples) / size for row in rows]
    return (series[0] / 2, *series[1:])


@lru_cache(maxsize=4)
def _cosines(size: int, bits: int) -> tuple[Any, ...]:
    """cos(pi i / (2 size)) for i < 4 size."""
    import mpmath

    with mpmath.workprec(bits):
        return tuple(mpmath.cos(mpmath.pi * i / (2 * size)) for i in range(4 * size))
