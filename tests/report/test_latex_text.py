from __future__ import annotations

import pytest

from asymptotix.report.latex_text import latex_escape


@pytest.mark.parametrize("special", list("\\{}$&#%_^~"))
def test_no_special_character_survives_unescaped(special: str) -> None:
    escaped = latex_escape(f"a{special}b")
    assert escaped != f"a{special}b"
    assert escaped.startswith("a\\")
    assert escaped.endswith("b")


def test_ordinary_text_is_left_alone() -> None:
    assert latex_escape("n = 200, ridge 0.1 (ReLU)") == "n = 200, ridge 0.1 (ReLU)"
