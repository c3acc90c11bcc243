"""A user's function is asked whether it takes so many arguments before it is called, so that a wrong one is named in one line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from asymptotix.errors import InvalidInputError

__all__ = ["require_arity"]


def require_arity(name: str, function: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    """Refuse a function that cannot be called with these positional arguments; one that hides its signature passes.

    Raises:
        InvalidInputError: too few or too many parameters.

    >>> require_arity("h", np.exp, ("t",))
    """
    if isinstance(function, np.ufunc):
        fits = function.nin == len(arguments)
    else:
        try:
            inspect.signature(function).bind(*arguments)
            fits = True
        except TypeError:
            fits = False
        except ValueError:  # written in C, without a signature
            return
    if not fits:
        shown = getattr(function, "__name__", type(function).__name__)
        count = "one argument" if len(arguments) == 1 else f"{len(arguments)} arguments"
        valid = f"a vectorised function of {count}, {', '.join(arguments)}"
        raise InvalidInputError(name, shown, valid, "it must accept them by position")
