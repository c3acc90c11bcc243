"""How loops are compiled, and where the compiled code is kept. Imports Numba: only where `use_compiled` says so.

Numba keeps the code of a cached function under a hash of the file of that function, but the code holds functions and constants
of other files too, and shapes that they agree on: a change there would go unnoticed, and stale code would write beyond arrays.
And processes that fill one cache at the same time may give one file name to the code of two signatures. Therefore

- only the entries of a room are kept, each with one signature;
- they are kept in a folder whose name is a hash of all sources of the room and of this one, so that two versions never share
  a file. Loops take functions and constants from their own room only.

A cache that cannot be written or read is done without.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import njit
from numba.core import caching

__all__ = ["entry", "exact", "fast", "fingerprint", "inlined", "types"]

types: Any = numba.types  # Numba ships types of some of its modules only
_config: Any = numba.config
_Locator: Any = caching._CacheLocator
_FunctionCache: Any = caching.FunctionCache

Function = TypeVar("Function", bound=Callable[..., object])


def fast(function: Function) -> Function:
    """Sums may be reordered and fused, so that they run in vector registers; NaN and infinity keep their meaning."""
    reordering = {"reassoc", "contract", "nsz"}
    return cast(Function, njit(nogil=True, error_model="numpy", fastmath=reordering)(function))


def exact(function: Function) -> Function:
    """Every operation as written."""
    return cast(Function, njit(nogil=True, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """Every operation as written, put into its caller: a call that hands over ten arrays costs more than a small function."""
    return cast(Function, njit(nogil=True, error_model="numpy", inline="always")(function))


def entry(*signature: object) -> Callable[[Function], Function]:
    """What Python calls: compiled as `exact` for arguments of these Numba types, and kept."""

    def compiled(function: Function) -> Function:
        if _config.DISABLE_JIT:
            return function
        dispatcher: Any = njit(nogil=True, error_model="numpy")(function)
        with suppress(RuntimeError):  # no folder can be written to
            dispatcher._cache = _Cache(function)
        dispatcher.compile(signature)
        dispatcher.disable_compile()
        return cast(Function, dispatcher)

    return compiled


@cache
def fingerprint(folder: Path) -> str:
    """A hash of the names and contents of the Python files of a room, and of this one."""
    digest = hashlib.sha256()
    for path in (*sorted(folder.glob("*.py")), Path(__file__)):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


class _Folder(_Locator):  # type: ignore[misc]  # Any, as are the next two
    """A folder of this version inside the one that Numba would take."""

    def __init__(self, place: Any, function: Callable[..., object]) -> None:
        self._place = place
        self._name = "asymptotix-" + fingerprint(Path(function.__code__.co_filename).parent)

    def get_cache_path(self) -> str:
        return str(Path(self._place.get_cache_path()) / self._name)

    def get_source_stamp(self) -> str:
        return self._name

    def get_disambiguator(self) -> str:
        return str(self._place.get_disambiguator())


class _Kept(_FunctionCache._impl_class):  # type: ignore[misc]  # Any
    def __init__(self, function: Callable[..., object]) -> None:
        super().__init__(function)
        self._locator: Any = _Folder(self._locator, function)


class _Cache(_FunctionCache):  # type: ignore[misc]  # Any
    """Numba's cache of a function, which does without what it cannot read or write."""

    _impl_class = _Kept

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # damaged bytes raise anything; the code is compiled and kept anew
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):  # full or forbidden: compiled again in the next process
            super().save_overload(sig, data)
