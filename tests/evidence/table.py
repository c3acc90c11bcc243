"""The page docs/evidence.md: `python -m tests.evidence.table` runs every claim and writes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import asymptotix as ax

from .claims import Claim
from .features_theory import FEATURES
from .risk_theory import CLAIMS as RIDGE

CLAIMS = [*RIDGE, *FEATURES]
PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"

_HEAD = """# Evidence

Each line is a claim of the theory with an experiment that shares no code with it: three settings, the difference between
experiment and theory in standard errors at each (z), and a mistake which, made in the theory alone, turns the verdict of the same
experiment to "disagree". Where there is a problem file, `asymptotix check docs/problems/FILE` prints the table. Beyond standard
errors, the verdict grants the finite-size error of a deterministic equivalent, at most 5% (`Verdict.allowance`, see
`asymptotix.check`). The lines are remade, and the mistakes made, in the tests.

| item | public names, problem file | z of three settings | mistake that is found |
|---|---|---|---|
"""


def record(claim: Claim, verdict: ax.Verdict) -> str:
    """The line of the table. Scores to a tenth: other processors and libraries round otherwise."""
    scores = ", ".join(f"{z:+.1f}" for z in np.ravel(verdict.z))
    names = ", ".join(f"`{name}`" for name in claim.names)
    problem = f"; [{claim.problem}](problems/{claim.problem})" if claim.problem else ""
    return f"| {claim.item} | {names}{problem} | {scores} | {claim.mistake.what} |"


def page() -> str:
    return _HEAD + "".join(record(claim, claim.experiment().verdict()) + "\n" for claim in CLAIMS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
