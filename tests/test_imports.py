"""What importing costs, measured in fresh processes, and that every public name is where the facade says it is."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import asymptotix

FACADE = Path(asymptotix.__file__)
HEAVY = {"sympy", "mpmath", "matplotlib", "scipy", "numpy", "pandas", "sklearn", "pydantic", "typer", "rich"}
THEORY_ONLY = {"sympy", "matplotlib", "scipy.optimize", "pandas", "sklearn", "derivations"}


def loaded_after(program: str) -> set[str]:
    """Names in sys.modules at the end of a program run by a fresh interpreter."""
    probe = f"{program}\nimport sys\nprint('\\nMODULES', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rsplit("MODULES", 1)[1].split())


def test_the_probe_sees_what_is_loaded() -> None:
    assert "sqlite3" in loaded_after("import sqlite3")
    assert "sqlite3" not in loaded_after("pass")


def test_import_asymptotix_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_after("import asymptotix; asymptotix.__version__; dir(asymptotix)")


def test_help_loads_no_numpy() -> None:
    loaded = loaded_after(
        "import sys\nfrom asymptotix.cli.app import main\nsys.argv = ['asymptotix', '--help']\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code"
    )
    assert not {"numpy", "scipy", "sympy", "mpmath", "matplotlib", "pydantic"} & loaded


@pytest.mark.parametrize(
    "program",
    [
        "import asymptotix as ax\nax.Spectrum; ax.RidgeRegression; ax.KernelRidge; ax.RandomFeatures; ax.kernel_matrix",
        "import asymptotix as ax\nax.simulate",
        "import asymptotix as ax\nax.activation('relu')",
    ],
    ids=["models", "simulation", "activation"],
)
def test_floating_point_rooms_load_neither_sympy_nor_matplotlib(program: str) -> None:
    assert not {"sympy", "matplotlib", "derivations"} & loaded_after(program)


@pytest.mark.parametrize("name", asymptotix.__all__)
def test_every_public_name_resolves_to_its_home(name: str) -> None:
    value = getattr(asymptotix, name)
    assert value is getattr(import_module(f"asymptotix.{asymptotix._HOME[name]}"), name)
    home = getattr(value, "__module__", "")
    assert home == f"asymptotix.{asymptotix._HOME[name]}", f"{name} is defined in {home}: let the facade name that module"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="spectrumm"):
        _ = asymptotix.spectrumm


def test_type_checkers_see_the_same_names_in_the_same_places() -> None:
    """The TYPE_CHECKING block and the lazy table are two lists of one thing."""
    seen: dict[str, str] = {}
    for node in ast.walk(ast.parse(FACADE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("asymptotix."):
            seen |= {alias.name: node.module.removeprefix("asymptotix.") for alias in node.names}
            assert all(alias.asname == alias.name for alias in node.names), f"{node.module}: not re-exported"
    assert seen == asymptotix._HOME


def test_no_module_has_the_name_of_a_public_function() -> None:
    """Else `import asymptotix.check` would hide the function `asymptotix.check`."""
    children = {path.stem for path in FACADE.parent.iterdir()}
    assert not children & set(asymptotix.__all__)
