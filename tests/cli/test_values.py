from __future__ import annotations

import pytest
import typer

from asymptotix.cli.values import grid_numbers, grid_value, number_list


@pytest.mark.parametrize("text", ["1:2", "1:2:x", "1:2:3:log:4", "1,b", "", "1,,2", "a:2:3", "1:2:-3"])
def test_what_is_no_grid_is_a_usage_error_naming_the_option(text: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        grid_value("--ridge", text)
    assert caught.value.param_hint == "--ridge"


@pytest.mark.parametrize("text", ["0:1:5:log", "1:nan:5", "1:2:1000000000", "1:2:3:lin", "1:2:0"])
def test_what_is_no_range_of_numbers_is_a_usage_error(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no range"):
        grid_numbers("--exponents", text)


def test_lists_and_ranges() -> None:
    assert number_list("--energies", " 0, 1e-3 ,inf") == [0.0, 1e-3, float("inf")]
    assert grid_value("--n-samples", "1:5:3") == {"start": 1.0, "stop": 5.0, "num": 3}
