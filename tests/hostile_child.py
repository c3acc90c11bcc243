"""Runs hostile texts, JSON on standard input, through one entrance in a process of its own: `python hostile_child.py ENTRANCE`.

The process may use 2 GiB. For every text a line of JSON says how it ended, how long it took, and every trace of an execution: a
file in the working directory, a changed environment, an audit event that no calculation raises.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY = 2 * 2**30
FORBIDDEN = (
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.remove", "os.rename", "os.rmdir", "os.mkdir",
    "os.kill", "subprocess.Popen", "shutil.rmtree", "shutil.copyfile", "socket.connect", "socket.bind",
    "builtins.input", "builtins.breakpoint", "ctypes.dlopen", "pty.spawn",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
EVENTS: list[str] = []
TEXT: list[str] = []  # the text in hand, where it is long enough to be recognised in a source
ARMED = False


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Record what a calculation never does; compiling counts when the source holds the text (`ast.parse` names it <unknown>)."""
    if not ARMED:
        return
    compiled = event == "compile" and arguments[1] != "<unknown>" and not str(arguments[1]).endswith(".py")
    source = arguments[0] if compiled else None
    source = source.decode(errors="replace") if isinstance(source, bytes) else str(source or "")
    same = bool(TEXT) and (source.strip() == TEXT[0] or (len(TEXT[0]) > 12 and TEXT[0] in source))
    hostile = compiled and (same or "hacked" in source.lower())
    # a descriptor was a path when it was opened, by the flags of that call
    named = event == "open" and not isinstance(arguments[0], int) and not str(arguments[0]).startswith((CACHE, os.devnull))
    writes = named and bool(arguments[2] & WRITING)
    marked = event == "os.putenv" and "HACKED" in repr(arguments)  # Pydantic sets a variable of its own
    own = event in ("os.mkdir", "os.rename", "os.remove") and str(arguments[0]).startswith(CACHE)  # the store of formulas
    if hostile or writes or marked or (event in FORBIDDEN and not own):
        EVENTS.append(f"{event} {arguments!r}"[:120])


def facts(text: str) -> Any:
    import numpy as np

    import asymptotix as ax

    s = ax.activation(text)
    known = s.parity, s.homogeneity, s.growth, s.jumps, s.derivative.growth
    return float(np.sum(s(np.linspace(-2.0, 2.0, 9))) + len(known) + len(s.kinks))


def dual(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.dual_kernel(text).name)


def derivative(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.dual_kernel(text, derivative=True).name)


def network(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.nngp_kernel(text, depth=2).name)


def tangent(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.tangent_kernel(text).name)


def hermite(text: str) -> Any:
    import asymptotix as ax

    return float(ax.hermite_coefficient(text, 3).evaluate())


def gegenbauer(text: str) -> Any:
    import asymptotix as ax

    return float(ax.gegenbauer_coefficient(text, 2, 10).evaluate())


def every_degree(text: str) -> Any:
    import sympy as sp

    import asymptotix as ax

    return bool(ax.hermite_coefficient(text, sp.Symbol("k")).name)


def every_dimension(text: str) -> Any:
    import sympy as sp

    import asymptotix as ax

    return bool(ax.gegenbauer_coefficient(text, sp.Symbol("k"), sp.Symbol("d")).name)


def expansion(text: str) -> Any:
    import asymptotix as ax

    return float(ax.gegenbauer_expansion(text, 2).evaluate(d=50))


def eigenvalue(text: str) -> Any:
    import sympy as sp

    import asymptotix as ax

    return bool(ax.kernel_eigenvalue(text, 2, sp.Symbol("d")).name)


def universal(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.universality(text, depth=2, bias_variance=0.1).outcome)


def vanishing(text: str) -> Any:
    import asymptotix as ax

    return bool(str(ax.null_degrees(text)))


def decay(text: str) -> Any:
    import asymptotix as ax

    return bool(str(ax.eigenvalue_decay(text, 10)))


def sheet(text: str) -> Any:
    """The sheet's files go to the cache folder; without a TeX engine, which is a process of its own with limits of its own."""
    import asymptotix as ax

    path, os.environ["PATH"] = os.environ["PATH"], ""
    try:
        return len(ax.formula_sheet(text, Path(CACHE) / "sheet", degrees=2).paths)
    finally:
        os.environ["PATH"] = path


