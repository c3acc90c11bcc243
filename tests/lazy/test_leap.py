"""Leap exponents of a list of targets, as they stand and after a random rotation, where no coordinate helps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.hermite_tensors import hermite_tensors
from asymptotix.lazy.leap import leap_exponent
from asymptotix.lazy.polynomial_text import polynomial_target

TARGETS = {
    "x1 + x1*x2 + x1*x2*x3": (1, 1, 1),
    "x1 + He3(x1)*x2": (1, 1),
    "x1 + x1*x2*x3": (1, 2),
    "x1 + He2(x1)*He2(x2) + x2*x3": (1, 2),
    "x1*x2": (2,),
    "He2(x1) + He3(x2)": (2, 3),
    "x1*x2*x3": (3,),
    "He3(x1) + x1*He2(x2)": (3,),
    "He4(x1)": (4,),
}


@pytest.mark.parametrize(("text", "leaps"), TARGETS.items())
def test_the_list(text: str, leaps: tuple[int, ...]) -> None:
    found = leap_exponent(text)
    assert (found.leaps, found.exponent) == (leaps, max(leaps))


@pytest.mark.parametrize(("text", "leaps"), TARGETS.items())
def test_the_list_after_a_random_rotation(text: str, leaps: tuple[int, ...]) -> None:
    polynomial = polynomial_target(text)
    rotation, _ = np.linalg.qr(np.random.default_rng(7).standard_normal((3, 3)))
    r = polynomial.n_directions

    def rotated(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return polynomial.values((x @ rotation.T)[..., :r])

    found = leap_exponent(rotated, n_directions=3, max_degree=polynomial.degree)
    assert found.leaps == leaps
    # the directions found are those the target has, in the new coordinates
    assert np.linalg.norm(rotation[r:] @ found.directions) < 1e-6
    # rotation keeps the energies
    np.testing.assert_allclose(found.target.energies, hermite_tensors(text).energies, rtol=1e-9, atol=1e-9)


def test_energies_of_a_product() -> None:
    found = hermite_tensors("2*x1 + 3*x1*x2 + He3(x2)/2 - 1")
    np.testing.assert_allclose(found.energies, [1.0, 4.0, 9.0, 0.25 * 6.0], rtol=1e-12)
    assert found.beyond == 0.0
    assert hermite_tensors("x1**3", max_degree=2).beyond == pytest.approx(6.0, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    "text",
    [
        "x1.real",
        "__import__('os')",
        "x1 if x1 else x2",
        "x7",
        "x1/0",
        "x1**-1",
        "He2(x1+x2)",
        "x1*True",
        "x1**40",
        "relu(x1)",
        "x",
    ],
)
def test_texts_that_are_no_polynomials(text: str) -> None:
    with pytest.raises(InvalidInputError, match="target"):
        leap_exponent(text)


def test_nothing_to_find() -> None:
    with pytest.raises(HypothesisError, match="nothing to find"):
        leap_exponent("x1 - x1 + 3")
    with pytest.raises(InvalidInputError, match="n_directions"):
        leap_exponent(lambda x: x[..., 0])
