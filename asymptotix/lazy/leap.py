r"""The leap exponent of a target: how many new directions at a time gradient descent has to find.

Start with $V=\{0\}$. Find the smallest $k\ge1$ for which
$T_k(z)=\mathbb E[f\,\mathrm{He}_k(P_{V^\perp}x)\mid P_Vx=z]$ is not 0 for all z; add to V the range of its unfolding along one
index, over all z; repeat until nothing is left. The leap is the largest k met: 1 is learned in O(d) samples and steps, k in about
$d^{k-1}$ steps of online gradient descent.

In Hermite tensors: of $T_{j+k}$ take j indices in V and k in its complement. This form does not depend on the coordinates.

Source: [AbbeBoixAdseraMisiakiewicz2023] (the definition is from memory), [BenArousGheissariJagannath2021] for one direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import HypothesisError
from asymptotix.lazy.hermite_tensors import HermiteTensors, VectorFunction, hermite_tensors

__all__ = ["LeapExponent", "leap_exponent"]

FloatArray = NDArray[np.float64]

_NOTHING = 1e-9  # of the norm of the target: a part below it is rounding


@dataclass(frozen=True, eq=False)
class LeapExponent:
    """`leaps[i]` is the k of step i and `dimensions[i]` how many directions it added; `exponent` is the largest leap.

    `directions` has the directions found in its columns, an orthonormal basis; `target` the tensors they come from.
    """

    target: HermiteTensors
    leaps: tuple[int, ...]
    dimensions: tuple[int, ...]
    directions: FloatArray

    @property
    def exponent(self) -> int:
        """The largest leap."""
        return max(self.leaps)

    def __repr__(self) -> str:
        return f"LeapExponent(exponent={self.exponent}, leaps={self.leaps}, target={self.target.name!r})"


def leap_exponent(
    target: str | VectorFunction, *, n_directions: int | None = None, max_degree: int | None = None
) -> LeapExponent:
    """The leaps of a target of a few directions, Gaussian inputs.

    Args:
        target: a polynomial such as "x1 + x1*x2*x3" or "He2(x1) + He3(x2)", or a vectorised smooth function of an array of
            shape (..., r).
        n_directions: r, for a function only.
        max_degree: of the Hermite expansion; that of the polynomial, or 6 for a function.

    Raises:
        InvalidInputError: as in `hermite_tensors`.
        HypothesisError: a constant, or a function whose parts all lie beyond `max_degree`.

    Source:
        [AbbeBoixAdseraMisiakiewicz2023].

    >>> leap_exponent("x1 + x1*x2*x3")
    LeapExponent(exponent=2, leaps=(1, 2), target='x1 + x1*x2*x3')
    """
    found = hermite_tensors(target, n_directions=n_directions, max_degree=max_degree)
    r = found.n_directions
    size = float(np.sqrt(np.sum(found.energies))) or 1.0
    inside, leaps, dimensions = np.zeros((r, 0)), [], []
    while inside.shape[1] < r:
        step = _next(found, inside, _NOTHING * size)
        if step is None:
            break
        k, new = step
        inside = np.concatenate([inside, new], axis=1)
        leaps.append(k)
        dimensions.append(new.shape[1])
    if not leaps:
        raise HypothesisError(f"{found.name} has no part in the degrees 1 to {len(found.tensors) - 1}: there is nothing to find")
    return LeapExponent(found, tuple(leaps), tuple(dimensions), inside)


def _next(found: HermiteTensors, inside: FloatArray, smallest: float) -> tuple[int, FloatArray] | None:
    """The smallest k with a part of k indices outside, and an orthonormal basis of the directions in it."""
    onto = inside @ inside.T
    out = np.eye(found.n_directions) - onto
    for k in range(1, len(found.tensors)):
        rows = [_unfolded(found.tensors[n], out, onto, k) for n in range(k, len(found.tensors))]
        left, values, _ = np.linalg.svd(np.concatenate(rows, axis=1), full_matrices=False)
        rank = int(np.sum(values > smallest))
        if rank:
            return k, left[:, :rank]
    return None


def _unfolded(tensor: FloatArray, out: FloatArray, onto: FloatArray, k: int) -> FloatArray:
    """The first k indices projected outside, the others inside, as a matrix with one row for each value of the first."""
    for axis in range(tensor.ndim):
        # contracting the first axis appends the result at the end: after all turns the order is the old one
        tensor = np.tensordot(tensor, out if axis < k else onto, axes=(0, 0))
    return tensor.reshape(tensor.shape[0], -1)
