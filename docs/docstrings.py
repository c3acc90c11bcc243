"""Docstrings as reStructuredText. They are written to be read as plain text, with $formulas$ and `names`; |x|^2 is no markup."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

_BEFORE_NAPOLEON = 400  # which has the default, 500, and turns the sections into fields
_SPAN = re.compile(r":\w+:`[^`]+`|``[^`]+``|(?P<math>\$[^$]+\$)|`(?P<name>[^`]+)`", re.DOTALL)
_MARKUP = re.compile(r"[*|\\]|_(?!\w)")


def convert(lines: list[str]) -> list[str]:
    r"""The lines of a docstring with `$x$` as math, backticks as literals, and nothing else taken for markup.

    Directives (`.. math::`) and examples (`>>>`) are left as they are.
    """
    converted: list[str] = []
    text: list[str] = []
    directive: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if directive is not None and line.strip() and indent <= directive:
            directive = None
        if directive is None and line.lstrip().startswith(".. "):
            directive = indent
        if directive is not None or line.lstrip().startswith((">>>", "...")) or not line.strip():
            converted += [*_paragraph(text), line]
            text = []
        else:
            text.append(line)
    return [*converted, *_paragraph(text)]


def _paragraph(lines: list[str]) -> list[str]:
    """Lines in sequence: a formula or a name may run over the end of one."""
    text, made, end = "\n".join(lines), "", 0
    for span in _SPAN.finditer(text):
        made += _escaped(text[end : span.start()]) + _role(span)
        end = span.end()
    return (made + _escaped(text[end:])).splitlines()


def _role(span: re.Match[str]) -> str:
    if span["math"]:
        return f":math:`{span['math'][1:-1].strip()}`" + _boundary(span)
    return (f"``{span['name']}``" if span["name"] else span[0]) + _boundary(span)


def _boundary(span: re.Match[str]) -> str:
    """Markup that a letter follows needs an escaped space between them."""
    following = span.string[span.end() : span.end() + 1]
    return "\\ " if following.isalnum() or (following and following in "\\$`_") else ""


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: "\\" + found[0], text)


def _process(_app: object, _what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
    lines[:] = convert(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what stands in this file."""
    app.connect("autodoc-process-docstring", _process, priority=_BEFORE_NAPOLEON)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
