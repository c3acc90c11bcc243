r"""Nodes and weights for $\int g(s)\rho(s)\,ds$ that serve every $\kappa\ge0$ at once, with an estimate of their error.

The functions wanted, $s/(s+\kappa)$, $\kappa/(s+\kappa)$ and their products, have their pole at $-\kappa\le0$: it may lie as
close to the origin as it likes, and nowhere else. So the support is cut at the singular points and half-way between them, and
each part is taken in $w=\log|s-a|$, a its singular end: there the pole stays away from the real axis whatever $\kappa$, and
$|s-a|^\beta=e^{\beta w}$ is analytic. Within $d_0$ of a the density is continued by its leading power,
$\int_0^{d_0}\rho=\rho(d_0)\,d_0/(1+\beta)$, at the mean distance $d_0(1+\beta)/(2+\beta)$.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["DensityRule", "Panel", "density_rule"]

FloatArray = NDArray[np.float64]
Density = Callable[[FloatArray], FloatArray]

_NODES = 20
_WIDTH = 4.0  # of a panel in w: with 20 nodes the error of a double pole is 1e-17
_AT_ZERO = 75.0  # panels reach e^-75 = 3e-33 of the support where it touches the origin,
_AT_EDGE = 27.0  # and e^-27 = 2e-12 of the part, or of its distance to the origin, at any other end
_KAPPAS = np.append(0.0, 10.0 ** np.arange(-18.0, 3.0))  # where the error is estimated, in units of the largest eigenvalue
_MOST_PANELS = 400
_X, _W = np.polynomial.legendre.leggauss(_NODES)


@dataclass(frozen=True)
class Panel:
    """s = anchor + sign e^w for low <= w <= high; `power` is that of the density at the anchor."""

    anchor: float
    sign: float
    power: float
    low: float
    high: float

    def halves(self) -> tuple[Panel, Panel]:
        """Its two halves."""
        middle = (self.low + self.high) / 2
        left = Panel(self.anchor, self.sign, self.power, self.low, middle)
        return left, Panel(self.anchor, self.sign, self.power, middle, self.high)

    def gauss(self, density: Density) -> tuple[FloatArray, FloatArray]:
        """Nodes s and weights rho ds.

        The rounding of s moves it towards or away from the anchor, for which a singular density is corrected to first order.
        """
        half = (self.high - self.low) / 2
        distance = np.exp((self.low + self.high) / 2 + half * _X)
        s = self.anchor + self.sign * distance
        moved = np.abs(s - self.anchor) / distance
        return s, density(s) * distance * half * _W * moved**-self.power

    def rest(self, density: Density) -> tuple[float, float]:
        """The mean of s and the mass between the anchor and the panel."""
        distance = float(np.exp(self.low))
        s = self.anchor + self.sign * distance
        moved = abs(s - self.anchor) / distance
        mass = float(density(np.array([s]))[0]) * distance / (1.0 + self.power) * moved**-self.power
        return self.anchor + self.sign * distance * (1.0 + self.power) / (2.0 + self.power), mass


@dataclass(frozen=True)
class DensityRule:
    """Nodes and weights, the estimate of their relative error, and the panels and lumps in increasing order of s.

    A lump is the mean of s next to an anchor, where no panel reaches; `masses` has the mass of each panel and lump.
    """

    nodes: FloatArray
    weights: FloatArray
    error: float
    cells: tuple[Panel | float, ...]
    masses: FloatArray


def density_rule(density: Density, breaks: Mapping[float, float], goal: float) -> DensityRule:
    """The rule, with panels bisected until its error is estimated below `goal`, or more of them do not help.

    `breaks` maps both ends of the support, and every other point where the density or a derivative jumps or is infinite, to the
    power there.
    """
    parts = _parts(breaks)
    panels = [panel for part in parts for panel in _cut(part)]
    rests = [part.rest(density) for part in parts]
    largest, error = max(breaks), np.inf
    while True:
        errors = _errors(density, panels, rests, largest)
        before, error = error, float(np.sum(errors))
        split = errors > goal / (2 * len(panels))
        if error <= goal or not error < before / 2 or len(panels) + np.sum(split) > _MOST_PANELS:
            break
        panels = [each for panel, wide in zip(panels, split, strict=True) for each in (panel.halves() if wide else (panel,))]
    pieces = [panel.gauss(density) for panel in panels]
    nodes = np.concatenate([*(s for s, _ in pieces), [s for s, _ in rests]])
    weights = np.concatenate([*(w for _, w in pieces), [mass for _, mass in rests]])
    cells = [*panels, *(s for s, _ in rests)]
    masses = [*(float(np.sum(w)) for _, w in pieces), *(mass for _, mass in rests)]
    # the median of the nodes tells neighbours apart; a lump is its own
    places = [*(float(np.median(s)) for s, _ in pieces), *(s for s, _ in rests)]
    order = np.argsort(places, kind="stable")
    return DensityRule(nodes, weights, error, tuple(cells[k] for k in order), np.array(masses)[order])


def _parts(breaks: Mapping[float, float]) -> list[Panel]:
    """Each interval between breaks as two parts, each anchored at its end."""
    ends, parts = sorted(breaks), []
    for left, right in pairwise(ends):
        side = (right - left) / 2
        low = np.log(side) - _AT_ZERO if left == 0 else np.log(min(side, left)) - _AT_EDGE
        parts.append(Panel(left, 1.0, breaks[left], float(low), float(np.log(side))))
        parts.append(Panel(right, -1.0, breaks[right], float(np.log(side)) - _AT_EDGE, float(np.log(side))))
    return parts


def _cut(part: Panel) -> list[Panel]:
    edges = np.linspace(part.low, part.high, int(np.ceil((part.high - part.low) / _WIDTH)) + 1)
    return [Panel(part.anchor, part.sign, part.power, float(a), float(b)) for a, b in pairwise(edges)]


def _errors(density: Density, panels: list[Panel], rests: list[tuple[float, float]], largest: float) -> FloatArray:
    """For each panel the worst of |rule - rule on its halves| / (sum over all panels), over the functions and kappas."""
    kappas = largest * _KAPPAS
    coarse = _sums([panel.gauss(density) for panel in panels], kappas)
    fine = sum(
        _sums([half.gauss(density) for half in halves], kappas) for halves in zip(*(p.halves() for p in panels), strict=True)
    )
    total = np.sum(fine, axis=-1) + np.sum(_sums([(np.array([s]), np.array([mass])) for s, mass in rests], kappas), axis=-1)
    relative = np.abs(fine - coarse) / np.where(total > 0, total, 1.0)[..., None]
    return np.asarray(np.max(relative, axis=(0, 1)))


def _sums(rules: list[tuple[FloatArray, FloatArray]], kappas: FloatArray) -> FloatArray:
    """Sums of L, 1 - L, L^2, L (1 - L), (1 - L)^2, L = s / (s + kappa), by function, kappa and rule."""
    s, weights = (np.stack(part) for part in zip(*rules, strict=True))
    shape = kappas[:, None, None]
    learned, left = s / (s + shape), shape / (s + shape)
    functions = (learned, left, learned * learned, learned * left, left * left)
    return np.stack([np.sum(values * weights, axis=-1) for values in functions])
