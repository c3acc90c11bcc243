r"""Standalone LaTeX documents that need amsmath and amssymb only, and their compilation where a TeX engine is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from asymptotix.errors import InvalidInputError
from asymptotix.report.latex_text import latex_escape

__all__ = ["ENGINES", "CompiledDocument", "compile_latex", "find_engine", "latex_document"]

# Each may not run shell commands, ask questions or fetch anything.
ENGINES: dict[str, tuple[str, ...]] = {
    "pdflatex": ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"),
    "lualatex": ("--no-shell-escape", "--interaction=nonstopmode", "--halt-on-error"),
    "tectonic": ("--untrusted", "--only-cached", "--chatter", "minimal"),
}

_PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage{amsmath}
\usepackage{amssymb}
\setlength{\textwidth}{174mm} \setlength{\oddsidemargin}{-7.4mm} \setlength{\evensidemargin}{-7.4mm}
\setlength{\textheight}{257mm} \setlength{\topmargin}{-16mm} \setlength{\headheight}{0mm} \setlength{\headsep}{0mm}
\setlength{\parindent}{0pt} \pagestyle{empty}
"""


@dataclass(frozen=True)
class CompiledDocument:
    """What a TeX engine made of a document: `pdf` is None when there is no engine or it failed; `log` says why."""

    pdf: bytes | None
    engine: str | None
    log: str


def latex_document(body: str, *, title: str = "", preamble: str = "") -> str:
    r"""A complete document around `body`; only amsmath and amssymb are loaded, so that it compiles everywhere."""
    head = rf"\begin{{center}}\Large\bfseries {latex_escape(title)}\end{{center}}" + "\n" if title else ""
    return f"{_PREAMBLE}{preamble}\\begin{{document}}\n{head}{body}\n\\end{{document}}\n"


def find_engine() -> str | None:
    """The first of `ENGINES` found in PATH."""
    return next((name for name in ENGINES if shutil.which(name)), None)


def compile_latex(source: str, *, engine: str | None = None, timeout_seconds: float = 60.0) -> CompiledDocument:
    """Compile in a temporary directory; neither a missing engine nor a failed run raises.

    Raises:
        InvalidInputError: `engine` is none of `ENGINES`.
    """
    if engine is not None and engine not in ENGINES:
        raise InvalidInputError("engine", engine, f"one of {', '.join(ENGINES)}")
    engine = engine or find_engine()
    if engine is None or shutil.which(engine) is None:
        return CompiledDocument(None, None, f"no TeX engine found in PATH (looked for {', '.join(ENGINES)})")
    with tempfile.TemporaryDirectory(prefix="asymptotix-tex-") as folder:
        (Path(folder) / "document.tex").write_text(source, encoding="utf-8")
        log = _run(engine, folder, timeout_seconds)
        made = Path(folder) / "document.pdf"
        return CompiledDocument(made.read_bytes() if log.endswith("\nexit 0") and made.is_file() else None, engine, log)


def _run(engine: str, folder: str, timeout_seconds: float) -> str:
    """The engine's output, closed by a line `exit CODE`."""
    # With openin_any and openout_any paranoid, TeX reads and writes below its folder only.
    environment = {**os.environ, "openin_any": "p", "openout_any": "p", "max_print_line": "1000"}
    try:
        done = subprocess.run(
            [engine, *ENGINES[engine], "document.tex"], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout_seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as expired:
        return f"{(expired.stdout or b'').decode(errors='replace')}\nstopped after {timeout_seconds:g} seconds\nexit timeout"
    return f"{done.stdout.decode(errors='replace')}\nexit {done.returncode}"
