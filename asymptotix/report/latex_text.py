r"""Plain text inside LaTeX: every character that TeX would read as a command is escaped."""

from __future__ import annotations

__all__ = ["latex_escape"]

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "|": r"\ensuremath{|}",
}  # fmt: skip


def latex_escape(text: str) -> str:
    r"""`text` so that LaTeX prints it as it stands.

    >>> print(latex_escape("n_samples & 5% of |x|^2"))
    n\_samples \& 5\% of \ensuremath{|}x\ensuremath{|}\textasciicircum{}2
    """
    return "".join(_ESCAPES.get(character, character) for character in text)
