from __future__ import annotations

import json

from asymptotix.references import REFERENCES

from .conftest import Run


def test_all_references_are_listed_by_key(run: Run) -> None:
    text = run("cite").stdout
    assert all(f"[{key}]" in text for key in REFERENCES)


def test_bibtex_of_one_key(run: Run) -> None:
    text = run("cite", "ChoSaul2009", "--bibtex").stdout
    assert text.startswith("@")
    assert "ChoSaul2009," in text
    assert text.count("@") == 1
    assert json.loads(run("cite", "ChoSaul2009", "--json").stdout) == {"ChoSaul2009": text.rstrip("\n")}


def test_accents_are_letters_in_the_listing_and_tex_in_bibtex(run: Run) -> None:
    listing = run("cite").stdout
    assert all(name in listing for name in ("Zdeborová, Lenka", "Hongler, Clément", "Marčenko", "Müller"))
    assert "\\" not in listing
    assert r"Zdeborov{\'a}, Lenka" in run("cite", "CuiEtAl2021", "--bibtex").stdout


def test_an_unknown_key_names_the_nearest(run: Run) -> None:
    result = run("cite", "ChoSaul2008")
    assert result.exit_code == 2
    assert "did you mean 'ChoSaul2009'?" in " ".join(result.stderr.split())
