"""Numbers as one types them in a shell: `0,1,0.5` is a list, `100:400:20` a range of 20 points, `1e-6:1:7:log` a log range."""

from __future__ import annotations

from typing import Any

import typer

__all__ = ["grid_numbers", "grid_value", "list_or_file", "number_list", "with_parameters"]

_MOST_POINTS = 10_000  # of a range


def number_list(option: str, text: str) -> list[float]:
    """Comma-separated numbers.

    >>> number_list("--energies", "0,1,0.5")
    [0.0, 1.0, 0.5]
    """
    return [_number(option, part) for part in text.split(",")]


def grid_value(option: str, text: str) -> Any:
    """A number, a list, or a range, in the form of a problem file.

    >>> grid_value("--ridge", "0.1"), grid_value("--ridge", "1e-3,0.1")
    (0.1, [0.001, 0.1])
    >>> grid_value("--n-features", "100:400:20:log")
    {'start': 100.0, 'stop': 400.0, 'num': 20, 'spacing': 'log'}
    """
    if ":" not in text:
        numbers = number_list(option, text)
        return numbers if "," in text else numbers[0]
    parts = text.split(":")
    if len(parts) not in (3, 4) or not parts[2].strip().isdigit():
        raise typer.BadParameter(f"{text!r} is no range: write start:stop:num or start:stop:num:log", param_hint=option)
    spacing = {"spacing": parts[3].strip()} if len(parts) == 4 else {}
    return {"start": _number(option, parts[0]), "stop": _number(option, parts[1]), "num": int(parts[2]), **spacing}


def grid_numbers(option: str, text: str) -> list[float]:
    """The numbers of a list or of a range.

    >>> grid_numbers("--exponents", "0:2:5"), grid_numbers("--widths", "1:100:3:log")
    ([0.0, 0.5, 1.0, 1.5, 2.0], [1.0, 10.0, 100.0])
    """
    given = grid_value(option, text)
    if not isinstance(given, dict):
        return given if isinstance(given, list) else [given]
    import numpy as np

    start, stop, num, spacing = given["start"], given["stop"], given["num"], given.get("spacing", "linear")
    least = 0.0 if spacing == "log" else -np.inf
    if spacing not in ("linear", "log") or not (least < start < np.inf and least < stop < np.inf and 1 <= num <= _MOST_POINTS):
        valid = f"finite ends (positive ones with :log) and 1 to {_MOST_POINTS} points"
        raise typer.BadParameter(f"{text!r} is no range: write start:stop:num or start:stop:num:log, {valid}", param_hint=option)
    return [float(v) for v in (np.geomspace if spacing == "log" else np.linspace)(start, stop, num)]


def list_or_file(text: str) -> list[float] | str:
    """Comma-separated numbers, or else the name of a file.

    >>> list_or_file("1,0.5"), list_or_file("sigma.npy")
    ([1.0, 0.5], 'sigma.npy')
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return text


def with_parameters(text: str, parameters: list[str] | None) -> Any:
    """The text of an activation as it is, or the activation with its parameters."""
    if not parameters:
        return text
    from asymptotix import activation

    return activation(text, parameters=",".join(parameters))


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text.strip()!r} is not a number", param_hint=option) from None
