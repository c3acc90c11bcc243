r"""The trapezoidal rule for analytic functions on spheres of many dimensions.

With $t=\tanh u$ the law of t has the density $\propto\cosh^{-(d-1)}u$ in u: analytic up to $|\mathrm{Im}\,u|=\pi/2$, and so are
functions that are singular at $t=\pm1$ only. The error of a step h is $e^{-2\pi a/h}$ for a strip of half-width a, without the
search for nodes that a Gauss rule needs; those near t = 0 of a pole at a finite distance want a few hundred points.

Source:
    [TrefethenWeideman2014] for the rule.
"""

from __future__ import annotations

from math import acosh, ceil, log, pi, sqrt

from asymptotix.spectra.integer_rule import Rule, lightest

__all__ = ["trapezoidal_rule"]

_STRIP = 1.5  # in standard deviations of t: tanh has its poles at 1.57
_REFINEMENT = 0.7


def trapezoidal_rule(dimension: int, step: int, top: int, bits: int, ends: int) -> Rule:
    """The rule for a strip of half-width 1.5 0.7^step in x = sqrt(d) t, fine enough for `bits` bits of levels up to `top`.

    It ends where the weight has fallen by `ends` bits.
    """
    import mpmath

    strip = _STRIP * _REFINEMENT**step
    decay = bits * log(2.0) + strip * (sqrt(top) + strip) + 10.0  # p_k grows by e^(a sqrt k) across the strip
    spacing = 2.0 * pi * strip / (decay * sqrt(dimension))
    stop = acosh(2.0 ** min(lightest(top, ends) / (dimension - 1), 1000.0))
    with mpmath.workprec(bits + 20):
        root, h = mpmath.sqrt(dimension), mpmath.mpf(spacing)
        points, weights = [mpmath.mpf(0)], [mpmath.mpf(1)]
        for j in range(1, ceil(stop / spacing) + 1):
            decayed = mpmath.exp(-2 * h * j)
            points.append(root * (1 - decayed) / (1 + decayed))
            weights.append(2 * (2 * mpmath.exp(-h * j) / (1 + decayed)) ** (dimension - 1))
        total = mpmath.fsum(weights)
        return Rule(tuple(points), tuple(w / total for w in weights), bits)
