from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.concentration_study import WidthConcentration
from asymptotix.lazy.concentration_trials import width_concentration
from asymptotix.lazy.width_law import WidthLaw, largest_normal


@pytest.fixture(scope="module")
def random() -> WidthConcentration:
    return width_concentration("relu", widths=[400, 800, 1600], dimension=40, n_samples=200, n_trials=4)


def test_random_features_follow_marchenko_pastur_within_five_percent(random: WidthConcentration) -> None:
    assert random.deviation == pytest.approx(random.expected_deviation, rel=0.05, abs=0)
    low, high = np.array([law.edges for law in random.laws]).T
    assert random.largest == pytest.approx(high, rel=0.05, abs=0)
    assert random.smallest[1:] == pytest.approx(low[1:], rel=0.08, abs=0)
    assert random.hypothesis == ("", "", "")


def test_the_whole_spectrum_follows_the_law(random: WidthConcentration) -> None:
    # moments of Marchenko-Pastur: 1, 1 + g, 1 + 3 g + g^2
    for law, values in zip(random.laws, random.eigenvalues, strict=True):
        g = law.aspect_ratio
        found = [float(np.mean(values**k)) for k in (1, 2, 3)]
        assert found == pytest.approx([1.0, 1.0 + g, 1.0 + 3.0 * g + g * g], rel=0.06, abs=0)  # a few percent above, as the edge
        wrong = 2.0 * g
        assert found[1] != pytest.approx(1.0 + wrong, rel=0.06, abs=0)


def test_the_exponent_in_the_width_is_that_of_the_law(random: WidthConcentration) -> None:
    slope, error = random.exponents["width"]
    assert 0 < error < 0.03
    assert slope == pytest.approx(random.expected_exponents["width"], rel=0.05, abs=0)
    assert slope < -0.52  # the term gamma beside 2 sqrt(gamma)


def test_tangent_features_have_n_d_directions_and_not_n() -> None:
    found = width_concentration("erf", widths=[160, 400], dimension=20, n_samples=200, features="tangent", n_trials=3)
    assert found.deviation == pytest.approx(found.expected_deviation, rel=0.07, abs=0)
    wrong = np.array([replace(law, tangent=False).deviation for law in found.laws])
    assert np.all(wrong > 3.0 * found.deviation)


def test_nearly_orthogonal_points_have_a_floor() -> None:
    found = width_concentration("relu", widths=200, dimension=600, n_samples=20, features="tangent", n_trials=6, seed=1)
    (law,) = found.laws
    assert law.edges[1] - 1.0 < 0.5 * law.floor
    assert abs(found.deviation[0] - law.floor) < 4.0 * found.standard_error["deviation"][0]


def test_many_points_for_the_dimension_are_flagged_and_break_the_law() -> None:
    found = width_concentration("erf", widths=1600, dimension=[5, 20], n_samples=100, n_trials=3)
    assert found.hypothesis == ("n << d^2 fails", "")
    assert found.deviation[0] > 1.5 * found.expected_deviation[0]
    assert WidthLaw(True, 100, 50, 100, 1.0).hypothesis == "between n << d and n >~ d"


def test_the_largest_of_many_normals() -> None:
    assert [largest_normal(n) for n in (10, 50, 200)] == pytest.approx([1.88, 2.51, 2.97], rel=3e-3, abs=0)
    assert largest_normal(1) == pytest.approx(np.sqrt(2 / np.pi), rel=1e-6, abs=0)


def test_the_risk_needs_a_smaller_width_than_the_operator_norm(random: WidthConcentration) -> None:
    norm = random.width_for(0.01)[0]
    assert WidthLaw(False, int(norm), 200, 40).deviation == pytest.approx(0.01, rel=1e-4, abs=0)
    risk = random.width_for_risk([0, 1, 0.5], ridge=0.1, noise_variance=0.1)[0]
    assert 200 < risk < norm / 10


def test_own_points_and_the_same_seed() -> None:
    points = np.random.default_rng(0).standard_normal((30, 12))
    one, two = (width_concentration("gelu", points, widths=[50, 100], n_trials=2, seed=3) for _ in range(2))
    assert np.array_equal(one.deviation, two.deviation)
    with pytest.raises(InvalidInputError, match="X"):
        one.width_for_risk([0, 1], ridge=0.1)


def test_the_table_and_the_figures(random: WidthConcentration) -> None:
    assert "exponent in width" in random.table().to_csv()
    assert random.plot().lines_
    shown = random.plot_spectrum(-1)
    x, y = shown.lines_[0].get_data()
    assert float(np.trapezoid(y, x)) == pytest.approx(1.0, rel=1e-3, abs=0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"widths": 0}, InvalidInputError, "widths = 0.0 is not valid"),
        ({"widths": []}, InvalidInputError, "widths"),
        ({"features": "both"}, InvalidInputError, '"random" or "tangent"'),
        ({"n_samples": None}, InvalidInputError, "n_samples = None"),
        ({"n_trials": 1}, InvalidInputError, "n_trials"),
        ({"widths": [5, 6], "dimension": [5, 6, 7]}, InvalidInputError, "broadcasts"),
        (
            {"X": [[1.0, 2.0], [3.0, 1.0], [1.0, 2.0]], "n_samples": None, "dimension": None},
            HypothesisError,
            "rows 0 and 2 are par",
        ),
        ({"activation": "x", "n_samples": 30}, HypothesisError, "singular to rounding"),
        ({"activation": "step(x)", "features": "tangent"}, HypothesisError, "discontinuous"),
        ({"activation": "1 + 0*x", "features": "tangent"}, HypothesisError, "not constant"),
    ],
)
def test_bad_input(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    given: dict[str, object] = {"activation": "relu", "widths": 10, "dimension": 10, "n_samples": 5, **arguments}
    with pytest.raises(error, match=message):
        width_concentration(**given)  # type: ignore[arg-type] # what is wrong is the point


@pytest.mark.long
@pytest.mark.parametrize(("name", "n_samples"), [("relu", 10), ("relu", 50), ("relu", 200), ("erf", 50)])
def test_the_floor_over_many_draws(name: str, n_samples: int) -> None:
    found = width_concentration(name, widths=[200, 800], dimension=1500, n_samples=n_samples, features="tangent", n_trials=12)
    assert found.deviation == pytest.approx(found.expected_deviation, rel=0.15, abs=0)
