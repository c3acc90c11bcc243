"""`asymptotix doctor`: what is installed, for bug reports and for reproducing numbers."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.exit_codes import ExitCode
from asymptotix.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from asymptotix.runs.store.integrity import StoreHealth

__all__ = ["doctor"]

CORE = ("numpy", "scipy", "sympy", "mpmath", "typer", "rich", "pydantic", "threadpoolctl")
EXTRAS = {
    "plot": ("matplotlib",),
    "fast": ("numba",),
    "data": ("scikit-learn",),
    "cluster": ("distributed",),
    "certified": ("python-flint",),
    "frame": ("pandas", "xarray"),
}


def doctor(
    store: Annotated[
        Path | None, typer.Argument(metavar="[STORE]", help="The store of a sweep to examine, instead of the installation.")
    ] = None,
    as_json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 2 if a core package is missing.")] = False,
) -> None:
    """Print versions, extras, BLAS libraries with their threads, and TeX engines; or examine the store of a sweep.

    Of a store every row is read and compared with its checksum; exit code 4 if one is damaged.

    \b
    Examples:
      asymptotix doctor
      asymptotix doctor --json
      asymptotix doctor problem.sweep.sqlite
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    if store is not None:
        _examine(store, as_json)
        return
    report = _report()
    if as_json:
        print_json(report)
    else:
        _print(report)
    if strict and None in report["core"].values():
        raise typer.Exit(2)


def _examine(path: Path, as_json: bool) -> None:
    from asymptotix.runs.store.integrity import health_of

    health = health_of(path)
    if as_json:
        from dataclasses import asdict

        from asymptotix.cli.sweep_store import json_ready

        print_json(json_ready({**asdict(health), "sound": health.is_sound, "mixture": health.mixture}))
    else:
        _print_health(health)
    if not health.is_sound:
        raise typer.Exit(int(ExitCode.STORAGE))


def _print_health(health: StoreHealth) -> None:
    sound = "sound" if health.is_sound else "DAMAGED"
    typer.echo(f"{health.path}: {sound}, format {health.format}, {health.rows} rows")
    for problem in health.problems:
        typer.echo(f"file:       {problem}")
    for key in health.damaged:
        typer.echo(f"damaged:    {key}: does not match its checksum")
    if health.conflicts:
        typer.echo(f"conflicts:  {health.conflicts} results came a second time with other bits; the first ones are kept")
    for content, rows in health.provenances:
        blas = ", ".join(f"{pool['internal_api']} {pool['version']} ({pool['num_threads']} threads)" for pool in content["blas"])
        names = {"asymptotix": "asymptotix", "python": "Python", "numpy": "NumPy", "scipy": "SciPy"}
        made = ", ".join(f"{shown} {content[name]}" for name, shown in names.items())
        typer.echo(f"made by:    {made}, {blas}, {content['platform']}, seed {content['seed']}: {rows} rows")
    if health.mixture:
        typer.echo(f"mixture:    rows differ in {', '.join(health.mixture)}: they may differ in the last bits")
    for failure in health.failures:
        typer.echo(f"failed:     {dict(failure.parameters)}: {failure.kind}: {failure.message}")


def _report() -> dict[str, Any]:
    from asymptotix import __version__
    from asymptotix.report.latex import ENGINES

    return {
        "asymptotix": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "core": {name: _version(name) for name in CORE},
        "extras": {extra: {name: _version(name) for name in names} for extra, names in EXTRAS.items()},
        "blas": _blas(),
        "tex": [name for name in ENGINES if shutil.which(name)],
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _blas() -> list[dict[str, Any]]:
    """The BLAS and OpenMP libraries that NumPy and SciPy load, with their thread counts."""
    import scipy.linalg  # noqa: F401 loads the libraries that are then looked at
    from threadpoolctl import threadpool_info

    return [
        {key: pool.get(key) for key in ("internal_api", "version", "num_threads", "threading_layer")}
        for pool in threadpool_info()
    ]


def _print(report: dict[str, Any]) -> None:
    typer.echo(f"asymptotix {report['asymptotix']}, Python {report['python']}, {report['platform']}, {report['cpus']} CPUs")
    typer.echo("core:   " + ", ".join(f"{name} {found or 'MISSING'}" for name, found in report["core"].items()))
    for extra, packages in report["extras"].items():
        shown = ", ".join(f"{name} {found}" if found else f"{name} missing" for name, found in packages.items())
        hint = "" if all(packages.values()) else f"   (pip install 'asymptotix[{extra}]')"
        typer.echo(f"extra {extra}: {shown}{hint}")
    for pool in report["blas"]:
        typer.echo(f"BLAS:   {pool['internal_api']} {pool['version']}, {pool['num_threads']} threads")
    typer.echo(f"TeX:    {', '.join(report['tex']) or 'none found; formula sheets become HTML pages'}")
