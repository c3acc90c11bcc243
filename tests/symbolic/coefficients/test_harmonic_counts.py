"""Numbers of spherical harmonics."""

from __future__ import annotations

from math import comb

import pytest
import sympy as sp

from asymptotix import multiplicity
from asymptotix.errors import InvalidInputError

K, D = sp.symbols("k d")


@pytest.mark.parametrize("d", [2, 3, 4, 11])
def test_harmonics_of_degree_up_to_k_fill_the_polynomials_on_the_sphere(d: int) -> None:
    """The degrees of the parity of k up to k add up to the homogeneous polynomials of degree k."""
    for k in range(9):
        assert sum(multiplicity(d, j) for j in range(k % 2, k + 1, 2)) == comb(d + k - 1, k)


@pytest.mark.parametrize(("d", "k"), [(3, 0), (3, 5), (7, 1), (2, 3), (10, 12)])
def test_symbols_agree_with_numbers(d: int, k: int) -> None:
    exact = multiplicity(d, k)
    assert multiplicity(D, k).subs(D, d) == exact == multiplicity(d, K).subs(K, k)
    assert sp.simplify(multiplicity(D, K).subs({D: d, K: k})) == exact


def test_circle_and_large_values() -> None:
    assert [multiplicity(2, k) for k in range(3)] == [1, 2, 2]
    assert multiplicity(2, K).subs(K, 0) == 1
    assert multiplicity(10**6, 2) == (10**6 - 1) * (10**6 + 2) // 2


def test_bad_arguments() -> None:
    for d, k in ((1, 2), (3, -1), (2.5, 1), (True, 1), ("3", 1), (3, 1.5), (float("inf"), 1), (10**9, 10**9)):
        with pytest.raises(InvalidInputError):
            multiplicity(d, k)
