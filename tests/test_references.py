"""Every key cited in the package and in the derivations is in the bibliography."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.references import REFERENCES, bibtex, reference

ROOT = Path(__file__).parents[1]
KEY = re.compile(r"\[([A-Z][A-Za-z]+(?:19|20)\d\d)\]")


def test_every_cited_key_resolves() -> None:
    cited = {
        key
        for room in ("asymptotix", "derivations")
        for path in (ROOT / room).rglob("*.py")
        for key in KEY.findall(path.read_text())
    }
    assert "ChoSaul2009" in cited
    assert cited <= set(REFERENCES)


@pytest.mark.parametrize("key", REFERENCES)
def test_entries_are_complete(key: str) -> None:
    entry = reference(key)
    assert entry.key == key
    assert str(entry.year) in key
    assert entry.authors
    assert re.match(r"^(10\.\d{4,}/\S+|arXiv:\d{4}\.\d{4,5}|)$", entry.url_or_doi)
    # braces balance and every field is closed
    text = entry.bibtex()
    assert text.count("{") == text.count("}")
    assert text.startswith(f"@{entry.kind}{{{key},")


def test_bibtex_keeps_order_and_drops_repetitions() -> None:
    text = bibtex(["Price1958", "ChoSaul2009", "Price1958"])
    assert re.findall(r"@\w+\{(\w+),", text) == ["Price1958", "ChoSaul2009"]


def test_unknown_key_is_refused_with_a_hint() -> None:
    with pytest.raises(InvalidInputError, match="did you mean ChoSaul2009"):
        reference("ChoSoul2009")
