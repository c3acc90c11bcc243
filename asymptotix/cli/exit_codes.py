"""What the exit code of a command means, and how errors and warnings become one line on standard error."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from typing import Any, cast

import typer
from typer.core import TyperGroup

from asymptotix.errors import AsymptotixError, ProblemFileError

__all__ = ["CommandGroup", "ExitCode", "fail"]


# the base of every refusal of the parser, which Typer does not export
_ParserError = cast(type[Exception], typer.BadParameter.__mro__[2])


class ExitCode(IntEnum):
    """Exit codes, the same for every command."""

    FINE = 0
    DISAGREE = 1
    USAGE = 2
    REFUSED = 3
    STORAGE = 4
    NOT_ENOUGH_EVIDENCE = 5
    INTERRUPTED = 130
    UNREAD = 141


_LONGEST_LINE = 1000

EPILOG = (
    "Exit codes: 0 fine, 1 theory and simulation disagree, 2 usage, 3 numerical refusal, 4 storage, 5 not enough evidence, "
    "130 interrupted before any result, 141 the reader of the output went away. A file that does not exist is a usage error."
)


def fail(message: str, code: int) -> typer.Exit:
    """Print one line on standard error; raise what it returns."""
    return _fail([message], code)


def _fail(messages: Sequence[str], code: int) -> typer.Exit:
    for message in messages:
        typer.echo(f"error: {_one_line(message)}", err=True)
    return typer.Exit(int(code))


def _one_line(message: str) -> str:
    """One line without control characters; the middle of what quotes a very long input is left out."""
    line = "".join(letter if letter.isprintable() else "?" for letter in " ".join(message.split()))
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE // 2]} ... {line[-_LONGEST_LINE // 2 :]}"


class CommandGroup(TyperGroup):
    """Runs a command; errors that the package raises on purpose leave without a traceback, with their own exit code."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse what stands before the subcommand."""
        if not args:  # prints the help
            return super().make_context(info_name, args, parent, **extra)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except _ParserError as error:
            raise _misuse(error) from None

    def invoke(self, ctx: Any) -> Any:
        """Parse what stands after the name of the subcommand, and run it."""
        with _one_line_warnings():
            try:
                result = super().invoke(ctx)
                sys.stdout.flush()  # a reader that went away is noticed here and not when the interpreter ends
                return result
            except _ParserError as error:
                raise _misuse(error) from None
            except ProblemFileError as error:  # a line for each mistake in the file
                raise _fail(str(error).splitlines(), error.exit_code) from error
            except AsymptotixError as error:
                raise fail(str(error), error.exit_code) from error
            except KeyboardInterrupt:
                raise fail("interrupted before any result", ExitCode.INTERRUPTED) from None
            except MemoryError:
                raise fail("out of memory: choose fewer grid points, samples or features", ExitCode.REFUSED) from None
            except OSError as error:
                raise _storage(error) from error


def _storage(error: OSError) -> typer.Exit:
    """A file that does not exist is a slip of the command line; what else the system refuses is storage."""
    if isinstance(error, BrokenPipeError):  # the reader of our output went away, as `| head` does
        with suppress(OSError):  # else the interpreter complains about the rest when it ends; a captured stdout has no number
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return typer.Exit(int(ExitCode.UNREAD))
    code = ExitCode.USAGE if isinstance(error, FileNotFoundError) else ExitCode.STORAGE
    return fail(f"{error.filename or 'storage'}: {error.strerror or error}", code)


def _misuse(error: Any) -> typer.Exit:
    """An option or argument that the parser refuses: its own message, without the usage lines around it."""
    return fail(error.format_message(), error.exit_code)


@contextmanager
def _one_line_warnings() -> Iterator[None]:
    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        typer.echo(f"warning: {' '.join(str(message).split())}", err=True)

    before = warnings.showwarning
    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before
