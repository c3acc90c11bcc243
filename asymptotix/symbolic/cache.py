"""Finished derivations on disk: one JSON file for each activation, read by an own reader, never executed.

A file holds the expression, every step of its derivation and what its check found, so that a kernel from the cache is
as proved as when it was stored. It is valid for one state of the engine only: the folder is named after a hash of the package's
sources and SymPy's version, so that no result of another version is ever returned. A file that is not exactly what was
written (checksum, key, format) is ignored and replaced. Files are written beside and renamed: readers and writers in
other processes see a whole file or none.

`ASYMPTOTIX_CACHE` chooses the folder; "off" turns the cache off. By default it is `asymptotix` in `$XDG_CACHE_HOME` or
`~/.cache`.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sympy as sp

from asymptotix.report.whole_file import whole_file
from asymptotix.symbolic.derivation import Derivation, Outcome, Step
from asymptotix.symbolic.expression_text import ExpressionTextError, read, write

__all__ = ["CachedForm", "cache_folder", "load", "store"]

FORMAT = 2
MAX_BYTES = 8_000_000
_VARIABLE = "ASYMPTOTIX_CACHE"
_ROOMS = ("symbolic", "activations")  # whose sources decide what a derivation says


@dataclass(frozen=True)
class CachedForm:
    """What is stored of a kernel or of coefficients: expression, checked derivation, conditions of convergence, route."""

    expression: sp.Expr
    derivation: Derivation
    assumptions: tuple[sp.Basic, ...]
    route: str


def cache_folder() -> Path | None:
    """The folder of this version of the engine, or None when the cache is off."""
    chosen = os.environ.get(_VARIABLE, "")
    if chosen.lower() in ("off", "0", "never", "no"):
        return None
    if chosen:
        root = Path(chosen)
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        try:
            root = (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "asymptotix"
        except RuntimeError:  # no home directory
            return None
    return root / f"formulas-{_fingerprint()}"


@cache
def _fingerprint() -> str:
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(f"{FORMAT} {sp.__version__}".encode())
    for room in _ROOMS:
        for source in sorted((package / room).rglob("*.py")):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:24]


def load(key: str) -> CachedForm | None:
    """The stored form, or None: not stored, cache off, or a file that is not what was written."""
    path = _path(key)
    if path is None:
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        record = json.loads(path.read_text(encoding="utf-8"))
        body = record["body"]
        if record["key"] != key or record["checksum"] != _checksum(body):
            return None
        return _from_json(body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # corrupt or unreadable: as if it were not there


def store(key: str, form: CachedForm) -> None:
    """Store a form whose derivation has passed its checks; nothing happens where that is not possible."""
    path = _path(key)
    if path is None or not all(outcome.ok for outcome in form.derivation.outcomes):
        return
    try:
        body = _to_json(form)
        if _from_json(body) != form:  # what cannot be read back unchanged is not stored
            return
        text = json.dumps({"key": key, "checksum": _checksum(body), "body": body})
        if len(text) > MAX_BYTES:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except (OSError, ExpressionTextError, RecursionError):
        return  # no place to write, or nothing that the format holds


def _replace(path: Path, text: str) -> None:
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _path(key: str) -> Path | None:
    folder = cache_folder()
    return None if folder is None else folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _checksum(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


# --- forms as JSON ------------------------------------------------------------------------------------------------------------


def _to_json(form: CachedForm) -> dict[str, Any]:
    derivation = form.derivation
    return {
        "expression": write(form.expression),
        "assumptions": [write(relation) for relation in form.assumptions],
        "route": form.route,
        "title": derivation.title,
        "premises": list(derivation.premises),
        "source": list(derivation.source),
        "theorem": list(derivation.theorem),
        "steps": [_step_to_json(step) for step in derivation.steps],
        "outcomes": [[outcome.ok, outcome.kind, outcome.detail] for outcome in derivation.outcomes],
    }


def _step_to_json(step: Step) -> dict[str, Any]:
    return {
        "claim": write(step.claim),
        "why": step.why,
        "environment": [[write(name), write(value)] for name, value in step.environment.items()],
        "label": step.label,
        "uses": list(step.uses),
        "domain": [[write(symbol), *ends] for symbol, ends in step.domain.items()],
    }


def _step_from_json(step: dict[str, Any]) -> Step:
    environment = {read(name): read(value) for name, value in step["environment"]}
    domain = {read(symbol): (low, high) for symbol, low, high in step["domain"]}
    return Step(read(step["claim"]), step["why"], environment, step["label"], tuple(step["uses"]), domain)


def _from_json(body: dict[str, Any]) -> CachedForm:
    steps = tuple(_step_from_json(step) for step in body["steps"])
    derivation = Derivation(body["title"], steps, tuple(body["premises"]), tuple(body["source"]), tuple(body["theorem"]))
    outcomes = tuple(Outcome(ok, kind, detail) for ok, kind, detail in body["outcomes"])
    if len(outcomes) != len(steps):
        raise ValueError("one outcome for each step")
    derivation.__dict__["outcomes"] = outcomes  # found by the same version of the engine when the form was stored
    return CachedForm(read(body["expression"]), derivation, tuple(read(r) for r in body["assumptions"]), body["route"])
