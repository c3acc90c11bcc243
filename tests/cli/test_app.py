from __future__ import annotations

import subprocess
import sys

import pytest

from asymptotix import __version__

from .conftest import Run, Start

COMMANDS = ("kernel", "activations", "coefficients", "universality", "risk", "check", "derive", "demo", "init", "cite", "doctor")
HEAVY = {"numpy", "scipy", "sympy", "mpmath", "matplotlib", "pandas"}  # Typer itself may load Pydantic


def modules_after(*arguments: str) -> set[str]:
    """What a fresh process has loaded when the command line has answered."""
    program = (
        "import sys\nfrom asymptotix.cli.app import app\n"
        f"try:\n    app({list(arguments)!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('MODULES', *sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split("MODULES\n")[1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("risk", "--help"), ("check", "--help"), ("cite", "--help")])
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not modules_after(*arguments) & HEAVY


def test_a_command_that_computes_does_load_numpy() -> None:
    """The control of the test above."""
    assert "numpy" in modules_after("doctor")


def test_version(start: Start) -> None:
    done = start("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"asymptotix {__version__}\n", "")


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    text = run("--help").output
    assert all(f"\n  {command} " in text for command in COMMANDS)
    assert "5 not enough evidence, 130 interrupted before any result, 141 the reader of the output went away." in " ".join(
        text.split()
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples_that_start_with_its_name(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    examples = [
        line.strip() for line in result.output.split("Examples:")[1].splitlines() if line.strip().startswith("asymptotix")
    ]
    assert len(examples) >= 2
    assert all(example.split()[1] == command for example in examples)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("rsik",), "rsik"),
        (("--vresion",), "--vresion"),
        (("doctor", "--jsn"), "--jsn"),
        (("kernel", "relu", "--depth", "two"), "--depth"),
        (("kernel", "relu", "--kind", "dula"), "--kind"),
        (("risk", "--model"), "--model"),
        (("check", "--seed", "-1"), "--seed"),
    ],
)
def test_what_the_parser_refuses_is_one_line_that_names_it(run: Run, arguments: tuple[str, ...], named: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert named in result.stderr


def test_without_arguments_the_help_is_shown(run: Run) -> None:
    assert "Commands:" in run().output


def test_python_m_asymptotix_is_the_same_program(start: Start) -> None:
    assert "Usage: asymptotix" in start("--help").stdout
