r"""Derivatives of the effective ridge and of every risk in the ridge, in n_samples and in n_features.

Implicit differentiation of $\lambda p=\kappa ac$ in the letters of `equivalent_risk`, with $D=ac+(a+c)e$, $T_1=\mathrm{df}_1$:

.. math:: \frac{\partial\log\kappa}{\partial\log\lambda}=\frac{ac}D,\quad \frac{\partial\kappa}{\partial\lambda}=\frac pD,\quad
    \frac{\partial\log\kappa}{\partial n}=-\frac cD,\quad \frac{\partial\log\kappa}{\partial p}=-\frac{aT_1}{pD},

and with $\nu_1=\lambda/a$: $\partial\nu_1/\partial\lambda=(c+e)/D$, $\partial\nu_1/\partial n=-\nu_1(c+e)/D$,
$\partial\nu_1/\partial p=\nu_1eT_1/(pD)$.
At fixed n and p everything is a function of $\kappa$ (`rates`); what n and p change by themselves is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.derivatives.rates import Letters, Rates, risk_rates
from asymptotix.equivalents.dispatch import Model
from asymptotix.equivalents.fixed_point import checked_grid, solve_on_levels
from asymptotix.equivalents.grids import cross_validated, no_features
from asymptotix.equivalents.kernel_ridge import has_finite_population
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import Fields

__all__ = ["RiskDerivative", "independent_model", "risk_derivative"]

FloatArray = NDArray[np.float64]

_ARGUMENTS = ("ridge", "log_ridge", "n_samples", "n_features")
_OF_FEATURES = ("nu1", "bias_pure", "variance_data", "variance_features", "variance_interaction")


@dataclass(frozen=True, eq=False, repr=False)
class RiskDerivative:
    """The derivatives of the fields of a RiskCurve in one argument, on the same grid: `derivative.test_error` and so on."""

    with_respect_to: str
    grid: Mapping[str, FloatArray]
    values: Fields

    def __getattr__(self, name: str) -> FloatArray:
        if name.startswith("_") or name in {"values", "grid"}:
            raise AttributeError(name)
        field_values: FloatArray = getattr(self.values, name)
        return field_values

    def __repr__(self) -> str:
        """One line: argument, shape, fields."""
        shape = np.broadcast_shapes(*(np.shape(values) for values in self.grid.values()))
        return f"{type(self).__name__}(with_respect_to={self.with_respect_to!r}, shape {shape}; {', '.join(self.values)})"


def risk_derivative(
    model: Model,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    n_features: ArrayLike | None = None,
    with_respect_to: str = "ridge",
) -> RiskDerivative:
    r"""The derivative of every field of `risk` in one argument, by closed formulas.

    Args:
        model: RidgeRegression, KernelRidge with independent samples, or RandomFeatures.
        n_samples: n > 0, finite; a real variable here.
        ridge: $\lambda$, also negative, as in `risk`; at 0 the derivative is that in $\lambda$, from both sides.
        n_features: p > 0 or infinite (where derivatives in p are 0), for random features only.
        with_respect_to: "ridge"; "log_ridge", which is ridge times the derivative in the ridge and stays finite where
            $\lambda_*$ underflows; "n_samples" or "n_features", the other arguments fixed.

    Returns:
        A RiskDerivative: the fields of `risk`, each differentiated; with "log_ridge", `log_effective_ridge` is the elasticity
        $d\log\lambda_*/d\log\lambda\in[0,1]$ for $\lambda\ge0$. What is beyond the doubles is infinite, as that of
        `log_effective_ridge` in the ridge where $\lambda_*$ is 0 or subnormal; for `squared_norm` NaN if terms of both
        signs are.

    Raises:
        InvalidInputError: an argument out of range, an unknown `with_respect_to`, or held-out risk on a data set.
        HypothesisError: a point where the risk is infinite, or, with ridge = 0 and n_features = rank, has a corner.
        ConvergenceError: another derivative whose factors leave the range of doubles in both directions.

    Source:
        derivations/ridge_fixed_point.py, derivations/optimal_ridge.py, derivations/random_features_scalar_equation.py.

    Examples:
        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
        >>> slope = ax.risk_derivative(model, n_samples=100, ridge=[10.0, 50.0, 200.0])
        >>> [round(float(value), 6) + 0.0 for value in slope.test_error]  # the best ridge is 200 * 0.25 / 1 = 50
        [-0.003916, 0.0, 0.000428]
    """
    if with_respect_to not in _ARGUMENTS:
        raise InvalidInputError("with_respect_to", with_respect_to, f"one of {', '.join(_ARGUMENTS)}")
    has_features = independent_model(model, n_features)
    if with_respect_to == "n_features" and not has_features:
        raise InvalidInputError("with_respect_to", with_respect_to, f"another one: {type(model).__name__} has no random features")
    n, lam, p = checked_grid(n_samples, ridge, n_features, negative=True)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite in a derivative")
    levels = SortedLevels.of(model.spectrum, model.target)
    fixed_point = solve_on_levels(levels, model.spectrum, n_samples=n, ridge=lam, n_features=p)
    letters = Letters.of(levels, model.spectrum, model.target, fixed_point, n, p)
    _refuse_no_derivative(letters)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        values = risk_rates(letters, model.noise_variance, _direction(letters, with_respect_to))
    if not has_features:
        values = cross_validated({name: value for name, value in values.items() if name not in _OF_FEATURES})
    _refuse_overflow(values, letters)
    given = {"n_samples": n_samples, "ridge": ridge} | ({"n_features": n_features} if has_features else {})
    grid = {name: np.asarray(value, dtype=np.float64) for name, value in given.items() if value is not None}
    return RiskDerivative(with_respect_to, grid, Fields({name: np.asarray(value) for name, value in values.items()}))


def independent_model(model: Model, n_features: ArrayLike | None) -> bool:
    """Whether the model has random features; refuses what is no model, or has a finite population, or the wrong arguments."""
    if not isinstance(model, RidgeRegression | KernelRidge | RandomFeatures):
        raise InvalidInputError("model", model, "a RidgeRegression, a KernelRidge or a RandomFeatures")
    if has_finite_population(model):
        fix = "sampling='replacement' has independent samples"
        raise InvalidInputError("model", "held-out risk on a data set", "a model with independent samples", fix)
    has_features = isinstance(model, RandomFeatures)
    if has_features and n_features is None:
        raise InvalidInputError("n_features", None, "given for random features")
    if not has_features:
        no_features(model, n_features)
    return has_features


def _direction(letters: Letters, argument: str) -> Rates:
    """What a change of the argument does to kappa and to the gaps a = n - df1 and c = p - df1; nothing is subtracted."""
    a, e, w, total = letters.a, letters.sums.spread, letters.w, letters.total
    with np.errstate(invalid="ignore"):
        nu1 = letters.kappa * np.where(np.isinf(letters.p), 1.0, letters.c / letters.p)
    none = np.zeros(letters.n.shape)
    if argument == "n_samples":
        x = -letters.v / total
        h = np.where(np.isinf(letters.c), e, letters.c * w)
        return Rates(x, letters.in_y(x, letters.times_kappa(x)), a / total, -h / total, -nu1 / total, 1.0, 0.0)
    if argument == "n_features":
        p = letters.p
        if np.all(np.isinf(p)):
            return Rates(none, none, none, none, none, 0.0, 0.0)
        x = -letters.share * a * (letters.sums.df1 / p) / (p * total)
        gap = letters.v * (a + e + e * a / p) / total
        more = nu1 * letters.share * e * (letters.sums.df1 / p) / (p * total)
        return Rates(x, letters.in_y(x, letters.times_kappa(x)), e * x, gap, more, 0.0, 1.0)
    if argument == "log_ridge":
        nu1 = nu1 * a / total
        x = a * letters.v / total
        y = letters.in_y(x, letters.times_kappa(x))
    else:
        kappa_rate, nu1 = letters.share / total, 1.0 / total
        x = kappa_rate * letters.per_kappa
        y = letters.in_y(x, kappa_rate)
    slope = letters.in_y(e, letters.sums.spread_per_kappa) * y
    return Rates(x, y, slope, slope, nu1, 0.0, 0.0)


def _refuse_no_derivative(letters: Letters) -> None:
    corner = np.isfinite(letters.p) & (letters.c + letters.sums.spread == 0)
    for bad, why in (
        (letters.total == 0, "n_samples = min(n_features, rank) and the risk is infinite"),
        (corner, "n_features = rank and the risk has no derivative"),
    ):
        if np.any(bad):
            n, p = float(letters.n[bad].flat[0]), float(letters.p[bad].flat[0])
            at = f"n_samples = {n:g}" + ("" if np.isinf(p) else f", n_features = {p:g}")
            raise HypothesisError(f"ridge = 0 is not valid at {at}: there {why}; use ridge > 0")


def _refuse_overflow(values: Mapping[str, FloatArray], letters: Letters) -> None:
    for name, of_field in values.items():
        bad = np.isnan(of_field)
        if np.any(bad) and name != "squared_norm":
            raise ConvergenceError(
                f"the derivative of {name} is lost: factors of it leave the doubles at n_samples = "
                f"{letters.n[bad].flat[0]:g}, lambda* = {letters.kappa[bad].flat[0]:.2g}; change the unit of the eigenvalues"
            )
