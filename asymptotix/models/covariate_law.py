"""Laws of covariates with a given covariance: what the entries are, and whether they share a scale."""

from __future__ import annotations

from dataclasses import dataclass

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import NonGaussianCovariates
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.arguments import real_number

__all__ = ["CovariateLaw"]

_ENTRIES = ("gaussian", "rademacher", "student")


@dataclass(frozen=True)
class CovariateLaw:
    r"""$x=r\,\Sigma^{1/2}\psi$: independent entries $\psi_i$ of mean 0 and variance 1, and a scale r with $\mathbb E r^2=1$.

    The coordinates are those in which the covariance is diagonal; it is $\Sigma$ for every law.

    Args:
        entries: "gaussian", "rademacher" ($\pm1$, the lightest tails there are), or "student".
        degrees_of_freedom: $\nu>2$ of Student entries (the fourth moment is finite above 4).
        common_scale: $\nu>2$ of a scale $r^2=(\nu-2)/\chi^2_\nu$, one for all coordinates of a row, which makes them dependent
            but not correlated; with Gaussian entries x has the multivariate t law. None is r = 1, independent coordinates.

    Raises:
        InvalidInputError: other entries, degrees of freedom missing, out of place, at most 2 or infinite.

    >>> import asymptotix as ax
    >>> print(ax.CovariateLaw("student", 5.0), "|", ax.CovariateLaw(common_scale=10.0))
    Student t(5) | Gaussian, common scale t(10)
    """

    entries: str = "gaussian"
    degrees_of_freedom: float | None = None
    common_scale: float | None = None

    def __post_init__(self) -> None:
        if self.entries not in _ENTRIES:
            raise InvalidInputError("entries", self.entries, f"one of {', '.join(_ENTRIES)}")
        if self.entries == "student" or self.degrees_of_freedom is not None:
            if self.entries != "student":
                raise InvalidInputError("degrees_of_freedom", self.degrees_of_freedom, f"left out for {self.entries} entries")
            object.__setattr__(self, "degrees_of_freedom", _freedom("degrees_of_freedom", self.degrees_of_freedom))
        if self.common_scale is not None:
            object.__setattr__(self, "common_scale", _freedom("common_scale", self.common_scale))

    def __str__(self) -> str:
        """The law in words."""
        name = f"Student t({self.degrees_of_freedom:g})" if self.entries == "student" else self.entries.capitalize()
        return name if self.common_scale is None else f"{name}, common scale t({self.common_scale:g})"

    def design(self, model: RidgeRegression) -> NonGaussianCovariates:
        """What an experiment draws: covariance, target and noise of the model, rows of this law.

        Raises:
            InvalidInputError: a model with a `misspecification`, whose quadratic part is made for Gaussian covariates; a flat
                remainder of spectrum or target beside a common scale, which would make it another one in every row.
        """
        if model.misspecification:
            raise InvalidInputError("misspecification", model.misspecification, "0 with covariates of another law")
        own = model.design
        if self.common_scale is not None and (own.tail > 0 or own.target_tail > 0):
            fix = "give the eigenvalues themselves, with Spectrum(...) and without a tail"
            raise InvalidInputError("tail", max(own.tail, own.target_tail), "0 beside a common scale", fix)
        levels = (own.eigenvalues, own.multiplicities, own.energies, own.tail, own.target_tail, own.noise_variance)
        return NonGaussianCovariates(*levels, self.entries, self.degrees_of_freedom, self.common_scale)


def _freedom(name: str, value: float | None) -> float:
    return real_number(name, value, lambda v: 2 < v < float("inf"), "finite and > 2 (a variance exists)")
