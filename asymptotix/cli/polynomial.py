"""`asymptotix polynomial`: random features with n and p at powers of the dimension, limit and finite dimension."""

from __future__ import annotations

from functools import partial

from asymptotix.cli.output import CsvOption, JsonOption, give_table
from asymptotix.cli.problem_options import one_ridge, takes_problem
from asymptotix.problems.problem import Problem

__all__ = ["polynomial"]


@partial(takes_problem, ridgeless=True, any_width=True)
def polynomial(problem: Problem, as_json: JsonOption = False, csv: CsvOption = None) -> None:
    """Which degrees random features learn with n between d^a and d^(a + 1) samples and p between d^b and d^(b + 1) features.

    Of a sphere-features problem with one ridge: the limit of many dimensions for every pair of steps up to the degrees of the
    target, beside the equivalent at the dimension given. The n_samples and n_features of the problem are not read.

    \b
    Examples:
      asymptotix polynomial problem.toml
      asymptotix polynomial --model sphere-features --activation relu --dimension 50 --energies 0.5,0.4,0.3,0,0.2 \\
          --n-samples 100 --ridge 1e-3
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.equivalents.staircase import staircase_table

    give_table(staircase_table(problem.model, ridge=one_ridge(problem)), as_json, csv)
