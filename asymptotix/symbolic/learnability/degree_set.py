"""Sets of degrees such as "odd degrees >= 3": all even degrees from one on, all odd degrees from another on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral

from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.learnability.series_degrees import Degree, Tops

__all__ = ["DegreeSet", "degree_text"]

_LONGEST = 10**15  # written out; larger ones by their size


@dataclass(frozen=True)
class DegreeSet:
    """The even degrees >= even_from and the odd degrees >= odd_from; None where there are none of that parity.

    >>> odd = DegreeSet(None, 3)
    >>> print(odd, 3 in odd, 4 in odd, odd.finite)
    odd degrees >= 3 True False False
    """

    even_from: int | None
    odd_from: int | None

    @classmethod
    def beyond(cls, tops: Tops) -> DegreeSet:
        """The degrees above the largest of their parity.

        >>> DegreeSet.beyond(Tops(math.inf, None))
        DegreeSet(even_from=None, odd_from=1)
        """
        return cls(_next(tops.even, 0), _next(tops.odd, 1))

    def contains(self, k: int) -> bool:
        """Whether the degree k >= 0 belongs to the set.

        Raises:
            InvalidInputError: k is not an integer >= 0.
        """
        if isinstance(k, bool) or not isinstance(k, Integral) or k < 0:
            raise InvalidInputError("k", k, "a degree: an integer >= 0")
        start = self.odd_from if k % 2 else self.even_from
        return start is not None and k >= start

    def __contains__(self, k: int) -> bool:
        return self.contains(k)

    @property
    def empty(self) -> bool:
        """Whether no degree belongs to it."""
        return self.even_from is None and self.odd_from is None

    @property
    def finite(self) -> bool:
        """Whether it has finitely many members: only the empty set has."""
        return self.empty

    @property
    def smallest(self) -> int | None:
        """The smallest member."""
        return min((start for start in (self.even_from, self.odd_from) if start is not None), default=None)

    def up_to(self, k: int) -> list[int]:
        """The members <= k, ascending."""
        return [j for j in range(k + 1) if j in self]

    def __str__(self) -> str:
        even, odd = self.even_from, self.odd_from
        if even is None or odd is None:
            return "no degree" if self.empty else _one_parity("even", even) if odd is None else _one_parity("odd", odd)
        if abs(even - odd) == 1:
            low = min(even, odd)
            return "every degree" if low == 0 else f"every degree >= {degree_text(low)}"
        return f"{_one_parity('even', even)} and {_one_parity('odd', odd)}"

    def latex(self) -> str:
        r"""The set in LaTeX (amsmath, amssymb).

        >>> print(DegreeSet(None, 3).latex())
        \{k \text{ odd} : k \ge 3\}
        """
        even, odd = self.even_from, self.odd_from
        if self.empty:
            return r"\varnothing"
        if even is not None and odd is not None and abs(even - odd) == 1:
            return rf"\{{k \ge {degree_text(min(even, odd))}\}}"
        named = (("even", even), ("odd", odd))
        return r" \cup ".join(rf"\{{k \text{{ {word}}} : k \ge {degree_text(k)}\}}" for word, k in named if k is not None)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def degree_text(degree: int) -> str:
    """A degree, by its size where it is too long to read.

    >>> degree_text(3), degree_text(7**200)
    ('3', 'about 10^168')
    """
    return str(degree) if degree < _LONGEST else f"about 10^{int((degree.bit_length() - 1) * math.log10(2))}"


def _one_parity(word: str, start: int | None) -> str:
    assert start is not None  # the caller has looked
    return f"every {word} degree" if start < 2 else f"{word} degrees >= {degree_text(start)}"


def _next(top: Degree, least: int) -> int | None:
    if top == math.inf:
        return None
    return least if top is None else int(top) + 2
