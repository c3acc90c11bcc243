"""Progress of a run: a bar on standard error, a callable of the user, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from asymptotix.errors import InvalidInputError

__all__ = ["Progress", "Report", "rate_in_words", "reporting"]

Report = Callable[[int, int], object]
"""Called as report(done, total)."""

Progress = Literal["auto"] | bool | Report | None


@contextmanager
def reporting(progress: Progress, label: str) -> Iterator[Report]:
    """A function report(done, total) for the duration of the block.

    Args:
        progress: "auto" draws a bar on standard error when that is a terminal and is silent otherwise; True always draws it;
            False or None is silent; a callable is called as progress(done, total) after every finished task.
        label: what the bar is called.

    Raises:
        InvalidInputError: `progress` is none of these.
    """
    if callable(progress):
        yield progress
    elif progress is True or (progress == "auto" and sys.stderr.isatty()):
        with _bar(label) as report:
            yield report
    elif progress in ("auto", False, None):
        yield _silent
    else:
        raise InvalidInputError("progress", progress, '"auto", True, False or a callable (done, total)')


def _silent(done: int, total: int) -> None:
    pass


@contextmanager
def _bar(label: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress as RichProgress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    console = Console(stderr=True, force_terminal=True)
    with RichProgress(*columns, TimeRemainingColumn(), TextColumn("left"), console=console, transient=True) as bar:
        line = bar.add_task(label, total=None, rate="")
        start = time.monotonic()

        def report(done: int, total: int) -> None:
            bar.update(line, completed=done, total=total, rate=rate_in_words(done, time.monotonic() - start))

        yield report


def rate_in_words(done: int, seconds: float) -> str:
    """Per second, or per minute or hour where that is a number above one."""
    if done == 0 or seconds <= 0:
        return ""
    units = {"s": 1.0, "min": 60.0, "h": 3600.0}
    unit = next((unit for unit, length in units.items() if done * length >= seconds), "h")
    return f"{done * units[unit] / seconds:.3g}/{unit}"
