r"""Random features on the sphere between the steps: which degrees are learned when n and p are powers of the dimension.

With $d^{\ell_1+\delta}\le n\le d^{\ell_1+1-\delta}$ and $d^{\ell_2+\delta}\le p\le d^{\ell_2+1-\delta}$, for any $\delta>0$,

.. math:: \text{excess}\to\|P_{>\min(\ell_1,\ell_2)}f_*\|^2,\qquad\text{variance}\to0,

plus the energy on lower degrees on which the activation has no coefficient, which no n and no p learn. Where the smaller of n
and p is of the order of $d^\ell$ itself the limit is between two steps: there `proportional_regime` is the formula if both are.

Source: [MeiMisiakiewiczMontanari2022].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation
from asymptotix.equivalents.activation_levels import ActivationLevels, activation_levels, checked_energies
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import SphereFeatures
from asymptotix.models.random_features import RandomFeatures
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number, whole_number
from asymptotix.spectra.sphere import activation_spectrum

__all__ = ["FeaturesStaircase", "features_staircase", "staircase_table"]

FloatArray = NDArray[np.float64]

# where between two steps n and p are measured: on the diagonal p/n = d^0.2, so that the peak at p = n is not in the way
_SAMPLES_AT, _FEATURES_AT = 0.4, 0.6


@dataclass(frozen=True, eq=False)
class FeaturesStaircase:
    """`excess[l1, l2]` is the limit of the excess risk with n between d^l1 and d^(l1 + 1), and p between d^l2 and d^(l2 + 1).

    `null_degrees` are those of the target's degrees that the activation never learns, `never` is the energy on them.
    """

    levels: ActivationLevels
    energies: FloatArray
    noise_variance: float
    excess: FloatArray
    null_degrees: tuple[int, ...]
    never: float

    def at(self, samples_exponent: ArrayLike, features_exponent: ArrayLike) -> FloatArray:
        """The limit at n = d^a, p = d^b; NaN where the smaller of a and b is a whole number above 0, on a step.

        Raises:
            InvalidInputError: an exponent that is not above 0, or shapes that do not broadcast. Infinite exponents are allowed.
        """
        a, b = (
            _exponents(name, v) for name, v in (("samples_exponent", samples_exponent), ("features_exponent", features_exponent))
        )
        try:
            smaller = np.minimum(a, b)
        except ValueError:
            raise InvalidInputError("exponents", f"{a.shape}, {b.shape}", "arrays that broadcast together") from None
        top = self.energies.size - 1
        learned = np.minimum(np.floor(smaller), top).astype(np.int64)
        on_step = (smaller == np.floor(smaller)) & (smaller <= top)
        return np.where(on_step, np.nan, self.excess[learned, learned])

    def measured(self, dimension: int, *, ridge: float = 1e-3) -> FloatArray:
        """The same table from the equivalents on the sphere in d dimensions, at n = d^(l1 + 0.4) and p = d^(l2 + 0.6).

        Raises:
            InvalidInputError: a dimension below 3, a ridge that is negative.
        """
        lam = real_number("ridge", ridge, lambda v: 0 <= v < np.inf, "finite and >= 0")
        d = whole_number("dimension", dimension, 3)
        steps = np.arange(self.excess.shape[0])
        n, p = float(d) ** (steps[:, None] + _SAMPLES_AT), float(d) ** (steps + _FEATURES_AT)
        top, samples = self.energies.size - 1, float(np.max(n))
        spectrum = activation_spectrum(self.levels.activation, dimension=d, min_degree=top, max_samples=samples)
        model = RandomFeatures(spectrum, self.energies, noise_variance=self.noise_variance)
        return risk(model, n_samples=n, n_features=p, ridge=lam).excess_risk

    def table(self) -> Table:
        """Rows for the number of samples, columns for the number of features."""
        steps = range(self.excess.shape[0])
        first = Column("n between", [f"d^{step} and d^{step + 1}" for step in steps])
        others = (Column(f"p between d^{step} and d^{step + 1}", [float(v) for v in self.excess[:, step]]) for step in steps)
        notes: tuple[str, ...] = ("limit of the excess risk; the variance tends to 0",)
        if self.never > 0:
            listed = ", ".join(map(str, self.null_degrees))
            notes = (*notes, f"energy {self.never:g} on degrees without coefficient ({listed}) is never learned")
        return Table((first, *others), f"Random features, {self.levels.activation.name}", notes)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def features_staircase(activation: Activation | str, energies: ArrayLike, *, noise_variance: float = 0.0) -> FeaturesStaircase:
    r"""The table of limits in $(\ell_1,\ell_2)$ for a target and an activation.

    Args:
        activation: an Activation or its text.
        energies: $F_0^2,F_1^2,\dots\ge0$ of the target; the table has as many rows and columns.
        noise_variance: of the labels; the limits do not depend on it, what is `measured` does.

    Raises:
        InvalidInputError: an argument out of range.

    Source:
        [MeiMisiakiewiczMontanari2022].

    >>> features_staircase("relu", [0.5, 0.4, 0.3, 0.0, 0.2]).at([0.5, 1.5, 2.5], 2.7).round(12)
    array([0.9, 0.5, 0.2])
    """
    f = checked_energies(energies)
    noise = real_number("noise_variance", noise_variance, lambda v: 0 <= v < np.inf, "finite and >= 0")
    levels = activation_levels(activation, f.size - 1)
    seen = np.where(levels.masses > 0, f, 0.0)
    never = float(np.sum(f[levels.masses == 0]))
    left = never + np.append(np.cumsum(seen[::-1])[::-1], 0.0)[1:]  # sums of positive terms, from the smallest degree left on
    steps = np.arange(f.size)
    excess = left[np.minimum(steps[:, None], steps)]
    null = tuple(k for k in levels.null_degrees if f[k] > 0)
    return FeaturesStaircase(levels, f, noise, excess, null, never)


def staircase_table(model: RandomFeatures, *, ridge: float = 1e-3) -> Table:
    """The limits beside the equivalents at the model's own dimension d: a row for each pair of steps.

    Raises:
        InvalidInputError: a model that is not on the sphere, a ridge that is negative.
    """
    design = model.design if isinstance(model, RandomFeatures) else None
    if not isinstance(design, SphereFeatures):
        raise InvalidInputError("model", model, "random features on the sphere", "the limit is in the dimension of the sphere")
    steps = features_staircase(design.activation, design.energies, noise_variance=design.noise_variance)
    measured, d = steps.measured(design.dimension, ridge=ridge), float(design.dimension)
    pairs = list(np.ndindex(*steps.excess.shape))
    columns = {
        "samples_step": [float(a) for a, _ in pairs], "features_step": [float(b) for _, b in pairs],
        "limit of excess_risk": [float(steps.excess[pair]) for pair in pairs],
        "n_samples": [d ** (a + _SAMPLES_AT) for a, _ in pairs], "n_features": [d ** (b + _FEATURES_AT) for _, b in pairs],
        "excess_risk": [float(measured[pair]) for pair in pairs],
    }  # fmt: skip
    notes = (f"step l is between d^l and d^(l + 1), d = {design.dimension}; ridge {ridge:g}", *steps.table().notes)
    return Table(tuple(Column(name, values) for name, values in columns.items()), "Degrees that are learned", notes)


def _exponents(name: str, values: ArrayLike) -> FloatArray:
    array = real_array(name, values, "a number or an array of numbers")
    if not np.all(array > 0):
        raise InvalidInputError(name, values, "> 0")
    return array
