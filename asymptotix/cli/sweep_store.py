"""`asymptotix sweep status` and `asymptotix sweep export`: what is in a store, also while a sweep writes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.exit_codes import ExitCode, fail
from asymptotix.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from asymptotix.sweeps.status import StoreStatus

__all__ = ["StoreArgument", "export_store", "json_ready", "status_of_store"]

StoreArgument = Annotated[Path, typer.Argument(metavar="STORE", help="The store of a sweep, such as FILE.sweep.sqlite.")]

_SHOWN_FAILURES = 10


def status_of_store(store: StoreArgument, as_json: JsonOption = False) -> None:
    """Cells finished, failed and left, the rate and the time left; reads beside a sweep that runs.

    \b
    Examples:
      asymptotix sweep status problem.sweep.sqlite
      asymptotix sweep status problem.sweep.sqlite --json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.sweeps.status import store_status

    status = store_status(store)
    if as_json:
        from dataclasses import asdict

        print_json(json_ready({**asdict(status), "left": status.left, "time_left": status.time_left}))
    else:
        _print(status)


def export_store(
    store: StoreArgument,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write CSV with all digits.")] = None,
    parquet: Annotated[Path | None, typer.Option("--parquet", metavar="FILE", help="Write Parquet (extra parquet).")] = None,
    timing: Annotated[bool, typer.Option("--timing", help="Also seconds, worker and time of every row.")] = False,
) -> None:
    """One row for every point of every finished unit: its parameters and what was computed.

    \b
    Examples:
      asymptotix sweep export problem.sweep.sqlite --csv rows.csv
      asymptotix sweep export problem.sweep.sqlite --parquet rows.parquet --timing
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.sweeps.export import store_to_csv, store_to_parquet

    if csv is None and parquet is None:
        raise fail("nothing to write: give --csv FILE or --parquet FILE", ExitCode.USAGE)
    for path, write in ((csv, store_to_csv), (parquet, store_to_parquet)):
        if path is not None:
            typer.echo(f"wrote {path}: {write(store, path, timing=timing)} rows", err=True)


def json_ready(value: Any) -> Any:
    """The value with texts in the place of infinities, null in that of NaN, and lists in that of tuples."""
    from asymptotix.report.numbers import json_number

    if isinstance(value, dict):
        return {name: json_ready(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(entry) for entry in value]
    return json_number(value) if isinstance(value, float) else value


def _print(status: StoreStatus) -> None:
    of = "" if status.planned is None else f" of {status.planned}"
    left = "" if status.left is None else f", {status.left} left"
    typer.echo(f"{status.finished}{of} finished, {status.failed} failed{left}; {_duration(status.work_seconds)} of work")
    if status.rate is not None:
        remaining = "" if status.time_left is None else f", {_duration(status.time_left)} left at this rate"
        typer.echo(f"{status.rate:.3g} a second{remaining}")
    if status.last is not None:
        from datetime import UTC, datetime

        typer.echo(f"last at {datetime.fromtimestamp(status.last, UTC):%Y-%m-%d %H:%M:%S} UTC")
    for failure in status.failures[:_SHOWN_FAILURES]:
        shown = ", ".join(f"{name}={value}" for name, value in failure.parameters.items())
        typer.echo(f"failed ({failure.attempts} times): {shown}: {failure.kind}: {failure.message}")
    if len(status.failures) > _SHOWN_FAILURES:
        typer.echo(f"and {len(status.failures) - _SHOWN_FAILURES} more failures: --json lists all")


def _duration(seconds: float) -> str:
    """A time as one says it.

    >>> _duration(3.21), _duration(200), _duration(7300)
    ('3.2 s', '3 min 20 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
