from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.named_symbols import number_or_symbol, radius_of, symbol_named


def test_numbers_are_exact() -> None:
    assert number_or_symbol("order", "0.1") == sp.Rational(1, 10)
    assert number_or_symbol("order", "-1/4") == sp.Rational(-1, 4)
    assert radius_of("sqrt(3/2)") == sp.sqrt(sp.Rational(3, 2))


@pytest.mark.parametrize("text", ["", "1/0", "__import__('os')", "k k", "a.b", "x" * 17, "1.2.3", "9" * 200])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="order"):
        number_or_symbol("order", text)
    with pytest.raises(InvalidInputError, match="degree"):
        symbol_named("degree", text)
