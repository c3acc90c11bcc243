r"""Long formulas in several lines of a display: broken before the signs of a sum, inside brackets if need be.

A line holds `LINE` visible characters, which is what 16 cm of 11 pt type hold. `aligned` is the environment, since it works
in LaTeX, MathJax and KaTeX, and inside `\[ \]`, `$$` and `\displaystyle` alike.
"""

from __future__ import annotations

import re

__all__ = ["LINE", "aligned_rows", "broken", "equation", "equation_rows", "visible_width"]

LINE = 66  # characters, commands taken as one, that fit a line of 16 cm; found by trying
_CLOSING = {r"\left(": r"\right)", r"\left[": r"\right]", r"\bigl(": r"\bigr)", "(": ")", "[": "]"}
_NOT_SEEN = re.compile(r"[{}^_ \n]")
_TOKENS = tuple(t for pair in _CLOSING.items() for t in pair if len(t) > 1)


def equation(left: str, right: str, clauses: tuple[str, ...] = (), line: int = LINE) -> str:
    r"""left = right, then clauses such as "\theta = ..."; one line if it fits, else an `aligned` block.

    >>> equation("k", "c", ("c > 0",))
    'k = c, \\qquad c > 0'
    """
    text = rf"{left} = {right}"
    single = r", \qquad ".join([text, *clauses])
    if visible_width(single) <= line + 4:
        return single
    rows = equation_rows(left, right, clauses, line)
    return single if len(rows) == 1 else "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def equation_rows(left: str, right: str, clauses: tuple[str, ...] = (), line: int = LINE) -> list[str]:
    """The same as rows of an alignment."""
    rows = aligned_rows(left, right, line)
    if clauses and visible_width(left + right + clauses[0]) + 7 <= line:
        rows[-1] += rf", \qquad {clauses[0]}"
        clauses = clauses[1:]
    for number, clause in enumerate(clauses):
        if number and visible_width(rows[-1]) + visible_width(clause) + 6 <= line:
            rows[-1] += rf", \qquad {clause}"
        else:
            rows[-1] += ","
            first, *more = broken(clause, line - 4)
            rows += [rf"&\qquad {first}", *(rf"&\qquad\quad {row}" for row in more)]
    return rows


def aligned_rows(left: str, right: str, line: int = LINE) -> list[str]:
    """`left` = `right` as rows of an alignment: beside the left-hand side, or below it where that is long."""
    width = visible_width(left)
    if width < line // 3:
        first, *more = broken(right, line - width - 5)
        return [rf"{left} &= {first}", *(rf"&\quad {row}" for row in more)]
    first, *more = broken(left, line)
    right_first, *right_more = broken(right, line - 8)
    rows = [rf"& {first}", *(rf"&\quad {row}" for row in more), rf"&={{}} {right_first}"]
    return rows + [rf"&\qquad {row}" for row in right_more]


def broken(text: str, width: int, first: int | None = None) -> list[str]:
    """A printed sum in rows of that width (the first may be narrower), as far as there are signs at which to break it."""
    rows: list[str] = []
    row = ""
    for term in _terms(text):
        room = first if first is not None and not rows else width
        if row and visible_width(row) + visible_width(term) > room:
            rows.append(row)
            row, room = "", width
        row += term if row else term.lstrip()
        if visible_width(row) > room:
            *done, row = _opened(row, room)
            rows += done
    return [*rows, row] if row else rows


def _opened(term: str, width: int) -> list[str]:
    """A product that is too wide, broken inside its last bracket that holds a long sum; whole if there is none."""
    for start, end in reversed(_brackets(term)):
        opening = next(s for s in _CLOSING if term.startswith(s, start))
        closing = _CLOSING[opening]
        inside = term[start + len(opening) : end - len(closing)]
        head, tail = term[:start] + rf"\biggl{opening[-1]}", rf"\biggr{closing[-1]}" + term[end:]
        inner = broken(inside, width - 4, max(width - visible_width(head), width // 3))
        if len(inner) < 2:
            continue
        indent = r"\qquad " if start else r"\quad "
        return [head + inner[0], *(indent + row for row in inner[1:-1]), indent + inner[-1] + tail]
    return [term]


def _brackets(text: str) -> list[tuple[int, int]]:
    """Start and end of the brackets that stand outside braces, outermost ones only."""
    found, depth, position, opened = [], 0, 0, []
    while position < len(text):
        step = next((len(s) for s in _TOKENS if text.startswith(s, position)), 1)
        token = text[position : position + step]
        depth += (token == "{") - (token == "}")
        if depth == 0 and token in _CLOSING:
            opened.append(position)
        elif depth == 0 and token in _CLOSING.values() and opened:
            start = opened.pop()
            if not opened:
                found.append((start, position + step))
        position += step
    return found


def _terms(text: str) -> list[str]:
    """A printed sum, cut before the signs that stand outside all braces and brackets."""
    depth, start, found = 0, 0, []
    for position, character in enumerate(text):
        depth += (character in "{([") - (character in "})]")
        if depth == 0 and text[position : position + 3] in (" + ", " - ") and position > start:
            found.append(text[start:position])
            start = position
    return [*found, text[start:]]


def visible_width(text: str) -> int:
    """Roughly how many characters are seen: of a fraction the wider part, of a letter's command one, of an exponent half."""
    text = re.sub(r"\\begin\{\w+\}|\\end\{\w+\}|\\(?:left|right|biggl|biggr|bigl|bigr|displaystyle)(?![a-z])|\\[,;]|&", "", text)
    text = text.replace(r"\qquad", "xxxxxx").replace(r"\quad", "xxx")
    text = re.sub(r"\\(exp|sinh|cosh|tanh|sin|cos|log|arcsin|arccos|arctan)(?![a-z])", r"\1", text)
    text = re.sub(r"\\mathrm\{(\w+)\}", r"\1", text)
    while (inner := re.search(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}", text)) is not None:
        text = text[: inner.start()] + max(inner.group(1), inner.group(2), key=_plain_width) + text[inner.end() :]
    return _plain_width(text)


def _plain_width(text: str) -> int:
    text = re.sub(r"\\[a-zA-Z]+", "x", text)
    exponents = "".join(re.findall(r"\^\{([^{}]*)\}", text))
    return len(_NOT_SEEN.sub("", text)) - len(_NOT_SEEN.sub("", exponents)) // 4
