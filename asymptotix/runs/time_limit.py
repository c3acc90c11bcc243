"""Limits of time that a user gives in seconds."""

from __future__ import annotations

from numbers import Real

from asymptotix.errors import InvalidInputError

__all__ = ["require_positive_seconds"]


def require_positive_seconds(name: str, seconds: object) -> None:
    """Nothing for a number above 0, infinity included, and for None, which is no limit.

    Raises:
        InvalidInputError: anything else.

    >>> require_positive_seconds("deadline", 0.5)
    """
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, Real) or not float(seconds) > 0):
        raise InvalidInputError(name, seconds, "a number of seconds > 0, or None")
