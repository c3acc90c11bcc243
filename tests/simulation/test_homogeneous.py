from __future__ import annotations

import numpy as np
import pytest

from asymptotix.activations.homogeneity import Homogeneity
from asymptotix.simulation.homogeneous import has_closed_gram, homogeneous_gram
from asymptotix.simulation.quadrature import sphere_series

COSINES = np.array([[1.0, 0.9999, 0.6], [0.0, -0.3, -1.0]])


def test_powers_without_a_kink():
    d = 9
    assert homogeneous_gram(Homogeneity(0, 1, 1), d, COSINES) == pytest.approx(np.ones_like(COSINES), rel=1e-14, abs=0)
    assert np.abs(homogeneous_gram(Homogeneity(1, 1, -1), d, COSINES) - COSINES).max() < 1e-14  # s(u) = u
    expected = d * (1 + 2 * COSINES**2) / (d + 2)  # s(u) = u^2
    assert homogeneous_gram(Homogeneity(2, 1, 1), d, COSINES) == pytest.approx(expected, rel=1e-13, abs=0)
    assert homogeneous_gram(Homogeneity(2, 1, 1), d + 1, COSINES) != pytest.approx(expected, rel=1e-3, abs=0)


@pytest.mark.parametrize(("degree", "positive", "negative"), [(0, 1, 0), (0, 1, -1), (1, 1, 0), (1, 1, -0.1), (2, 1, 0)])
def test_closed_form_is_the_gegenbauer_series(degree, positive, negative):
    # two routes: Gaussian length times direction, against quadrature and Funk-Hecke, whose remainder is smallest far from +-1
    d = 40
    rng = np.random.default_rng(0)
    points = rng.standard_normal((30, d))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    cosines = points @ points.T
    np.fill_diagonal(cosines, 1.0)
    homogeneity = Homogeneity(degree, positive, negative)
    series = sphere_series(lambda t: np.sqrt(d) ** degree * np.where(t > 0, positive, negative) * np.abs(t) ** degree, d)
    assert np.abs(homogeneous_gram(homogeneity, d, cosines) - series.gram(cosines)).max() < 1e-13


def test_which_have_a_closed_form():
    assert has_closed_gram(Homogeneity(1, 1, 0))
    assert not has_closed_gram(Homogeneity(3, 1, 0))
    assert not has_closed_gram(None)
