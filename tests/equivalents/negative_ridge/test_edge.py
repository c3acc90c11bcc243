from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.equivalents.negative_ridge.edge import smallest_ridge
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.spectrum import Spectrum

POWER = np.arange(1, 121.0) ** -1.3


@pytest.mark.parametrize("scale", [1.0, 3.7])
def test_isotropic_edge_is_that_of_marchenko_and_pastur(scale: float) -> None:
    n = np.array([1, 100, 399, 401, 500, 2000])
    edge = smallest_ridge(Spectrum([scale], [400]), n_samples=n)
    # (sqrt(400) - sqrt(n))^2 as a square of a quotient, since the difference of the roots loses digits
    np.testing.assert_allclose(edge, -scale * ((400.0 - n) / (20.0 + np.sqrt(n))) ** 2, rtol=1e-12)
    assert smallest_ridge(Spectrum([scale], [400]), n_samples=400) == 0.0


@pytest.mark.parametrize(
    ("n", "p"), [(20, None), (119, None), (121, None), (300, None), (20, 60), (60, 20), (130, 400), (400, 130)]
)
def test_edge_is_the_minimum_of_the_explicit_ridge(n: int, p: int | None) -> None:
    """Golden section in mpmath on ridge(kappa), which knows nothing of derivatives."""
    edge = smallest_ridge(Spectrum(POWER), n_samples=n, n_features=p)
    s = [mpmath.mpf(float(v)) for v in POWER]

    def ridge(kappa: mpmath.mpf) -> mpmath.mpf:
        df1 = mpmath.fsum(v / (v + kappa) for v in s)
        return kappa * (n - df1) * (1 if p is None else 1 - df1 / p)

    with mpmath.workdps(40):
        least = min(n, p or n)
        if least < POWER.size:
            low, high = mpmath.mpf(10) ** -6, mpmath.mpf(10)
            kappas = [low * (high / low) ** (mpmath.mpf(i) / 400) for i in range(401)]
            inside = [k for k in kappas if 2 * mpmath.fsum(v / (v + k) for v in s) < n + (p or mpmath.inf)]
        else:
            inside = [-s[-1] * mpmath.mpf(i) / 401 for i in range(400, -1, -1)]
            inside = [k for k in inside if mpmath.fsum(v / (v + k) for v in s) < least]
        best = min(range(len(inside)), key=lambda i: ridge(inside[i]))
        low, high = inside[max(best - 1, 0)], inside[min(best + 1, len(inside) - 1)]
        golden = (mpmath.sqrt(5) - 1) / 2
        for _ in range(70):
            one, two = high - golden * (high - low), low + golden * (high - low)
            low, high = (low, two) if ridge(one) < ridge(two) else (one, high)
        expected = float(ridge((low + high) / 2))
    assert float(edge) == pytest.approx(expected, rel=1e-12, abs=0)
    assert float(edge) != pytest.approx(2 * expected, rel=1e-3, abs=0)


def test_flat_tail_shifts_the_edge() -> None:
    n = np.array([20, 119, 120, 300])
    bare, with_tail = (smallest_ridge(Spectrum(POWER, tail=tail), n_samples=n) for tail in (0.0, 0.25))
    np.testing.assert_allclose(with_tail[:2], bare[:2] - 0.25, rtol=1e-14)
    assert list(with_tail[2:]) == [-0.25, -0.25]  # beyond full rank the tail alone keeps the sample matrix positive


@pytest.mark.parametrize(("n", "p"), [(400, 1600), (1600, 400)])
def test_smallest_eigenvalue_of_a_sample_matrix(n: int, p: int) -> None:
    """The smallest eigenvalue lies above its limit by a relative order n^(-2/3): 9 % at 150, 4 % here."""
    s = np.linspace(0.5, 1.5, p)
    x = np.random.default_rng(7).standard_normal((n, p)) * np.sqrt(s)
    smallest = np.linalg.eigvalsh(x @ x.T if n < p else x.T @ x)[0]
    edge = float(smallest_ridge(Spectrum(s), n_samples=n))
    assert -edge == pytest.approx(smallest, rel=0.06, abs=0)


def test_smallest_eigenvalue_of_a_feature_matrix() -> None:
    n, p, s = 300, 1200, np.linspace(0.5, 1.5, 2000)
    rng = np.random.default_rng(8)
    z = rng.standard_normal((n, s.size)) * np.sqrt(s) @ rng.standard_normal((s.size, p)) / np.sqrt(p)
    smallest = np.linalg.eigvalsh(z @ z.T)[0]
    assert -float(smallest_ridge(Spectrum(s), n_samples=n, n_features=p)) == pytest.approx(smallest, rel=0.06, abs=0)


def test_where_the_edge_is_zero_and_where_no_ridge_is_visible() -> None:
    spectrum = Spectrum(POWER)
    assert smallest_ridge(spectrum, n_samples=120, n_features=np.inf) == 0.0
    assert smallest_ridge(spectrum, n_samples=50, n_features=50) == 0.0
    assert smallest_ridge(spectrum, n_samples=120, n_features=300) == 0.0
    assert smallest_ridge(spectrum, n_samples=np.inf, n_features=300) == -np.inf


def test_grids_broadcast() -> None:
    grid = smallest_ridge(Spectrum(POWER), n_samples=np.array([10, 30])[:, None], n_features=np.array([5, 80, np.inf]))
    assert grid.shape == (2, 3)
    assert grid[1, 1] == pytest.approx(float(smallest_ridge(Spectrum(POWER), n_samples=30, n_features=80)), rel=1e-13, abs=0)


@given(st.floats(1e-3, 1e3), st.integers(1, 200))
def test_scaling(scale: float, n: int) -> None:
    one, two = (float(smallest_ridge(Spectrum(c * POWER), n_samples=n)) for c in (1.0, scale))
    assert two == pytest.approx(scale * one, rel=1e-11, abs=0)


def test_levels_that_stand_for_others_are_refused_beyond_full_rank() -> None:
    with pytest.raises(InvalidInputError, match="whole multiplicity"):
        smallest_ridge(Spectrum([1.0, 0.5], [1.5, 2.0]), n_samples=10)


def test_without_eigenvalues_nothing_holds_a_negative_ridge() -> None:
    assert smallest_ridge(Spectrum([0.0]), n_samples=3) == 0.0
    assert smallest_ridge(Spectrum([0.0], tail=1.0), n_samples=3) == -1.0
    assert smallest_ridge(Spectrum([0.0]), n_samples=3, n_features=2) == 0.0


def test_eigenvalues_below_the_doubles_are_not_taken_for_zeros() -> None:
    """Dropped, they would leave a rank of 1 and an edge of -(sqrt(3) - 1)^2."""
    deep = Spectrum.from_log([0.0, -1000.0])
    assert smallest_ridge(deep, n_samples=0.5) == pytest.approx(-((1.0 - 0.5**0.5) ** 2), rel=1e-12, abs=0)
    with pytest.raises(InvalidInputError, match="eigenvalues of at least 5e-324"):
        smallest_ridge(deep, n_samples=3)
