from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from asymptotix.report.numbers import exact_number, json_number, latex_number, short_number


@given(st.floats(allow_nan=False))
def test_exact_text_reads_back_as_the_same_float(value: float) -> None:
    assert float(exact_number(value)) == value


def test_nan_is_empty_in_data_and_a_dash_to_readers() -> None:
    assert exact_number(math.nan) == ""
    assert short_number(math.nan) == "-"
    assert json_number(math.nan) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5e-7, r"1.5 \times 10^{-7}"),
        (1e-12, "10^{-12}"),
        (-2e20, r"-2 \times 10^{20}"),
        (0.25, "0.25"),
        (-math.inf, r"-\infty"),
    ],
)
def test_latex_numbers(value: float, text: str) -> None:
    assert latex_number(value) == text


def test_json_numbers_are_what_strict_json_can_hold() -> None:
    assert [json_number(value) for value in (200.0, 0.5, math.inf, -math.inf)] == [200, 0.5, "inf", "-inf"]
    assert isinstance(json_number(200.0), int)
