"""The formula sheet: every formula derived on the spot, its derivation checked, printed on one page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from asymptotix.figures.outcome import Outcome

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["formula_sheet"]


def formula_sheet(folder: Path, progress: Callable[[int, int], object]) -> list[Outcome]:
    """Arc-cosine kernels of order 0 to 3, the two-layer kernels and the depth-3 tangent kernel of ReLU."""
    from asymptotix.report.sheet_files import SheetEntry, write_formula_sheet

    jobs = _jobs()
    entries, statuses = [], []
    for done, (title, note, derive) in enumerate(jobs):
        progress(done, len(jobs))
        formula = derive()
        statuses.append(formula.status)
        entries.append(SheetEntry(title, formula.latex(), f"{note} [{formula.status.kind}]".strip()))
    footer = (
        "(u, v) centred Gaussian with E u^2 = q1, E v^2 = q2, E uv = c; for kernels of inputs q = |x|^2/d and c = <x, x'>/d; "
        "w and b are the variances of weights and biases."
    )
    files = write_formula_sheet(entries, folder, title="Kernels of linearized ReLU networks", html=True, footer=footer)
    progress(len(jobs), len(jobs))
    proved = sum(status.kind == "proved" for status in statuses)
    made = f"{files.tex.name}, {files.pdf.name if files.pdf else 'no TeX engine found'}, {files.html.name if files.html else ''}"
    verdict = "agree" if all(status.kind in ("proved", "verified") for status in statuses) else "disagree"
    return [Outcome("Formula sheet: derivations re-checked step by step", verdict, f"{proved} of {len(statuses)} proved; {made}")]


def _jobs() -> list[tuple[str, str, Callable[[], Formula]]]:
    from asymptotix.symbolic.arc_cosine import arc_cosine_kernel
    from asymptotix.symbolic.network import tangent_kernel

    def arc_cosine(order: int) -> Callable[[], Formula]:
        return lambda: arc_cosine_kernel(order)

    jobs: list[tuple[str, str, Callable[[], Formula]]] = [
        (f"Arc-cosine kernel of order {order}", "", arc_cosine(order)) for order in range(4)
    ]
    jobs += [
        ("Two-layer random-feature kernel", "w = 1, b = 0", lambda: tangent_kernel("relu", depth=1, layers="last")),
        ("Two-layer neural tangent kernel, first layer", "w = 1, b = 0", lambda: tangent_kernel("relu", depth=1, layers="first")),
        ("Tangent kernel of depth 3", "weight variance 2, no bias", lambda: tangent_kernel("relu", depth=3, weight_variance=2)),
    ]
    return jobs
