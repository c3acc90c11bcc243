"""`asymptotix derive`: the derivations shipped with the package, read or run."""

from __future__ import annotations

import difflib
import shutil
import subprocess
import tempfile
import time
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from asymptotix.cli.exit_codes import ExitCode, fail
from asymptotix.cli.output import JsonOption, print_json

__all__ = ["derive"]

GROUP = "asymptotix.derivations"
SECONDS = 120  # for one run of pdflatex; a derivation takes about one


def derive(
    name: Annotated[str | None, typer.Argument(help="Without a name: list what there is.", show_default=False)] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List what there is.")] = False,
    output_format: Annotated[
        Literal["markdown", "latex", "pdf"], typer.Option("--format", help="How it is printed; pdf needs pdflatex.")
    ] = "markdown",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there; a PDF is NAME.pdf otherwise.")
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Only run the checks; without a name, those of all.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a derivation, every step of which has just been checked by machine.

    A step is proved where the difference of its two sides reduces to 0; otherwise the text says to how many digits it holds.
    Exits with 3 if a step fails.

    \b
    Examples:
      asymptotix derive --list
      asymptotix derive arc_cosine
      asymptotix derive arc_cosine --format latex -o arc_cosine.tex
      asymptotix derive arc_cosine --format pdf
      asymptotix derive --verify
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    found = {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}
    if not found:
        raise fail("no derivations are installed: install the package (pip install -e .) so that they are found", ExitCode.USAGE)
    if name is not None and name not in found:
        close = difflib.get_close_matches(name, found, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise typer.BadParameter(f"there is no derivation {name!r}{hint}; there are: {', '.join(found)}", param_hint="NAME")
    chosen = list(found.values()) if name is None else [found[name]]
    if verify:
        _verify(chosen, as_json)
    elif name is None or list_all:
        if output is not None or output_format != "markdown":
            raise typer.BadParameter("which derivation is to be written? Give its name", param_hint="NAME")
        _list(list(found.values()), as_json)
    else:
        _print(_load(chosen[0]), name, output_format, output, as_json)


def _load(entry: EntryPoint) -> Any:
    return entry.load()()


def _list(entries: list[EntryPoint], as_json: bool) -> None:
    if as_json:
        print_json({entry.name: _load(entry).title for entry in entries})
        return
    width = max(len(entry.name) for entry in entries)
    for entry in entries:  # each line at once: making a derivation takes a quarter of a second
        typer.echo(f"{entry.name.ljust(width)}  {_load(entry).title}")


def _verify(entries: list[EntryPoint], as_json: bool) -> None:
    report, start = {}, time.perf_counter()
    for entry in entries:
        outcomes = _load(entry).verify()
        exact = sum(outcome.kind == "exact" for outcome in outcomes)
        report[entry.name] = {"steps": len(outcomes), "proved": exact, "numerically_checked": len(outcomes) - exact}
        if not as_json:
            typer.echo(f"{entry.name}: {exact} of {len(outcomes)} steps proved, {len(outcomes) - exact} checked numerically")
    if as_json:
        print_json(report)
    else:
        steps, proved = (sum(row[key] for row in report.values()) for key in ("steps", "proved"))
        seconds = time.perf_counter() - start
        typer.echo(f"{len(report)} derivations, {proved} of {steps} steps proved, in {seconds:.1f} s")


def _print(derivation: Any, name: str, output_format: str, output: Path | None, as_json: bool) -> None:
    if output_format == "pdf":
        _write_pdf(derivation.to_document(), output or Path(f"{name}.pdf"))
        return
    text = derivation.to_latex() if output_format == "latex" else derivation.to_markdown()
    if output is not None:
        output.write_text(derivation.to_document() if output_format == "latex" else text, encoding="utf-8")
        typer.echo(f"wrote {output}", err=True)
    elif as_json:
        steps = [
            {"label": step.label, "why": step.why, "outcome": outcome.kind, "detail": outcome.detail}
            for step, outcome in zip(derivation.steps, derivation.outcomes, strict=True)
        ]
        print_json({"name": name, "title": derivation.title, "source": list(derivation.source), "steps": steps, "text": text})
    else:
        typer.echo(text)


def _write_pdf(document: str, path: Path) -> None:
    """Typeset in a directory of its own, so that nothing but the PDF is left behind."""
    program = shutil.which("pdflatex")
    if program is None:
        raise fail(
            "pdflatex is not installed: install TeX (Debian and Ubuntu: sudo apt install texlive-latex-base), "
            "or use --format latex and typeset the text elsewhere",
            ExitCode.USAGE,
        )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "derivation.tex").write_text(document, encoding="utf-8")
        command = [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "derivation.tex"]
        for _ in range(2):  # the second time for the citations
            try:
                ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
            except subprocess.TimeoutExpired:
                raise fail(f"pdflatex has not finished within {SECONDS} s", ExitCode.REFUSED) from None
            if ran.returncode:
                complaint = next((line for line in ran.stdout.decode(errors="replace").splitlines() if line.startswith("!")), "")
                raise fail(f"pdflatex refuses the text: {complaint}", ExitCode.REFUSED)
        path.write_bytes((Path(folder) / "derivation.pdf").read_bytes())
    typer.echo(f"wrote {path}", err=True)
