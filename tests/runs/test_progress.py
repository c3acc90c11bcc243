from __future__ import annotations

import subprocess
import sys

import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.runs.progress import rate_in_words, reporting


def test_callable_is_called():
    seen = []
    with reporting(lambda done, total: seen.append((done, total)), "trials") as report:
        report(1, 3)
        report(2, 3)
    assert seen == [(1, 3), (2, 3)]


@pytest.mark.parametrize("progress", [False, None, "auto"])
def test_silent_where_nobody_looks(progress, capfd):
    with reporting(progress, "trials") as report:
        report(1, 3)
    assert capfd.readouterr() == ("", "")


def test_bar_goes_to_standard_error_and_counts(capfd):
    with reporting(True, "trials") as report:
        report(3, 3)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "trials" in captured.err
    assert "3/3" in captured.err


def test_rich_is_not_loaded_for_silence():
    script = (
        "import sys\nfrom asymptotix.runs.progress import reporting\n"
        "with reporting('auto', 'trials') as report: report(1, 2)\nprint('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("progress", ["loud", 3])
def test_anything_else_is_refused(progress):
    with pytest.raises(InvalidInputError, match="progress = "), reporting(progress, "trials"):
        pass


@pytest.mark.parametrize(
    ("done", "seconds", "text"),
    [(0, 1.0, ""), (30, 2.0, "15/s"), (30, 60.0, "30/min"), (1, 40.0, "1.5/min"), (1, 1800.0, "2/h")],
)
def test_therate_in_words_is_told_in_a_unit_that_fits(done, seconds, text):
    assert rate_in_words(done, seconds) == text
