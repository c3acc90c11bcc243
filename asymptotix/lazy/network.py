r"""A two-layer network, its tangent features and their kernel, without the matrix of the Jacobian.

$$f(x)=\gamma\sum_{i\le N}a_i\,\sigma(\langle w_i,x\rangle),\qquad Z=XW^\top,\qquad
J^\top u=\gamma\,\big(\sigma(Z)^\top u;\ a_i[(\sigma'(Z)\odot u)^\top X]_i\big)$$

$$K=JJ^\top=\gamma^2\big[\sigma(Z)\sigma(Z)^\top+(XX^\top)\odot(\sigma'(Z)\,\mathrm{diag}(a^2)\,\sigma'(Z)^\top)\big]$$

The weights are drawn as $w_i\sim N(0,I_d/d)$, for inputs with $\|x\|^2\approx d$. The first sum is the random-features part, the
second the neural tangent part, which is d times the one of `finite_width_kernel` (whose weights are $\sqrt d$ times larger).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation
from asymptotix.errors import InvalidInputError
from asymptotix.lazy.activation_pair import values_and_slopes
from asymptotix.runs.memory import refuse_beyond_memory

__all__ = ["Initialization", "Layers", "Move", "TangentFeatures", "TwoLayerNetwork", "draw_network"]

FloatArray = NDArray[np.float64]
Layers = Literal["all", "first", "last"]
Initialization = Literal["antisymmetric", "independent", "same"]


@dataclass(frozen=True, eq=False)
class Move:
    """A direction in the space of the parameters: `output` (N,) and `hidden` (N, d)."""

    output: FloatArray
    hidden: FloatArray

    @property
    def norm(self) -> float:
        """The Euclidean norm."""
        return float(np.hypot(np.linalg.norm(self.output), np.linalg.norm(self.hidden)))

    def scaled(self, factor: float) -> Move:
        """factor * move."""
        return Move(factor * self.output, factor * self.hidden)

    def plus(self, other: Move, factor: float) -> Move:
        """This + factor * other."""
        return Move(self.output + factor * other.output, self.hidden + factor * other.hidden)


@dataclass(frozen=True, eq=False)
class TwoLayerNetwork:
    """gamma sum_i a_i s(<w_i, x>): `weights` (N, d), `output_weights` (N,), `scale` gamma, and which `layers` are trained."""

    activation: Activation
    weights: FloatArray
    output_weights: FloatArray
    scale: float
    layers: Layers = "all"

    @property
    def width(self) -> int:
        """N."""
        return len(self.output_weights)

    def at(self, X: FloatArray) -> TangentFeatures:
        """What the network and its gradients are at n inputs, in memory for 2 n N numbers."""
        values, slopes = values_and_slopes(self.activation, X @ self.weights.T)
        slopes *= self.output_weights
        return TangentFeatures(self, X, values, slopes)

    def value(self, X: FloatArray) -> FloatArray:
        """The outputs, shape (n,)."""
        return self.at(X).output

    def moved(self, move: Move, factor: float = 1.0) -> TwoLayerNetwork:
        """The network at parameters + factor * move."""
        a, w = self.output_weights + factor * move.output, self.weights + factor * move.hidden
        return replace(self, output_weights=a, weights=w)

    def distance(self, other: TwoLayerNetwork) -> float:
        """Euclidean distance of the parameters."""
        return Move(self.output_weights - other.output_weights, self.weights - other.weights).norm


@dataclass(frozen=True, eq=False)
class TangentFeatures:
    """The features of a network at the rows of X: `values` s(Z) and `slopes` a s'(Z), both (n, N)."""

    network: TwoLayerNetwork
    X: FloatArray
    values: FloatArray
    slopes: FloatArray

    @property
    def output(self) -> FloatArray:
        """f(X), (n,)."""
        return self.network.scale * (self.values @ self.network.output_weights)

    def gradient(self, u: FloatArray) -> Move:
        """J^T u for u of shape (n,)."""
        net, gamma = self.network, self.network.scale
        output = np.zeros(net.width) if net.layers == "first" else gamma * (self.values.T @ u)
        hidden = np.zeros_like(net.weights) if net.layers == "last" else self.slopes.T @ (self.X * (gamma * u)[:, None])
        return Move(output, hidden)

    def change(self, move: Move) -> FloatArray:
        """J (move), (n,): the change of the outputs to first order."""
        net = self.network
        total = np.zeros(len(self.X))
        if net.layers != "first":
            total += self.values @ move.output
        if net.layers != "last":
            total += np.einsum("kd,kd->k", self.X, self.slopes @ move.hidden)
        return net.scale * total

    def kernel(self, other: TangentFeatures | None = None) -> FloatArray:
        """K between these inputs (rows) and others, by default these, (n, m)."""
        other, net = other or self, self.network
        total = np.zeros((len(self.X), len(other.X)))
        if net.layers != "last":
            total += (self.X @ other.X.T) * (self.slopes @ other.slopes.T)
        if net.layers != "first":
            total += self.values @ other.values.T
        return net.scale**2 * total

    def relative_change(self, start: TangentFeatures) -> float:
        """||J - J_start|| / ||J_start|| in the Frobenius norm."""
        return float(np.sqrt(self._squares(start) / start._squares(None)))

    def _squares(self, start: TangentFeatures | None) -> float:
        values, slopes = (self.values, self.slopes) if start is None else (self.values - start.values, self.slopes - start.slopes)
        total = 0.0
        if self.network.layers != "first":
            total += float(np.einsum("kn,kn->", values, values))
        if self.network.layers != "last":
            total += float(np.sum(self.X**2, axis=1) @ np.einsum("kn,kn->k", slopes, slopes))
        return total


def draw_network(
    s: Activation,
    *,
    width: int,
    dimension: int,
    scale: float,
    rng: np.random.Generator,
    initialization: Initialization = "antisymmetric",
    layers: Layers = "all",
) -> TwoLayerNetwork:
    """Weights w ~ N(0, I/d) and output weights of size 1.

    Args:
        s: the activation.
        width: N, even for antisymmetric pairs.
        dimension: d.
        scale: gamma.
        rng: the generator.
        initialization: "antisymmetric": pairs (1, w), (-1, w), so that the output is 0 at the start; "independent": random
            signs; "same": all 1.
        layers: which are trained.

    Raises:
        InvalidInputError: an unknown choice, an odd width for pairs, or more weights than fit into memory.
    """
    if initialization not in get_args(Initialization):
        raise InvalidInputError("initialization", initialization, "antisymmetric, independent or same")
    if layers not in get_args(Layers):
        raise InvalidInputError("layers", layers, "all, first or last")
    needed = 3 * 8 * width * dimension
    refuse_beyond_memory("width", width, needed, "the network with its start and its gradient", "take a narrower one")
    if initialization != "antisymmetric":
        w = rng.standard_normal((width, dimension)) / np.sqrt(dimension)
        a = np.ones(width) if initialization == "same" else rng.choice([-1.0, 1.0], width)
        return TwoLayerNetwork(s, w, a, scale, layers)
    if width % 2:
        raise InvalidInputError("width", width, "even, since antisymmetric neurons come in pairs", f"take {width + 1}")
    half = rng.standard_normal((width // 2, dimension)) / np.sqrt(dimension)
    signs = np.repeat([1.0, -1.0], width // 2)
    return TwoLayerNetwork(s, np.concatenate([half, half]), signs, scale, layers)
