"""`asymptotix closed-form`: the risk theory where it is elementary, as formulas and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.formula_output import LatexOption, MathematicaOption, PythonOption, one_form, print_source
from asymptotix.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from asymptotix.symbolic.closed_risk.closed_form import ClosedForm

__all__ = ["closed_form"]


def closed_form(
    name: Annotated[str, typer.Argument(help="A family; without it, the list of them.")] = "",
    quantity: Annotated[str, typer.Option("--quantity", "-q", help="bias, variance, effective_ridge, ...")] = "test_error",
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="ARGUMENT=VALUE", help="Evaluate there; once for each argument.")
    ] = None,
    digits: Annotated[int, typer.Option("--digits", help="More digits of the value than float64 has.", min=0, max=2000)] = 0,
    derivation: Annotated[bool, typer.Option("--derivation", help="Print the derivation with its checked steps only.")] = False,
    latex: LatexOption = False,
    python: PythonOption = False,
    mathematica: MathematicaOption = False,
    as_json: JsonOption = False,
) -> None:
    """Print a closed form of the risk theory: isotropic and two-level ridge, critical and proportional regimes, peak laws.

    \b
    Examples:
      asymptotix closed-form                                        the list
      asymptotix closed-form isotropic_ridge
      asymptotix closed-form two_level_ridge -q effective_ridge --latex
      asymptotix closed-form proportional_wide -q bias_factor --derivation
      asymptotix closed-form isotropic_minimum_norm --at n_samples=100 --at n_features=200 --at energy=1 --at noise_variance=0.1
      asymptotix closed-form proportional_regime --python > risk.py
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    chosen = one_form(latex=latex, python=python, mathematica=mathematica, derivation=derivation, as_json=as_json)
    if not name:
        _print_list(chosen)
        return
    from asymptotix import closed_form as make

    form = make(name, quantity)
    point = _point(at or [])
    value = _value(form, point, digits) if point else None
    if chosen == "derivation":
        typer.echo(form.derivation.to_markdown() if form.derivation else "")
    elif chosen == "json":
        print_json(_content(form, point, value))
    elif chosen:
        print_source([form], chosen)
    else:
        _print(form, point, value)


def _print_list(chosen: str) -> None:
    from asymptotix import closed_forms

    if chosen == "json":
        print_json(closed_forms())
        return
    if chosen:
        raise typer.BadParameter("name a family", param_hint=f"--{chosen}")
    for name, quantities in closed_forms().items():
        typer.echo(f"{name}: {', '.join(quantities)}")


def _point(texts: list[str]) -> dict[str, str]:
    """Decimal texts by argument, so that --digits sees the number that was typed."""
    point: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name.strip() in point:
            raise typer.BadParameter(f"{text!r}: write ARGUMENT=VALUE, each argument once", param_hint="--at")
        try:
            float(value)
        except ValueError:
            raise typer.BadParameter(f"{text!r}: {value!r} is not a number", param_hint="--at") from None
        point[name.strip()] = value.strip()
    return point


def _value(form: ClosedForm, point: dict[str, str], digits: int) -> str:
    if digits:
        from mpmath import nstr

        return str(nstr(form.mp(digits=digits, **point), digits))
    return repr(float(form.evaluate(**{name: float(value) for name, value in point.items()})))


def _content(form: ClosedForm, point: dict[str, str], value: str | None) -> dict[str, Any]:
    from asymptotix.symbolic.printing.formula_record import formula_record

    found = {**formula_record(form), "title": form.law.title, "arguments": form.arguments, "hypotheses": list(form.hypotheses)}
    return found if value is None else {**found, "at": point, "value": value}


def _print(form: ClosedForm, point: dict[str, str], value: str | None) -> None:
    typer.echo(f"{form.law.title}: {form.quantity}")
    typer.echo(f"  = {form.expression}")
    for binding in reversed(form.bindings):
        typer.echo(f"  {binding.symbol} = {binding.expression}")
    root = form.law.root
    if root is not None and form.law.needs_root(form.expression):
        typer.echo(f"  {root.symbol}: {root.polynomial} = 0, {root.branch_text}")
    for symbol, (argument, meaning) in zip(form.symbols, form.arguments.items(), strict=True):
        typer.echo(f"  {symbol}: {argument}, {meaning}")
    for condition in form.law.conditions:
        typer.echo(f"where {condition.relation}; {condition.remedy}")
    if form.law.asymptotic:
        typer.echo(f"limit: {form.law.asymptotic}")
    typer.echo(f"status: {form.status.kind} ({form.status.route}); --derivation prints the steps")
    typer.echo(f"LaTeX:  {form.latex()}")
    if value is not None:
        typer.echo(f"at {', '.join(f'{name} = {text}' for name, text in point.items())}: {value}")
