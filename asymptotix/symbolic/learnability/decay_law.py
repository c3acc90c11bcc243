r"""How fast the eigenvalues of a two-layer kernel decay on the sphere, exactly, for homogeneous activations.

s(x) = a x_+^n + b (-x)_+^n, w ~ N(0, I/d), no bias, degrees k = n + 1, n + 3, ... With c = a - (-1)^n b and

    kappa_j = (n! Gamma(d/2) Gamma((j-n)/2) / (2^(n+1) pi Gamma((d+n+j)/2)))^2,   kappa_{j+2} / kappa_j = ((j-n)/(j+n+d))^2

the eigenvalue of the random-feature kernel is c^2 d (d+2) ... (d+2n-2) kappa_k ~ C k^-(d+2n); the tangent kernel of the first
layer takes the degrees k - 1 and k + 1 of the order n - 1 and decays as k^-(d+2n-2). The ratio of two successive eigenvalues is
rational in k and d, and 1 - 2e/k + O(1/k^2) in it is the decay k^-e: no limit of Gamma functions is needed. The number of
eigenfunctions up to degree k grows as k^(d-1), so that the i-th eigenvalue decays as i^(-e/(d-1)).

Source: [Bach2017], [BiettiBach2021].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation
from asymptotix.symbolic.expressions import sympy_expression
from asymptotix.symbolic.learnability.decay_fit import FittedExponent, fit_exponent
from asymptotix.symbolic.learnability.decay_steps import decay_derivation
from asymptotix.symbolic.learnability.homogeneous_levels import K, Levels
from asymptotix.symbolic.learnability.network_series import NetworkSeries, network_series
from asymptotix.symbolic.learnability.series_degrees import Layers
from asymptotix.symbolic.presentation import latex

if TYPE_CHECKING:
    from asymptotix.activations import Activation
    from asymptotix.kernels import KernelMap
    from asymptotix.symbolic.formula import Formula

__all__ = ["EigenvalueDecay", "eigenvalue_decay"]

MAX_DIMENSION = 10_000  # of the exact prefactor, whose Gamma functions are factorials
_FAR = 16  # degrees of the fit beside d + 2n, from where on the local slope is near its limit


@dataclass(frozen=True)
class EigenvalueDecay:
    r"""The decay $\lambda_k \sim C k^{-e}$ over the degrees that are not null.

    Attributes:
        kernel: which kernel, in words.
        order: n of s(x) = a x_+^n + b (-x)_+^n.
        dimension: d, a number or a symbol.
        degree_exponent: e, exact.
        index_exponent: e/(d - 1), exact: the i-th eigenvalue, counted with multiplicity, decays as i to minus this.
        prefactor: C, exact.
        eigenvalue: the eigenvalue as an expression in the symbol k, for k = n + 1, n + 3, ...
        ratio: that of degree k + 2 over that of degree k, rational in k.
        fitted: the exponent read off the eigenvalues themselves; None in a symbolic dimension.
        derivation: the steps.
    """

    kernel: str
    order: int
    dimension: sp.Expr
    degree_exponent: sp.Expr
    index_exponent: sp.Expr
    prefactor: sp.Expr
    eigenvalue: sp.Expr
    ratio: sp.Expr
    fitted: FittedExponent | None
    derivation: Derivation

    @property
    def degrees(self) -> str:
        """The degrees it holds for, in words: beyond the order those of the other parity are null."""
        return f"{'odd' if self.order % 2 == 0 else 'even'} degrees > {self.order}"

    def __repr__(self) -> str:
        decay = f"lambda_k ~ C k^-({self.degree_exponent}) over {self.degrees}, i^-({self.index_exponent}) in the index"
        fitted = "" if self.fitted is None else f"; fitted {self.fitted.extrapolated:.10g}"
        return f"EigenvalueDecay({decay}: {self.kernel}, d = {self.dimension}{fitted})"

    def latex(self) -> str:
        """The decay in the degree and in the index."""
        degree = rf"\lambda_k \sim {latex(self.prefactor)}\, k^{{-{_grouped(self.degree_exponent)}}}"
        return rf"{degree}, \qquad \lambda_{{(i)}} \asymp i^{{-{_grouped(self.index_exponent)}}}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def _grouped(expression: sp.Expr) -> str:
    return f"({latex(expression)})" if expression.is_Add else latex(expression)


@time_limited
def eigenvalue_decay(
    activation: Activation | Formula | KernelMap | str, dimension: Any, *, layers: Layers = "all"
) -> EigenvalueDecay:
    r"""The decay of the eigenvalues of a two-layer kernel without bias on the sphere $|x|^2 = d$, exact and fitted.

    $\lambda_k \sim C k^{-(d+2n)}$ for random features of order n (ReLU: n = 1), $k^{-(d+2n-2)}$ for the tangent kernel, and in
    the index i the exponent divided by d - 1.

    Args:
        activation: homogeneous, a x_+^n + b (-x)_+^n: relu, leaky_relu, step, abs, relu2, ...; or a kernel with one layer of
            it, which brings `layers` with it.
        dimension: d, an integer from 3 to 10,000, or a SymPy symbol.
        layers: "last", the random-feature kernel; "first", the tangent kernel of the first layer; "all", the tangent kernel.

    Raises:
        InvalidInputError: dimension or `layers` out of range.
        HypothesisError: a polynomial, of which finitely many eigenvalues are not 0; a tangent kernel of a discontinuous
            activation.
        NotInClosedClassError: another activation, or a kernel with bias or several layers; `kernel_spectrum` has the numbers.

    Source: [Bach2017], [BiettiBach2021].

    >>> decay = eigenvalue_decay("relu", 10, layers="last")
    >>> decay.degree_exponent, decay.index_exponent, round(decay.fitted.extrapolated, 6)
    (12, 4/3, 12.0)
    >>> eigenvalue_decay("relu", sp.Symbol("d"), layers="first").index_exponent
    d/(d - 1)
    """
    d = _dimension(dimension)
    network = network_series(activation, layers=layers)
    levels = _levels(network, d)
    exponent = levels.exponent
    return EigenvalueDecay(
        kernel=str(network),
        order=levels.order,
        dimension=d,
        degree_exponent=exponent,
        index_exponent=sp.cancel(exponent / (d - 1)),
        prefactor=levels.prefactor,
        eigenvalue=levels.eigenvalue,
        ratio=levels.ratio,
        fitted=_fitted(levels) if d.is_Integer else None,
        derivation=decay_derivation(levels),
    )


def _dimension(d: Any) -> sp.Expr:
    if isinstance(d, sp.Symbol) and d != K:
        return d
    if isinstance(d, bool) or not isinstance(d, int | sp.Integer) or not 3 <= d <= MAX_DIMENSION:
        raise InvalidInputError("dimension", d, f"an integer from 3 to {MAX_DIMENSION}, or a SymPy symbol other than k")
    return sp.Integer(d)


def _levels(network: NetworkSeries, d: sp.Expr) -> Levels:
    s = network.activation
    if s.homogeneity is None or network.depth > 1 or network.bias_variance > 0 or network.slopes:
        raise NotInClosedClassError(
            f"the exact decay is known for one layer of a homogeneous activation a x_+^n + b (-x)_+^n without bias, not for "
            f"{network}; asymptotix.kernel_spectrum(kernel, dimension=...) has its eigenvalues"
        )
    n = s.homogeneity.degree
    if network.parts[(n + 1) % 2].least is None:
        raise HypothesisError(f"{s.name} is a polynomial: its eigenvalues are 0 beyond degree {n}, and have no decay")
    right, left = (sympy_expression(s.tree, sp.S(x)) for x in (1, -1))
    return Levels(n, sp.expand(right - (-1) ** n * left), d, network.layers, sp.Rational(str(network.weight_variance)))


def _fitted(levels: Levels) -> FittedExponent:
    n = levels.order
    first = _FAR * (int(levels.dimension) + 2 * n)
    return fit_exponent(levels.log_eigenvalue, first + (first + n + 1) % 2)
