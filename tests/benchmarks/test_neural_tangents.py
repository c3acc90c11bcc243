from __future__ import annotations

import sys

import pytest

from benchmarks.neural_tangents import PAIRS, NeuralTangents, NotInstalledError, errors_near_a_line, main, nan_diagonal


@pytest.mark.long  # forty digits of tangent kernels take seconds
@pytest.mark.parametrize("distance", ["the same", "1e-6", "1"])
def test_rows_close_to_one_line_keep_their_digits(distance: str) -> None:
    errors = errors_near_a_line(None, 3, *PAIRS[distance])
    assert {name: max(error) < 2e-15 for name, error in errors.items()} == {"nngp": True, "ntk": True}


def test_no_entry_of_the_diagonal_is_nan() -> None:
    assert nan_diagonal(None, 60) == (0,)


def test_without_the_other_library_one_sentence_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--depths", "--rows"])
    assert capsys.readouterr().out.splitlines()[-1].startswith("Not measured: neural-tangents, which needs --python PATH")
    with pytest.raises(NotInstalledError, match="no working neural-tangents"):
        NeuralTangents(sys.executable, 0)
    with pytest.raises(NotInstalledError, match="cannot be started"):
        NeuralTangents("/no/such/python", 0)
