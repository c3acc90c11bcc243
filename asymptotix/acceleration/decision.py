"""Whether a compiled loop is worth its import: Numba is an extra, and importing it costs more than most answers.

`ASYMPTOTIX_COMPILED` in the environment decides: "auto" (the default), "always", or "never". With "auto" the compiled path is
taken when Numba is installed and the work repays what is still to be loaded: Numba, or the loops. Work of earlier calls counts,
so that a loop that is asked for again and again is never much dearer than the better of the two paths.
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
# Steps of about a nanosecond. Measured: the import of Numba and the loading of kept loops take one to two seconds; the loading
# alone a quarter to half of one, and the compilation at the very first use about ten.
_REPAYS_NUMBA, _REPAYS_LOOPS = 2e9, 5e8

_spent: dict[str, float] = {}  # steps by the module of the loops that were refused so far in this process


def use_compiled(work: float, loops: str | None = None) -> bool:
    """Whether loops of `work` elementary steps (one eigenvalue in one sum) should run compiled.

    Args:
        work: the number of steps.
        loops: the module of the loops: once it is loaded, any work is done by them. Left out, it counts as not loaded, and
            this work alone decides.

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
    if mode == "always":
        return True
    if not _installed():
        return False
    total = work + (0.0 if loops is None else _spent.get(loops, 0.0))
    worth = total >= _least_work(loops)
    if not worth and loops is not None:
        _spent[loops] = total
    return worth


def _least_work(loops: str | None) -> float:
    if loops in sys.modules:
        return 0.0
    return _REPAYS_LOOPS if "numba" in sys.modules else _REPAYS_NUMBA


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
