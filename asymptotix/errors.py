"""Typed, one-line errors. Every message names the argument, the value seen, the valid range and what to do.

`exit_code` is what the command line returns for an error of the class (0 and 1 are verdicts, see `asymptotix.cli`).
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AsymptotixError",
    "ConvergenceError",
    "DeadlineError",
    "ExpressionError",
    "HypothesisError",
    "InvalidInputError",
    "MissingExtraError",
    "NotInClosedClassError",
    "ProblemFileError",
    "StorageError",
    "TruncationWarning",
    "WorkerDiedError",
]


class AsymptotixError(Exception):
    """Base of every error that the package raises on purpose."""

    code: ClassVar[str] = "AX-000"
    exit_code: ClassVar[int] = 3


class InvalidInputError(AsymptotixError, ValueError):
    """An argument outside its range: names argument, value, valid range and, where there is one, the remedy."""

    code = "AX-INPUT"
    exit_code = 2

    def __init__(self, argument: str, value: object, valid: str, fix: str = "") -> None:
        self.argument, self.value, self.valid, self.fix = argument, value, valid, fix
        super().__init__(argument, value, valid, fix)

    def __str__(self) -> str:
        hint = f"; {self.fix}" if self.fix else ""
        return f"{self.argument} = {_short(self.value)} is not valid: {self.argument} must be {self.valid}{hint}"


class ExpressionError(AsymptotixError, ValueError):
    """A text that is not an activation of the grammar (`asymptotix.activations.parser`)."""

    code = "AX-EXPRESSION"
    exit_code = 2


class ProblemFileError(AsymptotixError, ValueError):
    """A problem file that cannot be read: names the file and the key path."""

    code = "AX-PROBLEM"
    exit_code = 2


class StorageError(AsymptotixError, OSError):
    """A data file that is truncated, corrupt, or not what it should be: names the file and what to do."""

    code = "AX-STORAGE"
    exit_code = 4


class MissingExtraError(AsymptotixError, ImportError):
    """An optional package that is not installed: names the extra that brings it."""

    code = "AX-EXTRA"
    exit_code = 2

    def __init__(self, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(package, extra)

    def __str__(self) -> str:
        return f"{self.package} is not installed: run  pip install 'asymptotix[{self.extra}]'"


class HypothesisError(AsymptotixError, ValueError):
    """A hypothesis of the theorem does not hold at the arguments given, so the quantity does not exist."""

    code = "AX-HYPOTHESIS"


class ConvergenceError(AsymptotixError, ArithmeticError):
    """An iteration that did not converge. No unconverged number is ever returned."""

    code = "AX-CONVERGENCE"


class NotInClosedClassError(AsymptotixError, NotImplementedError):
    """No closed form is known to the engine for this activation (which is no proof that there is none)."""

    code = "AX-CLOSED-FORM"


class WorkerDiedError(AsymptotixError, RuntimeError):
    """A worker process died under its task, by a signal, by leaving, or for lack of memory: names which and how often."""

    code = "AX-WORKER"

    def __init__(self, message: str, attempts: int = 1) -> None:
        self.attempts = attempts
        super().__init__(message, attempts)

    def __str__(self) -> str:
        return str(self.args[0])


class DeadlineError(AsymptotixError, TimeoutError):
    """A task that ran past its deadline, or a pool in which nothing moves any more."""

    code = "AX-DEADLINE"


class TruncationWarning(UserWarning):
    """A flat tail stands for eigenvalues that are not small beside the effective ridge."""


def _short(value: object, limit: int = 80) -> str:
    """The value as one would type it; a number of NumPy as the number that it holds."""
    plain = value.item() if type(value).__module__ == "numpy" and getattr(value, "shape", None) == () else value  # type: ignore[attr-defined] # has a shape
    text = " ".join(repr(plain).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."
