"""`compress`: eigenvalues from anywhere into a CompressedSpectrum, in one pass; `load_spectrum`: from a file of such a table."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import whole_number
from asymptotix.spectra.compression.absorbing import absorb
from asymptotix.spectra.compression.chunks import Chunk, EnergySource, Source, chunks_of
from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum
from asymptotix.spectra.compression.order import OrderCheck
from asymptotix.spectra.compression.storage import load_table
from asymptotix.spectra.compression.table import OctaveTable
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["compress", "load_spectrum"]

FloatArray = NDArray[np.float64]

_PIECE = 1 << 20  # eigenvalues that a thread takes at a time


def compress(
    source: Source | Spectrum,
    energies: EnergySource | None = None,
    *,
    sorted: bool = False,
    threads: int = 1,
    progress: Callable[[int], object] | None = None,
) -> CompressedSpectrum:
    r"""Replace a spectrum of any size by a table of at most 17 nodes an octave, in one pass over its eigenvalues.

    Every sum that the theory takes, $\sum_i\frac{s_i}{s_i+\kappa}$, $\sum_i\big(\frac{s_i}{s_i+\kappa}\big)^2$,
    $\sum_ie_i\big(\frac\kappa{s_i+\kappa}\big)^2$ and their kin, has the same value over the table, for every $\kappa\ge0$, with
    the proved relative error `relative_bound` below 1e-15, rounding apart.

    Args:
        source: the eigenvalues, finite and >= 0, in any order; decreasing or increasing order is several times faster. An array;
            a path to a .npy file or a file of raw float64, both memory-mapped, or to numbers as text (.txt, .csv, .tsv);
            an iterable of arrays or of pairs (eigenvalues, energies), which may be a generator; or a Spectrum without
            multiplicities.
        energies: squared norms of the target's parts, one for each eigenvalue; an array or a path. Negative ones are refused:
            with weights of both signs the error would be relative to the sum of their absolute values only.
        sorted: promise that the eigenvalues are in decreasing or increasing order; checked.
        threads: number of threads; the result is the same for any number above 1, and to rounding that for 1.
        progress: called with the number of eigenvalues done so far.

    Returns:
        A CompressedSpectrum, with `.target` if energies were given. Tables add up: compress parts of a spectrum anywhere, and
        add the results.

    Raises:
        InvalidInputError: a negative, NaN or infinite entry, named with its index; an order that was promised and is not there;
            arguments of other types or lengths.
        StorageError: a file that is truncated or not what its name says.

    Source:
        [BerrutTrefethen2004] for interpolation at Chebyshev points; derivations/compression_bound.py for the bound.

    >>> import numpy as np
    >>> import asymptotix as ax
    >>> i = np.arange(1.0, 1e5)
    >>> table = ax.compress(i**-1.5, energies=i**-2.7)
    >>> table.size, len(table) < 400, table.relative_bound < 1e-15
    (99999, True, True)
    >>> model = ax.RidgeRegression(table, table.target, noise_variance=0.1)
    >>> print(ax.risk(model, n_samples=1000, ridge=1e-3).test_error.round(6))
    0.153649
    """
    threads = whole_number("threads", threads, 1)
    if isinstance(source, Spectrum):
        source = _eigenvalues(source)
    chunks = chunks_of(source, energies)
    if sorted:
        chunks = OrderCheck().over(chunks)
    table = _serial(chunks, progress) if threads == 1 else _threaded(chunks, threads, progress)
    return CompressedSpectrum(table)


def load_spectrum(path: str | PathLike[str]) -> CompressedSpectrum:
    """A CompressedSpectrum from a file that its `save` or `asymptotix compress` wrote.

    Raises:
        StorageError: the file is no table, of another version or layout, truncated, or changed since it was written.
        OSError: the file cannot be read.
    """
    return CompressedSpectrum(load_table(path))


def _eigenvalues(spectrum: Spectrum) -> FloatArray:
    if isinstance(spectrum, CompressedSpectrum) or spectrum.tail > 0 or not spectrum.is_simple:
        raise InvalidInputError("source", spectrum, "a Spectrum without multiplicities and tail", "use it as it is")
    return spectrum.eigenvalues


def _serial(chunks: Iterator[Chunk], progress: Callable[[int], object] | None) -> OctaveTable:
    table = None
    for chunk in chunks:
        table = OctaveTable(chunk.energies is not None) if table is None else _of_one_kind(table, chunk)
        end = chunk.offset + chunk.values.size
        absorb(table, chunk.values, chunk.energies, offset=chunk.offset, work=end)
        chunk.done()
        if progress is not None:
            progress(end)
    return OctaveTable(False) if table is None else table


def _threaded(chunks: Iterator[Chunk], threads: int, progress: Callable[[int], object] | None) -> OctaveTable:
    """Each piece in a table of its own; added in order, so that the sum does not depend on who was first."""
    table: OctaveTable | None = None
    waiting: deque[tuple[Chunk, Future[OctaveTable]]] = deque()

    def take_one() -> None:
        nonlocal table
        chunk, future = waiting.popleft()
        part = future.result()
        chunk.done()
        if table is None:
            table = part
        else:
            _of_one_kind(table, chunk).add(part)
        if progress is not None:
            progress(chunk.offset + chunk.values.size)

    with ThreadPoolExecutor(threads) as executor:
        try:
            for chunk in _pieces(chunks):
                waiting.append((chunk, executor.submit(_table_of, chunk)))
                if len(waiting) > 2 * threads:
                    take_one()
            while waiting:
                take_one()
        finally:
            for _, future in waiting:
                future.cancel()
    return OctaveTable(False) if table is None else table


def _pieces(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        last = chunk.values.size - 1
        for start in range(0, chunk.values.size, _PIECE):
            part = slice(start, start + _PIECE)
            energies = None if chunk.energies is None else chunk.energies[part]
            done = chunk.done if part.stop > last else lambda: None
            yield Chunk(chunk.offset + start, chunk.values[part], energies, done)


def _table_of(chunk: Chunk) -> OctaveTable:
    table = OctaveTable(chunk.energies is not None)
    absorb(table, chunk.values, chunk.energies, offset=chunk.offset, work=chunk.offset + chunk.values.size)
    return table


def _of_one_kind(table: OctaveTable, chunk: Chunk) -> OctaveTable:
    if table.weighted != (chunk.energies is not None):
        raise InvalidInputError(
            "energies", f"in some chunks only, up to eigenvalue {chunk.offset}", "in every chunk of the source or in none"
        )
    return table
