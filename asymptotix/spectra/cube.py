r"""The hypercube: x uniform on $\{-1,1\}^d$, whose sums $S=\sum_ix_i$ have the binomial law and Krawtchouk polynomials.

$h(\langle x,x'\rangle/d)$ has the eigenfunctions $\prod_{i\in A}x_i$: degree $k=|A|$, multiplicity $\binom dk$, eigenvalue
$\mathbb E[h(S/d)\,Q_k(S)]$ with the Krawtchouk polynomial $Q_k(d)=1$; $p_k=\sqrt{\tbinom dk}\,Q_k$ is orthonormal and

$$t\,p_k=b_{k+1}p_{k+1}+b_kp_{k-1},\qquad t=S/d,\quad b_k=\sqrt{k(d-k+1)}/d.$$

The law lives on d + 1 points, so that its sums are exact: no quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log, sqrt

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import whole_number
from asymptotix.spectra.integer_rule import Rule, lightest

__all__ = ["CubeRecurrence", "binomials", "checked_cube_dimension", "cube_rule"]

_LARGEST_DIMENSION = 10**6  # beyond it the points within reach of 30 digits take more than seconds


def checked_cube_dimension(dimension: int) -> int:
    """The dimension of the hypercube as an int, from 1 to 1e6."""
    d = whole_number("dimension", dimension, 1)
    if d > _LARGEST_DIMENSION:
        raise InvalidInputError("dimension", dimension, f"at most {_LARGEST_DIMENSION} on the hypercube")
    return d


def binomials(dimension: int, top: int) -> list[int]:
    """C(d, 0), ..., C(d, top), exactly."""
    out = [1]
    for k in range(1, top + 1):
        out.append(out[-1] * (dimension - k + 1) // k)
    return out


@dataclass(frozen=True)
class CubeRecurrence:
    r"""k -> numerator and denominator of $\beta_k^2=k(d-k+1)/d$: the recurrence in $x=S/\sqrt d$, whose variance is 1."""

    dimension: int

    def __call__(self, degree: int) -> tuple[int, int]:
        """Exact integers, 1 <= k <= d."""
        return degree * (self.dimension - degree + 1), self.dimension


@lru_cache(maxsize=8)
def cube_rule(dimension: int, top: int, bits: int, ends: int) -> Rule:
    r"""The points $S/\sqrt d\ge0$ with their binomial weights, but for those too light for `ends` bits of p_k, k <= top."""
    import mpmath

    d = dimension
    furthest = min(d, ceil(_reach(top, ends) * sqrt(d)) + 2)
    with mpmath.workprec(bits + 40 + 2 * d.bit_length()):
        root = mpmath.sqrt(d)
        half = d // 2
        # the weight in the middle, then the ratio of neighbours: S = d - 2j
        weight = mpmath.binomial(d, half) / mpmath.mpf(2) ** d
        points, weights = [], []
        for j in range(half, -1, -1):
            s = d - 2 * j
            if s > furthest:
                break
            points.append(s / root)
            weights.append(weight if s == 0 else 2 * weight)
            weight = weight * j / (d - j + 1)
        return Rule(tuple(points), tuple(weights), bits)


def _reach(top: int, bits: int) -> float:
    """The x beyond which the weight times p_top is below 2^-bits: the binomial tail is lighter than the Gaussian one."""
    return sqrt(2 * log(2.0) * lightest(top, bits))