def spectrum(text: str) -> Any:
    import asymptotix as ax

    return float(ax.activation_spectrum(text, dimension=10).trace)


def matrix(text: str) -> Any:
    import numpy as np

    import asymptotix as ax
    from asymptotix.kernels import KernelMap

    return float(np.sum(ax.kernel_matrix(KernelMap(ax.activation(text)), np.eye(4))))


def features(text: str) -> Any:
    import asymptotix as ax

    model = ax.RandomFeatures.on_sphere(text, dimension=10, target=[0, 1, 0.5], noise_variance=0.1)
    return float(ax.risk(model, n_samples=20, n_features=40, ridge=0.1).test_error)


def kernel_ridge(text: str) -> Any:
    import asymptotix as ax

    return float(ax.KernelRidge.on_sphere(text, dimension=10, target=[0, 1]).spectrum.trace)


def parameter(text: str) -> Any:
    import asymptotix as ax

    return float(ax.activation("elu", alpha=text)(1.0))  # type: ignore[arg-type]  # the wrong type is the point


def name_of_parameter(text: str) -> Any:
    import asymptotix as ax

    return float(ax.activation("a*x", **{"a": 1.0, text: 2.0})(1.0))


def declaration(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.activation("a*x", parameters=["a", text]).name)


def declarations(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.activation("a*x", parameters=text).name)


def substitution(text: str) -> Any:
    import asymptotix as ax

    return float(ax.activation("a*x", parameters=["a"]).at(a=text)(1.0))  # type: ignore[arg-type]  # the wrong type is the point


def family(text: str) -> Any:
    import asymptotix as ax

    return bool(ax.dual_kernel(ax.activation(f"a*x + ({text})", parameters=["a"])).name)


def symbols(derive: Callable[[Any, Any], Any]) -> Callable[[str], Any]:
    """The parameters a, b and h > 0 without a value, each declared where it occurs."""

    def run(text: str) -> Any:
        import re

        import asymptotix as ax

        names = [name for name in ("a", "b", "h > 0") if re.search(rf"\b{name[0]}\b", text)] or ["a"]
        return bool(derive(ax, ax.activation(text, parameters=names)).name)

    return run


