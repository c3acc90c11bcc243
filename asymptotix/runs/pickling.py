"""Pickles that reach a worker also when they mention the user's `__main__`: a script, a notebook, standard input."""

from __future__ import annotations

import os
import pickle
import sys
from importlib.util import find_spec
from typing import Any

from asymptotix.errors import InvalidInputError

__all__ = ["dumps", "main_of_parent"]


def dumps(value: object) -> bytes:
    """The pickle of a value; what is defined in `__main__` goes by value where cloudpickle is installed.

    Raises:
        InvalidInputError: the value cannot be pickled, or is defined in a notebook and cloudpickle is missing.
    """
    try:
        body = pickle.dumps(value, protocol=5)
    except Exception as error:  # lambdas and local functions: AttributeError, PicklingError or TypeError, as the version likes
        if find_spec("cloudpickle") is None:
            fix = "define it at the top level of a module, or install cloudpickle"
            raise InvalidInputError("task", value, f"picklable to reach another process ({error})", fix) from error
        return _by_value(value)
    if b"__main__" not in body:
        return body
    if find_spec("cloudpickle") is not None:
        return _by_value(value)
    if not main_of_parent():
        fix = "put it in a module, or install cloudpickle"
        raise InvalidInputError("task", value, "defined in a file, not in a notebook or on standard input", fix)
    return body


def _by_value(value: object) -> bytes:
    import cloudpickle  # type: ignore[import-untyped] # ships no type information

    try:
        return bytes(cloudpickle.dumps(value, protocol=5))
    except Exception as error:  # open files, locks, sockets
        raise InvalidInputError("task", value, f"picklable to reach another process ({error})") from error


def main_of_parent() -> dict[str, Any]:
    """How a worker finds the script of this process: what `multiprocessing` would tell it; empty where there is no file."""
    from multiprocessing.spawn import get_preparation_data

    script = sys.modules.get("__main__")
    if getattr(script, "__file__", None) is None and getattr(script, "__spec__", None) is None:
        return {}
    found = get_preparation_data("worker")
    if not os.path.exists(found.get("init_main_from_path") or os.curdir):  # "<stdin>" passes for a file
        return {}
    return {key: value for key, value in found.items() if key.startswith("init_main_from")}
