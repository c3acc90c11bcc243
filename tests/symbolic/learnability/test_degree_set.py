from __future__ import annotations

import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.learnability.degree_set import DegreeSet, degree_text
from asymptotix.symbolic.learnability.series_degrees import Tops

INF = float("inf")


@pytest.mark.parametrize(
    ("even", "odd", "text", "latex"),
    [
        (None, None, "no degree", r"\varnothing"),
        (None, 3, "odd degrees >= 3", r"\{k \text{ odd} : k \ge 3\}"),
        (0, None, "every even degree", r"\{k \text{ even} : k \ge 0\}"),
        (0, 1, "every degree", r"\{k \ge 0\}"),
        (4, 3, "every degree >= 3", r"\{k \ge 3\}"),
        (2, 7, "even degrees >= 2 and odd degrees >= 7", r"\{k \text{ even} : k \ge 2\} \cup \{k \text{ odd} : k \ge 7\}"),
    ],
)
def test_text_and_latex(even: int | None, odd: int | None, text: str, latex: str) -> None:
    degrees = DegreeSet(even, odd)
    assert (str(degrees), degrees.latex()) == (text, latex)
    assert degrees.finite == degrees.empty == (text == "no degree")


def test_members() -> None:
    degrees = DegreeSet(2, 7)
    assert degrees.up_to(9) == [2, 4, 6, 7, 8, 9]
    assert degrees.smallest == 2
    assert 10**30 in degrees
    assert DegreeSet.beyond(Tops(5 - 1, INF)) == DegreeSet(6, None)


@pytest.mark.parametrize("k", [-1, 1.0, True, "3"])
def test_what_is_no_degree(k: object) -> None:
    with pytest.raises(InvalidInputError, match="k = "):
        DegreeSet(None, 3).contains(k)


def test_long_degrees_by_their_size() -> None:
    assert degree_text(3**20000).startswith("about 10^95")
    assert "about" in str(DegreeSet(None, 3**20000))
