"""Degrees as one types them in a shell: `4`, `0:8` (both ends), `0,2,4`, or `k` for every degree at once."""

from __future__ import annotations

import re
from typing import Any

import typer

__all__ = ["MOST", "degree_list"]

MOST = 60  # of exact coefficients; a symbol stands for all


def degree_list(option: str, text: str) -> list[Any]:
    """The degrees, or one symbol.

    >>> degree_list("--degree", "0:3"), degree_list("--degree", "0,2,4"), degree_list("--degree", "k")
    ([0, 1, 2, 3], [0, 2, 4], [k])
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1 and re.fullmatch(r"[A-Za-z]\w*", parts[0]):
        from asymptotix.symbolic.named_symbols import symbol_named

        return [symbol_named("degree", parts[0])]
    degrees: list[int] = []
    for part in parts:
        ends = part.split(":")
        if len(part) > 20 or len(ends) > 2 or not all(re.fullmatch(r"[0-9]+", end) for end in ends):
            raise typer.BadParameter(f"{part!r}: write 4, 0:8, 0,2,4, or k for every degree", param_hint=option)
        first, last = int(ends[0]), int(ends[-1])
        if not first <= last <= MOST:
            raise typer.BadParameter(f"{part!r}: degrees from 0 to {MOST}, or k for every degree", param_hint=option)
        degrees += range(first, last + 1)
    return list(dict.fromkeys(degrees))
