r"""Narrow bins, the first of the two stages: many eigenvalues close together become 5 or 8 nodes.

Around the centre c of a bin of half-width h, $x=(s-c)/h$ needs no division, and its pole $-(c+\kappa)/h$ is at least c/h
half-widths away, so that few nodes are enough. The moments taken are those of products of x, $T_2$ and $T_4$, which are cheap to
accumulate and, unlike powers of x, well conditioned: $T_aT_b=\frac12(T_{a+b}+T_{|a-b|})$ leads back to the $T_k$. (In NumPy
powers are cheaper still, and `numpy_blocks` says why they do.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression.octave import chebyshev_points, moments_to_weights

__all__ = ["EIGHT", "FINE_BINS", "FIVE", "NarrowRule"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NarrowRule:
    """`matrix` (products x nodes) turns the moments of the products into weights of the nodes c + h `points`.

    `products[i]` are the degrees of the Chebyshev polynomials whose product is taken. A bin may use the rule if
    centre / half-width >= `narrowness`; its own error is then below 3e-16 (`compression.bound`).
    """

    products: tuple[tuple[int, ...], ...]
    narrowness: float
    points: FloatArray
    matrix: FloatArray

    @classmethod
    def of(cls, products: tuple[tuple[int, ...], ...], narrowness: float) -> NarrowRule:
        """The rule with one node for each product."""
        size = len(products)
        expanded = np.stack([_expanded(degrees, size) for degrees in products])
        matrix = np.linalg.inv(expanded).T @ moments_to_weights(size)
        return cls(products, narrowness, chebyshev_points(size), np.ascontiguousarray(matrix))

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.products)


def _expanded(degrees: tuple[int, ...], size: int) -> FloatArray:
    """The product of the T_d as a series in T_k, k < size."""
    series = np.array([1.0])
    for degree in degrees:
        series = np.polynomial.chebyshev.chebmul(series, np.eye(degree + 1)[degree])
    return np.asarray(np.pad(series, (0, size))[:size])


FIVE = NarrowRule.of(((), (1,), (2,), (1, 2), (2, 2)), narrowness=1200.0)
EIGHT = NarrowRule.of(((), (1,), (2,), (1, 2), (4,), (1, 4), (2, 4), (1, 2, 4)), narrowness=65.0)
FINE_BINS = 32  # equal parts of an octave: centre / half-width is at least 65
