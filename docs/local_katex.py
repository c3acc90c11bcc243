"""A Sphinx math renderer on the vendored KaTeX: the page carries the TeX source, the browser sets it, nothing is fetched."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

START = """
document.addEventListener("DOMContentLoaded", () => {
  for (const node of document.querySelectorAll(".tex")) {
    katex.render(node.textContent, node, {displayMode: node.tagName === "DIV", throwOnError: false});
  }
});
"""


def inline(writer: Any, node: nodes.math) -> None:
    """Write `$...$`."""
    writer.body.append(f'<span class="tex">{escape(node.astext())}</span>')
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """Write `$$...$$`. Lines that are joined or aligned without an environment get one, as Sphinx does for MathJax."""
    text = node.astext()
    if "\\begin{" not in text and "\\\\" in text:
        text = rf"\begin{{aligned}}{text}\end{{aligned}}"
    writer.body.append(f'<div class="tex">{escape(text)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer and its two files."""
    app.add_html_math_renderer("katex", (inline, None), (block, None))
    app.add_css_file("katex.min.css")
    app.add_js_file("katex.min.js")
    app.add_js_file(None, body=START)
    app.config.html_math_renderer = "katex"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
