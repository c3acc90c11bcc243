r"""The package's convention, and how to convert to it. Printed on every plot and export.

Objective |y - f|^2 + ridge |theta|^2 (sum of squares, no 1/n, no 1/2); noise is a variance; excess risk = bias + variance
excludes it, test error = excess risk + noise variance includes it; training error |y - f|^2 / n; kernel matrices are not divided
by n; a target energy is a squared L^2 norm, summed over its level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["CONVENTION", "CONVENTIONS", "Convention", "convert_effective_ridge", "convert_ridge", "restate_ridge"]

FloatArray = NDArray[np.float64]

CONVENTION = (
    "objective: sum of squared errors + ridge * squared norm; noise is a variance; test error includes the noise, excess risk "
    "does not"
)


@dataclass(frozen=True)
class Convention:
    """How another objective, paper or program states its numbers.

    `ridge` and `effective_ridge` are (factor, power of n, power of p, power of d): the number of this package is
    factor * n^a * p^b * d^c times theirs, n the samples, p the features, d the dimension. None where it is no multiple.
    """

    equation: str
    ridge: tuple[float, int, int, int] = (1.0, 0, 0, 0)
    effective_ridge: tuple[float, int, int, int] | None = (1.0, 0, 0, 0)
    noise: str = "variance"


_PLAIN, _TIMES_N, _PER_N = (1.0, 0, 0, 0), (1.0, 1, 0, 0), (1.0, -1, 0, 0)

# what a program calls lam, reg, ridge or alpha is in `equation`; tests solve the equations of six of them
CONVENTIONS: dict[str, Convention] = {
    "sum": Convention("|y - f|^2 + lam |b|^2"),
    "mean": Convention("|y - f|^2 / n + lam |b|^2", _TIMES_N),
    "half sum": Convention("|y - f|^2 / 2 + lam |b|^2 / 2"),
    "half mean": Convention("|y - f|^2 / (2n) + lam |b|^2 / 2", _TIMES_N),
    "mean, half penalty": Convention("|y - f|^2 / n + lam |b|^2 / 2", (0.5, 1, 0, 0)),
    "unscaled features": Convention("|y - Phi a|^2 + lam |a|^2, Phi without p^(-1/2)", (1.0, 0, -1, 0)),
    "Mei-Montanari": Convention("|y - f|^2 / n + (p/d) lam |a|^2, features without p^(-1/2)", (1.0, 1, 0, -1), None),
    "scikit-learn": Convention("Ridge(alpha), KernelRidge(alpha): |y - f|^2 + alpha |b|^2"),
    "eigenlearning": Convention("sum w / (w + kappa) + ridge / kappa = n", noise="standard deviation"),
    "EnsRFTheory kernel": Convention("calc_kappa_krr: kappa = lam / (1 - df1 / n)", _TIMES_N, noise="standard deviation"),
    "EnsRFTheory features": Convention("lam is divided by n inside; kappa_2", noise="standard deviation"),
    "NTK_Learning_Curves": Convention("z = lam + z sum w / (n w + z)", _PLAIN, _PER_N, "none"),
    "SNAP": Convention("the same with reg multiplied by n inside", _TIMES_N, _PER_N, "none"),
    "GCMProject": Convention(
        "overlaps V, q, m; alpha = n / p; penalty lam p beside the sum of squares", (1.0, 0, 1, 0), None, "none"
    ),
    "feature-ridge-regression": Convention(
        "m = 1 / (lam + sum w / (n m w + 1)); its kappa is 1 / m", _PLAIN, _PER_N, "total label"
    ),
    "random-features-predictor": Convention("P (1 - lam / z) = df1, P its number of features", (1.0, 0, 1, 0)),
    "DE_utils": Convention("n - lam / kappa = df1", noise="standard deviation"),
}


def convert_ridge(
    ridge: ArrayLike,
    *,
    objective: str,
    n_samples: ArrayLike | None = None,
    n_features: ArrayLike | None = None,
    dimension: ArrayLike | None = None,
) -> FloatArray:
    """The package's ridge for a ridge stated with another objective, or by another program.

    Args:
        ridge: the penalty in the objective named, any shape.
        objective: a key of `CONVENTIONS`, such as "mean", "half sum", "Mei-Montanari" or "SNAP".
        n_samples: number of samples, where the conversion needs it; the three broadcast against `ridge`.
        n_features: number of features, where it does.
        dimension: of the inputs, where it does.

    Raises:
        InvalidInputError: unknown objective, a count that is missing or not positive, or arguments that are not numbers.

    >>> float(convert_ridge(0.01, objective="mean", n_samples=100))
    1.0
    """
    return _numbers("ridge", ridge) * _multiple(_convention(objective).ridge, objective, n_samples, n_features, dimension)


def restate_ridge(
    ridge: ArrayLike,
    *,
    objective: str,
    n_samples: ArrayLike | None = None,
    n_features: ArrayLike | None = None,
    dimension: ArrayLike | None = None,
) -> FloatArray:
    """The inverse of `convert_ridge`: a ridge of the package as another objective or program states it.

    Raises:
        InvalidInputError: as `convert_ridge`.

    >>> float(restate_ridge(1.0, objective="mean", n_samples=100))
    0.01
    """
    return _numbers("ridge", ridge) / _multiple(_convention(objective).ridge, objective, n_samples, n_features, dimension)


def convert_effective_ridge(value: ArrayLike, *, objective: str, n_samples: ArrayLike | None = None) -> FloatArray:
    """The package's effective ridge for the one that another program prints; for objectives it is the same number.

    Raises:
        InvalidInputError: as `convert_ridge`, or a program whose number is no multiple of it.
    """
    powers = _convention(objective).effective_ridge
    if powers is None:
        known = [name for name, convention in CONVENTIONS.items() if convention.effective_ridge is not None]
        raise InvalidInputError(
            "objective", objective, f"one of {', '.join(known)}", "its number is no multiple of the effective ridge"
        )
    return _numbers("value", value) * _multiple(powers, objective, n_samples, None, None)


def _convention(objective: str) -> Convention:
    if objective not in CONVENTIONS:
        raise InvalidInputError("objective", objective, f"one of {', '.join(CONVENTIONS)}")
    return CONVENTIONS[objective]


def _multiple(
    powers: tuple[float, int, int, int], objective: str, n: ArrayLike | None, p: ArrayLike | None, d: ArrayLike | None
) -> FloatArray:
    product = np.asarray(powers[0])
    for name, values, power in zip(("n_samples", "n_features", "dimension"), (n, p, d), powers[1:], strict=True):
        counts = None if values is None else _numbers(name, values)
        if counts is not None and not np.all(counts > 0):
            raise InvalidInputError(name, float(np.min(counts)), "> 0")
        if power and counts is None:
            raise InvalidInputError(name, None, f"given: the ridge of {objective!r} depends on it")
        if power and counts is not None:
            product = product * counts if power > 0 else product / counts
    return product


def _numbers(name: str, values: ArrayLike) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInputError(name, values, "a real number or an array of them") from None
    if np.any(np.isnan(array)):
        raise InvalidInputError(name, values, "no NaN")
    return array
