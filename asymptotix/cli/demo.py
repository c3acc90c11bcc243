"""`asymptotix demo`: the main job of the package on real input."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["demo"]


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where figures, table and formulas go.")
    ] = Path("out"),
    progress: Annotated[bool, typer.Option("--progress/--no-progress", help="Show a progress bar.")] = True,
) -> None:
    """Handwritten digits, double descent and a formula sheet: theory against experiment, with a verdict per line.

    Takes a few minutes on two cores; needs the extras plot and data. Exits with 1 if theory and simulation disagree.

    \b
    Examples:
      asymptotix demo
      asymptotix demo --output results --no-progress
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.figures.demo import run_demo

    raise typer.Exit(int(run_demo(output, progress)))
