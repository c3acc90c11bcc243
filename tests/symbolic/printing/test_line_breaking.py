"""Displays broken at signs: nothing lost, no line wider than it may be, brackets closed."""

from __future__ import annotations

import re

import pytest

from asymptotix.symbolic.printing.line_breaking import LINE, aligned_rows, broken, equation, visible_width

LONG = " + ".join(rf"\frac{{a_{n} + b}}{{\sqrt{{q_{n}}}}} e^{{-x/{n}}}" for n in range(1, 10))


def joined(rows: list[str]) -> str:
    return re.sub(r"\\quad |\\qquad |&|\\biggl|\\biggr|\\left|\\right| ", "", "".join(rows))


def test_a_short_equation_is_one_line() -> None:
    assert equation("k", "c", ("c > 0",)) == r"k = c, \qquad c > 0"


def test_a_long_sum_is_broken_without_loss() -> None:
    text = equation("k(q_1, q_2, c)", LONG, (r"\theta = \arccos c",))
    rows = text.split("\n")[1:-1]
    assert text.startswith("\\begin{aligned}\n")
    assert len(rows) > 2
    assert all(visible_width(row) <= LINE + 8 for row in rows)
    assert joined(rows).replace("\\\\", "") == joined([r"k(q_1, q_2, c) = " + LONG + r",\theta = \arccos c"])


@pytest.mark.parametrize("bracket", [(r"\left[", r"\right]"), (r"\left(", r"\right)"), (r"\bigl(", r"\bigr)"), ("(", ")")])
def test_a_long_bracket_is_broken_inside_with_matching_sizes(bracket: tuple[str, str]) -> None:
    opening, closing = bracket
    rows = broken(rf"\frac{{1}}{{2 \pi}}{opening}{LONG}{closing}", 50)
    assert len(rows) > 1
    text = "".join(rows)
    assert text.count(r"\biggl") == text.count(r"\biggr") == 1
    assert opening not in text.replace(r"\biggl" + opening[-1], "")


def test_what_cannot_be_broken_stays_whole() -> None:
    root = rf"\sqrt{{{LONG}}}"
    assert broken(root, 40) == [root]


def test_a_long_left_hand_side_stands_above() -> None:
    rows = aligned_rows(LONG, "c")
    assert rows[-1] == "&={} c"


def test_width_counts_what_is_seen() -> None:
    assert visible_width(r"\frac{a + b}{c}") == visible_width("a + b") == 3
    assert visible_width(r"\arccos c") == 7
    assert visible_width(r"\alpha\, \left(x\right)") == 4
