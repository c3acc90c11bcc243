from __future__ import annotations

import pytest
import typer

from asymptotix.cli.degrees import degree_list


def test_lists_and_ranges_join_without_repetition() -> None:
    assert degree_list("--degree", "0:2, 1, 5,8:9") == [0, 1, 2, 5, 8, 9]


@pytest.mark.parametrize("text", ["", "-1", "3:1", "0:61", "1.5", "a,b", "0:1:2", "k+1", "9" * 30])
def test_what_is_no_degree_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"write 4, 0:8|degrees from 0 to 60"):
        degree_list("--degree", text)
