"""The polynomials of a network kernel against the kernel in 40 digits, at the cosines where digits are lost."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.kernels import KernelMap
from asymptotix.kernels.polynomial_tiles import ScaledMap
from asymptotix.kernels.univariate import CENTER, UnivariateMap, homogeneous_power, univariate_map

GAPS = (0.0, 1e-16, 1e-12, 1e-8, 1e-4, 0.5, 1.0)  # 1 - |u|


def at(found: UnivariateMap, gap: float, positive: bool) -> float:
    if gap >= 1.0 - CENTER and len(found.center):
        return float(np.polyval(found.center[::-1], (1.0 - gap) * (1.0 if positive else -1.0) / CENTER))
    tile = ScaledMap(found.table, found.orders, found.center, np.ones(1), np.ones(1))
    return float(tile.entries(np.zeros(1, int), np.zeros(1, int), np.array([np.sqrt(gap / 2)]), positive)[0])


def exact(kernel: KernelMap, gap: float, positive: bool) -> float:
    with mpmath.workdps(40):
        u = 1 - mpmath.mpf(gap)
        return float(kernel.mp(1, 1, u if positive else -u))


@pytest.mark.parametrize("depth", [1, 3, 10])
@pytest.mark.parametrize("kind", ["nngp", "tangent"])
def test_the_grid_of_special_cosines_is_met(kind: str, depth: int) -> None:
    kernel = KernelMap("relu", depth, 2.0, 0.0, kind)
    found = univariate_map(kernel, 1.0)
    assert found is not None
    for gap in GAPS:
        for positive in (True, False):
            assert at(found, gap, positive) == pytest.approx(exact(kernel, gap, positive), rel=2e-15, abs=0)


def test_a_zero_at_correlation_minus_one_keeps_relative_accuracy() -> None:
    """The first arc-cosine kernel is of order (1 + u)^(3/2) there; without that order nothing would be left."""
    kernel = KernelMap("relu")
    found = univariate_map(kernel, 1.0)
    assert found is not None
    assert found.orders.tolist() == [0, 3]
    assert 0 < at(found, 1e-12, False) < 1e-18
    plain = UnivariateMap(found.table, np.zeros(2, dtype=np.int64), 0.0)
    assert abs(at(plain, 1e-12, False) / exact(kernel, 1e-12, False) - 1) > 1


def test_smooth_and_numeric_activations_are_held_too() -> None:
    for name, rel in (("gelu", 4e-15), ("erf", 4e-15)):
        kernel = KernelMap(name, 3, 1.5, 0.1, "tangent")
        found = univariate_map(kernel, 1.0)
        assert found is not None
        for gap in GAPS:
            assert at(found, gap, True) == pytest.approx(exact(kernel, gap, True), rel=rel, abs=0)
    tanh = KernelMap("tanh", 2, 1.5, 0.1, "tangent")
    numeric = univariate_map(tanh, 1.0)
    assert numeric is not None
    for gap in (1e-12, 0.3, 0.9):
        assert at(numeric, gap, True) == pytest.approx(
            float(tanh(1.0, 1.0, 1.0 - gap)), rel=1e-10 if gap < 1e-8 else 1e-12, abs=0
        )


@pytest.mark.parametrize(("name", "depth"), [("step", 2), ("sin(9*x)", 3)])
def test_what_64_coefficients_do_not_hold_has_no_map(name: str, depth: int) -> None:
    """A deep step kernel is a fourth root in 1 - u; a rapid sine is chaotic."""
    assert univariate_map(KernelMap(name, depth, 2.0, 0.0, "nngp"), 1.0) is None


@pytest.mark.parametrize(("name", "depth", "kind"), [("relu", 3, "tangent"), ("relu(x)^2", 2, "nngp"), ("abs", 2, "tangent")])
def test_homogeneous_kernels_scale(name: str, depth: int, kind: str) -> None:
    kernel = KernelMap(name, depth, 1.3, 0.0, kind)
    power = homogeneous_power(kernel)
    assert power is not None
    q1, q2 = 0.3, 7.0
    scaled = (q1 * q2) ** power * float(kernel(1.0, 1.0, 0.4))
    assert float(kernel(q1, q2, 0.4 * np.sqrt(q1 * q2))) == pytest.approx(scaled, rel=1e-13, abs=0)


def test_biases_and_other_activations_do_not_scale() -> None:
    assert homogeneous_power(KernelMap("relu", 2, 1.0, 0.1, "nngp")) is None
    assert homogeneous_power(KernelMap("erf")) is None
    assert homogeneous_power(KernelMap("step", derivative=True)) is None
