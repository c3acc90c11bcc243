from __future__ import annotations

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.gradient_flow.complex_fixed_point import complex_effective_ridge
from asymptotix.equivalents.gradient_flow.spectral_edge import spectral_edge
from asymptotix.equivalents.levels import SortedLevels

ANGLES = np.array([0.1, 1.0, 2.0, 2.6, 3.0])
SPECTRA = {
    "isotropic": (np.array([1.0]), np.array([150.0])),
    "power": (np.arange(1.0, 301.0) ** -1.5, np.ones(300)),
    "gap": (np.array([1.0, 1e-20]), np.array([50.0, 50.0])),
    "two levels": (np.array([10.0, 0.1]), np.array([50.0, 300.0])),
}


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("size", [1e-8, 0.3, 1e3])
@pytest.mark.parametrize("n", [40.0, 100.0])
def test_roots_at_fifty_digits(name, size, n):
    s, m = SPECTRA[name]
    ridge = size * np.exp(1j * ANGLES)
    kappa = complex_effective_ridge(SortedLevels.of(ax.Spectrum(s, m)), np.full(ANGLES.size, n), ridge)
    assert np.all(kappa.imag > 0)
    with mpmath.workdps(50):
        for lam, found in zip(ridge, kappa, strict=True):
            x, z = mpmath.mpc(complex(found)), mpmath.mpc(complex(lam))
            for _ in range(8):
                shares = [
                    (mpmath.mpf(float(w)), mpmath.mpf(float(v)) / (mpmath.mpf(float(v)) + x)) for v, w in zip(s, m, strict=True)
                ]
                value = z / x + sum(w * share for w, share in shares) - n
                x += x * value / (z / x + sum(w * share * (1 - share) for w, share in shares))
            assert abs(complex(found) / complex(x) - 1) < 1e-13


def test_isotropic_root_is_the_quadratic():
    n, p = 100.0, 150.0
    ridge = 3.0 * np.exp(1j * ANGLES)
    b = ridge + p - n
    root = np.sqrt(b**2 + 4 * n * ridge)
    exact = np.where(((b + root) / (2 * n)).imag > 0, (b + root) / (2 * n), (b - root) / (2 * n))
    kappa = complex_effective_ridge(SortedLevels.of(ax.Spectrum([1.0], [p])), np.full(ANGLES.size, n), ridge)
    assert np.abs(kappa / exact - 1).max() < 1e-14


@pytest.mark.parametrize(("n", "p", "s"), [(100, 225, 1.0), (225, 100, 3.0), (50, 50, 0.2)])
def test_edge_of_an_isotropic_spectrum(n, p, s):
    levels = SortedLevels.of(ax.Spectrum([s], [p]))
    assert spectral_edge(levels, n) == pytest.approx(s * (np.sqrt(n) + np.sqrt(p)) ** 2, rel=1e-14, abs=0)


def test_edge_is_where_the_largest_eigenvalue_is():
    s = np.repeat([1.0, 0.2], [100, 300])
    rng = np.random.default_rng(0)
    largest = [np.linalg.norm(rng.standard_normal((800, 400)) * np.sqrt(s), 2) ** 2 for _ in range(2)]
    assert np.mean(largest) == pytest.approx(spectral_edge(SortedLevels.of(ax.Spectrum(s)), 800), rel=0.03, abs=0)
