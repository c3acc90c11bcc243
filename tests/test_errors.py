from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError


@pytest.mark.parametrize(
    ("value", "shown"), [(np.float64(-1.0), "-1.0"), (np.int64(3), "3"), (np.array(0.5), "0.5"), (-1.0, "-1.0")]
)
def test_numbers_of_numpy_are_shown_as_one_types_them(value: object, shown: str) -> None:
    assert str(InvalidInputError("ridge", value, "positive")) == f"ridge = {shown} is not valid: ridge must be positive"


def test_arrays_keep_their_own_form() -> None:
    assert "array([1, 2])" in str(InvalidInputError("x", np.array([1, 2]), "a number"))
