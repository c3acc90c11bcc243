"""`asymptotix init`: a commented problem file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from asymptotix.cli.output import print_json
from asymptotix.cli.problem_options import MODEL_NAMES, model_kind

__all__ = ["init"]


def init(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; - is standard output.")] = Path("problem.toml"),
    model: Annotated[str, typer.Option("--model", metavar="NAME", help=f"One of {', '.join(MODEL_NAMES)}.")] = "sphere-features",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of problem files instead.")] = False,
) -> None:
    """Write a problem file with every key explained, ready for `asymptotix risk` and `asymptotix check`.

    \b
    Examples:
      asymptotix init
      asymptotix init kernel.toml --model sphere-kernel
      asymptotix init --schema > problem.schema.json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    if schema:
        from asymptotix.problems.schema import problem_json_schema

        print_json(problem_json_schema())
        return
    from asymptotix.problems.template import problem_template

    kind = model_kind(model)
    if str(path) == "-":
        typer.echo(problem_template(kind), nl=False)
        return
    if path.exists() and not force:
        raise typer.BadParameter(f"{path} is there already; --force replaces it", param_hint="FILE")
    path.write_text(problem_template(kind, name=str(path)), encoding="utf-8")
    typer.echo(f"wrote {path}: next, asymptotix risk {path}")
