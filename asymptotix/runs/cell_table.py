"""What a run over many cells looks like on a terminal: counts, rate, time left, and the cells that one asks about."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from asymptotix.runs.progress import Progress, rate_in_words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["CellTable", "CellWatch", "Status", "watching"]

Status = Literal["left", "running", "finished", "failed"]

_LATEST, _SLOWEST, _FAILURES = 4, 3, 3  # rows of each kind
_REFRESHES = 4.0  # a second


@runtime_checkable
class CellWatch(Protocol):
    """A progress report that is told of cells too."""

    def __call__(self, done: int, total: int) -> None:
        """So many tasks were run, of so many."""

    def planned(self, cells: Sequence[Mapping[str, Any]], done: Sequence[int], targets: Sequence[int]) -> None:
        """A round begins: parameters of each cell, its finished trials, and how many it has at the end of the round."""

    def finished(self, cell: int, seconds: float) -> None:
        """A trial of a cell took so long."""

    def failed(self, cell: int, message: str) -> None:
        """A trial of a cell failed, and with it the cell."""


@dataclass(frozen=True)
class _Round:
    """One round of trials. Replaced as a whole, because another thread draws it."""

    cells: Sequence[Mapping[str, Any]]
    done: NDArray[np.int64]
    targets: NDArray[np.int64]
    seconds: NDArray[np.float64]
    runs: NDArray[np.int64]


class CellTable:
    """A CellWatch that keeps what it is told and renders it with Rich."""

    def __init__(self, title: str = "", *, whole: bool = True) -> None:
        """`whole`: the number of trials is known from the start, so that the time left is that of the run and not of a round."""
        self._title, self._whole, self._start = " ".join(title.split()), whole, time.monotonic()
        self._trials = (0, 0)
        self._latest: deque[int] = deque(maxlen=64)  # more than are shown: one cell may stand in it several times
        self._messages: dict[int, str] = {}
        none = np.zeros(0, dtype=np.int64)
        self._round = _Round((), none, none, none.astype(np.float64), none)

    def __call__(self, done: int, total: int) -> None:
        """So many trials were run, of so many."""
        self._trials = (done, total)

    def planned(self, cells: Sequence[Mapping[str, Any]], done: Sequence[int], targets: Sequence[int]) -> None:
        """A round begins. Times of the rounds before it are kept."""
        old, counts = self._round, np.array(done, dtype=np.int64)
        same = old.cells is cells
        seconds = old.seconds if same else np.zeros(len(cells))
        runs = old.runs if same else np.zeros(len(cells), dtype=np.int64)
        if not same:
            self._messages, self._latest = {}, deque(maxlen=64)
        self._round = _Round(cells, counts, np.maximum(counts, targets), seconds, runs)

    def finished(self, cell: int, seconds: float) -> None:
        """A trial took so long."""
        now = self._round
        now.done[cell] += 1
        now.runs[cell] += 1
        now.seconds[cell] += seconds
        self._latest.append(cell)

    def failed(self, cell: int, message: str) -> None:
        """A trial failed: the first message of a cell is kept."""
        self._messages.setdefault(cell, " ".join(message.split()))

    def status(self, cell: int) -> Status:
        """Nothing finished yet is "left"; "finished" is what the current round asks of a cell."""
        now = self._round
        if cell in self._messages:
            return "failed"
        return "finished" if now.done[cell] >= now.targets[cell] else "running" if now.done[cell] else "left"

    def counts(self) -> dict[Status, int]:
        """How many cells of each status."""
        now, failed = self._round, np.array(sorted(self._messages), dtype=np.int64)
        ready, begun = now.done >= now.targets, now.done > 0
        ready[failed] = begun[failed] = False
        n_ready, n_running = int(ready.sum()), int((begun & ~ready).sum())
        left = len(now.cells) - n_ready - n_running - len(failed)
        return {"finished": n_ready, "running": n_running, "failed": len(failed), "left": left}

    def shown(self) -> list[tuple[str, int]]:
        """Cells that have a row, with the reason: the failed ones, the slowest of those that run, the latest."""
        now = self._round
        reasons = [("failed", cell) for cell in list(self._messages)[-_FAILURES:]]
        taken = set(self._messages)
        with np.errstate(divide="ignore", invalid="ignore"):
            pace = np.where((now.runs > 0) & (now.done < now.targets), now.seconds / now.runs, -1.0)
        pace[list(taken)] = -1.0
        few = np.argpartition(pace, -_SLOWEST)[-_SLOWEST:] if len(pace) > _SLOWEST else np.arange(len(pace))
        slow = [int(cell) for cell in few[np.argsort(-pace[few], kind="stable")] if pace[cell] > 0]
        late = [cell for cell in dict.fromkeys(reversed(self._latest.copy())) if cell not in taken and cell not in slow]
        return reasons + [("slowest", cell) for cell in slow] + [("latest", cell) for cell in late[:_LATEST]]

    def __rich__(self) -> RenderableType:
        """The table as it is now."""
        from rich import box
        from rich.console import Group
        from rich.markup import escape
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        done, total = self._trials
        counts = self.counts()
        cells = ", ".join(f"{count} {name}" for name, count in counts.items())
        head = Table.grid(padding=(0, 1))
        head.add_row("trials", ProgressBar(total=max(total, 1), completed=done, width=24), f"{done}/{total}", self._pace())
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name, justify in (("", "left"), ("cell", "left"), ("status", "left"), ("trials", "right"), ("a trial", "right")):
            table.add_column(name, justify=justify, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type] # a literal
        for row in self._rows():
            table.add_row(*map(escape, row))
        lines: list[RenderableType] = [escape(self._title)] if self._title else []
        lines += [head, f"cells  {cells}", *([table] if table.row_count else [])]
        lines += [
            escape(f"{_parameters(self._round.cells[cell])}: {text}") for cell, text in list(self._messages.items())[-_FAILURES:]
        ]
        return Group(*lines)

    def _rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        now = self._round
        for reason, cell in self.shown():
            pace = _duration(now.seconds[cell] / now.runs[cell]) if now.runs[cell] else ""
            yield reason, _parameters(now.cells[cell]), self.status(cell), f"{now.done[cell]}/{now.targets[cell]}", pace

    def _pace(self) -> str:
        (done, total), seconds = self._trials, time.monotonic() - self._start
        if done == 0:
            return ""
        left = _duration(seconds * (total - done) / done)
        return f"{rate_in_words(done, seconds)}, {left} left" + ("" if self._whole else " of this round")


@contextmanager
def watching(progress: Progress, title: str = "", *, whole: bool = True, console: Console | None = None) -> Iterator[Progress]:
    """What to hand to a run as its progress for the duration of the block: a live table where a bar would be drawn.

    Args:
        progress: as in `reporting`; anything but True, and "auto" on a terminal, is handed on as it is.
        title: stands above the table.
        whole: see `CellTable`.
        console: where to draw; standard error by default.
    """
    if callable(progress) or not (progress is True or (progress == "auto" and sys.stderr.isatty())):
        yield progress
        return
    from rich.console import Console as RichConsole
    from rich.live import Live

    table = CellTable(title, whole=whole)
    console = RichConsole(stderr=True, force_terminal=True) if console is None else console
    with Live(get_renderable=table.__rich__, console=console, refresh_per_second=_REFRESHES, transient=True):
        yield table


def _parameters(cell: Mapping[str, Any]) -> str:
    """Sizes by their values, what shares the draws of a cell by its range."""
    return ", ".join(f"{name} = {_value(value)}" for name, value in cell.items())


def _value(value: Any) -> str:
    if not isinstance(value, list):
        return f"{value:.4g}" if isinstance(value, float) else str(value)
    if len(value) == 1 or not all(isinstance(entry, int | float) for entry in value):
        return ", ".join(map(str, value[:3]))
    return f"{min(value):.3g}..{max(value):.3g} ({len(value)})"


def _duration(seconds: float) -> str:
    """Such as 12 ms, 3.1 s, 4:05, 2:00:09."""
    if seconds < 0.9995:
        return f"{1e3 * seconds:.3g} ms"
    if seconds < 60:
        return f"{seconds:.2g} s"
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
