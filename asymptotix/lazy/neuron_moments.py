r"""The population loss of one neuron against one, and its gradient, through Gaussian expectations of two activations.

$L=\tfrac12\mathbb E(\sigma(\langle w,x\rangle)-\sigma_*(\langle w_*,x\rangle))^2$ for $x\sim N(0,I)$ depends on
$q=\|w\|^2$, $m=\langle w,w_*\rangle$, $q_*=\|w_*\|^2$:

.. math:: \nabla L=2w\,\partial_qL+w_*\,\partial_mL,\qquad\partial_mL=-\mathbb E\sigma'(z)\sigma_*'(z_*),\qquad
          2q\,\partial_qL+m\,\partial_mL=\mathbb E[(\sigma(z)-\sigma_*(z_*))\,\sigma'(z)z].

The plane of w and w_* has the coordinates a (along $w_*$) and b >= 0 (across): the angle is atan2(b, a), and nothing cancels
where w and $w_*$ are parallel or opposite. Where $\sigma'$ is continuous $2\partial_qL$ comes from $\sigma''$ and has no 0/0
at w = 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import HypothesisError
from asymptotix.kernels.double_integral import Integrand, conditional_mean, double_integral
from asymptotix.kernels.gaussian_panels import gaussian_rule, uniform_breakpoints
from asymptotix.lazy.population_moments import erf_scale

__all__ = ["ErfMoments", "NeuronMoments", "NumericMoments", "RectifiedMoments", "neuron_moments"]

FloatArray = NDArray[np.float64]

_NODES = 22


class NeuronMoments(Protocol):
    """Loss, and the pair (2 dL/dq, dL/dm), at w = (a, b) and w_* = (target_norm, 0)."""

    @property
    def closed_form(self) -> bool:
        """Whether these are formulas."""

    def loss(self, a: float, b: float, target_norm: float) -> float:
        """L, with its factor 1/2."""

    def slopes(self, a: float, b: float, target_norm: float) -> tuple[float, float]:
        """(2 dL/dq, dL/dm)."""


@dataclass(frozen=True)
class RectifiedMoments:
    """Both activations are ReLU."""

    closed_form: bool = True

    def loss(self, a: float, b: float, target_norm: float) -> float:
        """(r^2 + r_*^2)/4 - r r_* (sin + (pi - phi) cos)/(2 pi), as the square of the distance less a term of third order."""
        r, phi = math.hypot(a, b), math.atan2(b, a)
        # sin phi - phi cos phi cancels at small angles: there its series
        rest = phi**3 / 3.0 - phi**5 / 30.0 + phi**7 / 840.0 if phi < 0.05 else math.sin(phi) - phi * math.cos(phi)
        distance = (a - target_norm) ** 2 + b**2
        return distance / 4.0 - r * target_norm * rest / (2.0 * math.pi)

    def slopes(self, a: float, b: float, target_norm: float) -> tuple[float, float]:
        """pi - phi = atan2(b, -a), without cancellation near the opposite direction."""
        r = math.hypot(a, b)
        return 0.5 - target_norm * (b / r) / (2.0 * math.pi * r), -math.atan2(b, -a) / (2.0 * math.pi)


@dataclass(frozen=True)
class ErfMoments:
    """Both activations are erf(scale x / sqrt(2)); the formulas of Saad and Solla at w and w_* times the scale."""

    scale: float = 1.0
    closed_form: bool = True

    def loss(self, a: float, b: float, target_norm: float) -> float:
        """Three arcsines."""
        q, m, s = self._squares(a, b, target_norm)
        own = math.asin(q / (1 + q)) + math.asin(s / (1 + s))
        return (own - 2.0 * math.asin(m / math.sqrt((1 + q) * (1 + s)))) / math.pi

    def slopes(self, a: float, b: float, target_norm: float) -> tuple[float, float]:
        """Nothing is singular: the root is at least 1."""
        q, m, s = self._squares(a, b, target_norm)
        root = math.sqrt(1.0 + q + s + (self.scale**2 * b * target_norm) ** 2)
        unit = self.scale**2
        own = 1.0 / (math.pi * (1 + q) * math.sqrt(1 + 2 * q)) + m / (math.pi * (1 + q) * root)
        return 2.0 * unit * own, -2.0 * unit / (math.pi * root)

    def _squares(self, a: float, b: float, target_norm: float) -> tuple[float, float, float]:
        c = self.scale**2
        return c * (a * a + b * b), c * a * target_norm, c * target_norm**2


@dataclass(frozen=True)
class NumericMoments:
    """Any two activations without jumps, by quadrature whose panels end at the kinks."""

    activation: Activation
    target: Activation
    closed_form: bool = False

    def __post_init__(self) -> None:
        for s in (self.activation, self.target):
            if s.jumps:
                raise HypothesisError(
                    f"{s.name} jumps: gradient descent sees a slope of 0 almost everywhere; use a continuous one"
                )
            if s.growth.kind in ("exponential", "gaussian"):
                raise HypothesisError(
                    f"{s.name} grows exponentially: neither the loss nor a stable step is bounded; use polynomial growth"
                )

    @cached_property
    def _smooth(self) -> bool:
        return not self.activation.pointwise_derivative.jumps

    def loss(self, a: float, b: float, target_norm: float) -> float:
        """E[s^2]/2 - E[s s_*] + E[s_*^2]/2, or the mean square of the difference on the ray."""
        s, t = _integrand(self.activation), _integrand(self.target)
        if b == 0.0:
            return 0.5 * _line(lambda g: (s.function(a * g) - t.function(target_norm * g)) ** 2, _cuts((s, a), (t, target_norm)))
        r = math.hypot(a, b)
        own = _line(lambda g: s.function(r * g) ** 2, _cuts((s, r))) + _line(
            lambda g: t.function(target_norm * g) ** 2, _cuts((t, target_norm))
        )
        return 0.5 * own - _pair(s, t, a, b, target_norm)

    def slopes(self, a: float, b: float, target_norm: float) -> tuple[float, float]:
        """As in the module, by s'' where s' is continuous."""
        s, t = _integrand(self.activation), _integrand(self.target)
        ds, dt = _integrand(self.activation.pointwise_derivative), _integrand(self.target.pointwise_derivative)
        r = math.hypot(a, b)
        minus_m = _pair(ds, dt, a, b, target_norm)
        if self._smooth:
            dds = _integrand(self.activation.pointwise_derivative.pointwise_derivative)
            own = _line(lambda g: ds.function(r * g) ** 2 + s.function(r * g) * dds.function(r * g), _cuts((ds, r), (dds, r)))
            return own - _pair(dds, t, a, b, target_norm), -minus_m
        weighted = Integrand(lambda x: x * ds.function(x), ds.kinks, ds.rate)
        own = _line(lambda g: s.function(r * g) * weighted.function(r * g), _cuts((s, r), (ds, r)))
        radial = own - _pair(weighted, t, a, b, target_norm)
        return (radial + a * target_norm * minus_m) / r**2, -minus_m


