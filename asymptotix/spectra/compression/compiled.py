"""How loops of this room are compiled. Imported only where `acceleration.use_compiled` says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

__all__ = ["exact", "fast", "inlined"]

Function = TypeVar("Function", bound=Callable[..., object])


def fast(function: Function) -> Function:
    """Sums may be reordered and fused, so that they run in vector registers; NaN and infinity keep their meaning."""
    reordering = {"reassoc", "contract", "nsz"}
    return cast(Function, njit(nogil=True, cache=True, error_model="numpy", fastmath=reordering)(function))


def exact(function: Function) -> Function:
    """Every operation as written."""
    return cast(Function, njit(nogil=True, cache=True, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """Every operation as written, put into its caller: a call that hands over ten arrays costs more than a small function."""
    return cast(Function, njit(nogil=True, error_model="numpy", inline="always")(function))
