r"""Second moments of homogeneous activations on the sphere, in closed form.

s(r a) = r^n s(a) for r > 0, so s = positive u_+^n + negative u_-^n with u_- = max(-u, 0). For Gaussian x length and direction are
independent and E|x|^(2n) = d (d + 2) ... (d + 2n - 2), hence for unit a, b at angle theta and x uniform on the sphere of
radius sqrt(d)
    E[<a,x>_+^n <b,x>_+^n] = d^n / (d (d + 2) ... (d + 2n - 2)) J_n(theta) / (2 pi),
where J_n / (2 pi) is the Gaussian expectation, J_n of [ChoSaul2009] over 2 pi; replacing theta by pi - theta turns one factor
into its mirror image.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from asymptotix.activations.homogeneity import Homogeneity

__all__ = ["has_closed_gram", "homogeneous_gram"]

FloatArray = NDArray[np.float64]


def has_closed_gram(homogeneity: Homogeneity | None) -> bool:
    """Whether `homogeneous_gram` has the degree: 0, 1 or 2. Other activations go through their Gegenbauer series."""
    return homogeneity is not None and homogeneity.degree in (0, 1, 2)


def homogeneous_gram(homogeneity: Homogeneity, dimension: int, cosines: FloatArray) -> FloatArray:
    """E_x[s(<a_i, x>) s(<a_j, x>)] for unit vectors with these cosines, x uniform on the sphere of radius sqrt(dimension)."""
    degree, positive, negative = homogeneity.degree, float(homogeneity.positive), float(homogeneity.negative)
    gram = (positive**2 + negative**2) * _arc_cosine(degree, cosines)
    if positive * negative != 0:
        gram += 2.0 * positive * negative * _arc_cosine(degree, -cosines)
    return np.asarray(gram * prod(dimension / (dimension + 2.0 * j) for j in range(degree)))


def _arc_cosine(degree: int, cosine: FloatArray) -> FloatArray:
    rest = np.arccos(-cosine)  # pi - theta
    if degree == 0:
        return np.asarray(rest / (2.0 * np.pi))
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    values = sine + rest * cosine if degree == 1 else 3.0 * sine * cosine + rest * (1.0 + 2.0 * cosine**2)
    return np.asarray(values / (2.0 * np.pi))
