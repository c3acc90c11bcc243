"""Figures are an extra: without Matplotlib a job keeps its numbers and its verdicts."""

from __future__ import annotations

from collections.abc import Callable

from asymptotix.errors import MissingExtraError
from asymptotix.figures.outcome import Outcome

__all__ = ["drawn"]


def drawn(claim: str, draw: Callable[[], None]) -> list[Outcome]:
    """Draw; a line of the table saying what was skipped, and how to have it, if Matplotlib is not installed."""
    try:
        draw()
    except MissingExtraError as missing:
        return [Outcome(claim, "skipped", str(missing))]
    return []
