"""One self-contained HTML file: formulas rendered by the vendored KaTeX, no request to anywhere.

Scripts, styles and fonts are inlined; a content security policy in the page forbids the browser every external load.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from html import escape
from importlib.resources import files

__all__ = ["formula_html", "html_page"]

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; font-src data:; img-src data:"

_LOOK = """
body { font: 17px/1.5 Georgia, 'Times New Roman', serif; color: #1b1b1b; background: #fff;
       max-width: 60rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-weight: 600; font-size: 1.7rem; margin-bottom: .2rem; }
h2, h3 { font-weight: 600; font-size: 1.1rem; margin: 1.6rem 0 .1rem; }
h2.section { font-size: 1.35rem; border-bottom: 1px solid #888; margin-top: 2.4rem; }
h3 { font-size: 1rem; margin-top: 1.1rem; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .15rem 0; }
.note, footer { color: #555; font-size: .85rem; }
footer { border-top: 1px solid #ddd; margin-top: 2rem; padding-top: .6rem; }
table { border-collapse: collapse; } td, th { padding: .15rem .7rem; } thead { border-bottom: 1px solid #888; }
"""

_RENDER = """
for (const place of document.querySelectorAll(".formula")) {
  katex.render(place.textContent, place, { displayMode: true, throwOnError: false, trust: false, maxExpand: 1000 });
}
"""


def formula_html(latex: str) -> str:
    """One displayed formula; where scripts are off, its LaTeX is shown."""
    return f'<div class="formula">{escape(latex)}</div>'


def html_page(*, title: str, body: str, footer: str = "") -> str:
    """A complete page around `body` (HTML; escape what you put into it), with every `formula_html` in it rendered."""
    end = f"<footer>{escape(footer)}</footer>" if footer else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>\n'
        f"<style>{_katex_style()}{_LOOK}</style></head>\n<body><h1>{escape(title)}</h1>\n{body}\n{end}\n"
        f"<script>{_katex_script()}</script><script>{_RENDER}</script></body></html>\n"
    )


def _katex_file(name: str) -> bytes:
    place = files("asymptotix.report")
    for part in ("vendor", "katex", *name.split("/")):
        place = place.joinpath(part)
    return place.read_bytes()


@cache
def _katex_script() -> str:
    return _katex_file("katex.min.js").decode()


@cache
def _katex_style() -> str:
    """KaTeX's style sheet with its woff2 fonts as data; the older font formats are dropped."""

    def inline(match: re.Match[str]) -> str:
        data = base64.b64encode(_katex_file(f"fonts/{match['name']}.woff2")).decode()
        return f'src:url(data:font/woff2;base64,{data}) format("woff2")'

    return re.sub(r"src:url\(fonts/(?P<name>[\w-]+)\.woff2\)[^}]*", inline, _katex_file("katex.min.css").decode())
