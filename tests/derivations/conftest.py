"""The derivations, each built and checked once for all tests."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

import derivations
from asymptotix.symbolic.derivation import Derivation, Step

FOLDER = Path(derivations.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


@cache
def load(name: str) -> Derivation:
    """The derivation of a file."""
    result = importlib.import_module(f"derivations.{name}").derivation()
    assert isinstance(result, Derivation)
    return result


def step(name: str, label: str) -> Step:
    """A step by its label."""
    (found,) = [each for each in load(name).steps if each.label == label]
    return found
