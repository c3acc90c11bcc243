from __future__ import annotations

import math

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.activation_levels import activation_levels, checked_energies
from asymptotix.errors import InvalidInputError

BEYOND = {  # E s^2 - mu_0^2 - mu_1^2
    "relu": (math.pi - 2) / (4 * math.pi),
    "erf": 0.04014587281915241646,
    "sin": 0.06445291721025133246,
    "tanh": 0.02741532603543025715602,
}


@pytest.mark.parametrize("name", BEYOND)
def test_masses_beyond_degree_one(name: str) -> None:
    levels = activation_levels(name, 1)
    assert levels.beyond == pytest.approx(BEYOND[name], rel=1e-13, abs=0)
    # negative control: without the factorial degree 2 would hold twice as much
    second = activation_levels(name, 2)
    taken = second.coefficients[2] ** 2
    assert second.beyond == pytest.approx(levels.beyond - taken / 2, rel=1e-9, abs=0)
    if taken > 1e-6:
        assert second.beyond != pytest.approx(levels.beyond - taken, rel=1e-3, abs=0)


def test_what_vanishes_is_exactly_zero() -> None:
    levels = activation_levels("relu", 5)
    assert levels.null_degrees == (3, 5)
    assert levels.masses[0] == pytest.approx(1 / (2 * math.pi), rel=1e-15, abs=0)
    cubic = activation_levels("x**3 - 3*x", 3)
    assert cubic.null_degrees == (0, 1, 2)
    assert cubic.masses[3] == pytest.approx(6.0, rel=1e-15, abs=0)
    assert cubic.beyond == 0.0


def test_the_sphere_tends_to_them() -> None:
    d = 1_000_000
    spectrum = ax.activation_spectrum("relu", dimension=d)
    masses = spectrum.eigenvalues * spectrum.multiplicities
    assert masses[:3] == pytest.approx(activation_levels("relu", 2).masses, rel=1e-4, abs=1e-20)


@pytest.mark.parametrize("wrong", [[], [-1.0], [np.nan], [np.inf], [[1.0]], "a"])
def test_bad_energies(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="energies"):
        checked_energies(wrong)  # type: ignore[arg-type] # on purpose
