"""Points at which a curve of theory is drawn: those asked for and enough between them to show its shape."""

from __future__ import annotations

__all__ = ["with_between"]


def with_between(values: list[float], count: int = 100) -> list[float]:
    """The values and `count` equally spaced ones from the least to the largest, ascending.

    >>> with_between([0.0, 0.3, 1.0], 3)
    [0.0, 0.3, 0.5, 1.0]
    """
    import numpy as np

    return [float(v) for v in np.unique([*values, *np.linspace(min(values), max(values), count)])]
