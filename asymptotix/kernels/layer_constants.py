r"""What one layer does to a Gaussian input: $\mu_0=E\sigma(\sqrt rG)$, $\kappa_1=E\sigma'(\sqrt rG)$, $\kappa_*^2$.

$\kappa_*^2=\mathrm{Var}\,\sigma(\sqrt rG)-r\kappa_1^2$ is the energy of $\sigma$ beyond its linear part, and $\sqrt r\kappa_1$
its first Hermite coefficient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.errors import ConvergenceError, HypothesisError
from asymptotix.kernels.hermite_series import HermiteTable, hermite_table
from asymptotix.kernels.quadrature import MAX_SCALE, QuadratureDual

__all__ = ["LayerConstants", "layer_constants"]

FloatArray = NDArray[np.float64]

_NODES = (16, 22)  # two rules a panel, which must agree
_AGREEMENT = 1e-11
_TERMS = 48  # the rest of the energy is a difference, unless these already hold it


@dataclass(frozen=True)
class LayerConstants:
    r"""For each variance r: `mean` $\mu_0$, `slope` $\kappa_1$, `residual` $\kappa_*^2$."""

    mean: FloatArray
    slope: FloatArray
    residual: FloatArray


def layer_constants(activation: Activation, variances: FloatArray) -> LayerConstants:
    r"""The constants at these variances r > 0, to 1e-11 of $[E\sigma(\sqrt rG)^2]^{1/2}$ and its square.

    Raises:
        ConvergenceError: two rules of quadrature disagree.
        NotInClosedClassError: the activation grows too fast for the quadrature.
        HypothesisError: variances that are 0, where there is no slope, or beyond the reach of the quadrature.
    """
    if not np.all((variances > 0) & (variances <= MAX_SCALE**2)):
        wrong = float(variances[~((variances > 0) & (variances <= MAX_SCALE**2))].flat[0])
        raise HypothesisError(
            f"a unit of the layer sees inputs of variance {wrong:g}: it must be above 0 and at most "
            f"{MAX_SCALE**2:g}; rescale the weights"
        )
    integrand = QuadratureDual(activation).integrand
    coarse, fine = (hermite_table(integrand, variances, nodes, _TERMS) for nodes in _NODES)
    size = np.sqrt(fine.energy)[:, None]
    if not np.all(np.abs(fine.coefficients[:, :2] - coarse.coefficients[:, :2]) <= _AGREEMENT * size):
        raise ConvergenceError(f"the Gaussian means of {activation.name} could not be computed at these variances")
    return LayerConstants(fine.coefficients[:, 0], fine.coefficients[:, 1] / np.sqrt(variances), _residual(fine))


def _residual(table: HermiteTable) -> FloatArray:
    """Energy beyond degree 1: what the coefficients hold, as a sum without cancellation, and what they miss, as a difference."""
    squares = table.coefficients**2
    missing = np.maximum(table.energy - np.sum(squares, axis=1), 0.0)
    rounding = 1e-14 * table.energy
    return np.asarray(np.sum(squares[:, 2:], axis=1) + np.where(missing > rounding, missing, 0.0))
