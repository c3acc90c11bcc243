"""Whether the trials of a grid fit into the memory of the machine: asked before the first number is drawn."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from asymptotix.errors import InvalidInputError
from asymptotix.simulation.draws import Sampler
from asymptotix.simulation.grid import Cell
from asymptotix.simulation.isotropic_design import IsotropicSampler

__all__ = ["installed_memory", "require_memory", "trial_bytes"]

_DOUBLE = 8


def trial_bytes(sampler: Sampler, cell: Cell) -> int:
    """A lower estimate of what one trial holds at once: the features twice (as drawn, and turned), the Gram matrix three times.

    A kernel matrix is its own Gram matrix, and its population another one.
    """
    if isinstance(sampler, IsotropicSampler):
        return _DOUBLE * sampler.trial_size(cell.n_samples)
    n, scales = cell.n_samples, getattr(sampler, "scales", None)
    width = cell.n_features or (None if scales is None else len(scales))
    if width is None:
        return 3 * _DOUBLE * n * n
    drawn = 0 if scales is None or not sampler.has_features else (n + width) * len(scales)
    return _DOUBLE * (2 * n * width + 3 * min(n, width) ** 2 + drawn)


def require_memory(sampler: Sampler, cells: tuple[Cell, ...], results: int) -> None:
    """InvalidInputError, with the size, where a trial, or all `results` numbers that are kept, need more memory than there is."""
    memory = installed_memory()
    if memory is None:
        return
    largest = max(cells, key=lambda cell: trial_bytes(sampler, cell))
    needed = trial_bytes(sampler, largest)
    if needed > memory:
        at = {"n_samples": largest.n_samples} | ({"n_features": largest.n_features} if largest.n_features else {})
        argument = max(at, key=lambda name: at[name] or 0)
        room = f"so small that one trial ({_size(needed)}) fits into the memory of this machine ({_size(memory)})"
        raise InvalidInputError(argument, at[argument], room, "use a smaller problem: the theory has no such limit")
    if results * _DOUBLE > memory:
        room = f"so few that the results ({_size(results * _DOUBLE)}) fit into the memory of this machine ({_size(memory)})"
        raise InvalidInputError("n_trials", results, f"numbers of trials and grid points {room}", "cut the grid into parts")


def installed_memory() -> int | None:
    """Bytes of main memory; None where the system does not say."""
    try:
        return int(os.sysconf("SC_PHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return None


def _size(count: Any) -> str:
    """Bytes as a person says them."""
    power = min(int(np.log10(max(count, 1))) // 3, 6)
    return f"{count / 1000.0**power:.3g} {('B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB')[power]}"
