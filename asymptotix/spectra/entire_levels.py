"""Energies of entire activations on the sphere, from their power series."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from asymptotix.activations import algebra
from asymptotix.activations.tree import Node, Number
from asymptotix.spectra.certified_levels import EXTRA
from asymptotix.spectra.harmonics import multiplicities
from asymptotix.spectra.series_levels import PowerSeries, series_levels
from asymptotix.spectra.taylor import taylor_coefficients

__all__ = ["entire_energies", "is_entire"]

_BITS_PER_DIGIT = 3.3219280948873626


def is_entire(tree: Node) -> bool:
    """Whether the power series is known."""
    return taylor_coefficients(tree, 1) is not None


def entire_energies(tree: Node, dimension: int, top: int, digits: int) -> tuple[Sequence[Any], Any, int] | None:
    """Energies of degrees 0..top + EXTRA to `digits` digits of themselves, the sum of all, and `digits`.

    None where the series is so long that a quadrature is faster.
    """
    import mpmath

    bits = int(digits * _BITS_PER_DIGIT) + 8
    levels = series_levels(_scaled(tree, dimension), dimension, top + EXTRA, bits)
    if levels is None:
        return None
    squared = algebra.raise_to(tree, Number(Fraction(2)))
    mass = series_levels(_scaled(squared, dimension), dimension, 0, bits)
    if mass is None:
        return None
    with mpmath.workprec(bits + 8):
        counts = multiplicities(dimension, top + EXTRA)
        return [b * v * v for b, v in zip(counts, levels, strict=True)], mass[0], digits


def _scaled(tree: Node, dimension: int) -> PowerSeries:
    """The series in t = x / sqrt(d)."""

    def coefficients(size: int, majorant: bool) -> list[Any]:
        import mpmath

        root, power, out = mpmath.sqrt(dimension), mpmath.mpf(1), []
        for c in taylor_coefficients(tree, size, absolute=majorant) or []:
            out.append(c * power)
            power *= root
        return out

    return coefficients
