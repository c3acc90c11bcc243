"""`asymptotix compress`: a file of eigenvalues into a table that answers every question about the spectrum."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asymptotix.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum

__all__ = ["compress"]


def compress(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Eigenvalues: .npy, raw float64, or text (.txt, .csv); or tables to add up."),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="TABLE", help="Where to write the table.", show_default=False)
    ],
    energies: Annotated[
        list[Path] | None,
        typer.Option(
            "--energies", metavar="FILE", help="Squared norms of the target's parts, one for each eigenvalue; once a FILE."
        ),
    ] = None,
    in_order: Annotated[bool, typer.Option("--sorted", help="Refuse eigenvalues that are in no order.")] = False,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads that read.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Replace a file of eigenvalues, of any length and in any order, by a table of at most 17 nodes an octave.

    Every degree of freedom, risk and derivative is the same for the table, to a proved relative error that is printed. The
    file is read once, and only a few megabytes of it are in memory at a time. Files of parts of a spectrum, or tables of
    them, add up.

    \b
    Examples:
      asymptotix compress eigenvalues.npy -o spectrum.table
      asymptotix compress eigenvalues.npy --energies energies.npy -o spectrum.table
      asymptotix compress part1.f64 part2.f64 -o whole.table --threads 2
      asymptotix compress one.table other.table -o both.table
      asymptotix risk --model ridge-regression --spectrum spectrum.table --noise-variance 0.1 \\
          --n-samples 100:10000:5:log --ridge 1e-3
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    if energies and len(energies) != len(files):
        raise typer.BadParameter(f"{len(energies)} files for {len(files)} files of eigenvalues", param_hint="--energies")
    start = time.perf_counter()
    first, *others = _tables(files, energies, in_order, threads)
    spectrum = first.merge(others)
    spectrum.save(output)
    seconds = time.perf_counter() - start
    _report(spectrum, output, seconds, as_json)


def _tables(files: list[Path], energies: list[Path] | None, in_order: bool, threads: int) -> list[CompressedSpectrum]:
    from asymptotix.runs.progress import reporting
    from asymptotix.spectra.compression.chunks import known_size
    from asymptotix.spectra.compression.compressing import compress as compressed, load_spectrum
    from asymptotix.spectra.compression.storage import is_table

    sizes = [0 if is_table(file) else known_size(file) for file in files]
    total, before, made = sum(size or 0 for size in sizes), 0, []
    with reporting("auto" if total else None, "eigenvalues") as report:
        for number, file in enumerate(files):
            if is_table(file):
                made.append(load_spectrum(file))
                continue

            def progress(done: int, before: int = before) -> None:
                report(before + done, max(total, before + done))

            weights = energies[number] if energies else None
            made.append(compressed(file, weights, sorted=in_order, threads=threads, progress=progress))
            before += made[-1].size
    return made


def _report(spectrum: CompressedSpectrum, output: Path, seconds: float, as_json: bool) -> None:
    if as_json:
        print_json({
            "table": str(output), "eigenvalues": spectrum.size, "rank": int(spectrum.rank), "nodes": len(spectrum),
            "trace": spectrum.trace, "relative_bound": spectrum.relative_bound, "energies": spectrum.target is not None,
            "energy": None if spectrum.target is None else spectrum.target.energy,
            "bytes": output.stat().st_size, "seconds": seconds,
        })  # fmt: skip
        return
    zeros = spectrum.size - int(spectrum.rank)
    typer.echo(f"eigenvalues: {spectrum.size}" + (f", {zeros} of them zero" if zeros else ""))
    typer.echo(f"nodes:       {len(spectrum)}" + (", with energies" if spectrum.target is not None else ""))
    typer.echo(f"trace:       {spectrum.trace!r}")
    typer.echo(f"bound:       {spectrum.relative_bound:.1e} relative, for every sum at every ridge, rounding apart")
    typer.echo(f"time:        {seconds:.2f} s")
    typer.echo(f"wrote {output}: next, asymptotix risk --model ridge-regression --spectrum {output} ...")
