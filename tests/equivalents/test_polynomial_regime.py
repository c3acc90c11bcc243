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


def test_multiple_descent_peaks_where_a_degree_is_as_large_as_n():
    """A kernel with little beyond its first degrees peaks at n near B(d, 1) and B(d, 2); a full one does not."""
    d, noise = 300, 0.2
    for width, n_peaks in ((20.0, 2), (0.5, 0)):
        model = ax.KernelRidge.on_sphere(ax.rbf_kernel(math.sqrt(width)), dimension=d, target=ENERGIES, noise_variance=noise)
        n = np.geomspace(30, 3e5, 800)
        error = ax.risk(model, n_samples=n, ridge=0.0).test_error
        peaks = n[1:-1][(error[1:-1] > error[:-2]) & (error[1:-1] > error[2:])]
        assert len(peaks) == n_peaks
        if n_peaks:
            assert peaks == pytest.approx([multiplicity(d, 1), multiplicity(d, 2)], rel=0.1, abs=0)


@pytest.mark.filterwarnings("ignore::asymptotix.errors.TruncationWarning")  # at n = d^2.5, by 1e-13
@pytest.mark.parametrize("degree", [1, 2])
def test_the_steps_are_the_energy_beyond_the_degree(degree):
    """At n = d^l, the geometric place of the steps, the error lies between those of the stairs on both sides."""
    d = 1000
    model = ax.KernelRidge.on_sphere(ax.exponential_kernel(), dimension=d, target=ENERGIES)
    before, after = (float(ax.risk(model, n_samples=d**power, ridge=0.0).test_error) for power in (degree - 0.5, degree + 0.5))
    stairs = np.cumsum(ENERGIES[::-1])[::-1]  # energy of degrees >= k
    assert before == pytest.approx(stairs[degree], rel=0.2, abs=0)
    assert after == pytest.approx(stairs[degree + 1], rel=0.2, abs=0)


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
