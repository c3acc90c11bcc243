"""`asymptotix kernel`: dual, random-feature and tangent kernels in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from asymptotix.cli.output import JsonOption, print_json
from asymptotix.cli.values import number_list

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["kernel"]


def kernel(
    activation: Annotated[str | None, typer.Argument(help="A name or an expression in x.", show_default=False)] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="A name in the expression without a value; 'NAME > 0' if positive."),
    ] = None,
    kind: Annotated[Literal["dual", "nngp", "tangent"], typer.Option("--kind", help="Which kernel.")] = "dual",
    derivative: Annotated[bool, typer.Option("--derivative", help="Of a dual kernel: E[s'(u) s'(v)].")] = False,
    arc_cosine: Annotated[float | None, typer.Option("--arc-cosine", help="The arc-cosine kernel of this order instead.")] = None,
    closed_form: Annotated[
        bool, typer.Option("--closed-form", help="Refuse a dual kernel that is known by quadrature only.")
    ] = False,
    depth: Annotated[int, typer.Option("--depth", help="Hidden layers.")] = 1,
    weight_variance: Annotated[float, typer.Option("--weight-variance")] = 1.0,
    bias_variance: Annotated[float, typer.Option("--bias-variance")] = 0.0,
    layers: Annotated[Literal["all", "first", "last"], typer.Option("--layers", help="Part of a tangent kernel.")] = "all",
    at: Annotated[str | None, typer.Option("--at", metavar="Q1,Q2,C", help="Evaluate there too; parameters behind.")] = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print the LaTeX only.")] = False,
    python: Annotated[bool, typer.Option("--python", help="Print a Python function only.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Derive a kernel of an activation in closed form; q1 = |x|^2/d, q2 = |x'|^2/d, c = <x,x'>/d.

    \b
    Examples:
      asymptotix kernel relu
      asymptotix kernel "max(x,0)**2 + x/10" --latex
      asymptotix kernel "leaky_relu(alpha)" --parameter alpha --at 1,1,0.5,0.3
      asymptotix kernel relu --kind tangent --depth 3 --weight-variance 2
      asymptotix kernel relu --kind tangent --layers first --at 1,1,0.5
      asymptotix kernel --arc-cosine 3 --python
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    if (activation is None) == (arc_cosine is None):
        raise typer.BadParameter("give an activation or --arc-cosine ORDER", param_hint="ACTIVATION")
    if parameter and activation is None:
        raise typer.BadParameter("only with an activation", param_hint="--parameter")
    if arc_cosine is not None:
        from asymptotix import arc_cosine_kernel

        formula = arc_cosine_kernel(arc_cosine)
    else:
        s = _activation(str(activation), parameter)
        formula = _formula(s, kind, derivative, layers, depth, weight_variance, bias_variance, closed_form)
    point = None if at is None else _point(at, [symbol.name for symbol in formula.symbols])
    value = None if point is None else float(formula.evaluate(*point))
    if latex or python:
        typer.echo(formula.latex() if latex else formula.python())
    elif as_json:
        print_json(_content(formula, point, value))
    else:
        _print(formula, point, value)


def _activation(text: str, parameters: list[str] | None) -> Any:
    """The text as it is, or the activation with its parameters."""
    if not parameters:
        return text
    from asymptotix import activation

    return activation(text, parameters=",".join(parameters))


def _formula(
    activation: Any, kind: str, derivative: bool, layers: Any, depth: int, weight: float, bias: float, closed_form: bool
) -> Formula:
    from asymptotix import dual_kernel, nngp_kernel, tangent_kernel

    if derivative and kind != "dual":
        raise typer.BadParameter("only for --kind dual", param_hint="--derivative")
    if layers != "all" and kind != "tangent":
        raise typer.BadParameter("only for --kind tangent", param_hint="--layers")
    if kind == "dual":
        given = {"--depth": depth != 1, "--weight-variance": weight != 1, "--bias-variance": bias != 0}
        if any(given.values()):
            named = ", ".join(option for option, stated in given.items() if stated)
            raise typer.BadParameter("only for --kind nngp or --kind tangent", param_hint=named)
        return dual_kernel(activation, derivative=derivative, allow_numeric=not closed_form)
    if kind == "nngp":
        return nngp_kernel(activation, depth=depth, weight_variance=weight, bias_variance=bias)
    return tangent_kernel(activation, depth=depth, weight_variance=weight, bias_variance=bias, layers=layers)


def _point(text: str, names: list[str]) -> tuple[float, ...]:
    values = tuple(number_list("--at", text))
    if len(values) != len(names):
        raise typer.BadParameter(f"{text!r}: write {','.join(names)}", param_hint="--at")
    return values


def _content(formula: Formula, point: tuple[float, ...] | None, value: float | None) -> dict[str, Any]:
    content = {
        "formula": formula.name, "expression": str(formula.expression), "latex": formula.latex(),
        "bindings": {str(binding.symbol): str(binding.expression) for binding in formula.bindings},
        "symbols": [str(symbol) for symbol in formula.symbols],
        "assumptions": [str(relation) for relation in formula.assumptions],
        "status": {"kind": formula.status.kind, "digits": formula.status.digits, "route": formula.status.route,
                   "reason": formula.status.reason},
    }  # fmt: skip
    return content if point is None else {**content, "at": list(point), "value": value}


def _print(formula: Formula, point: tuple[float, ...] | None, value: float | None) -> None:
    typer.echo(formula.name)
    for binding in formula.bindings:
        typer.echo(f"  {binding.symbol} = {binding.expression}")
    typer.echo(f"  = {formula.expression}")
    if formula.assumptions:
        typer.echo(f"  where {', '.join(map(str, formula.assumptions))}")
    digits = f" to {formula.status.digits} digits" if formula.status.digits else ""
    typer.echo(f"status: {formula.status.kind}{digits} ({formula.status.route})")
    if formula.status.reason:
        typer.echo(f"reason: {formula.status.reason}")
    typer.echo(f"LaTeX:  {formula.latex()}")
    if value is not None and point is not None:
        names = ", ".join(symbol.name for symbol in formula.symbols)
        typer.echo(f"at ({names}) = ({', '.join(f'{x:g}' for x in point)}): {value!r}")
