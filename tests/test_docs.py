"""The documentation builds without a warning and asks nothing of any network (notebooks are run by test_notebooks.py)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# what a browser fetches by itself; links that a reader may click are not among it
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|embed)\b[^>]*\bsrc=["'](?:https?:)?//|<link\b[^>]*\bhref=["'](?:https?:)?//|"""
    r"""url\(["']?(?:https?:)?//|@import\s+["'](?:https?:)?//"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "-q", "--fail-on-warning", "-b", "html", "-D", "nb_execution_mode=off"]
    done = subprocess.run([*build, str(ROOT / "docs"), str(out)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return out


def test_a_page_for_each_notebook_and_for_the_conventions(site: Path) -> None:
    pages = {path.stem for path in site.glob("*.html")}
    assert pages >= {"index", "conventions", "api"} | {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(files) > 8
    assert {path.name: found.group(0) for path in files if (found := FETCHED.search(path.read_text(encoding="utf-8")))} == {}


def test_the_pattern_knows_a_request_when_it_sees_one() -> None:
    assert FETCHED.search('<script async src="https://cdn.example/mathjax.js">')
    assert FETCHED.search("@font-face{src:url(//fonts.example/a.woff2)}")
    assert not FETCHED.search('<a class="reference external" href="https://example.org">')


def test_formulas_come_with_the_vendored_katex(site: Path) -> None:
    page = (site / "conventions.html").read_text(encoding="utf-8")
    assert page.count('class="tex"') > 20
    assert (site / "_static" / "katex.min.js").stat().st_size > 200_000
    assert list((site / "_static" / "fonts").glob("*.woff2"))
