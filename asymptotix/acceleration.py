"""Whether a compiled loop is worth its import: Numba is an extra, and importing it costs more than most answers.

`ASYMPTOTIX_COMPILED` in the environment decides: "auto" (the default), "always", or "never". With "auto" the compiled path is
taken when Numba is installed and either it is loaded already or the work repays loading it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec

from asymptotix.errors import InvalidInputError, MissingExtraError

__all__ = ["compiled_path", "use_compiled"]

_VARIABLE = "ASYMPTOTIX_COMPILED"
_MODES = ("auto", "always", "never")
_REPAYS = 2e9  # steps of about a nanosecond: the import of Numba and the loading of cached loops take one to two seconds


def use_compiled(work: float) -> bool:
    """Whether loops of `work` elementary steps (one eigenvalue in one sum) should run compiled.

    Raises:
        MissingExtraError: "always" without Numba.
        InvalidInputError: another value of the variable.
    """
    mode = os.environ.get(_VARIABLE, "auto")
    if mode not in _MODES:
        raise InvalidInputError(_VARIABLE, mode, "one of " + ", ".join(_MODES))
    if mode == "never":
        return False
    if mode == "always" and not _installed():
        raise MissingExtraError("numba", "fast")
    return mode == "always" or (_installed() and ("numba" in sys.modules or work >= _REPAYS))


@contextmanager
def compiled_path(mode: str) -> Iterator[None]:
    """Set the mode inside the block: "auto", "always" or "never"."""
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = mode
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


@cache
def _installed() -> bool:
    return find_spec("numba") is not None
