"""A grid of named, mutually broadcastable arguments: its axes, their names, and its cuts into lines.

An axis is named after the argument that varies along it; where several vary together (`n_features = 2 n_samples`), after the
first of them, and the others are coordinates on the same axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.report.numbers import short_number

__all__ = ["Cut", "Grid"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Cut:
    """One line through the grid: `index` selects it from an array of the grid's shape, `x` holds its abscissae."""

    index: tuple[int | slice, ...]
    x: FloatArray
    label: str


class Grid:
    """Named arguments, broadcast against each other.

    Raises:
        InvalidInputError: the shapes do not broadcast.
    """

    def __init__(self, arguments: Mapping[str, ArrayLike]) -> None:
        self.arguments = {name: np.asarray(values, dtype=np.float64) for name, values in arguments.items()}
        shapes = {name: values.shape for name, values in self.arguments.items()}
        try:
            self.shape: tuple[int, ...] = np.broadcast_shapes(*shapes.values())
        except ValueError:
            raise InvalidInputError("grid", shapes, "arrays whose shapes broadcast", "add axes: n_samples[:, None]") from None

    def axes_of(self, name: str) -> tuple[int, ...]:
        """The axes of the grid along which an argument varies."""
        shape = self.arguments[name].shape
        offset = len(self.shape) - len(shape)
        return tuple(offset + axis for axis, length in enumerate(shape) if length > 1)

    @property
    def varying(self) -> tuple[str, ...]:
        """The arguments that vary."""
        return tuple(name for name in self.arguments if self.axes_of(name))

    @property
    def dims(self) -> tuple[str, ...]:
        """One name for each axis: the first argument that varies along this axis alone, else along it at all, else "axis_i"."""
        names: list[str] = []
        for axis in range(len(self.shape)):
            along = [name for name in self.arguments if axis in self.axes_of(name) and name not in names]
            alone = [name for name in along if self.axes_of(name) == (axis,)]
            names.append((alone or along or [f"axis_{axis}"])[0])
        return tuple(names)

    def broadcast(self, name: str) -> FloatArray:
        """An argument, or the ratio "a/b" of two, on the whole grid.

        Raises:
            InvalidInputError: there is no such argument.
        """
        parts = [part.strip() for part in name.split("/")]
        if len(parts) > 2 or any(part not in self.arguments for part in parts):
            valid = f"one of {', '.join(self.arguments)}, or a ratio of two of them"
            raise InvalidInputError("x", name, valid)
        first, *second = (np.broadcast_to(self.arguments[part], self.shape) for part in parts)
        return np.asarray(first / second[0] if second else first)

    def default_x(self) -> str:
        """The argument along the longest axis (the first of equals); the first argument if nothing varies."""
        if not self.varying:
            return next(iter(self.arguments))
        return self.dims[int(np.argmax(self.shape))]

    def cuts(self, x: str) -> list[Cut]:
        """The lines along the first axis on which `x` varies, each labelled by the arguments that tell them apart.

        Raises:
            InvalidInputError: `x` is no argument and no ratio of two.
        """
        abscissae = self.broadcast(x)
        parts = [part.strip() for part in x.split("/")]
        axes = sorted({axis for part in parts for axis in self.axes_of(part)}) or ([len(self.shape) - 1] if self.shape else [])
        if not axes:
            return [Cut((), np.atleast_1d(abscissae), "")]
        axis = axes[0] if len(axes) == 1 else self._longest(axes)
        others = self.shape[:axis] + self.shape[axis + 1 :]
        telling = [name for name in self.varying if set(self.axes_of(name)) - {axis} and name not in parts]
        constant = [name for name in telling if axis not in self.axes_of(name)]
        if {a for name in constant for a in self.axes_of(name)} == {a for name in telling for a in self.axes_of(name)} - {axis}:
            telling = constant  # what varies along the line too would be labelled by its first value
        cuts = []
        for place in np.ndindex(*others):
            index = (*place[:axis], slice(None), *place[axis:])
            settings = [(name, np.broadcast_to(self.arguments[name], self.shape)[index]) for name in telling]
            label = ", ".join(f"{name.replace('_', ' ')} = {short_number(values[0])}" for name, values in settings)
            cuts.append(Cut(index, np.asarray(abscissae[index]), label))
        return cuts

    def _longest(self, axes: list[int]) -> int:
        return max(axes, key=lambda axis: self.shape[axis])
