r"""How long a direction takes to be found: spherical gradient flow from a random start.

$\|w\|=1$, $m=\langle w,u\rangle$, $c_k=\mu_k(\sigma)\mu_k(\varphi)/k!$:

.. math:: \dot m=(1-m^2)\sum_{k\ge1}k\,c_k\,m^{k-1},\qquad m(0)=d^{-1/2}.

With the first $c_k\ne0$ at $k=k_*$ the time to an overlap of order 1 is O(1), $\ln d/(4c_2)$, or
$d^{(k_*-2)/2}/(k_*(k_*-2)c_{k_*})$ to leading order.

Source: [BenArousGheissariJagannath2021].
"""

from __future__ import annotations

import math

import numpy as np

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.equivalents.activation_levels import activation_levels
from asymptotix.errors import HypothesisError
from asymptotix.spectra.arguments import real_number, whole_number

__all__ = ["spherical_flow_time"]

_DEGREES = 40
_PANELS, _NODES = 64, 16


def spherical_flow_time(
    activation: Activation | str, target: Activation | str | None = None, *, dimension: int, overlap: float = 0.5
) -> float:
    r"""The time at which spherical gradient flow from $m=d^{-1/2}$ reaches an overlap.

    Args:
        activation: $\sigma$ of the neuron.
        target: $\varphi$ of $f(x)=\varphi(\langle u,x\rangle)$; that of the neuron by default.
        dimension: d >= 2.
        overlap: m, above $d^{-1/2}$ and at most 0.9.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: the coefficients of neuron and target have no common degree, or the flow turns away before.

    Source:
        [BenArousGheissariJagannath2021].

    >>> times = [spherical_flow_time("x**3 - 3*x", dimension=d) for d in (10**2, 10**4)]
    >>> round(times[1] / times[0], 2)  # grows as the root of d
    11.66
    """
    sigma = as_activation(activation)
    phi = sigma if target is None else as_activation(target)
    d = whole_number("dimension", dimension, 2)
    start = d**-0.5
    end = real_number("overlap", overlap, lambda v: start < v <= 0.9, f"above 1/sqrt(d) = {start:.4g} and at most 0.9")
    one, two = (activation_levels(s, _DEGREES).coefficients for s in (sigma, phi))
    degrees = np.arange(1, _DEGREES + 1)
    slopes = degrees * one[1:] * two[1:] / np.array([float(math.factorial(k)) for k in degrees])
    if not np.any(slopes):
        raise HypothesisError(f"{sigma.name} and {phi.name} share no degree from 1 to {_DEGREES}: the flow stands still")
    x, w = np.polynomial.legendre.leggauss(_NODES)
    # in log m: the integrand is a power of m until m is of order 1
    edges = np.linspace(math.log(start), math.log(end), _PANELS + 1)
    half = np.diff(edges)[:, None] / 2
    m = np.exp(edges[:-1, None] + half * (x + 1.0))
    speed = (1.0 - m**2) * np.polynomial.polynomial.polyval(m, slopes)
    if not np.all(speed > 0):
        raise HypothesisError(
            f"the flow of {sigma.name} on {phi.name} turns away from the direction before {end:g}: no time exists"
        )
    return float(np.sum(half * w * m / speed))
