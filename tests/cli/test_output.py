from __future__ import annotations

import json
from pathlib import Path

import pytest

from asymptotix.cli.output import print_json, print_table, write_csv
from asymptotix.report.table import Column, Table

TABLE = Table(tuple(Column(f"a_rather_long_column_name_{i}", [1.0]) for i in range(5)), "T")


def test_json_is_strict(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1, None, "inf"]})
    assert json.loads(capsys.readouterr().out) == {"a": [1, None, "inf"]}
    with pytest.raises(ValueError, match="JSON"):
        print_json({"a": float("nan")})


def test_a_table_in_a_pipe_is_not_folded_to_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(TABLE)
    assert any(all(name in line for name in TABLE.names) for line in capsys.readouterr().out.splitlines())


def test_csv_goes_to_a_file_or_to_standard_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_csv(TABLE, Path("-"))
    assert capsys.readouterr().out == TABLE.to_csv()
    write_csv(TABLE, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == TABLE.to_csv()
    assert capsys.readouterr().out == ""
