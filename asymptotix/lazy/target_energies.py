r"""Energies per degree of a target of one direction, $f(x)=\varphi(\langle u,x\rangle)$, and what lies beyond a degree.

Gaussian inputs: $F_k^2=\mu_k(\varphi)^2/k!$, $\mu_k=\mathbb E[\varphi(G)\mathrm{He}_k(G)]$. On the sphere of radius $\sqrt d$:
$F_k^2=B(d,k)\,\xi_k^2$, $\xi_k=\mathbb E[\varphi(\sqrt d\,t)Q_k(t)]$, which tends to it; a Hermite polynomial is not pure there.

Source: [GhorbaniMeiMisiakiewiczMontanari2021] for what kernels learn; [BenArousGheissariJagannath2021] for the exponent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.equivalents.activation_levels import activation_levels
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.rectified_tail import rectified_degree, rectified_energies, rectified_tail
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_number, whole_number
from asymptotix.spectra.sphere import activation_spectrum

__all__ = ["TargetEnergies", "information_exponent", "target_energies"]

FloatArray = NDArray[np.float64]

_MOST_DEGREES = 100


@dataclass(frozen=True, eq=False)
class TargetEnergies:
    """`energies[k]` is the squared norm of the part of degree k, `beyond` that of all degrees above those listed.

    `dimension` is that of the sphere, None for Gaussian inputs; `rectified` says that the tail has the closed form of the ReLU,
    which has no largest degree.
    """

    name: str
    energies: FloatArray
    beyond: float
    dimension: int | None = None
    rectified: bool = False

    @property
    def energy(self) -> float:
        """The squared norm of the target."""
        return float(np.sum(self.energies)) + self.beyond

    @property
    def information_exponent(self) -> int:
        """The smallest degree k >= 1 with energy.

        Raises:
            HypothesisError: no energy in the degrees 1 to the last one.
        """
        found = np.flatnonzero(self.energies[1:] > 0)
        if found.size == 0:
            raise HypothesisError(
                f"{self.name} has no energy in the degrees 1 to {self.energies.size - 1}: a larger max_degree may find it"
            )
        return int(found[0]) + 1

    def tail(self, degree: int) -> float:
        """The energy above a degree: the limit of the best kernel's error with d^l << n << d^(l+1).

        Raises:
            InvalidInputError: a degree below 0, or above the last one of a target without a closed tail.
        """
        l = whole_number("degree", degree, 0)  # noqa: E741 the degree is called l in the formulas
        if self.rectified and self.dimension is None:
            return float(rectified_tail(l))
        if l >= self.energies.size:
            raise InvalidInputError("degree", degree, f"at most max_degree = {self.energies.size - 1}", "raise max_degree")
        return float(np.sum(self.energies[:l:-1])) + self.beyond  # sums of positive terms, the smallest first

    def degree_for(self, error: float) -> int:
        """The smallest degree l whose tail is at most `error`: the samples that a kernel needs are of the order d^l.

        Raises:
            InvalidInputError: an error that is not above 0.
            HypothesisError: the last degree known leaves more.
        """
        eps = real_number("error", error, lambda v: 0 < v < np.inf, "finite and > 0")
        if self.rectified and self.dimension is None:
            return rectified_degree(eps)
        for l in range(self.energies.size):  # noqa: E741 as above
            if self.tail(l) <= eps:
                return l
        left = f"{self.beyond:.3g} lies beyond degree {self.energies.size - 1}"
        raise HypothesisError(f"no degree leaves {eps:g} of {self.name}: {left}; raise max_degree")

    def table(self) -> Table:
        """One row a degree: its energy and what lies beyond it."""
        degrees = range(self.energies.size)
        columns = (
            Column("degree", [float(k) for k in degrees]),
            Column("energy", [float(v) for v in self.energies], digits=6),
            Column("beyond", [self.tail(k) for k in degrees], digits=6),
        )
        where = "Gaussian inputs" if self.dimension is None else f"sphere of {self.dimension} dimensions"
        return Table(columns, f"Energies of {self.name}", (where, f"total {self.energy:.8g}"), "energy: squared norm of a part")

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def target_energies(target: Activation | str, *, max_degree: int = 20, dimension: int | None = None) -> TargetEnergies:
    r"""Energies per degree of $f(x)=\varphi(\langle u,x\rangle)$, $\|u\|=1$.

    Args:
        target: $\varphi$, an Activation or its text: "relu", "erf", "x**3 - 3*x", "relu(x) - 0.3*x".
        max_degree: the last degree listed, at most 100.
        dimension: None for Gaussian inputs, else d >= 3 of the sphere of radius $\sqrt d$.

    Raises:
        InvalidInputError: an argument out of range.
        ExpressionError: a text that is no function of x.
        HypothesisError: an infinite moment.

    Source:
        [GhorbaniMeiMisiakiewiczMontanari2021].

    >>> target_energies("x**3 - 3*x", max_degree=4, dimension=10).energies.round(7)
    array([0.       , 0.25     , 0.       , 2.6785714, 0.       ])
    """
    phi = as_activation(target)
    top = whole_number("max_degree", max_degree, 0)
    if top > _MOST_DEGREES:
        raise InvalidInputError("max_degree", max_degree, f"at most {_MOST_DEGREES}")
    relu = phi == as_activation("relu")
    if dimension is not None:
        d = whole_number("dimension", dimension, 3)
        spectrum = activation_spectrum(phi, dimension=d, max_degree=top)
        energies = np.zeros(top + 1)
        energies[: len(spectrum)] = spectrum.eigenvalues * spectrum.multiplicities
        return TargetEnergies(phi.name, energies, spectrum.tail, d, relu)
    if relu:
        beyond = float(rectified_tail(top))
        return TargetEnergies(phi.name, rectified_energies(top), beyond, rectified=True)
    levels = activation_levels(phi, top)
    return TargetEnergies(phi.name, levels.masses, levels.beyond)


def information_exponent(target: Activation | str, *, max_degree: int = 20) -> int:
    r"""The smallest $k\ge1$ with $\mu_k(\varphi)\ne0$: gradient descent finds a direction the sooner the smaller it is.

    Args:
        target: $\varphi$, as in `target_energies`.
        max_degree: where the search ends.

    Raises:
        HypothesisError: no coefficient up to `max_degree`.
        InvalidInputError, ExpressionError: as in `target_energies`.

    Source:
        [BenArousGheissariJagannath2021].

    >>> information_exponent("relu"), information_exponent("abs(x)"), information_exponent("x**4 - 6*x**2 + 3")
    (1, 2, 4)
    """
    return target_energies(target, max_degree=max_degree).information_exponent
