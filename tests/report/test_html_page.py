from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from asymptotix.report.html_page import formula_html, html_page

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")

FORMULAS = [
    r"\frac{\sqrt{q_1 q_2}}{2\pi}\left(\sin\theta + (\pi-\theta)\cos\theta\right)",
    r"\begin{cases} x^2 & x > 0 \\ 0 & \text{otherwise}\end{cases}",
    r"\sum\limits_{k=0}^{\infty} \binom{d}{k}\, {}_2F_1(a, b; c; z)\, \mathbb{E}[\sigma(u)]",
]


def page(formulas: list[str]) -> str:
    return html_page(title="Formulas", body="".join(map(formula_html, formulas)), footer="convention")


def test_every_font_is_inlined_and_nothing_is_referred_to_outside() -> None:
    text = page(FORMULAS)
    assert text.count("data:font/woff2;base64,") == 20
    assert not re.search(r"url\((?!data:)", text)
    markup = re.sub(r"(?s)<script>.*?</script>", "", text)
    assert not re.search(r"""<[a-z]+[^>]*(?:src|href)=""", markup)
    assert "default-src 'none'" in text


def test_the_page_is_about_as_large_as_katex() -> None:
    assert 500_000 < len(page(FORMULAS)) < 800_000


def dumped(text: str, folder: Path) -> str:
    """The page after its scripts ran, as headless Chromium prints it."""
    assert BROWSER is not None
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom", file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.long
@pytest.mark.skipif(BROWSER is None, reason="no Chromium in PATH")
def test_a_browser_renders_every_formula(tmp_path: Path) -> None:
    shown = dumped(page(FORMULAS), tmp_path)
    assert shown.count('class="katex-display"') == len(FORMULAS)
    assert 'class="katex-error"' not in shown


@pytest.mark.long
@pytest.mark.skipif(BROWSER is None, reason="no Chromium in PATH")
def test_a_formula_that_does_not_parse_is_seen(tmp_path: Path) -> None:
    """The control of the test above."""
    assert 'class="katex-error"' in dumped(page([r"\frac{1"]), tmp_path)
