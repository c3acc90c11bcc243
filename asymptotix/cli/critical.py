"""`asymptotix critical`: kernel ridge regression where one degree is being learned, limit and finite dimension."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from asymptotix.cli.output import CsvOption, JsonOption, give_table
from asymptotix.cli.problem_options import one_ridge, takes_problem
from asymptotix.problems.problem import Problem

__all__ = ["critical"]


@partial(takes_problem, ridgeless=True)
def critical(
    problem: Problem,
    degree: Annotated[int, typer.Option("--degree", min=0, help="That is being learned.", show_default=False)],
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """The closed form of kernel ridge regression at n = ratio B(d, degree) samples, beside the equivalent at the dimension given.

    Of a sphere-kernel problem: its n_samples are divided by the multiplicity B(d, degree) of the degree, and the closed form, the
    limit of many dimensions, is that of the kernel's coefficients at this dimension. Near ratio 1 the error peaks where little
    acts as a ridge: one peak a degree.

    \b
    Examples:
      asymptotix critical problem.toml --degree 1
      asymptotix critical --model sphere-kernel --kernel exponential --dimension 40 --energies 0,0.5,0.3,0.2 \\
          --noise-variance 0.1 --n-samples 100:8000:12:log --ridge 1e-3 --degree 2
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.equivalents.polynomial_regime import critical_table

    n = problem.grid["n_samples"].ravel()
    give_table(critical_table(problem.model, n_samples=n, degree=degree, ridge=one_ridge(problem)), as_json, csv)
