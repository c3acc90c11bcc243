"""`asymptotix benign`: effective ranks, bounds, and how overfitting changes with the number of samples."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from asymptotix.cli.output import CsvOption, JsonOption, give_table
from asymptotix.cli.problem_options import one_ridge, takes_problem
from asymptotix.problems.problem import Problem

__all__ = ["benign"]


@partial(takes_problem, ridgeless=True)
def benign(
    problem: Problem,
    scale: Annotated[
        float, typer.Option("--scale", help="b in the definition of k*, a constant that the theorems leave open.")
    ] = 1.0,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """Benign overfitting: the split k*, effective ranks, bounds, and the overfitting coefficient with its trend.

    Of a ridge-regression problem, at its n_samples and its one ridge, 0 if none is given. The constants of the bounds are not
    known and set to 1; the overfitting coefficient is that of the deterministic equivalent. It tends to 1 if overfitting is
    benign, to another constant if it is tempered, and grows if it is catastrophic: read the trend.

    \b
    Examples:
      asymptotix benign problem.toml --ridge 0
      asymptotix benign --model ridge-regression --spectrum spectrum.table --noise-variance 1 --n-samples 50:5000:7:log
      asymptotix benign --model ridge-regression --eigenvalues 1,0.01 --multiplicities 10,2000 --energies 1,0 \\
          --noise-variance 0.1 --n-samples 50,100,200 --json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import benign_overfitting

    n = problem.grid["n_samples"].ravel()
    give_table(benign_overfitting(problem.model, n_samples=n, ridge=one_ridge(problem), scale=scale).table(), as_json, csv)
