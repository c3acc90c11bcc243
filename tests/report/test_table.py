from __future__ import annotations

import csv
import json
import math

import pytest

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError
from asymptotix.report.table import Column, Table


def example() -> Table:
    return Table(
        (
            Column("n_samples", [50.0, 100.0, 200.0], "count"),
            Column("test_error", [0.1 + 0.2, 1e-7, math.nan], "y squared"),
            Column("verdict", ["agree", "a|b & c", "left, out"]),
        ),
        "Learning curve",
        ("three ridges",),
    )


def test_csv_reads_back_with_all_digits_after_comment_lines() -> None:
    lines = example().to_csv().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    assert comments[0] == "# Learning curve"
    assert f"# convention: {CONVENTION}" in comments
    assert "# column test_error [y squared]" in comments
    assert "# three ridges" in comments
    header, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    assert header == ["n_samples", "test_error", "verdict"]
    assert [float(row[1]) if row[1] else None for row in rows] == [0.1 + 0.2, 1e-7, None]
    assert rows[2][2] == "left, out"


def test_json_is_strict_and_keeps_convention_and_units() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    content = json.loads(example().to_json(), parse_constant=refuse)
    assert content["convention"] == CONVENTION
    assert content["units"] == {"n_samples": "count", "test_error": "y squared"}
    assert content["rows"][0] == {"n_samples": 50, "test_error": 0.1 + 0.2, "verdict": "agree"}
    assert content["rows"][2]["test_error"] is None


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="equal length"):
        Table((Column("a", [1.0]), Column("b", [1.0, 2.0])))


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="distinct names"):
        Table((Column("a", [1.0]), Column("a", [2.0])))


def test_a_column_is_found_by_name_or_the_names_are_told() -> None:
    assert example().column("test_error").unit == "y squared"
    with pytest.raises(InvalidInputError, match="n_samples, test_error, verdict"):
        example().column("test_eror")
