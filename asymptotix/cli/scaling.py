"""`asymptotix scaling`: the exponents that a power law predicts, beside those of the equivalents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from asymptotix.cli.output import CsvOption, JsonOption, give_table
from asymptotix.cli.problem_options import one_ridge, takes_problem
from asymptotix.errors import InvalidInputError
from asymptotix.problems.problem import Problem

if TYPE_CHECKING:
    from asymptotix.report.table import Table

__all__ = ["scaling"]


@partial(takes_problem, ridgeless=True, any_width=True)
def scaling(
    problem: Problem,
    ridge_exponent: Annotated[
        float | None, typer.Option("--ridge-exponent", help="l of a ridge n^(1 - l); default: that of the ridge given.")
    ] = None,
    width_exponent: Annotated[
        float | None,
        typer.Option("--width-exponent", help="Of random features: q in n_features = n^q; default: infinitely many."),
    ] = None,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """Scaling laws: exponents of n for lambda*, bias, variance and excess risk, predicted and measured at each n_samples.

    Of a problem of ridge regression or of random features on an infinite power law. A ridge of 0 is ridgeless, any other the
    same for every n, which is exponent 1. Random features have a width that is a power of n; the n_features of the problem are
    not read. The last rows are at the best ridge (and the narrowest width that loses nothing), and at the best one without noise.

    \b
    Examples:
      asymptotix scaling --model ridge-regression --power-law 1.5 --source 0.4 --noise-variance 1 --n-samples 1e3,1e5,1e7
      asymptotix scaling problem.toml --ridge-exponent 0.75 --n-samples 1e4:1e8:5:log --csv slopes.csv
      asymptotix scaling --model random-features --power-law 1.5 --source 0.8 --noise-variance 1 --n-samples 1e3,1e5,1e7 \\
          --ridge-exponent 0.5 --width-exponent 0.6
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.models.random_features import RandomFeatures

    ridge = one_ridge(problem)
    if isinstance(problem.model, RandomFeatures):
        table = _of_features(problem, ridge, ridge_exponent, width_exponent)
    elif width_exponent is not None:
        raise InvalidInputError("width_exponent", width_exponent, "left out: this model has no number of features")
    else:
        table = _of_ridge_regression(problem, ridge, ridge_exponent)
    give_table(table, as_json, csv)


def _of_ridge_regression(problem: Problem, ridge: float, ridge_exponent: float | None) -> Table:
    from asymptotix.equivalents.scaling_laws import scaling_law_of

    law = scaling_law_of(problem.model, ridge=ridge, ridge_exponent=ridge_exponent)
    noise = problem.model.noise_variance + problem.model.misspecification
    scale = _scale(ridge, ridge_exponent)
    return law.table(problem.grid["n_samples"].ravel(), noise_variance=noise, ridge_scale=scale)


def _of_features(problem: Problem, ridge: float, ridge_exponent: float | None, width_exponent: float | None) -> Table:
    from asymptotix.equivalents.features_scaling import features_scaling_law_of

    q = float("inf") if width_exponent is None else width_exponent
    law = features_scaling_law_of(problem.model, ridge=ridge, ridge_exponent=ridge_exponent, width_exponent=q)
    n, noise = problem.schema.grid.axes()["n_samples"].ravel(), problem.model.noise_variance
    return law.table(n, noise_variance=noise, ridge_scale=_scale(ridge, ridge_exponent))


def _scale(ridge: float, ridge_exponent: float | None) -> float:
    return ridge if ridge_exponent is None and ridge > 0 else 1.0
