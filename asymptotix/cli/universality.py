"""`asymptotix universality`: which functions the kernel of a network can learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from asymptotix.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from asymptotix.symbolic.learnability.universal_kernels import Universality

__all__ = ["universality"]


def universality(
    activation: Annotated[str, typer.Argument(help="A name or an expression in x.")],
    depth: Annotated[int, typer.Option("--depth", help="Hidden layers.")] = 1,
    weight_variance: Annotated[float, typer.Option("--weight-variance")] = 1.0,
    bias_variance: Annotated[float, typer.Option("--bias-variance")] = 0.0,
    layers: Annotated[
        Literal["all", "first", "last"], typer.Option("--layers", help="Trained ones; last: the random-feature kernel.")
    ] = "all",
    domain: Annotated[
        Literal["sphere", "R^d"], typer.Option("--domain", help="The sphere, or every compact subset of R^d.")
    ] = "sphere",
    derivation: Annotated[bool, typer.Option("--derivation", help="Print the argument with its checked steps only.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print the LaTeX only.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell whether a network kernel can approximate every continuous function, and which degrees it cannot see.

    An answer that no theorem used here settles is "not decided".

    \b
    Examples:
      asymptotix universality relu                     not universal: odd degrees >= 3 are null
      asymptotix universality relu --depth 2
      asymptotix universality relu --depth 2 --domain "R^d"
      asymptotix universality gelu --bias-variance 0.1 --json
      asymptotix universality "step(x)" --layers last --derivation
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import universality as decide

    verdict = decide(
        activation,
        depth=depth,
        weight_variance=weight_variance,
        bias_variance=bias_variance,
        layers=layers,
        domain="sphere" if domain == "sphere" else "all of R^d",
    )
    if derivation:
        typer.echo(verdict.derivation.to_markdown())
    elif latex:
        typer.echo(verdict.latex())
    elif as_json:
        print_json(_content(verdict))
    else:
        _print(verdict)


def _content(verdict: Universality) -> dict[str, Any]:
    example = verdict.counterexample
    null = verdict.null_degrees
    return {
        "kernel": verdict.kernel, "domain": verdict.domain, "outcome": verdict.outcome, "universal": verdict.universal,
        "reason": verdict.reason,
        "null_degrees": {"text": str(null), "decided": null.decided, "even_from": null.certain.even_from,
                         "odd_from": null.certain.odd_from},
        "counterexample": None if example is None else {
            "expression": str(example.expression), "description": example.description, "distance": str(example.distance)},
        "latex": verdict.latex(),
        "steps": [outcome.word for outcome in verdict.derivation.verify()],
    }  # fmt: skip


def _print(verdict: Universality) -> None:
    verdict.derivation.verify()
    where = "the sphere" if verdict.domain == "sphere" else "compact subsets of R^d"
    typer.echo(f"{verdict.kernel}: {verdict.outcome} on {where}")
    typer.echo(f"reason: {verdict.reason}")
    typer.echo(f"null degrees: {verdict.null_degrees}")
    if verdict.counterexample is not None:
        typer.echo(f"out of reach: {verdict.counterexample}")
        typer.echo(f"  at a distance of at least {verdict.counterexample.distance} in the supremum norm")
    typer.echo(f"checked: {verdict.derivation.summary} --derivation prints them")