def neuron_moments(activation: Activation | str, target: Activation | str | None = None) -> NeuronMoments:
    """The closed form for two ReLUs, or two error functions of the same scale; quadrature for others.

    Raises:
        ExpressionError: a text that is no activation.
        HypothesisError: an activation that jumps or grows exponentially.
    """
    s = as_activation(activation)
    t = s if target is None else as_activation(target)
    if s == t == as_activation("relu"):
        return RectifiedMoments()
    scale = erf_scale(s)
    if s == t and scale is not None:
        return ErfMoments(scale)
    return NumericMoments(s, t)


def _integrand(s: Activation) -> Integrand:
    return Integrand(s, s.kinks, 0.0)


def _cuts(*parts: tuple[Integrand, float]) -> FloatArray:
    """Panels fine enough for every f(scale G), ending at its kinks."""
    reach = 9.5
    finest = max((abs(scale) for _, scale in parts), default=1.0)
    kinks = [kink / scale for f, scale in parts if scale != 0 for kink in f.kinks]
    return np.concatenate([uniform_breakpoints(reach, finest, 2.0), np.clip(kinks, -reach, reach)])


def _line(f: Callable[[FloatArray], FloatArray], cuts: FloatArray) -> float:
    z, weights = gaussian_rule(cuts, _NODES)
    return float(np.sum(weights * f(z)))


def _pair(f: Integrand, g: Integrand, a: float, b: float, target_norm: float) -> float:
    """E[f(z) g(z_*)], z = a u + b v, z_* = target_norm u."""
    r = math.hypot(a, b)
    if b <= 1e-12 * r:
        return _line(lambda u: f.function(a * u) * g.function(target_norm * u), _cuts((f, a), (g, target_norm)))
    if a < 0:
        f, a = f.reflected(), -a  # z = -(|a| u - b v), and v has the law of -v
    if a < 1e-3 * r:
        return _across(f, g, a, b, target_norm)
    one = np.ones(1)
    return float(double_integral(f, g, r * one, target_norm * one, a / r * one, b / r * one, _NODES)[0])


def _across(f: Integrand, g: Integrand, a: float, b: float, target_norm: float) -> float:
    """The same for nearly independent fields, where the layers of the other rule are wider than the line."""
    u, weights = gaussian_rule(_cuts((g, target_norm), (f, math.hypot(a, b))), _NODES)
    return float(np.sum(weights * g.function(target_norm * u) * conditional_mean(f, a * u, b, _NODES)))
