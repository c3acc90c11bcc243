"""From a TOML file to a Problem. Each mistake is one line: file, key path, what was found, what is allowed, the nearest match."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asymptotix.errors import ProblemFileError
from asymptotix.problems.problem import Problem

__all__ = ["MAX_BYTES", "load_problem", "problem_from_mapping", "read_toml"]

MAX_BYTES = 16 * 2**20  # a file of a million eigenvalues; beyond it something else was passed by mistake


def load_problem(path: str | Path) -> Problem:
    """Read and check a problem file.

    Raises:
        ProblemFileError: the file cannot be read, is no TOML, or does not fit the schema.
    """
    return problem_from_mapping(read_toml(path), source=str(path))


def read_toml(path: str | Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        ProblemFileError: the file cannot be read or is no TOML.
    """
    shown = " ".join(str(path).split())  # a name may hold line breaks, and a message is one line
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ProblemFileError(f"{shown}: larger than {MAX_BYTES // 2**20} MiB, which no problem file is")
        return tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        hint = "; `asymptotix init` writes one" if isinstance(error, FileNotFoundError) else ""
        raise ProblemFileError(f"{shown}: cannot be read: {error.strerror}{hint}") from None
    except ProblemFileError:
        raise
    except ValueError as error:  # syntax, encoding, or an integer of more digits than Python reads
        raise ProblemFileError(f"{shown}: not a TOML file: {error}") from None
    except RecursionError:
        raise ProblemFileError(f"{shown}: not a problem file: nested too deeply") from None


def problem_from_mapping(content: Mapping[str, Any], *, source: str) -> Problem:
    """Check the content of a problem file; `source` names it in errors.

    Raises:
        ProblemFileError: the content does not fit the schema.
    """
    from pydantic import ValidationError

    from asymptotix.problems.diagnosis import diagnose
    from asymptotix.problems.schema import ProblemSchema

    try:
        return Problem(source, ProblemSchema.model_validate(dict(content)))
    except ValidationError as error:
        raise ProblemFileError("\n".join(f"{source}: {line}" for line in diagnose(error, content))) from None
