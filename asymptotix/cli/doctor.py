"""`asymptotix doctor`: what is installed, for bug reports and for reproducing numbers."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer

from asymptotix.cli.output import JsonOption, print_json

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
    as_json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 2 if a core package is missing.")] = False,
) -> None:
    """Print versions, extras, BLAS libraries with their threads, and TeX engines.

    \b
    Examples:
      asymptotix doctor
      asymptotix doctor --json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    report = _report()
    if as_json:
        print_json(report)
    else:
        _print(report)
    if strict and None in report["core"].values():
        raise typer.Exit(2)


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
