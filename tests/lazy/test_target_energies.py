"""Energies of targets of one direction, Gaussian and on the sphere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.target_energies import information_exponent, target_energies

# degree -> energy; on the sphere a Hermite polynomial has lower degrees too
SPHERE = [
    ("x**2 - 1", 10, {2: 1.5}), ("x**2 - 1", 100, {2: 1.9411765}),
    ("x**3 - 3*x", 10, {1: 0.25, 3: 2.6785714}), ("x**3 - 3*x", 100, {1: 0.0034602, 3: 5.4897525}),
    ("x**4 - 6*x**2 + 3", 10, {0: 0.25, 2: 4.4081633, 4: 5.2614796}),
    ("relu", 10, {0: 0.1673012, 1: 0.25, 2: 0.0746634, 4: 0.0053997, 6: 0.0014039}),
    ("relu", 100, {0: 0.1599527, 1: 0.25, 2: 0.0791688, 4: 0.0065272, 6: 0.0019364}),
]  # fmt: skip


@pytest.mark.parametrize(("target", "dimension", "known"), SPHERE)
def test_energies_on_the_sphere(target: str, dimension: int, known: dict[int, float]) -> None:
    found = target_energies(target, max_degree=6, dimension=dimension)
    expected = [known.get(k, 0.0) for k in range(7)]
    np.testing.assert_allclose(found.energies, expected, rtol=2e-5, atol=1e-12)
    # the Gaussian energies are not these: the test sees the dimension
    assert not np.allclose(found.energies, target_energies(target, max_degree=6).energies, rtol=1e-3, atol=1e-9)


def test_erf_in_closed_form() -> None:
    found = target_energies("erf", max_degree=9)
    for j in range(5):
        mu = 2 / math.sqrt(math.pi) * math.factorial(2 * j) / math.factorial(j) * 3 ** -(j + 0.5)
        assert found.energies[2 * j + 1] == pytest.approx(mu**2 / math.factorial(2 * j + 1), rel=1e-14, abs=0)
    assert found.energies[::2].tolist() == [0.0] * 5
    assert found.energy == pytest.approx(2 / math.pi * math.asin(2 / 3), rel=1e-14, abs=0)


@pytest.mark.parametrize("target", ["relu", "erf"])
def test_the_tail_is_what_is_left(target: str) -> None:
    found = target_energies(target, max_degree=8)
    for degree in (0, 3, 7):
        assert found.tail(degree) == pytest.approx(found.energy - found.energies[: degree + 1].sum(), rel=1e-11, abs=0)
        needed = found.degree_for(found.tail(degree))
        assert found.tail(needed) <= found.tail(degree)
        assert needed == 0 or found.tail(needed - 1) > found.tail(degree)


def test_information_exponents() -> None:
    texts = ["relu", "erf", "abs(x)", "x**2 - 1", "x**3 - 3*x", "x**4 - 6*x**2 + 3", "cos(x)"]
    assert [information_exponent(t, max_degree=5) for t in texts] == [1, 1, 2, 2, 3, 4, 2]


def test_what_cannot_be_answered_is_refused() -> None:
    with pytest.raises(HypothesisError, match="raise max_degree"):
        target_energies("erf", max_degree=4).degree_for(1e-6)
    with pytest.raises(HypothesisError, match="degrees 1 to 2"):
        information_exponent("x**3 - 3*x", max_degree=2)
    with pytest.raises(InvalidInputError, match="error"):
        target_energies("erf", max_degree=4).degree_for(0.0)
    with pytest.raises(InvalidInputError, match="max_degree"):
        target_energies("erf", max_degree=101)
    with pytest.raises(InvalidInputError, match="dimension"):
        target_energies("relu", dimension=2)
    with pytest.raises(InvalidInputError, match="degree"):
        target_energies("erf", max_degree=4).tail(5)
