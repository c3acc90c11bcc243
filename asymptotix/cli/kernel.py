"""`asymptotix kernel`: dual, random-feature and tangent kernels in closed form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from asymptotix.cli.formula_output import LatexOption, MathematicaOption, PythonOption, one_form, print_formula
from asymptotix.cli.output import JsonOption
from asymptotix.cli.sheet import require_plain_sheet, write_sheet
from asymptotix.cli.values import number_list, with_parameters

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["kernel"]


def kernel(
    activation: Annotated[str | None, typer.Argument(help="A name or an expression in x.", show_default=False)] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="A name in the expression without a value; 'NAME > 0' if positive."),
    ] = None,
    kind: Annotated[
        Literal["dual", "nngp", "tangent"] | None, typer.Option("--kind", help="Which kernel; dual if left out.")
    ] = None,
    nngp: Annotated[bool, typer.Option("--nngp", help="The same as --kind nngp.")] = False,
    tangent: Annotated[bool, typer.Option("--tangent", help="The same as --kind tangent.")] = False,
    derivative: Annotated[bool, typer.Option("--derivative", help="Of a dual kernel: E[s'(u) s'(v)].")] = False,
    jumps: Annotated[
        Literal["distributional", "pointwise"] | None,
        typer.Option("--jumps", help="What s' is where s jumps: with its Dirac measures, or without."),
    ] = None,
    arc_cosine: Annotated[
        str | None,
        typer.Option("--arc-cosine", metavar="ORDER", help="The arc-cosine kernel of this order instead: 3, 0.5, 5/2 or n."),
    ] = None,
    closed_form: Annotated[bool, typer.Option("--closed-form", help="Refuse a kernel that is known by quadrature only.")] = False,
    depth: Annotated[int, typer.Option("--depth", help="Hidden layers.")] = 1,
    weight_variance: Annotated[float, typer.Option("--weight-variance")] = 1.0,
    bias_variance: Annotated[float, typer.Option("--bias-variance")] = 0.0,
    layers: Annotated[Literal["all", "first", "last"], typer.Option("--layers", help="Part of a tangent kernel.")] = "all",
    at: Annotated[str | None, typer.Option("--at", metavar="Q1,Q2,C", help="Evaluate there too; parameters behind.")] = None,
    latex: LatexOption = False,
    python: PythonOption = False,
    mathematica: MathematicaOption = False,
    as_json: JsonOption = False,
    sheet: Annotated[bool, typer.Option("--sheet", help="Write every formula of the activation to files.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Of --sheet: where to, the current folder if left out."),
    ] = None,
) -> None:
    """Derive a kernel of an activation in closed form; q1 = |x|^2/d, q2 = |x'|^2/d, c = <x,x'>/d.

    \b
    Examples:
      asymptotix kernel relu
      asymptotix kernel "max(x,0)**2 + x/10" --latex
      asymptotix kernel gelu --tangent --depth 3 --latex
      asymptotix kernel "leaky_relu(alpha)" --parameter alpha --at 1,1,0.5,0.3
      asymptotix kernel relu --nngp --depth 3 --weight-variance 2 --mathematica
      asymptotix kernel relu --tangent --layers first --at 1,1,0.5
      asymptotix kernel step --tangent --jumps pointwise
      asymptotix kernel --arc-cosine 5/2 --python
      asymptotix kernel --arc-cosine n
      asymptotix kernel gelu --sheet --output out     formulas of gelu as .tex, .pdf, .html and .md
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    form = one_form(latex=latex, python=python, mathematica=mathematica, as_json=as_json, sheet=sheet)
    if (activation is None) == (arc_cosine is None):
        what = (
            "both are given: choose one" if arc_cosine is not None else "give one of them; `asymptotix kernel relu`, for example"
        )
        raise typer.BadParameter(what, param_hint="ACTIVATION, --arc-cosine")
    _require_activation(activation, {"--parameter": parameter, "--sheet": sheet})
    chosen = _kind(kind, nngp, tangent)
    if sheet:
        require_plain_sheet(
            {"--kind": chosen != "dual", "--derivative": derivative, "--depth": depth != 1, "--layers": layers != "all",
             "--weight-variance": weight_variance != 1, "--bias-variance": bias_variance != 0, "--at": at is not None}
        )  # fmt: skip
        write_sheet(with_parameters(str(activation), parameter), output)
        return
    if output is not None:
        raise typer.BadParameter("only with --sheet", param_hint="--output")
    if arc_cosine is not None:
        from asymptotix import arc_cosine_kernel
        from asymptotix.symbolic.named_symbols import number_or_symbol

        formula = arc_cosine_kernel(number_or_symbol("order", arc_cosine))
    else:
        s = with_parameters(str(activation), parameter)
        formula = _formula(s, chosen, derivative, jumps, layers, depth, weight_variance, bias_variance, closed_form)
    point = None if at is None else _point(at, [symbol.name for symbol in formula.symbols])
    print_formula(formula, form, point, None if point is None else float(formula.evaluate(*point)))


def _require_activation(activation: str | None, given: dict[str, Any]) -> None:
    for option, value in given.items():
        if value and activation is None:
            raise typer.BadParameter("only with an activation", param_hint=option)


def _kind(kind: str | None, nngp: bool, tangent: bool) -> str:
    """The kernel that --kind or one of its short forms names."""
    named = {name for name, given in (("nngp", nngp), ("tangent", tangent)) if given} | ({kind} if kind else set())
    if len(named) > 1:
        raise typer.BadParameter("name one kernel", param_hint="--kind, --nngp, --tangent")
    return named.pop() if named else "dual"


def _formula(
    activation: Any,
    kind: str,
    derivative: bool,
    jumps: Literal["distributional", "pointwise"] | None,
    layers: Any,
    depth: int,
    weight: float,
    bias: float,
    closed_form: bool,
) -> Formula:
    from asymptotix import dual_kernel, nngp_kernel, tangent_kernel

    if derivative and kind != "dual":
        raise typer.BadParameter("only for --kind dual", param_hint="--derivative")
    if layers != "all" and kind != "tangent":
        raise typer.BadParameter("only for --kind tangent", param_hint="--layers")
    if jumps and not (derivative or (kind == "tangent" and layers != "last")):
        raise typer.BadParameter("only with --derivative or for --kind tangent, which have an s'", param_hint="--jumps")
    if kind == "dual":
        given = {"--depth": depth != 1, "--weight-variance": weight != 1, "--bias-variance": bias != 0}
        if any(given.values()):
            named = ", ".join(option for option, stated in given.items() if stated)
            raise typer.BadParameter("only for --kind nngp or --kind tangent", param_hint=named)
        return dual_kernel(activation, derivative=jumps or derivative, allow_numeric=not closed_form)
    network: dict[str, Any] = {"depth": depth, "weight_variance": weight, "bias_variance": bias, "allow_numeric": not closed_form}
    if kind == "nngp":
        return nngp_kernel(activation, **network)
    return tangent_kernel(activation, layers=layers, derivative=jumps, **network)


def _point(text: str, names: list[str]) -> tuple[float, ...]:
    values = tuple(number_list("--at", text))
    if len(values) != len(names):
        raise typer.BadParameter(f"{text!r}: write {','.join(names)}", param_hint="--at")
    return values
