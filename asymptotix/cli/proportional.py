"""`asymptotix proportional`: random features where one degree is being learned, limit and finite dimension."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from asymptotix.cli.output import CsvOption, JsonOption, give_table
from asymptotix.cli.problem_options import takes_problem
from asymptotix.errors import InvalidInputError
from asymptotix.problems.problem import Problem

__all__ = ["proportional"]


@partial(takes_problem, ridgeless=True)
def proportional(
    problem: Problem,
    degree: Annotated[int, typer.Option("--degree", min=1, help="That is being learned: 1 is n ~ p ~ d.")] = 1,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """The Mei-Montanari limit of random features on the sphere, beside the equivalent at the dimension given.

    Of a sphere-features problem: its n_samples and n_features are divided by the number B(d, degree) of harmonics of the degree
    (d for degree 1), and the limit is that of many dimensions at these ratios.

    \b
    Examples:
      asymptotix proportional problem.toml
      asymptotix proportional --model sphere-features --activation relu --dimension 100 --energies 0,1 \\
          --noise-variance 0.25 --n-samples 300 --n-features 50:3000:12:log --ridge 1e-3
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.equivalents.proportional import proportional_table

    grid = {name: values for name, values in problem.grid.items() if name != "n_predictors"}
    if "ridge" not in grid or len(grid) < len(problem.grid):
        fix = "the limit is that of one predictor of ridge regression"
        raise InvalidInputError("grid", ", ".join(problem.grid), "n_samples, n_features and ridge", fix)
    give_table(proportional_table(problem.model, degree=degree, **grid), as_json, csv)
