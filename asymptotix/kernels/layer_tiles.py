"""Kernel matrices of rows of any norms by the layers of every pair in compiled loops; NNGP and tangent kernel in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration import use_compiled
from asymptotix.kernels.data_rows import NEARLY_PARALLEL, TILE, DataRows
from asymptotix.kernels.erf_tiles import erf_layers
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.polynomial_tiles import nearly_parallel, place_compiled, run_tiles
from asymptotix.kernels.rectified_tiles import rectified_layers
from asymptotix.runs.threads import single_threaded_blas

__all__ = ["Layers", "fill_by_layers"]

FloatArray = NDArray[np.float64]
Matrix = NDArray[Any]
_LOOPS = "asymptotix.kernels.compiled_layers"
_STEPS = 150.0  # what an entry costs in NumPy for each layer beyond the compiled loop


class Layers(Protocol):
    """A network on two sets of rows."""

    def fill(self, cosine: FloatArray, gap: FloatArray, top: int, left: int, trained: bool) -> Iterator[FloatArray]:
        """The tiles of the NNGP kernel and, if wanted, of the tangent kernel, from u and 1 - |u| of its rows."""
        ...


_FORMS: tuple[Callable[[KernelMap, DataRows, DataRows], Layers | None], ...] = (rectified_layers, erf_layers)


def fill_by_layers(
    matrices: Sequence[Matrix], kernels: Sequence[Any], wanted: Sequence[int], rows: DataRows, columns: DataRows, threads: int
) -> list[int]:
    """Fill those of the wanted matrices for which there are loops, and return the others."""
    networks: dict[KernelMap, list[int]] = {}
    for index in wanted:
        if isinstance(kernels[index], KernelMap) and kernels[index].kind != "dual":
            networks.setdefault(replace(kernels[index], kind="nngp", layers="all", derivative=False), []).append(index)
    done: set[int] = set()
    regular = rows.is_regular and columns.is_regular
    for network, members in networks.items():
        members = [index for index in members if kernels[index].layers != "first" and kernels[index].derivative is False]
        entries = rows.size * columns.size * len(members) / (2 if columns is rows else 1)
        if not members or not regular or not use_compiled(_STEPS * network.depth * entries, _LOOPS):
            continue
        layers = next(filter(None, (form(network, rows, columns) for form in _FORMS)), None)
        if layers is not None:
            _fill_network([(matrices[index], _is_tangent(kernels[index])) for index in members], layers, rows, columns, threads)
            done.update(members)
    return [index for index in wanted if index not in done]


def _is_tangent(kernel: KernelMap) -> bool:
    return kernel.kind == "tangent" and kernel.layers == "all"


def _fill_network(
    matrices: Sequence[tuple[Matrix, bool]], layers: Layers, rows: DataRows, columns: DataRows, threads: int
) -> None:
    same, trained = columns is rows, any(tangent for _, tangent in matrices)
    one, two = rows.directions, columns.directions

    def work(top: int, left: int) -> None:
        cosine, gap = _cosines(one[top : top + TILE], two[left : left + TILE], same and top == left)
        for which, value in enumerate(layers.fill(cosine, gap, top, left, trained)):
            if same and top == left:
                np.copyto(value, value.T, where=np.tri(len(value), k=-1, dtype=np.bool_))
            for matrix, tangent in matrices:
                if tangent == bool(which):
                    place_compiled(value, matrix, top, left, same and top != left)

    with single_threaded_blas():
        run_tiles(work, rows.size, columns.size, same, threads)


def _cosines(x: FloatArray, y: FloatArray, diagonal: bool) -> tuple[FloatArray, FloatArray]:
    """The cosines u, and 1 - |u|: where it is small, from the difference of the directions."""
    cosine = x @ y.T
    if diagonal:
        np.fill_diagonal(cosine, 0.0)  # not to be taken for nearly parallel
    gap = np.abs(cosine)
    largest = float(gap.max())
    np.subtract(1.0, gap, out=gap)
    if largest > 1.0 - NEARLY_PARALLEL:
        for i, j, w, _ in nearly_parallel(cosine, x, y):
            gap[i, j] = 2.0 * w * w
    if diagonal:
        np.fill_diagonal(cosine, 1.0)
        np.fill_diagonal(gap, 0.0)
    return cosine, gap
