"""One line of the demo's table, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asymptotix.report.table import Column, Table
from asymptotix.verdict import Verdict

__all__ = ["Outcome", "judged", "outcome_table"]


@dataclass(frozen=True)
class Outcome:
    """What one claim came to: `verdict` is "agree", "disagree", "not enough evidence", "measured" or "skipped"."""

    claim: str
    verdict: str
    evidence: str


def judged(claim: str, verdict: Verdict) -> Outcome:
    """The line of a Verdict: outcome, number of points, worst z and what was left out."""
    worst = verdict.worst
    evidence = (
        f"{int(verdict.judged.sum())} points, largest |z| beyond the allowance {abs(worst['z_beyond_allowance']):.1f} (limit "
        f"{verdict.z_limit:.1f}), allowance up to {_largest_allowance(verdict):.1%}"
    )
    left_out = int((~verdict.judged).sum())
    return Outcome(claim, verdict.outcome, evidence + (f"; {left_out} heavy-tailed points by medians only" if left_out else ""))


def outcome_table(outcomes: Sequence[Outcome]) -> Table:
    """All lines, as a Table of the report room."""
    names = ("claim", "verdict", "evidence")
    return Table(
        tuple(Column(name, [getattr(outcome, name) for outcome in outcomes]) for name in names), title="Theory against experiment"
    )


def _largest_allowance(verdict: Verdict) -> float:
    expected = abs(verdict.expected)
    used = verdict.judged & (expected > 0)
    return float((verdict.allowance[used] / expected[used]).max(initial=0.0))
