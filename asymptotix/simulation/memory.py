"""Whether the trials of a grid fit into the memory of the machine: asked before the first number is drawn."""

from __future__ import annotations

from asymptotix.errors import InvalidInputError
from asymptotix.runs.memory import installed_memory, size_text
from asymptotix.simulation.draws import Sampler
from asymptotix.simulation.gaussian_designs import CovariateSampler
from asymptotix.simulation.grid import Cell
from asymptotix.simulation.isotropic_design import IsotropicSampler

__all__ = ["require_memory", "trial_bytes"]

_DOUBLE = 8


def trial_bytes(sampler: Sampler, cell: Cell) -> int:
    """A lower estimate of what one trial holds at once: the features twice (as drawn, and turned), the Gram matrix three times.

    A kernel matrix is its own Gram matrix, and its population another one.
    """
    if isinstance(sampler, IsotropicSampler):
        return _DOUBLE * sampler.trial_size(cell.n_samples)
    n, scales = cell.n_samples, getattr(sampler, "scales", None)
    if scales is None and cell.n_features is None:
        return 3 * _DOUBLE * n * n
    covariates = sampler.drawn_coordinates(n) if isinstance(sampler, CovariateSampler) else len(() if scales is None else scales)
    width = cell.n_features or covariates
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
        room = f"so small that one trial ({size_text(needed)}) fits into the memory of this machine ({size_text(memory)})"
        raise InvalidInputError(argument, at[argument], room, "use a smaller problem: the theory has no such limit")
    if results * _DOUBLE > memory:
        room = (
            f"so few that the results ({size_text(results * _DOUBLE)}) fit into the memory of this machine ({size_text(memory)})"
        )
        raise InvalidInputError("n_trials", results, f"numbers of trials and grid points {room}", "cut the grid into parts")
