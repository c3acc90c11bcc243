"""`covariate_study`: the theory of Gaussian covariates against experiments on other laws of the same covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import InvalidInputError
from asymptotix.models.covariate_law import CovariateLaw
from asymptotix.models.designs import NonGaussianCovariates
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.report.table import Column, Table
from asymptotix.simulation.grid import whole_number
from asymptotix.simulation.trials import simulate
from asymptotix.verdict.comparison import compare
from asymptotix.verdict.judgement import Verdict
from asymptotix.verdict.significance import z_limit

__all__ = ["COVARIATE_LAWS", "CovariateStudy", "covariate_study"]

COVARIATE_LAWS = (
    CovariateLaw(),
    CovariateLaw("rademacher"),
    *(CovariateLaw("student", freedom) for freedom in (10.0, 5.0, 3.0)),
    *(CovariateLaw(common_scale=freedom) for freedom in (100.0, 30.0, 10.0, 5.0)),
)


@dataclass(frozen=True, eq=False)
class CovariateStudy:
    """One verdict for each law, all against the same theory."""

    laws: tuple[CovariateLaw, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def outcomes(self) -> dict[str, str]:
        """By the name of the law: "agree", "disagree" or "not enough evidence"."""
        return {str(law): verdict.outcome for law, verdict in zip(self.laws, self.verdicts, strict=True)}

    @property
    def deviations(self) -> dict[str, float]:
        """simulated / theory - 1 at the judged point where it is largest, by the name of the law; NaN where none was judged."""
        return {str(law): _deviation(verdict)[0] for law, verdict in zip(self.laws, self.verdicts, strict=True)}

    def to_table(self) -> Table:
        """One row a law: largest deviation, its standard error and allowance, largest z beyond an allowance, outcome."""
        rows = [
            (str(law), *_deviation(verdict), float(np.max(np.abs(verdict.z_beyond_allowance[verdict.judged]), initial=0.0)))
            for law, verdict in zip(self.laws, self.verdicts, strict=True)
        ]
        names = ("law", "deviation", "standard_error", "allowance", "z_beyond_allowance")
        columns = [Column(name, [row[index] for row in rows], digits=2) for index, name in enumerate(names)]
        columns.append(Column("outcome", [verdict.outcome for verdict in self.verdicts]))
        first = self.verdicts[0]
        note = f"deviation, standard_error, allowance: parts of the value; limit on z {first.z_limit:.2f}, for all rows together"
        return Table(tuple(columns), f"{first.theory.model}, {first.quantity}", (note,), first.theory.convention)

    def _repr_html_(self) -> str:
        return self.to_table()._repr_html_()


def covariate_study(
    model: RidgeRegression,
    laws: Sequence[CovariateLaw] = COVARIATE_LAWS,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    n_trials: int = 50,
    seed: int = 0,
    quantity: str = "test_error",
    executor: Any = None,
    progress: Any = "auto",
) -> CovariateStudy:
    r"""Compare the theory, which knows of the covariates only their covariance, with experiments on several laws of them.

    The theory is that of the model as it stands. What heavy or light tails of independent entries change vanishes with the size
    of the problem; what a scale shared by the coordinates of a row changes does not.

    Args:
        model: a RidgeRegression, without a misspecification.
        laws: of the covariates; by default Gaussian and Rademacher entries, Student entries with 10, 5 and 3 degrees of freedom,
            and Gaussian entries with a common scale of 100, 30, 10 and 5.
        n_samples: as in `risk`, like the ridge.
        ridge: see `n_samples`.
        n_trials: independent trials a grid point and law.
        seed: as in `simulate`; the rows with Gaussian entries and no scale are those of `simulate(model, ...)`.
        quantity: the field to judge.
        executor: as in `simulate`.
        progress: as in `simulate`, for each law.

    Returns:
        A CovariateStudy: `.outcomes`, `.deviations`, `.to_table()`, `.verdicts`. The false-alarm rate of 1e-3 is that of all laws
        and grid points together.

    Raises:
        InvalidInputError: another model, no laws or something else among them, a tail of the spectrum or of the target beside a
            common scale, an argument out of range.

    Examples:
        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
        >>> laws = [ax.CovariateLaw(), ax.CovariateLaw("student", 5.0), ax.CovariateLaw(common_scale=5.0)]
        >>> ax.covariate_study(model, laws, n_samples=90, ridge=2.0, progress=False).outcomes
        {'Gaussian': 'agree', 'Student t(5)': 'agree', 'Gaussian, common scale t(5)': 'disagree'}
    """
    chosen = _checked(model, laws)
    theory, trials = risk(model, n_samples=n_samples, ridge=ridge), whole_number("n_trials", n_trials, minimum=2)
    limit = z_limit(theory.quantity(quantity).size * len(chosen), trials - 1.0)
    designs, verdicts = [law.design(model) for law in chosen], []
    for law, design in zip(chosen, designs, strict=True):
        drawn = _Drawn(design, model.references)
        simulated = simulate(
            drawn, n_samples=n_samples, ridge=ridge, n_trials=trials, seed=seed, executor=executor, progress=progress
        )
        named = replace(simulated, model=f"{theory.model}, {law}")
        verdicts.append(compare(theory, named, quantity=quantity, max_z_score=limit))
    return CovariateStudy(chosen, tuple(verdicts))


@dataclass(frozen=True)
class _Drawn:
    """What `simulate` reads of a model."""

    design: NonGaussianCovariates
    references: tuple[str, ...]


def _checked(model: Any, laws: Any) -> tuple[CovariateLaw, ...]:
    if not isinstance(model, RidgeRegression):
        raise InvalidInputError("model", type(model).__name__, "a RidgeRegression", "the other models draw their own covariates")
    try:
        chosen = tuple(laws)
    except TypeError:
        chosen = ()
    if not chosen or not all(isinstance(law, CovariateLaw) for law in chosen):
        raise InvalidInputError("laws", laws, "at least one CovariateLaw, in a list")
    return chosen


def _deviation(verdict: Verdict) -> tuple[float, float, float]:
    """Of the judged point where it is largest: simulated / theory - 1, its standard error; and the allowance there."""
    judged = verdict.judged & (verdict.expected != 0)
    if not np.any(judged):
        return np.nan, np.nan, np.nan
    value = np.abs(verdict.expected[judged])
    parts = (verdict.simulated - verdict.expected)[judged] / value
    at = int(np.argmax(np.abs(parts)))
    return float(parts[at]), float((verdict.standard_error[judged] / value)[at]), float((verdict.allowance[judged] / value)[at])
