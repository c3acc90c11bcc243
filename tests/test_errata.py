"""Every erratum of docs/errata.md is checked there; here the checks are run, and shown to fail for what the source said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "docs" / "errata.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def namespace() -> dict[str, object]:
    names: dict[str, object] = {}
    for code in CELLS:
        exec(compile(code, "errata.md", "exec"), names)
    return names


def test_every_erratum_has_a_check_that_holds(namespace: dict[str, object]) -> None:
    sections = TEXT.split("\n## ")[1:]
    assert len(sections) >= 8
    assert all("assert " in section and "*Found" in section for section in sections)
    assert "changes" in namespace


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("smallest**2 * t), rel_tol=1e-12", "smallest * t), rel_tol=1e-12"),
        ("math.exp(-4 / n *", "math.exp(-2 *"),
        ("changes[1.0][1] / changes[1.0][0] < 1.4", "changes[1.0][1] / changes[1.0][0] < 0.5"),
        ("bound.decay_exponent, rel_tol=2e-3", "2.0, rel_tol=2e-3"),
        ("rho_at(1e6, 0.7), 1.4", "rho_at(1e6, 0.7), 1.4e-6"),
        ('("erf", False)', '("erf", True)'),
        ("points[5] = points[0]", "points[5] = -2 * points[0] + points[1]"),
        ("== [3, 5, 7]\nspectrum", "== []\nspectrum"),
    ],
)
def test_what_the_source_said_fails(namespace: dict[str, object], right: str, wrong: str) -> None:
    code = next(cell for cell in CELLS if right in cell)
    with pytest.raises(AssertionError):
        exec(compile(code.replace(right, wrong), "errata.md", "exec"), dict(namespace))
