"""KernelFamily: the kernel of an activation whose parameters have no value yet; numbers come with the parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations import Activation, ActivationFamily
from asymptotix.errors import InvalidInputError
from asymptotix.kernels.kernel_map import KernelMap

__all__ = ["MAX_MEMBERS", "KernelFamily", "kernel_of"]

MAX_MEMBERS = 1000  # different values of the parameters in one call; each is a kernel of its own

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class KernelFamily:
    """Kernels of one kind, one for each value of the parameters of `activation`; the other attributes are those of `KernelMap`.

    >>> from asymptotix.activations import activation
    >>> family = KernelFamily(activation("leaky_relu(alpha)", parameters=["alpha"]))
    >>> float(family(1.0, 1.0, 1.0, alpha=0.5))
    0.625
    """

    activation: ActivationFamily
    depth: int = 1
    weight_variance: float = 1.0
    bias_variance: float = 0.0
    kind: Literal["dual", "nngp", "tangent"] = "dual"
    layers: Literal["all", "first", "last"] = "all"
    derivative: bool | Literal["distributional", "pointwise"] = False

    def at(self, **values: Any) -> KernelMap:
        """The kernel with these numbers for the parameters.

        Raises:
            InvalidInputError: not one finite number for each parameter, or one out of range.
        """
        options = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "activation"}
        return KernelMap(self.activation.at(**values), **options)

    def __call__(
        self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike | None = None, *, angle: ArrayLike | None = None, **values: ArrayLike
    ) -> FloatArray:
        """The kernel at variances q1, q2 and covariance c or an angle, for each value of the parameters; float64, broadcast.

        Raises:
            InvalidInputError: as `KernelMap` and `at`; more than 1000 different values of the parameters.
        """
        names = [parameter.name for parameter in self.activation.parameters]
        if set(values) != set(names):
            self.activation.require_numbers()
        parameters = [_numbers(name, values[name]) for name in names]
        point: list[Any] = [None if a is None else np.asarray(a) for a in (q1, q2, c, angle)]
        shapes = [a.shape for a in (*point, *parameters) if a is not None]
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            raise InvalidInputError("arguments", shapes, "of shapes that broadcast with each other") from None
        rows = np.stack([np.broadcast_to(a, shape).ravel() for a in parameters], axis=-1)
        members, index = np.unique(rows, axis=0, return_inverse=True)
        if len(members) > MAX_MEMBERS:
            raise InvalidInputError("parameters", len(members), f"of at most {MAX_MEMBERS} different values in one call")
        index, result = index.reshape(-1), np.empty(rows.shape[0])
        flat: list[Any] = [None if a is None else np.broadcast_to(a, shape).ravel() for a in point]
        for number, member in enumerate(members):
            where = index == number
            kernel = _member(self, tuple(zip(names, member.tolist(), strict=True)))
            part: list[Any] = [None if a is None else a[where] for a in flat]
            result[where] = kernel(part[0], part[1], part[2], angle=part[3])
        return result.reshape(shape)


def kernel_of(activation: Activation | ActivationFamily, **options: Any) -> KernelMap | KernelFamily:
    """The kernel of an activation, or of a family of them; options as for `KernelMap`."""
    if isinstance(activation, ActivationFamily):
        return KernelFamily(activation, **options)
    return KernelMap(activation, **options)


@lru_cache(maxsize=256)
def _member(family: KernelFamily, values: tuple[tuple[str, float], ...]) -> KernelMap:
    return family.at(**dict(values))


def _numbers(name: str, values: ArrayLike) -> FloatArray:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(name, values, "a finite number or an array of them") from None
    if not np.isfinite(numbers).all():
        raise InvalidInputError(name, values, "a finite number or an array of them")
    return numbers
