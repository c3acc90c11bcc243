r"""The kernel of a network on the sphere as a power series: its description, and the degrees of its series.

Weights are Gaussian, inputs lie on the sphere |x|^2 = d, so that q1 = q2 = 1 and c = t.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asymptotix.activations import Activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.symbolic.dual import resolve_activation
from asymptotix.symbolic.learnability.polynomial_parts import PolynomialPart, polynomial_parts
from asymptotix.symbolic.learnability.series_degrees import Layers, Tops, derivative_tops, network_tops

__all__ = ["NetworkSeries", "network_series"]


@dataclass(frozen=True)
class NetworkSeries:
    """An activation, a network, and what is known of the degrees of its kernel's series.

    Attributes:
        activation: s.
        depth: hidden layers.
        weight_variance: w.
        bias_variance: b.
        layers: which are trained; "last" is the random-feature kernel.
        slopes: whether it is E[s'(u) s'(v)] itself, of one layer.
        parts: the even and the odd part of s.
    """

    activation: Activation
    depth: int
    weight_variance: float
    bias_variance: float
    layers: Layers
    slopes: bool
    parts: tuple[PolynomialPart, PolynomialPart]

    @property
    def decided(self) -> bool:
        """Whether both parts are known to be a polynomial or not to be one."""
        return all(part.decided for part in self.parts)

    def tops(self, *, most: bool, depth: int | None = None) -> Tops:
        """The largest even and odd degrees, at least or at most; of fewer layers if `depth` is given."""
        kernel = Tops(*((part.most if most else part.least) for part in self.parts))
        if self.slopes:
            return derivative_tops(kernel)
        return network_tops(kernel, depth=depth or self.depth, bias=self.bias_variance > 0, layers=self.layers)

    def __str__(self) -> str:
        if self.slopes:
            return f"the derivative kernel E[s'(u) s'(v)] of {self.activation.name}"
        kinds = {"last": "random-feature kernel", "first": "tangent kernel (first layer)", "all": "tangent kernel"}
        layers = "one hidden layer" if self.depth == 1 else f"{self.depth} hidden layers"
        bias = "without bias" if self.bias_variance == 0 else f"bias variance {self.bias_variance:g}"
        return f"the {kinds[self.layers]} of {self.activation.name}, {layers}, {bias}"


def network_series(
    activation: Any, *, layers: Any = "all", bias_variance: Any = 0, depth: Any = 1, weight_variance: Any = 1
) -> NetworkSeries:
    """The description, checked.

    Raises:
        InvalidInputError: an argument out of range, or given beside a kernel that has it already.
        HypothesisError: a tangent kernel of a discontinuous activation; an activation that is not square integrable.
        ExpressionError: not an activation.
    """
    found = getattr(activation, "kernel", activation)
    if isinstance(found, KernelMap):
        if (layers, bias_variance, depth, weight_variance) != ("all", 0, 1, 1):
            raise InvalidInputError("activation", activation, "an activation where layers, depth or variances are given")
        kernel = found
    else:
        s = resolve_activation(activation)
        if layers in ("all", "first"):
            _require_continuous(s)
        weight, bias = _number("weight_variance", weight_variance), _number("bias_variance", bias_variance)
        kernel = KernelMap(s, depth, weight, bias, kind="tangent", layers=layers)
    slopes = kernel.kind == "dual" and bool(kernel.derivative)
    if slopes or (kernel.kind == "tangent" and kernel.layers != "last"):
        _require_continuous(kernel.activation)
    if kernel.activation.growth.kind == "gaussian":
        kernel(1.0, 1.0, 1.0)  # refuses an infinite second moment in any layer
    chosen: Layers = kernel.layers if kernel.kind == "tangent" else "last"
    return NetworkSeries(
        activation=kernel.activation,
        depth=int(kernel.depth),
        weight_variance=kernel.weight_variance,
        bias_variance=kernel.bias_variance,
        layers=chosen,
        slopes=slopes,
        parts=polynomial_parts(kernel.activation),
    )


def _require_continuous(s: Activation) -> None:
    if s.derivative_is_distribution:
        raise HypothesisError(
            f"{s.name} is discontinuous: E[s'(u) s'(v)] is infinite at correlation 1, and so is the tangent kernel; "
            "use layers='last'"
        )


def _number(name: str, value: Any) -> float:
    try:
        if not isinstance(value, bool | str):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidInputError(name, value, "a number")
