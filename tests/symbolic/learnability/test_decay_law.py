"""Exact exponents, the exponents that eigenvalues show, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.spectra.harmonics import multiplicity
from asymptotix.symbolic.learnability.decay_law import eigenvalue_decay

D = sp.Symbol("d")


@pytest.mark.parametrize(
    ("text", "layers", "exponent"),
    [
        ("relu", "last", D + 2),
        ("relu", "first", D),
        ("relu", "all", D),
        ("leaky_relu", "last", D + 2),
        ("abs", "first", D),
        ("step(x)", "last", D),
        ("relu2", "last", D + 4),
        ("relu3", "all", D + 4),
        ("sqrt(2)*relu(x)", "all", D),
    ],
)
def test_exact_and_fitted_exponents(text: str, layers: Any, exponent: sp.Expr) -> None:
    general = eigenvalue_decay(text, D, layers=layers)
    assert sp.expand(general.degree_exponent - exponent) == 0
    assert sp.cancel(general.index_exponent - exponent / (D - 1)) == 0
    assert general.fitted is None
    decay = eigenvalue_decay(text, 6, layers=layers)
    assert decay.degree_exponent == exponent.subs(D, 6)
    assert decay.fitted is not None
    assert decay.fitted.extrapolated == pytest.approx(float(decay.degree_exponent), rel=1e-12, abs=0)
    assert decay.fitted.slope == pytest.approx(float(decay.degree_exponent), rel=0.02, abs=0)
    assert decay.fitted.extrapolated != pytest.approx(float(decay.degree_exponent) + 1, rel=1e-3, abs=0)
    assert decay.derivation.proved


def test_the_index_exponent_against_sorted_eigenvalues() -> None:
    d = 4
    decay = eigenvalue_decay("relu", d, layers="last")
    degrees = np.arange(200, 20001, 2)
    counts = np.cumsum([multiplicity(d, int(k)) for k in degrees])
    k = sp.Symbol("k", positive=True)
    ends = [float(sp.log(sp.N(decay.eigenvalue.subs(k, int(degrees[i])), 30))) for i in (2000, -1)]
    slope = -(ends[1] - ends[0]) / np.log(counts[-1] / counts[2000])
    assert slope == pytest.approx(float(decay.index_exponent), rel=2e-3, abs=0)
    assert slope != pytest.approx(float(eigenvalue_decay("relu", d, layers="first").index_exponent), rel=0.1, abs=0)


def test_high_dimension() -> None:
    decay = eigenvalue_decay("relu", 10**4)
    assert decay.degree_exponent == 10**4
    assert decay.fitted is not None
    assert decay.fitted.extrapolated == pytest.approx(1e4, rel=1e-12, abs=0)


@pytest.mark.parametrize("dimension", [2, 0, True, 4.0, "5", 10**4 + 1, sp.Symbol("k", positive=True)])
def test_bad_dimensions(dimension: Any) -> None:
    with pytest.raises(InvalidInputError, match="dimension = "):
        eigenvalue_decay("relu", dimension)


def test_refusals() -> None:
    with pytest.raises(HypothesisError, match="polynomial"):
        eigenvalue_decay("square", 5)
    with pytest.raises(HypothesisError, match="polynomial"):
        eigenvalue_decay("pi*x", 5)
    with pytest.raises(HypothesisError, match="layers='last'"):
        eigenvalue_decay("step(x)", 5)
    for other in ("tanh", ax.tangent_kernel("relu", depth=2), ax.nngp_kernel("relu", bias_variance=0.1)):
        with pytest.raises(NotInClosedClassError, match="kernel_spectrum"):
            eigenvalue_decay(other, 5)
    with pytest.raises(InvalidInputError, match="layers"):
        eigenvalue_decay("relu", 5, layers="second")


def test_text() -> None:
    decay = eigenvalue_decay("relu", 10, layers="last")
    assert "even degrees > 1" in repr(decay)
    assert decay.latex().startswith(r"\lambda_k \sim")
    assert eigenvalue_decay("step(x)", 10, layers="last").degrees == "odd degrees > 0"
