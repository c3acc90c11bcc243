"""A Pydantic validation error, one line for each mistake: key path, what was found, what is allowed, the nearest match."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["diagnose"]


# the mistakes for which Pydantic's own words speak of Python, or of Pydantic
_NUMBER, _WHOLE, _TABLE = "must be a number", "must be a whole number", "must be a table: { key = value, ... }"
_WORDS = {
    "float_type": _NUMBER, "float_parsing": _NUMBER, "finite_number": "must be a finite number",
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE,
    "string_type": "must be a text in quotes", "bool_type": "must be true or false", "bool_parsing": "must be true or false",
    "list_type": "must be a list: [ ... ]", "too_short": "must not be an empty list",
    "model_type": _TABLE, "model_attributes_type": _TABLE, "dict_type": _TABLE,
}  # fmt: skip
_LONGEST_VALUE = 200  # characters of a value that a message quotes
_MAX_LINES = 20  # a list of a million numbers may hold a million mistakes


def diagnose(error: ValidationError, content: Mapping[str, Any]) -> list[str]:
    """The mistakes of a file, a line for each; keys that are missing share one."""
    details = error.errors(include_url=False)
    # an unknown key is the likelier slip than the missing one it stands for
    details.sort(key=lambda detail: detail["type"] != "extra_forbidden")
    lines = [_line(detail, content) for detail in details if detail["type"] != "missing"]
    missing = [_key_path(detail["loc"], content) for detail in details if detail["type"] == "missing"]
    if missing:
        lines.append(f"{', '.join(missing)}: missing")
    lines = [" ".join(line.split()) for line in lines]
    more = len(lines) - _MAX_LINES
    return lines if more <= 0 else [*lines[:_MAX_LINES], f"and {more} more mistake{'s' if more > 1 else ''}"]


def _line(detail: ErrorDetails, content: Mapping[str, Any]) -> str:
    kind, location, context = detail["type"], detail["loc"], detail.get("ctx", {})
    path = _key_path(location, content)
    if kind == "extra_forbidden":
        allowed = _allowed_keys(location[:-1])
        return f"{path}: unknown key{_nearest(str(location[-1]), allowed)}; allowed here: {', '.join(allowed)}"
    if kind == "union_tag_not_found":
        return f"{path}.{_bare(context['discriminator'])}: missing; one of {_choices(location)}"
    if kind == "union_tag_invalid":
        tag, choices = context["tag"], [choice.strip(" '") for choice in context["expected_tags"].split(",")]
        return _unknown(f"{path}.{_bare(context['discriminator'])}", tag, choices)
    if kind == "literal_error":
        return _unknown(path, detail["input"], re.findall(r"'([^']*)'", context["expected"]))
    message = _WORDS.get(kind) or detail["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    shown = "" if isinstance(detail["input"], Mapping | list) else f" = {_quoted(detail['input'])}"
    return f"{path}{shown}: {message}" if path else message


def _unknown(path: str, value: Any, choices: list[str]) -> str:
    return f"{path} = {_quoted(value)}: not known{_nearest(str(value), choices)}; one of {', '.join(choices)}"


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."


def _bare(discriminator: str) -> str:
    return discriminator.strip("'")


def _nearest(word: str, choices: list[str]) -> str:
    match = difflib.get_close_matches(word, choices, n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""


def _key_path(location: tuple[int | str, ...], content: Mapping[str, Any]) -> str:
    """The location without the tags that Pydantic adds for the member of a union: keep what the file has, and the last key."""
    path, here = "", content
    for position, part in enumerate(location):
        known = (isinstance(here, Mapping) and part in here) or (isinstance(here, list) and isinstance(part, int))
        if not known and position < len(location) - 1:
            continue
        if isinstance(part, int):
            path += f"[{part}]"
        elif known or not _is_tag(location, position):
            path += f".{part}" if path else str(part)
        if known:
            here = here[part]  # type: ignore[index] # `known` says that it is a mapping or a list
    return path


def _is_tag(location: tuple[int | str, ...], position: int) -> bool:
    """Whether the last part names the kind of a value ("number", "list", "range", "file", "rows") and not a key."""
    return position > 0 and location[position] in ("number", "list", "range", "file", "rows")


def _allowed_keys(location: tuple[int | str, ...]) -> list[str]:
    part = _part_at(location)
    return list(part.model_fields) if part else []


def _choices(location: tuple[int | str, ...]) -> str:
    tags = [_tag(part) for part in _parts_below(location)]
    return ", ".join(tag for tag in tags if tag)


def _part_at(location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The schema part that a location lies in, following field names and union tags."""
    from asymptotix.problems.schema import ProblemSchema

    candidates: list[type[BaseModel]] = [ProblemSchema]
    for step in location:
        deeper = [part for candidate in candidates for part in _members(candidate, step)]
        tagged = [candidate for candidate in candidates if _tag(candidate) == step]
        candidates = deeper or tagged or candidates
    return candidates[0] if candidates else None


def _parts_below(location: tuple[int | str, ...]) -> list[type[BaseModel]]:
    *parent, name = location
    part = _part_at(tuple(parent))
    return _members(part, name) if part else []


def _members(part: type[BaseModel], name: int | str) -> list[type[BaseModel]]:
    """The schema parts that may stand under a field."""
    from typing import get_args

    if name not in part.model_fields:
        return []
    pending, found = [part.model_fields[str(name)].annotation], []
    while pending:
        annotation = pending.pop(0)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append(annotation)
        pending.extend(get_args(annotation))
    return found


def _tag(part: type[BaseModel]) -> str | None:
    """The value of `kind` or `name` that selects a part of a union."""
    from typing import get_args

    for key in ("kind", "name"):
        if key in part.model_fields and (values := get_args(part.model_fields[key].annotation)):
            return str(values[0])
    return None
