from __future__ import annotations

from typing import Any

import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"entries": "cauchy"}, "entries"),
        ({"entries": "student"}, "degrees_of_freedom"),
        ({"entries": "student", "degrees_of_freedom": 2.0}, "degrees_of_freedom"),
        ({"entries": "rademacher", "degrees_of_freedom": 5.0}, "degrees_of_freedom"),
        ({"common_scale": 1.5}, "common_scale"),
        ({"common_scale": float("inf")}, "common_scale"),
        ({"common_scale": True}, "common_scale"),
    ],
)
def test_a_law_without_a_variance_is_refused(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{named} = "):
        ax.CovariateLaw(**arguments)


def test_a_curved_target_stays_with_gaussian_covariates() -> None:
    model = ax.RidgeRegression(ax.Spectrum([1.0], [30]), [1.0], misspecification=0.3)
    with pytest.raises(InvalidInputError, match=r"^misspecification = 0\.3"):
        ax.CovariateLaw("rademacher").design(model)


def test_names() -> None:
    law = ax.CovariateLaw("student", 3, common_scale=7.5)
    assert str(law) == "Student t(3), common scale t(7.5)"
    assert law == ax.CovariateLaw("student", 3.0, 7.5)
