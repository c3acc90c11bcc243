"""The formula sheet of one activation: every formula that the engine knows of it, on a page to print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asymptotix.errors import InvalidInputError

if TYPE_CHECKING:
    from asymptotix.activations import Activation, ActivationFamily

__all__ = ["ActivationSheet", "formula_sheet"]

FOOTER = (
    "sigma: the activation; (u, v) centred Gaussian with E u^2 = q1, E v^2 = q2, E uv = c; for kernels of inputs q = |x|^2/d and "
    "c = <x, x'>/d. [proved]: every step reduces to 0; [verified]: compared to 18 digits or more; [numeric]: by quadrature."
)
MAX_DEGREES = 20
LONGEST = 60.0  # seconds of processor time for all formulas; the catalogue needs at most 22


@dataclass(frozen=True)
class ActivationSheet:
    """The files, how many formulas are proved, verified and numeric, and why there is no PDF where there is none."""

    tex: Path
    html: Path
    markdown: Path
    pdf: Path | None
    statuses: dict[str, int]
    reason: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that was written."""
        return tuple(path for path in (self.tex, self.html, self.markdown, self.pdf) if path is not None)


def formula_sheet(
    activation: Activation | ActivationFamily | str, folder: str | Path = ".", *, dimension: int = 100, degrees: int = 6
) -> ActivationSheet:
    r"""Write every formula of an activation to `folder`: as LaTeX, HTML and Markdown, and as PDF where a TeX engine is found.

    Definition, constants $\mu_0, \mu_1, \mu_*$, dual kernels, two-layer kernels and the recursion over layers, Hermite and
    Gegenbauer coefficients, eigenvalues, null degrees and universality, references. Every formula has its status; what has no
    closed form is a number with the reason. The files are called NAME-formulas.

    Args:
        activation: an Activation, its text, or an ActivationFamily.
        folder: where to; it is made if it does not exist.
        dimension: of the table of eigenvalues, 3 to 10^6.
        degrees: of the tables, 1 to 20.

    Raises:
        InvalidInputError: dimension or degrees out of range.
        ExpressionError: the text is no activation.

    Source: each formula's own, listed on the sheet.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sheet = formula_sheet("x", folder, degrees=1)
    ...     sheet.markdown.name, sheet.markdown.read_text().splitlines()[0]
    ('x-formulas.md', '# Formulas of x')
    """
    from asymptotix.conventions import CONVENTION
    from asymptotix.figures.sheet_sections import Sheet
    from asymptotix.references import reference
    from asymptotix.report.sheet_files import write_formula_sheet
    from asymptotix.symbolic.deadline import time_limit
    from asymptotix.symbolic.dual import resolve

    _require("dimension", dimension, 3, 10**6)
    _require("degrees", degrees, 1, MAX_DEGREES)
    s = resolve(activation)
    sheet = Sheet(s, dimension, degrees)
    with time_limit(LONGEST):  # each formula has a limit of its own; when all of it has passed, the others are refused at once
        entries = list(sheet.entries())
    files = write_formula_sheet(
        entries, folder, title=f"Formulas of {s.name}", stem=f"{_stem(s.name)}-formulas", html=True, markdown=True,
        footer=f"{FOOTER} {CONVENTION}", references=[str(reference(key)) for key in sheet.sources],
    )  # fmt: skip
    assert files.html is not None
    assert files.markdown is not None
    return ActivationSheet(
        files.tex, files.html, files.markdown, files.pdf, sheet.statuses, "" if files.pdf else _reason(files.log)
    )


def _require(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInputError(name, value, f"an integer from {least} to {most}")


def _stem(name: str) -> str:
    """A file name without a path or a space in it."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:40] or "activation"


def _reason(log: str) -> str:
    """The line of TeX's output that says what was wrong."""
    lines = log.splitlines()
    return next((line for line in lines if line.startswith("!")), lines[-1] if lines else "")
