"""What a store is of: written when it is made, compared whenever it is opened, and shown with every difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asymptotix.errors import StorageError
from asymptotix.runs.store.record import text_of

__all__ = ["differences", "refuse_another"]

_SHOWN = 5
_LONGEST = 60
_ABSENT = object()


def refuse_another(path: object, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Nothing if the two descriptions are the same.

    Raises:
        StorageError: they differ; names the entries with both values.
    """
    found = differences(stored, wanted)
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise StorageError(
            f"{path}: is the store of something else: {'; '.join(found[:_SHOWN])}{more}: choose another path, or the settings"
            " that it was made with"
        )


def differences(stored: Any, wanted: Any, where: str = "") -> list[str]:
    """One text for each entry that differs: its key path, what is stored and what was asked for."""
    if isinstance(stored, Mapping) and isinstance(wanted, Mapping):
        names = [*stored, *(name for name in wanted if name not in stored)]
        return [
            line
            for name in names
            for line in differences(stored.get(name, _ABSENT), wanted.get(name, _ABSENT), f"{where}.{name}" if where else name)
        ]
    if isinstance(stored, list | tuple) and isinstance(wanted, list | tuple) and len(stored) == len(wanted):
        pairs = enumerate(zip(stored, wanted, strict=True))
        return [line for place, (old, new) in pairs for line in differences(old, new, f"{where}[{place}]")]
    if stored is _ABSENT or wanted is _ABSENT or text_of(stored) != text_of(wanted):
        return [f"{where} is {_shown(stored)} there and {_shown(wanted)} here"]
    return []


def _shown(value: Any) -> str:
    text = "absent" if value is _ABSENT else text_of(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
