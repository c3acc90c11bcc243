"""`asymptotix derive`: the derivations shipped with the package, read or run."""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, Literal

import typer

from asymptotix.cli.exit_codes import ExitCode
from asymptotix.cli.output import JsonOption, print_json

__all__ = ["derive"]

GROUP = "asymptotix.derivations"


def derive(
    name: Annotated[str | None, typer.Argument(help="Without a name: list what there is.", show_default=False)] = None,
    output_format: Annotated[Literal["markdown", "latex"], typer.Option("--format", help="How it is printed.")] = "markdown",
    verify: Annotated[bool, typer.Option("--verify", help="Only run the checks; without a name, those of all.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a derivation, every step of which has just been checked by machine.

    A step is proved where the difference of its two sides reduces to 0; otherwise the text says to how many digits it holds.
    Exits with 3 if a step fails.

    \b
    Examples:
      asymptotix derive
      asymptotix derive arc_cosine
      asymptotix derive arc_cosine --format latex > arc_cosine.tex
      asymptotix derive --verify
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    found = {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}
    if not found:
        from asymptotix.cli.exit_codes import fail

        raise fail("no derivations are installed: install the package (pip install -e .) so that they are found", ExitCode.USAGE)
    if name is not None and name not in found:
        close = difflib.get_close_matches(name, found, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise typer.BadParameter(f"there is no derivation {name!r}{hint} There are: {', '.join(found)}", param_hint="NAME")
    chosen = list(found.values()) if name is None else [found[name]]
    if verify:
        _verify(chosen, as_json)
    elif name is None:
        _list(chosen, as_json)
    else:
        _print(_load(chosen[0]), name, output_format, as_json)


def _load(entry: EntryPoint) -> Any:
    return entry.load()()


def _list(entries: list[EntryPoint], as_json: bool) -> None:
    titles = {entry.name: _load(entry).title for entry in entries}
    if as_json:
        print_json(titles)
    else:
        width = max(map(len, titles))
        typer.echo("\n".join(f"{name.ljust(width)}  {title}" for name, title in titles.items()))


def _verify(entries: list[EntryPoint], as_json: bool) -> None:
    report = {}
    for entry in entries:
        outcomes = _load(entry).verify()
        exact = sum(outcome.kind == "exact" for outcome in outcomes)
        report[entry.name] = {"steps": len(outcomes), "proved": exact, "numerically_checked": len(outcomes) - exact}
        if not as_json:
            typer.echo(f"{entry.name}: {exact} of {len(outcomes)} steps proved, {len(outcomes) - exact} checked numerically")
    if as_json:
        print_json(report)


def _print(derivation: Any, name: str, output_format: str, as_json: bool) -> None:
    text = derivation.to_latex() if output_format == "latex" else derivation.to_markdown()
    if as_json:
        steps = [
            {"label": step.label, "why": step.why, "outcome": outcome.kind, "detail": outcome.detail}
            for step, outcome in zip(derivation.steps, derivation.outcomes, strict=True)
        ]
        print_json({"name": name, "title": derivation.title, "source": list(derivation.source), "steps": steps, "text": text})
    else:
        typer.echo(text)
