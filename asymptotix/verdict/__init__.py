"""Theory against experiment, in standard errors, with a stated false-alarm rate: `check`, `compare`, `Verdict`."""

from __future__ import annotations

from asymptotix.verdict.comparison import compare
from asymptotix.verdict.experiment import check
from asymptotix.verdict.judgement import Verdict
from asymptotix.verdict.significance import FALSE_ALARM

__all__ = ["FALSE_ALARM", "Verdict", "check", "compare"]
