"""The main job: digits, double descent, formula sheet; a table with a verdict per line; everything in one folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from asymptotix.errors import MissingExtraError
from asymptotix.figures.outcome import Outcome, outcome_table
from asymptotix.runs.progress import reporting

__all__ = ["run_demo"]

Job = Callable[[Path, Callable[[int, int], object]], list[Outcome]]


def run_demo(output: Path, progress: bool = True) -> int:
    """Run the three jobs, print the table, leave figures, tables and LaTeX in `output`.

    A job whose optional package is missing is skipped, says which extra brings it, and does not count as a failure.

    Returns:
        The exit status: 0 when every judged line agrees, 1 when one disagrees, 5 when one has not enough evidence.
    """
    output.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    outcomes: list[Outcome] = []
    for name, job in _jobs():
        try:
            with reporting(progress and "auto", name) as report:
                outcomes += job(output, report)
        except MissingExtraError as missing:
            outcomes.append(Outcome(name, "skipped", str(missing)))
    table = outcome_table(outcomes)
    (output / "summary.md").write_text(table.to_markdown(), encoding="utf-8")
    (output / "summary.tex").write_text(table.to_latex(), encoding="utf-8")
    _print(outcomes, output, time.monotonic() - start)
    verdicts = {outcome.verdict for outcome in outcomes}
    return 1 if "disagree" in verdicts else 5 if "not enough evidence" in verdicts else 0


def _jobs() -> tuple[tuple[str, Job], ...]:
    from asymptotix.figures.digits import digits
    from asymptotix.figures.double_descent import double_descent
    from asymptotix.figures.formulas import formula_sheet

    return (("digits", digits), ("double descent", double_descent), ("formula sheet", formula_sheet))


def _print(outcomes: list[Outcome], output: Path, seconds: float) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout)
    console.print(outcome_table(outcomes).to_rich())
    files = sorted(path.name for path in output.iterdir() if path.is_file())
    console.print(f"{len(files)} files in {output}/: {', '.join(files)}", highlight=False)
    console.print(f"{seconds:.0f} s", highlight=False)
