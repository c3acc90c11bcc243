"""Power series against the quadrature, which shares only the recurrence of the polynomials with them."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import InvalidInputError
from asymptotix.spectra import routes
from asymptotix.spectra.entire_levels import entire_energies, is_entire
from asymptotix.spectra.sphere import activation_spectrum
from asymptotix.spectra.taylor import taylor_coefficients


@pytest.mark.parametrize("text", ["exp(x)**3", "gelu", "sin(x)**2*cos(x+1)", "2*erfc(1-x)+x*Phi(x)", "sinh(x/2)+cosh(x**2)"])
def test_taylor_coefficients_sum_to_the_function(text: str) -> None:
    sigma = activation(text)
    with mpmath.workdps(30):
        x = mpmath.mpf(-7) / 10
        series = taylor_coefficients(sigma.tree, 60)
        assert series is not None
        assert float(mpmath.polyval(series[::-1], x)) == pytest.approx(float(sigma.mp(x)), rel=1e-15, abs=0)


@pytest.mark.parametrize("text", ["gelu", "2*erfc(1-x)-x*Phi(x)", "sin(x)*cos(2*x+1)"])
def test_majorants_bound_the_coefficients(text: str) -> None:
    tree = activation(text).tree
    series, bounds = taylor_coefficients(tree, 30), taylor_coefficients(tree, 30, absolute=True)
    assert series is not None
    assert bounds is not None
    assert all(abs(c) <= b * (1 + 1e-12) for c, b in zip(series, bounds, strict=True))


@pytest.mark.parametrize("text", ["tanh", "relu", "exp(sin(x))", "1/(1+x**2)", "exp(abs(x))"])
def test_other_functions_are_left_to_the_quadrature(text: str) -> None:
    assert not is_entire(activation(text).tree)


@pytest.mark.parametrize(("text", "d", "top"), [("exp", 3, 14), ("gelu", 10, 12), ("sin(3*x)*exp(x)", 12, 8), ("gauss", 40, 10)])
def test_series_and_quadrature_agree(text: str, d: int, top: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert entire_energies(activation(text).tree, d, top, 40) is not None
    series = activation_spectrum(text, dimension=d, max_degree=top)
    monkeypatch.setattr(routes, "is_entire", lambda tree: False)
    quadrature = activation_spectrum(text, dimension=d, max_degree=top)
    assert list(series.eigenvalues) == pytest.approx(list(quadrature.eigenvalues), rel=1e-13, abs=0)
    assert series.tail == pytest.approx(quadrature.tail, rel=1e-12, abs=0)


def test_a_level_that_cancels_is_zero() -> None:
    spectrum = activation_spectrum("sin(x)**2 + cos(x)**2", dimension=10, max_degree=3)
    assert list(spectrum.eigenvalues) == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("text", ["exp(8*x)*tanh(x)", "exp(8*x)*max(x,0)", "exp(x**2/2)*tanh(x)"])
def test_rules_reach_as_far_as_a_growing_function_asks_for(text: str) -> None:
    d = 600
    # the trapezoidal rule in u, t = tanh(u), is exact to rounding here
    u = np.linspace(-3, 3, 6001)
    density = np.cosh(u) ** (1.0 - d)
    expected = np.sum(density * activation(text)(np.sqrt(d) * np.tanh(u)) ** 2) / np.sum(density)
    spectrum = activation_spectrum(text, dimension=d, max_degree=2)
    assert spectrum.trace == pytest.approx(float(expected), rel=1e-7 if "max" in text else 1e-11, abs=0)


def test_exponentials_on_the_cube_reach_the_corners() -> None:
    spectrum = activation_spectrum("exp(8*x)", dimension=2000, max_degree=2, domain="cube")
    assert spectrum.trace == pytest.approx(np.cosh(16 / np.sqrt(2000)) ** 2000, rel=1e-12, abs=0)


def test_a_mass_beyond_float64_is_not_called_infinite() -> None:
    with pytest.raises(InvalidInputError, match="range of float64"):
        activation_spectrum("exp(x**2)", dimension=1000, max_degree=2)
    assert activation_spectrum("exp(x**2)", dimension=10).trace == pytest.approx(10517.88301174294901, rel=1e-13, abs=0)
