"""Every derivation verifies, is proved, prints, can fail in every step, and imports the proof kit only."""

from __future__ import annotations

import ast
import dataclasses
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp
from sympy.core.function import AppliedUndef

from asymptotix.references import REFERENCES
from asymptotix.symbolic.derivation import DerivationError, equation, resolve

from .conftest import FOLDER, NAMES, load

SLOW = {"interpolation_peak", "ridge_training_error", "tangent_depth_recursion"}  # large rational functions, many mutants
KIT = {"asymptotix.symbolic.derivation", "asymptotix.symbolic.functions", "asymptotix.symbolic.presentation"}


@pytest.mark.parametrize("name", NAMES)
def test_is_proved_and_prints(name: str) -> None:
    derivation = load(name)
    assert derivation.proved
    markdown = derivation.to_markdown()
    assert markdown.startswith(f"# {derivation.title}")
    assert markdown.count("*proved*") == len(derivation.steps)
    assert derivation.source
    assert set(derivation.source) <= set(REFERENCES)
    latex = derivation.to_latex()
    assert latex.count(r"\[") == latex.count(r"\]") >= len(derivation.steps)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_can_fail(name: str) -> None:
    """A factor 2, the other sign or 1 more on the right side of any claim, in turn: the derivation refuses."""
    derivation = load(name)
    for index, step in enumerate(derivation.steps):
        wrong = dataclasses.replace(step, claim=equation(step.claim.lhs, _altered(step.claim.rhs, index)))
        changed = dataclasses.replace(derivation, steps=(*derivation.steps[:index], wrong, *derivation.steps[index + 1 :]))
        before, after = derivation.outcomes[:index], derivation.outcomes[index + 1 :]  # of the steps that are as they were
        changed.__dict__["outcomes"] = (*before, wrong.check(), *after)
        with pytest.raises(DerivationError, match=f"step {index + 1} "):
            changed.to_markdown()


def _altered(right: sp.Expr, turn: int) -> sp.Expr:
    ways = (2 * right, -right) if right.is_Matrix else (right + 1,) if right == 0 else (2 * right, -right, right + 1)
    return ways[turn % len(ways)]


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.long) if name in SLOW else name for name in NAMES])
def test_every_definition_is_pinned(name: str) -> None:
    """A definition that is altered wherever it stands makes some step fail: none is there for show."""
    steps = load(name).steps
    definitions = {(key, value) for step in steps for key, value in step.environment.items()}
    for key, value in sorted(definitions, key=str):
        holders = [step for step in steps if step.environment.get(key) == value]
        holders.sort(key=lambda step: sp.count_ops(step.claim))  # the cheap ones first
        changed = (dataclasses.replace(step, environment={**step.environment, key: mutant})
                   for mutant in (_times(value, 2, 0), _times(value, 1, 1)) for step in holders)  # fmt: skip
        assert any(not step.check().ok for step in changed), f"{name}: nothing notices another {key}"


def _times(value: sp.Basic, factor: int, more: int) -> sp.Basic:
    if isinstance(value, sp.Lambda):
        return sp.Lambda(value.variables, _times(value.expr, factor, more))
    return (factor + more) * value if value.is_Matrix else factor * value + more


@pytest.mark.parametrize("name", NAMES)
def test_proved_steps_hold_in_numbers(name: str) -> None:
    """The algebra that proves a step is checked by evaluation, which knows none of its rules."""
    for index, step in enumerate(load(name).steps):
        left, right = (resolve(side, step.environment) for side in (step.claim.lhs, step.claim.rhs))
        if left.is_Matrix or right.is_Matrix:
            continue  # of symbolic size
        generic = sorted(left.atoms(AppliedUndef, sp.Function) | right.atoms(AppliedUndef, sp.Function), key=str)
        unknown = {each for each in generic if each.func not in vars(sp).values() and not hasattr(sp, each.func.__name__)}
        generator = random.Random(index)
        values = {each: sp.Rational(generator.randint(10, 30), 10) for each in unknown}
        left, right = left.xreplace(values), right.xreplace(values)
        point = {s: _draw(s, generator) for s in sorted(left.free_symbols | right.free_symbols, key=str)}
        one, two = (sp.N(side.subs(point), 30) for side in (left, right))
        gap, scale = (sp.N(abs(each), 30) for each in (one - two, abs(one) + abs(two) + sp.Float("1e-12")))
        assert gap <= sp.Float("1e-15") * scale, f"{step.label}: {one} and {two} at {point}"


def _draw(symbol: sp.Symbol, generator: random.Random) -> sp.Rational:
    if symbol.is_integer:
        return sp.Integer(generator.randint(1, 4) if symbol.is_nonnegative else 2 * generator.randint(1, 4))
    return sp.Rational(generator.randint(150, 850), 1000)


@pytest.mark.parametrize("name", NAMES)
def test_is_an_independent_witness(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text()
    tree = ast.parse(text)
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module != "__future__"}
    assert {module for module in imported if module and module.startswith("asymptotix")} <= KIT
    docstring = ast.get_docstring(tree) or ""
    assert all(re.search(rf"^{word}\b", docstring, re.MULTILINE) for word in ("Claim", "Source", "Used by", "Route"))


def test_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "derivations.two_layer_relu_tangent"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER.parent)
    assert done.stdout.startswith("# The two-layer ReLU tangent kernel")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_typesets(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.tex").write_text(load(name).to_document(), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "text.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, log[-2000:]
    too_wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(too_wide, default=0.0) < 30.0  # 1 cm of a margin of 2.5 cm
