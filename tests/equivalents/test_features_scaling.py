from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.features_scaling import TERMS
from asymptotix.errors import HypothesisError, InvalidInputError

# capacity, source, ridge exponent, width exponent
CELLS = [
    (1.5, 0.3, 1.2, 0.5), (1.5, 0.8, 1.5, 1.5), (2.0, 1.5, 0.6, 0.5), (2.0, 1.5, 0.6, 0.9), (3.0, 0.25, 1.5, 0.4),
    (1.5, 0.8, np.inf, 0.6), (2.0, 0.3, 1.0, np.inf), (1.5, 0.8, 0.441, 0.3),
]  # fmt: skip


@pytest.mark.parametrize(("alpha", "r", "ell", "q"), CELLS)
def test_the_slopes_of_the_equivalents_are_the_exponents(alpha: float, r: float, ell: float, q: float) -> None:
    law = ax.features_scaling_law(alpha, r, ridge_exponent=ell, width_exponent=q)
    far, near = law.measure([1e4, 1e8]), law.measure(1e9)
    for name in ("effective_ridge", "bias", "variance"):
        assert float(getattr(near, name)) == pytest.approx(getattr(law, name), rel=0, abs=0.01), name
    distance = np.abs(far.bias - law.bias)
    assert distance[1] <= distance[0] + 1e-6
    # negative controls: the width and the saturation of the source count
    if q < 1 and law.dominant != "variance":
        assert abs(law.at(ridge_exponent=ell, width_exponent=q + 0.1).bias - float(near.bias)) > 0.015
    if r > 1:
        assert abs(-2 * alpha * law.learned * r - float(near.bias)) > 0.3


@pytest.mark.parametrize(("alpha", "r"), [(1.5, 0.3), (1.5, 0.8), (3.0, 0.25), (2.0, 1.5)])
def test_the_best_ridge_and_the_narrowest_width(alpha: float, r: float) -> None:
    best = ax.features_scaling_law(alpha, r).best()
    assert best.excess_risk == pytest.approx(best.optimal_excess, rel=1e-12, abs=0)
    assert float(best.measure(1e8).excess_risk) == pytest.approx(best.optimal_excess, rel=5e-3, abs=0)
    # it is the best of all, a narrower width loses, and a wider one gains nothing
    ells, widths = np.linspace(0.02, 1.5 * alpha, 60), np.linspace(0.02, 2.0, 60)
    others = [best.at(ridge_exponent=a, width_exponent=b).excess_risk for a in ells for b in widths]
    assert min(others) >= best.optimal_excess - 1e-12
    narrow = best.at(ridge_exponent=best.ridge_exponent, width_exponent=best.width_exponent - 0.1)
    assert narrow.excess_risk > best.excess_risk + 0.05
    assert float(narrow.measure(1e8).excess_risk) > best.excess_risk + 0.05
    wide = best.at(ridge_exponent=best.ridge_exponent, width_exponent=np.inf)
    assert wide.excess_risk == pytest.approx(best.excess_risk, rel=1e-12, abs=0)
    # the rate of infinitely many features is that of kernel ridge regression
    kernel = ax.scaling_law(alpha, r)
    assert best.optimal_ridge == pytest.approx(kernel.optimal_ridge, rel=1e-14, abs=0)
    assert best.optimal_excess == pytest.approx(kernel.optimal_excess, rel=1e-14, abs=0)


def test_data_limited_and_model_limited_rates() -> None:
    for alpha, r in [(1.5, 0.3), (2.0, 0.6), (2.0, 1.5)]:
        law = ax.features_scaling_law(alpha, r)
        assert law.measure(1e7, noise_variance=0.0).bias == pytest.approx(law.data_limited, rel=5e-3, abs=0)
        p = np.array([1e6, 1.1e6])
        errors = ax.risk(law.model(0.0), n_samples=np.inf, n_features=p, ridge=0.0).excess_risk
        assert np.log(errors[1] / errors[0]) / np.log(1.1) == pytest.approx(law.model_limited, rel=5e-3, abs=0)


def test_phases_are_the_largest_terms() -> None:
    law, ell, q = ax.features_scaling_law(1.5, 0.8), np.linspace(0.1, 1.8, 9), np.linspace(0.1, 1.4, 7)
    found = law.phases(ell, q[:, None])
    assert found.shape == (7, 9)
    assert set(found.ravel()) == {0, 1, 2}
    for i, one in enumerate(q):
        for j, other in enumerate(ell):
            point = law.at(ridge_exponent=float(other), width_exponent=float(one))
            assert TERMS[found[i, j]] == point.dominant
            assert max(point.terms.values()) == point.excess_risk


def test_the_dominant_term_is_the_largest_part_of_the_risk() -> None:
    """Far inside each phase, at n = 1e8: the parts of the bias that infinitely many features leave, and that features add."""
    law = ax.features_scaling_law(1.5, 0.8)
    for ell, q, name in [(1.4, 1.2, "variance"), (0.3, 1.2, "kernel bias"), (0.44, 0.3, "feature bias")]:
        point = law.at(ridge_exponent=ell, width_exponent=q)
        assert point.dominant == name
        curve = ax.risk(law.model(1.0), n_samples=1e8, n_features=1e8**q, ridge=1e8 ** (1 - ell))
        by_features = float(curve.variance_features + curve.variance_interaction)
        parts = dict(zip(TERMS, (float(curve.variance), float(curve.bias) - by_features, by_features), strict=True))
        assert max(parts, key=lambda key: parts[key]) == name


def test_the_diagram_shows_the_phases() -> None:
    mpl.use("agg")
    axes = ax.features_scaling_law(1.5, 0.8).plot(points=41)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        *(f"{name} dominates" for name in TERMS), "best ridge, narrowest width"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"capacity": 1.0}, "capacity"),
        ({"source": 0.0}, "source"),
        ({"ridge_exponent": -1.0}, "ridge_exponent"),
        ({"width_exponent": 0.0}, "width_exponent"),
        ({"width_exponent": "wide"}, "width_exponent"),
    ],
)
def test_bad_exponents(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ax.features_scaling_law(**({"capacity": 2.0, "source": 0.5} | arguments))


def test_bad_points() -> None:
    law = ax.features_scaling_law(2.0, 0.5, width_exponent=1.0)
    with pytest.raises(HypothesisError, match="the peak"):
        law.measure(1e4)
    with pytest.raises(InvalidInputError, match="n_samples"):
        law.best().measure([1.0, np.inf])
    with pytest.raises(InvalidInputError, match="width_exponents"):
        law.phases(1.0, -1.0)
