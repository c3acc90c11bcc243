from __future__ import annotations

import math

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError

XI = [1 / math.factorial(k) for k in range(40)]
ENERGIES = [0.0, 0.5, 0.3, 0.2]


def general(d, n, noise=0.0, ridge=0.0):
    model = ax.KernelRidge.on_sphere(ax.exponential_kernel(), dimension=d, target=ENERGIES, noise_variance=noise)
    return ax.risk(model, n_samples=n, ridge=ridge)


def multiplicity(d, k):
    return math.comb(d + k - 1, k) - (math.comb(d + k - 3, k - 2) if k > 1 else 0)


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("ratio", [0.4, 1.0, 3.0])
def test_the_general_equivalent_tends_to_it(degree, ratio):
    limit = ax.critical_regime(XI, ENERGIES, degree=degree, ratio=ratio, noise_variance=0.1, ridge=0.05)
    gaps = []
    for d in (300, 3000):
        curve = general(d, ratio * multiplicity(d, degree), 0.1, 0.05)
        gaps.append([float(curve.quantity(name)) - float(getattr(limit, name)) for name in ("test_error", "variance")])
    assert np.all(np.abs(gaps[1]) < 5e-3 * float(limit.test_error))
    assert gaps[0][0] / gaps[1][0] == pytest.approx(10.0, rel=0.3, abs=0)  # 1/d
    # the next degree's energy must count as noise does
    wrong = ax.critical_regime(XI, ENERGIES[: degree + 1], degree=degree, ratio=ratio, noise_variance=0.1, ridge=0.05)
    assert abs(float(wrong.test_error) - float(limit.test_error)) > 0.05


def test_the_staircase():
    """Between the steps the degrees up to l are learned and the tail acts as a ridge: n = d^1.5."""
    ratios, errors = [], []
    for d in (100, 1000, 10000):
        curve = general(d, d**1.5)
        ratios.append(float(d**1.5 * curve.effective_ridge) / (math.e - 2))
        errors.append(float(curve.test_error))
    assert np.abs(np.array(ratios) - 1) == pytest.approx(0.0, abs=6e-3)
    assert abs(ratios[2] - 1) < 1e-3
    assert errors == pytest.approx([0.5175, 0.5050, 0.5015], rel=1e-3, abs=0)
    far = ax.critical_regime(XI, ENERGIES, degree=1, ratio=1e7)
    assert float(far.test_error) == pytest.approx(0.5, rel=1e-6, abs=0)


def test_the_root_and_the_denominator_keep_their_digits():
    for ratio in (1e-6, 0.5, 1.0, 2.0, 1e9):
        found = ax.critical_regime([1.0, 1.0, 1e-12], [0, 1.0], degree=1, ratio=ratio, noise_variance=1.0)
        chi, zeta = float(found.chi), found.zeta
        assert zeta / chi + 1 / (1 + chi) == pytest.approx(ratio, rel=1e-13, abs=0)
    big = ax.critical_regime([1.0, 1.0, 1e-12], [0, 1.0], degree=1, ratio=1.0, noise_variance=1.0)
    assert float(big.test_error) == pytest.approx(1 / (2 * 1e-6), rel=1e-5, abs=0)  # 1 - 1/(1+chi)^2 = 2 chi = 2 sqrt(zeta)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"degree": 9}, "degree = 9"), ({"ratio": 0.0}, "ratio = 0.0"), ({"ridge": -1.0}, "ridge = -1.0"),
        ({"kernel_coefficients": [1.0, -1.0]}, "kernel_coefficients"), ({"energies": []}, "energies"),
        ({"kernel_coefficients": [1.0, 0.0, 1.0]}, "degree = 1 .*never learned"),
    ],
)  # fmt: skip
def test_bad_input(arguments, message):
    given = {"kernel_coefficients": [1.0, 1.0, 0.5], "energies": [0.0, 1.0], "degree": 1, "ratio": 0.5} | arguments
    with pytest.raises(InvalidInputError, match=message):
        ax.critical_regime(given.pop("kernel_coefficients"), given.pop("energies"), **given)


def test_infinite_risk_is_refused():
    with pytest.raises(HypothesisError, match="infinite"):
        ax.critical_regime([1.0, 1.0], [0.0, 1.0], degree=1, ratio=1.0)
