r"""A derivation as a text: claim, hypotheses, source, what is used without proof, steps. Markdown or LaTeX (amsmath, amssymb).

The claim at the top is not typed: it is the equations of the steps that the derivation names as its theorem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from asymptotix.references import REFERENCES
from asymptotix.symbolic.presentation import equation_latex, latex
from asymptotix.symbolic.printing.line_breaking import LINE, equation, visible_width

if TYPE_CHECKING:
    from asymptotix.symbolic.derivation import Derivation, Step

__all__ = ["document", "fragment", "markdown"]

MAX_LINES = 12  # a longer definition is named and not printed
_PREAMBLE = (
    r"\documentclass[11pt]{article}",
    r"\usepackage[a4paper,margin=2.5cm]{geometry}",
    r"\usepackage{amsmath,amssymb}",
    r"\allowdisplaybreaks",
    r"\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}\setlength{\emergencystretch}{3em}",
)


def markdown(derivation: Derivation) -> str:
    """Markdown with TeX formulas between dollars."""
    lines = [f"# {derivation.title}", ""]
    lines += ["**Claim.**", ""]
    shown: dict[sp.Basic, sp.Basic] = {}
    for number, step in _statement(derivation):
        head = [f"{step.label} (step {number}):", ""] if step.label else []
        lines += [*head, *_display(step), *_listed(_new(step, shown, of_claim=True))]
    if derivation.hypotheses:
        lines += ["Hypotheses:", "", *(f"- {item}" for item in derivation.hypotheses), ""]
    if derivation.source:
        lines += ["Source: " + ", ".join(f"[{key}]" for key in derivation.source), ""]
    if derivation.premises:
        lines += ["Used without proof:", "", *(f"- {premise}" for premise in derivation.premises), ""]
    for number, step, word in _numbered(derivation):
        label = f" ({step.label})" if step.label else ""
        lines += [f"**Step {number}**{label}. {step.why}{_uses(step)} *{word}*", ""]
        lines += [*_display(step), *_listed(_new(step, shown))]
    lines.append(derivation.summary)
    return "\n".join(lines) + "\n"


def fragment(derivation: Derivation) -> str:
    """A LaTeX fragment, to be put into a document that loads amsmath and amssymb."""
    lines = [rf"\subsection*{{{plain(derivation.title)}}}", r"\textbf{Claim.}"]
    shown: dict[sp.Basic, sp.Basic] = {}
    for number, step in _statement(derivation):
        head = [rf"\textit{{{plain(step.label)}}} (step {number}):"] if step.label else []
        lines += [*head, _aligned(step.claim.lhs, step.claim.rhs), *_aligned_all(_new(step, shown, of_claim=True))]
    if derivation.hypotheses:
        lines += ["", r"\textbf{Hypotheses.}", *(plain(item) for item in derivation.hypotheses)]
    if derivation.premises:
        lines += ["", r"\textbf{Used without proof.}", r"\begin{itemize}"]
        lines += [*(rf"\item {plain(premise)}" for premise in derivation.premises), r"\end{itemize}"]
    lines += ["", r"\textbf{Proof.}", r"\begin{enumerate}"]
    for _, step, word in _numbered(derivation):
        label = rf"\textit{{{plain(step.label)}.}} " if step.label else ""
        lines.append(rf"\item {label}{plain(step.why + _uses(step))} \emph{{{plain(word)}}}")
        lines += [_aligned(step.claim.lhs, step.claim.rhs), *_aligned_all(_new(step, shown))]
    lines += [r"\end{enumerate}", plain(derivation.summary)]
    return "\n".join(lines) + "\n"


def document(derivation: Derivation) -> str:
    """A complete LaTeX document, with the bibliography entries of its source."""
    entries = [
        rf"\bibitem{{{key}}} {plain(str(REFERENCES[key]).partition('] ')[2])}" for key in derivation.source if key in REFERENCES
    ]
    cited = [r"Source: \cite{" + ",".join(key for key in derivation.source if key in REFERENCES) + "}."] if entries else []
    references = [r"\begin{thebibliography}{9}", *entries, r"\end{thebibliography}"] if entries else []
    return "\n".join([*_PREAMBLE, r"\begin{document}", fragment(derivation), *cited, *references, r"\end{document}"]) + "\n"


def _numbered(derivation: Derivation) -> list[tuple[int, Step, str]]:
    """Number, step, and how the text calls the outcome of its check."""
    return [(i, s, o.word) for i, (s, o) in enumerate(zip(derivation.steps, derivation.outcomes, strict=True), start=1)]


def _statement(derivation: Derivation) -> list[tuple[int, Step]]:
    """The steps of the claim, with their numbers."""
    return [(number, step) for number, step in enumerate(derivation.steps, start=1) if step in derivation.statement]


def _new(step: Step, shown: dict[sp.Basic, sp.Basic], *, of_claim: bool = False) -> list[tuple[sp.Basic, sp.Basic]]:
    """The definitions of a step that were not printed before, or those among them that its claim names."""
    found = []
    for name, value in step.environment.items():
        if shown.get(name) == value or (of_claim and not step.claim.has(name)):
            continue
        shown[name] = value
        left, right = (name(*value.variables), value.expr) if isinstance(value, sp.Lambda) else (name, value)
        if (left, right) != (step.claim.lhs, step.claim.rhs):
            found.append((left, right))
    return found


def _uses(step: Step) -> str:
    return f" (from {', '.join(step.uses)})" if step.uses else ""


def _display(step: Step) -> list[str]:
    return [f"$${equation_latex(step.claim)}$$", ""]


def _listed(definitions: list[tuple[sp.Basic, sp.Basic]]) -> list[str]:
    rows = []
    for left, right in definitions:
        name, text = latex(left), latex(right)
        rows.append(f"- ${name}$: {_too_long(right)}" if visible_width(text) > MAX_LINES * LINE else f"- ${name} = {text}$")
    return ["with", "", *rows, ""] if rows else []


def _aligned_all(definitions: list[tuple[sp.Basic, sp.Basic]]) -> list[str]:
    rows = []
    for left, right in definitions:
        long = visible_width(latex(right)) > MAX_LINES * LINE
        rows.append(rf"\[ {latex(left)}\colon\quad \text{{{_too_long(right)}}} \]" if long else _aligned(left, right))
    return ["with", *rows] if rows else []


def _too_long(value: sp.Basic) -> str:
    return f"computed, a sum of {len(sp.Add.make_args(value))} terms, too long to print"


def _aligned(left: sp.Basic, right: sp.Basic) -> str:
    r"""One display; sums that are too wide for the line are broken before their signs."""
    return rf"\[ {equation(latex(left), latex(right))} \]"


def plain(text: str) -> str:
    """Prose for LaTeX: the characters that are special outside formulas, escaped; formulas between dollars stay."""
    parts = text.split("$")
    special = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "^": r"\^{}", "<": r"$<$", ">": r"$>$"}
    for index in range(0, len(parts), 2):
        parts[index] = "".join(special.get(character, character) for character in parts[index])
    return "$".join(parts)