def command_line(*words: str) -> Callable[[str], Any]:
    """The command with the text in place of TEXT; an exit code above 0 counts as the error that it is."""

    def run(text: str) -> Any:
        from typer.testing import CliRunner

        from asymptotix.cli.app import app

        result = CliRunner().invoke(app, [text if word == "TEXT" else word for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if result.exit_code == 0:
            return True
        lines = [line for line in result.stderr.splitlines() if not line.startswith("warning:")]
        raise Refused(f"exit {result.exit_code}: " + "\n".join(lines))

    return run


class Refused(Exception):
    """A command line that left with an error message."""


def problem_file(change: str) -> Callable[[str], Any]:
    """A problem file in which the value of one key is the text."""
    content: dict[str, Any] = {
        "title": "t",
        "model": {"kind": "random_features_sphere", "activation": "relu", "dimension": 10, "noise_variance": 0.1,
                  "target": {"energies": [0.0, 1.0]}},
        "grid": {"n_samples": 20, "n_features": 40, "ridge": 0.1},
    }  # fmt: skip

    def load(text: str) -> Any:
        import asymptotix as ax
        from asymptotix.problems.loader import problem_from_mapping, read_toml

        changed = json.loads(json.dumps(content))
        *path, last = change.split(".")
        place = changed
        for key in path:
            place = place[key]
        place[last] = text
        quoted = "\n".join(to_toml(changed))
        file = Path(CACHE) / "problem.toml"
        file.write_text(quoted, encoding="utf-8", errors="surrogatepass")
        problem = problem_from_mapping(read_toml(file), source="problem.toml")
        return float(ax.risk(problem.model, **problem.grid).test_error.sum())

    return load


def to_toml(table: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted keys; JSON strings, numbers and lists are TOML values."""
    lines = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += to_toml(value, f"{prefix}{key}.")
        else:
            lines.append(f"{prefix}{key} = {json.dumps(value)}")
    return lines


def control(text: str) -> Any:
    """What must be noticed: the text is executed."""
    return eval(text, {"x": 1.0})  # the negative control: here the text is executed


_RISK = ("risk", "--model", "sphere-features", "--dimension", "10", "--energies", "0,1")
_GRID = ("--n-samples", "20", "--n-features", "40")
ENTRANCES: dict[str, Callable[[str], Any]] = {
    "activation": facts, "dual_kernel": dual, "derivative_kernel": derivative, "nngp_kernel": network, "tangent_kernel": tangent,
    "hermite_coefficient": hermite, "gegenbauer_coefficient": gegenbauer, "activation_spectrum": spectrum,
    "every degree": every_degree, "every dimension": every_dimension, "gegenbauer_expansion": expansion,
    "kernel_eigenvalue": eigenvalue, "universality": universal, "null_degrees": vanishing, "eigenvalue_decay": decay,
    "formula_sheet": sheet,
    "kernel_matrix": matrix, "random_features": features, "kernel_ridge": kernel_ridge, "parameter": parameter,
    "name of a parameter": name_of_parameter,
    "declaration": declaration, "declarations": declarations, "substitution": substitution, "family": family,
    "symbols": symbols(lambda ax, s: ax.dual_kernel(s)),
    "symbols derivative": symbols(lambda ax, s: ax.dual_kernel(s, derivative=True)),
    "symbols network": symbols(lambda ax, s: ax.tangent_kernel(s, depth=2)),
    "symbols coefficient": symbols(lambda ax, s: ax.hermite_coefficient(s, 3)),
    "cli parameter": command_line("kernel", "a*x", "--parameter", "TEXT"),
    "cli family": command_line("kernel", "--parameter", "a", "--", "TEXT"),
    "cli kernel": command_line("kernel", "--", "TEXT"),
    "cli coefficients": command_line("coefficients", "--", "TEXT"),
    "cli activations": command_line("activations", "--", "TEXT"),
    "cli derive": command_line("derive", "--", "TEXT"),
    "cli cite": command_line("cite", "--", "TEXT"),
    "cli universality": command_line("universality", "--", "TEXT"),
    "cli degree": command_line("coefficients", "relu", "--degree", "TEXT"),
    "cli dimension": command_line("coefficients", "relu", "--degree", "1", "--dimension", "TEXT"),
    "cli radius": command_line("coefficients", "relu", "--degree", "1", "--dimension", "9", "--radius", "TEXT"),
    "cli order": command_line("kernel", "--arc-cosine", "TEXT"),
    "cli at": command_line("kernel", "relu", "--at", "TEXT"),
    "cli activation": command_line(*_RISK, *_GRID, "--ridge", "0.1", "--activation", "TEXT"),
    "cli ridge": command_line(*_RISK, *_GRID, "--activation", "relu", "--ridge", "TEXT"),
    "cli model": command_line("check", "--model", "TEXT"),
    "cli file": command_line("risk", "--", "TEXT"),
    "file activation": problem_file("model.activation"),
    "file kind": problem_file("model.kind"),
    "file number": problem_file("model.noise_variance"),
    "file grid": problem_file("grid.ridge"),
    "file title": problem_file("title"),
    "control": control,
}  # fmt: skip


def one(entrance: Callable[[str], Any], text: str) -> dict[str, Any]:
    """How one text ended."""
    from asymptotix.errors import AsymptotixError

    EVENTS.clear()
    TEXT[:] = [text.strip()] if len(text.strip()) > 4 else []
    environment = dict(os.environ)
    wall, processor = time.perf_counter(), time.process_time()
    message, kind = "", "result"
    try:
        value = entrance(text)
        kind = "result" if value == value and abs(float(value)) < float("inf") else "not finite"
    except (AsymptotixError, Refused) as error:
        message, kind = str(error), "refused"
    except BaseException as error:
        message, kind = f"{type(error).__name__}: {error}", "untyped"
    traces = [*EVENTS, *(name for name in os.listdir(".") if name != "cache")]
    if dict(os.environ) != environment:
        traces.append("environment")
    return {
        "kind": kind, "message": message[:2000], "traces": traces[:5], "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }  # fmt: skip


def main() -> None:
    """Warm up with a text that is fine, arm the watch, run the texts."""
    global ARMED
    entrance = ENTRANCES[sys.argv[1]]
    warnings.simplefilter("ignore")
    for text in ("relu", "tanh", "no_such_name", "1"):
        one(entrance, text)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    sys.addaudithook(watch)
    ARMED = True
    for text in json.load(sys.stdin):
        sys.stdout.write(json.dumps(one(entrance, text)) + "\n")
        sys.stdout.flush()


CACHE = str(Path.cwd() / "cache")

if __name__ == "__main__":
    main()
