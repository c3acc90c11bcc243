"""`asymptotix scaling`: the exponents that a power law predicts, beside those of the equivalents."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from asymptotix.cli.output import CsvOption, JsonOption, give_table
from asymptotix.cli.problem_options import one_ridge, takes_problem
from asymptotix.problems.problem import Problem

__all__ = ["scaling"]


@partial(takes_problem, ridgeless=True)
def scaling(
    problem: Problem,
    ridge_exponent: Annotated[
        float | None, typer.Option("--ridge-exponent", help="l of a ridge n^(1 - l); default: that of the ridge given.")
    ] = None,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """Scaling laws: exponents of n for lambda*, bias, variance and excess risk, predicted and measured at each n_samples.

    Of a ridge-regression problem on an infinite power law. A ridge of 0 is ridgeless, any other the same for every n, which is
    exponent 1. The last rows are at the best ridge, and at the best one without noise.

    \b
    Examples:
      asymptotix scaling --model ridge-regression --power-law 1.5 --source 0.4 --noise-variance 1 --n-samples 1e3,1e5,1e7
      asymptotix scaling problem.toml --ridge-exponent 0.75 --n-samples 1e4:1e8:5:log --csv slopes.csv
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.equivalents.scaling_laws import scaling_law_of

    ridge = one_ridge(problem)
    law = scaling_law_of(problem.model, ridge=ridge, ridge_exponent=ridge_exponent)
    n = problem.grid["n_samples"].ravel()
    scale = ridge if ridge_exponent is None and ridge > 0 else 1.0
    noise = problem.model.noise_variance + problem.model.misspecification
    give_table(law.table(n, noise_variance=noise, ridge_scale=scale), as_json, csv)
