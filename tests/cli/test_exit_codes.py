from __future__ import annotations

import subprocess
import sys
import warnings

import pytest
import typer
from typer.testing import CliRunner, Result

from asymptotix import errors
from asymptotix.cli.exit_codes import CommandGroup, ExitCode


def run(action: object) -> Result:
    """A command line with one command that does `action`."""
    app = typer.Typer(cls=CommandGroup)

    @app.callback()
    def main() -> None:
        """A group, although it has one command."""

    app.command("act")(action)  # type: ignore[arg-type,type-var] # a function
    return CliRunner().invoke(app, ["act"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidInputError("n_samples", -1, "> 0"), 2),
        (errors.ExpressionError("no"), 2),
        (errors.ProblemFileError("no"), 2),
        (errors.MissingExtraError("matplotlib", "plot"), 2),
        (errors.HypothesisError("no"), 3),
        (errors.ConvergenceError("no"), 3),
        (errors.NotInClosedClassError("no"), 3),
        (OSError(28, "No space left on device", "out.csv"), 4),
        (FileNotFoundError(2, "No such file or directory", "in.npy"), 2),
        (PermissionError(13, "Permission denied", "out.csv"), 4),
        (MemoryError(), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_are_one_line_and_have_their_exit_code(error: BaseException, code: int) -> None:
    def act() -> None:
        raise error

    result = run(act)
    assert result.exit_code == code
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_an_error_that_is_not_ours_keeps_its_traceback() -> None:
    def act() -> None:
        raise ZeroDivisionError

    assert isinstance(run(act).exception, ZeroDivisionError)


def test_a_message_of_several_lines_becomes_one() -> None:
    def act() -> None:
        raise errors.HypothesisError("first\n  second")

    assert run(act).stderr == "error: first second\n"


def test_warnings_are_one_line_on_standard_error_and_do_not_stop_the_command() -> None:
    def act() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("interrupted: kept\n7 of 50 trials", UserWarning, stacklevel=1)
        typer.echo("done")

    before = warnings.showwarning
    result = run(act)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "done\n", "warning: interrupted: kept 7 of 50 trials\n")
    assert warnings.showwarning is before


def test_the_codes_are_those_of_the_documentation() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "FINE": 0, "DISAGREE": 1, "USAGE": 2, "REFUSED": 3, "STORAGE": 4, "NOT_ENOUGH_EVIDENCE": 5, "INTERRUPTED": 130,
        "UNREAD": 141,
    }  # fmt: skip


def test_output_into_a_closed_pipe_leaves_no_traceback() -> None:
    command = f"{sys.executable} -m asymptotix cite --bibtex | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert len(done.stdout) == 10
    assert done.stderr == ""


def test_a_reader_that_goes_away_is_no_disagreement() -> None:
    """The exit code of a C program whose pipe breaks; 0 and 1 are verdicts of `check`."""
    command = f"set -o pipefail; {sys.executable} -m asymptotix kernel relu | head -c 5"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (141, "")
