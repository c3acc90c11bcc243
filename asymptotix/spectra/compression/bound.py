r"""The proved relative error of a table, rounding apart: for every $\kappa\ge0$, every sum that the formulas use, any spectrum.

**One octave.** The error of interpolating $1/(t-t_0)$ at the zeros of $T_Q(t/\tau)$ is
$\frac{1}{t-t_0}\frac{T_Q(t/\tau)}{T_Q(a)}$, $a=t_0/\tau$, and its derivative in $t_0$ is the error of the double pole:
$\frac{T_Q(t/\tau)}{T_Q(a)}\big[\frac1{(t-t_0)^2}-\frac{D}{t-t_0}\big]$, $D=\frac{T_Q'(a)}{\tau T_Q(a)}$. In t,

$$\frac{s}{s+\kappa}\propto\frac{1+t}{t-t_0},\quad\frac{\kappa}{s+\kappa}\propto\frac{1-t}{t-t_0},\quad
t_0=-\frac{c+\kappa}{c-\kappa},\quad|t_0|\ge1,$$

so the error of the square of the first, relative to it, is $T_Q(t/\tau)/T_Q(a)$ times
$1-\frac{u^2}{(1+t)^2}-\frac{D(1+t_0)^2u}{(1+t)^2}$, $u=t-t_0$; of the product of both, times
$1+\frac{u^2-Du(1-t_0^2)}{1-t^2}$; of the first alone, times $\frac{1+t_0}{1+t}$. All are largest at $|t_0|=1$, where
$T_Q(a)\ge|t_0|^QT_Q(1/\tau)$ grows faster than the brackets, and there at most

$$B_Q=\frac{1}{T_Q(1/\tau)}\Big[1+\frac{4(1+\tau)}{(1-\tau)^2}\frac{Q}{\sqrt{1-\tau^2}}\Big],\qquad B_{17}=2.0\cdot10^{-16},\quad
B_{16}=2.1\cdot10^{-15}.$$

**Narrow bins.** In $x=(s-c)/h$ the pole is at $-(c+\kappa)/h$, and the worst sum is that of $(\kappa/(s+\kappa))^2$ at
$\kappa\to0$: $N_Q(A)=\frac1{T_Q(A)}\big[1+(A+1)\frac{Q}{\sqrt{A^2-1}}\big]$, A = c/h.

**Both stages.** A bin's nodes carry weights of both signs, whose absolute values sum to at most the Lebesgue constant $\Lambda_Q$
times the bin's weight, and a sum's terms vary within it by at most $\big(\frac{A+1}{A-1}\big)^2$. So the whole is at most
$N_q(A)+\Lambda_q\big(\frac{A+1}{A-1}\big)^2B_{17}$: 7e-16. The terms being positive, what holds for each holds for the sum:
df1, the rest n - df1 (over those eigenvalues that are called large), df2, $\sum s\kappa/(s+\kappa)^2$, and with energies $\ge0$
as weights the bias sums. derivations/compression_bound.py checks the algebra.

**Rounding** adds a few 1e-16 for spread spectra, and up to 4e-15 where many eigenvalues share one bin
(tests/spectra/compression). Subnormal eigenvalues, below 2.2e-308, have nodes with as few digits as they have themselves.

Source:
    [BerrutTrefethen2004] for interpolation at Chebyshev points; derivations/compression_bound.py.
"""

from __future__ import annotations

import math

from asymptotix.spectra.compression.narrow_bins import EIGHT, FIVE, NarrowRule
from asymptotix.spectra.compression.octave import HALF_WIDTH, NODES

__all__ = ["RELATIVE_BOUND", "lebesgue_constant", "narrow_bound", "octave_bound", "two_stage_bound"]

_OVERHANG = 1.0 + 1e-4  # T_Q where x exceeds 1 by the rounding that is let pass


def octave_bound(nodes: int = NODES) -> float:
    """B_Q: the relative error of an octave with Q nodes.

    >>> octave_bound(17) < 2e-16 < 2e-15 < octave_bound(16)
    True
    """
    tau = HALF_WIDTH
    bracket = 1.0 + 4.0 * (1.0 + tau) / (1.0 - tau) ** 2 * nodes / math.sqrt(1.0 - tau * tau)
    return bracket / _chebyshev(nodes, 1.0 / tau)


def narrow_bound(nodes: int, narrowness: float) -> float:
    """N_Q(A): the relative error of a bin of Q nodes whose centre is A half-widths from 0."""
    bracket = 1.0 + (narrowness + 1.0) * nodes / math.sqrt(narrowness * narrowness - 1.0)
    return _OVERHANG * bracket / _chebyshev(nodes, narrowness)


def lebesgue_constant(nodes: int) -> float:
    """The largest sum of the absolute values of the Lagrange polynomials at Chebyshev points, taken at the ends."""
    return sum(1.0 / math.tan((2 * k - 1) * math.pi / (4 * nodes)) for k in range(1, nodes + 1)) / nodes


def two_stage_bound(rule: NarrowRule, nodes: int = NODES) -> float:
    """The relative error of eigenvalues that come through bins of a rule."""
    far = rule.narrowness
    variation = ((far + 1.0) / (far - 1.0)) ** 2
    return narrow_bound(rule.size, far) + _OVERHANG * lebesgue_constant(rule.size) * variation * octave_bound(nodes)


def _chebyshev(degree: int, x: float) -> float:
    return math.cosh(degree * math.acosh(x))


RELATIVE_BOUND = max(two_stage_bound(rule) for rule in (FIVE, EIGHT))
