"""Every claim of docs/evidence.md: the experiment agrees with the theory, and exposes a mistake in it."""

from __future__ import annotations

import numpy as np
import pytest

from .evidence.claims import SETTINGS, Claim
from .evidence.table import CLAIMS, PAGE, record


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.item)
def test_the_experiment_agrees_and_exposes_the_mistake(claim: Claim) -> None:
    experiment = claim.experiment()
    verdict = experiment.verdict()
    assert verdict.outcome == "agree", verdict.summary()
    assert np.size(verdict.z) == SETTINGS
    with claim.mistake.made():
        assert experiment.verdict().outcome == "disagree"
    assert record(claim, verdict) in PAGE.read_text(encoding="utf-8"), "python -m tests.evidence.table writes the page anew"


def test_the_page_has_these_claims_and_no_other() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert [row.split("|")[1].strip() for row in rows] == [claim.item for claim in CLAIMS]
