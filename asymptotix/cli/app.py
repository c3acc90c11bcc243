"""The command `asymptotix`: its subcommands, `--version` and `--help`."""

from __future__ import annotations

from typing import Annotated

import typer

from asymptotix.cli.activations import activations
from asymptotix.cli.benign import benign
from asymptotix.cli.cite import cite
from asymptotix.cli.closed_form import closed_form
from asymptotix.cli.coefficients import coefficients
from asymptotix.cli.compress import compress
from asymptotix.cli.concentration import concentration
from asymptotix.cli.critical import critical
from asymptotix.cli.curves import check_problem, risk_of_problem
from asymptotix.cli.demo import demo
from asymptotix.cli.derive import derive
from asymptotix.cli.doctor import doctor
from asymptotix.cli.exit_codes import EPILOG, CommandGroup
from asymptotix.cli.inference import infer_from_file
from asymptotix.cli.init import init
from asymptotix.cli.kernel import kernel
from asymptotix.cli.lazy import lazy
from asymptotix.cli.mean_field import mean_field
from asymptotix.cli.neuron import neuron
from asymptotix.cli.one_step import one_step
from asymptotix.cli.polynomial import polynomial
from asymptotix.cli.proportional import proportional
from asymptotix.cli.scaling import scaling
from asymptotix.cli.staircase import staircase
from asymptotix.cli.sweep import sweep
from asymptotix.cli.universality import universality
from asymptotix.cli.width import width

__all__ = ["app", "main"]

app = typer.Typer(
    name="asymptotix",
    cls=CommandGroup,
    no_args_is_help=True,
    rich_markup_mode=None,  # help texts hold brackets that Rich would read as markup
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("kernel", short_help="A kernel of an activation in closed form.")(kernel)
app.command("activations", short_help="The named activations and their parameters.")(activations)
app.command("coefficients", short_help="Hermite and Gegenbauer coefficients.")(coefficients)
app.command("universality", short_help="Which functions a kernel can learn.")(universality)
app.command("closed-form", short_help="The risk theory where it is elementary.")(closed_form)
app.command("risk", short_help="What the theory predicts for a problem.")(risk_of_problem)
app.command("check", short_help="Whether an experiment agrees with it.")(check_problem)
app.command("proportional", short_help="Random features while a degree is learned.")(proportional)
app.command("polynomial", short_help="Degrees learned at powers of d.")(polynomial)
app.command("width", short_help="How many random features are enough.")(width)
app.command("benign", short_help="What fitting the noise costs.")(benign)
app.command("scaling", short_help="Exponents of a power law, and measured.")(scaling)
app.command("critical", short_help="While a degree is being learned.")(critical)
app.command("staircase", short_help="What a kernel cannot learn of a target.")(staircase)
app.command("neuron", short_help="One neuron that learns one neuron.")(neuron)
app.command("one-step", short_help="One gradient step on the first layer.")(one_step)
app.add_typer(sweep, name="sweep", short_help="A problem's grid, kept in a store, resumed when killed.")
app.command("concentration", short_help="The kernel of a finite width and its limit.")(concentration)
app.command("mean-field", short_help="From lazy to mean field, and its limit.")(mean_field)
app.command("infer", short_help="Noise, ridge and learning curve from one data set.")(infer_from_file)
app.command("lazy", short_help="Whether a network trains as its linearization.")(lazy)
app.command("compress", short_help="A file of eigenvalues into a short table.")(compress)
app.command("derive", short_help="The derivations, checked as they are printed.")(derive)
app.command("demo", short_help="The tour: figures, table, formula sheet.")(demo)
app.command("init", short_help="Write a commented problem file.")(init)
app.command("cite", short_help="The papers behind the formulas.")(cite)
app.command("doctor", short_help="Versions, extras, BLAS threads.")(doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        from asymptotix import __version__

        typer.echo(f"asymptotix {__version__}")
        raise typer.Exit


@app.callback()
def asymptotix(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The high-dimensional theory of linearized neural networks: its formulas, its risk curves, and their check by simulation.

    \b
    Examples:
      asymptotix kernel relu                       the closed form, proved
      asymptotix init problem.toml                 a commented problem file
      asymptotix risk problem.toml                 what the theory predicts
      asymptotix check problem.toml                whether an experiment agrees
      asymptotix demo --output out                 the tour: figures, table, formula sheet
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="asymptotix")
