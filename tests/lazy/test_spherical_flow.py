"""Times of the spherical flow: the three laws of the information exponent."""

from __future__ import annotations

import math

import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.spherical_flow import spherical_flow_time


def hermite(k: int) -> str:
    """A polynomial with mu_k^2/k! = 1/k!: c_k = 1/k!, the normalization of the known times."""
    bare = {1: "x", 2: "x**2 - 1", 3: "x**3 - 3*x", 4: "x**4 - 6*x**2 + 3"}[k]
    return f"({bare})/{math.factorial(k)}"


# information exponent, dimension, known time
@pytest.mark.parametrize(("k", "d", "time"), [(2, 10**2, 1.748), (2, 10**4, 4.05581), (3, 10**2, 16.9), (3, 10**4, 197.1),
                                              (4, 10**2, 298.5), (4, 10**4, 30012.0)])  # fmt: skip
def test_times(k: int, d: int, time: float) -> None:
    # from m = d^-1/2 to 1/2; c_k = mu_k(s) mu_k(f) / k! = 1/k!
    assert spherical_flow_time(hermite(k), dimension=d) == pytest.approx(time, rel=2e-3, abs=0)


def test_exponent_one_has_no_dimension() -> None:
    assert spherical_flow_time("x", dimension=10**8) == pytest.approx(math.atanh(0.5) - 1e-4, rel=1e-6, abs=0)


def test_bad_input() -> None:
    with pytest.raises(HypothesisError, match="share no degree"):
        spherical_flow_time("x", "x**2 - 1", dimension=100)
    with pytest.raises(HypothesisError, match="turns away"):
        spherical_flow_time("x", "-x", dimension=100)
    for wrong in ({"dimension": 1}, {"overlap": 0.05}, {"overlap": 0.95}):
        with pytest.raises(InvalidInputError, match=next(iter(wrong))):
            spherical_flow_time("x", **{"dimension": 100, **wrong})  # type: ignore[arg-type]  # the wrong type is the point
