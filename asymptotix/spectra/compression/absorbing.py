"""Eigenvalues into a table, on the compiled path or in NumPy, with the same errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration import use_compiled
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.compression.narrow_bins import FINE_BINS
from asymptotix.spectra.compression.table import OctaveTable

__all__ = ["absorb", "bad_value"]

FloatArray = NDArray[np.float64]

_NO_ENERGIES = np.empty(0)
_LOOPS = "asymptotix.spectra.compression.compiled_pass"
_STEPS = 16.0  # nanoseconds that NumPy takes for an eigenvalue, about: what the compiled path saves


def absorb(table: OctaveTable, values: FloatArray, energies: FloatArray | None, *, offset: int = 0, work: float = 0.0) -> None:
    """Add contiguous eigenvalues (and energies) to a table.

    Args:
        table: what they are added to; left in an undefined state by an error.
        values: in any order; in monotone order they are taken several times faster.
        energies: one for each, or None.
        offset: index of the first of them in the source, for errors.
        work: how many eigenvalues there are to come in all, which decides whether the compiled path repays its import.

    Raises:
        InvalidInputError: a negative, NaN or infinite entry; names it and its index.
    """
    if use_compiled(_STEPS * max(work, values.size), _LOOPS):
        _compiled(table, values, energies, offset)
    else:
        from asymptotix.spectra.compression.numpy_pass import pass_over

        bad = pass_over(table, values, energies)
        if bad is not None:
            raise bad_value(*bad, offset)


def _compiled(table: OctaveTable, values: FloatArray, energies: FloatArray | None, offset: int) -> None:
    from asymptotix.spectra.compression import compiled_pass as compiled

    # all read-only, since Numba compiles arrays that may be written to anew
    doubles, bits, weights = values.view(), values.view(np.int64), (_NO_ENERGIES if energies is None else energies).view()
    for array in (doubles, bits, weights):
        array.setflags(write=False)
    bins = np.empty((0, FINE_BINS, 2, 9))
    status, position = compiled.NEEDS_SLOTS, 0
    while status in (compiled.NEEDS_SLOTS, compiled.NEEDS_BINS):
        state = (table.slots, table.heads, table.raw, table.moments, table.totals, table.tallies)
        status, position = compiled.pass_over(doubles, bits, weights, position, bins, *state)
        if status == compiled.NEEDS_SLOTS:
            table.grow()
        if status == compiled.NEEDS_BINS or len(bins):
            bins = np.zeros((len(table.heads), FINE_BINS, 2, 9))
    if status == compiled.BAD_EIGENVALUE:
        raise bad_value("eigenvalues", values, position, offset)
    if status == compiled.BAD_ENERGY:
        assert energies is not None
        beyond = energies[position:]
        raise bad_value("energies", energies, position + int(np.argmin((beyond >= 0) & (beyond < np.inf))), offset)


def bad_value(name: str, values: FloatArray, index: int, offset: int = 0) -> InvalidInputError:
    """The error for values[index], the entry `offset` + index of the source."""
    return InvalidInputError(f"{name}[{offset + index}]", float(values[index]), "finite and >= 0")
