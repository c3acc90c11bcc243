"""An infinite power law in balls against Euler-Maclaurin sums in multiprecision."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from tests.equivalents.certified.bounds import NOISE, assert_two_doubles_wide

pytest.importorskip("flint")


def infinite_power_law(kappa: mpmath.mpf, exponent: float, decay: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    """df1, and sum i^-decay (kappa / (s + kappa))^2, of s = i^-exponent by Euler-Maclaurin sums from i = 400 on."""
    a, rho, start = mpmath.mpf(exponent), mpmath.mpf(decay), 400
    total = []
    for term in (lambda x: 1 / (1 + kappa * x**a), lambda x: x**-rho / (1 + 1 / (kappa * x**a)) ** 2):
        pieces = [mpmath.log(start) + 2 * j for j in range(60)]
        beyond = mpmath.quad(lambda u, term=term: mpmath.exp(u) * term(mpmath.exp(u)), pieces)
        corrections = [
            mpmath.bernoulli(2 * j) / mpmath.factorial(2 * j) * mpmath.diff(term, start, 2 * j - 1) for j in range(1, 6)
        ]
        head = mpmath.fsum(term(mpmath.mpf(i)) for i in range(1, start))
        total.append(head + term(mpmath.mpf(start)) / 2 + beyond - mpmath.fsum(corrections))
    return total[0], total[1]


def test_an_infinite_power_law_is_summed_to_its_end() -> None:
    law, n, ridge = ax.PowerLaw(1.5), 20, 1e-2
    model = ax.RidgeRegression(law, law.target(decay=2.5), noise_variance=NOISE)
    curve = ax.risk(model, n_samples=[n, 3 * n], ridge=ridge, digits=30)
    assert_two_doubles_wide(curve)
    assert curve.decimals is not None
    with mpmath.workdps(40):
        kappa = mpmath.mpf(str(curve.decimals["effective_ridge"][0]))
        df1, unlearned = infinite_power_law(kappa, 1.5, 2.5)
        assert abs(df1 + mpmath.mpf(ridge) / kappa - n) < mpmath.mpf(10) ** -24 * n
        bias = mpmath.mpf(str(curve.decimals["bias"][0])) * (1 - mpmath.mpf(str(curve.decimals["df2"][0])) / n)
        assert abs(bias / unlearned - 1) < mpmath.mpf(10) ** -24
    plain = ax.risk(model, n_samples=[n, 3 * n], ridge=ridge)
    for name in plain.values:
        assert curve.values[name] == pytest.approx(plain.values[name], rel=1e-13, abs=0), name


def test_the_head_of_a_power_law_does_not_matter_and_a_finite_one_ends() -> None:
    law = ax.PowerLaw(2.0, scale=3.0)
    alone = ax.effective_ridge(law, n_samples=30, ridge=1e-3, digits=40)
    beside = ax.effective_ridge(law, n_samples=[30, 60], ridge=1e-3, digits=40)  # more eigenvalues one by one
    assert alone.decimals is not None
    assert beside.decimals is not None
    assert alone.decimals[()] == beside.decimals[0]
    finite = ax.effective_ridge(ax.PowerLaw(2.0, size=5000, scale=3.0), n_samples=30, ridge=1e-3, certify=True)
    single = ax.effective_ridge(ax.Spectrum(3.0 * np.arange(1.0, 5001.0) ** -2), n_samples=30, ridge=1e-3, certify=True)
    assert float(finite.value) == pytest.approx(float(single.value), rel=1e-15, abs=0)
    assert float(finite.upper) < float(alone.lower)
