r"""Energies of the kernels of a two-layer network with a homogeneous activation, exact at every degree.

With $\sigma(x)=a\,x_+^n+b\,(-x)_+^n$, no bias and $w\sim N(0,I/d)$, the dual kernel is $\mathbb E|w|^{2n}$ times the kernel of
weights on the unit sphere, whose energies have a recurrence (`monomials`), and the recurrence of $tQ_j$ turns the energies e' of
the derivative kernel into those of $t\,\mathbb E[\sigma'\sigma']$:

$$e_k = e'_{k+1}\frac{k+1}{2k+d} + e'_{k-1}\frac{k+d-3}{2k+d-4}.$$
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.spectra.monomials import monomial_energies

__all__ = ["two_layer_energies"]


def two_layer_energies(kernel: Any, dimension: int) -> Callable[[int, int], tuple[list[Any], Any]] | None:
    """(degree, digits) -> energies up to it and the mass h(1), in mpmath; None for a kernel that is not of this kind."""
    if not isinstance(kernel, KernelMap) or kernel.depth != 1 or kernel.bias_variance != 0 or kernel.derivative:
        return None
    form = kernel.activation.homogeneity
    tangent = kernel.kind == "tangent" and kernel.layers != "last"
    if form is None or (tangent and form.degree == 0):
        return None
    n, a, b = form.degree, Fraction(form.positive), Fraction(form.negative)
    dual = kernel.kind != "tangent" or kernel.layers != "first"

    def energies(top: int, digits: int) -> tuple[list[Any], Any]:
        import mpmath

        with mpmath.workdps(digits):
            weight = mpmath.mpf(kernel.weight_variance)
            scale = mpmath.mpf(1) if kernel.kind == "dual" else weight ** (n + 1)
            total, mass = [mpmath.mpf(0)] * (top + 1), mpmath.mpf(0)
            if dual:
                values, second = _gaussian_weights(n, a, b, dimension, top, digits)
                total, mass = [scale * v for v in values], scale * second
            if tangent:
                values, second = _gaussian_weights(n - 1, n * a, -n * b, dimension, top + 1, digits)
                shifted = _times_t(values, dimension, top)
                total = [t + scale * v for t, v in zip(total, shifted, strict=True)]
                mass += scale * second
            return total, mass

    return energies


def _gaussian_weights(n: int, a: Fraction, b: Fraction, d: int, top: int, digits: int) -> tuple[list[Any], Any]:
    """Energies of E[s s] for w ~ N(0, I/d): those of unit weights times E|w|^(2n) = d (d+2) ... (d+2n-2) / d^n."""
    factor = Fraction(1)
    for j in range(n):
        factor *= Fraction(d + 2 * j, d)
    values, mass = monomial_energies(n, a, b, d, top, digits)
    return [v * factor.numerator / factor.denominator for v in values], mass * factor.numerator / factor.denominator


def _times_t(values: list[Any], d: int, top: int) -> list[Any]:
    """Energies of t h(t) up to degree `top` from those of h up to degree top + 1."""
    out = []
    for k in range(top + 1):
        above = values[k + 1] * (k + 1) / (2 * k + d)
        below = values[k - 1] * (k + d - 3) / (2 * k + d - 4) if k > 0 else 0
        out.append(above + below)
    return out
