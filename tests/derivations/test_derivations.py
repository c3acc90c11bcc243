"""Every derivation verifies, is proved, prints, and imports the proof kit only."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

import derivations
from asymptotix.references import REFERENCES
from asymptotix.symbolic.derivation import Derivation, DerivationError
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.network import tangent_kernel

FOLDER = Path(derivations.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
KIT = {"asymptotix.symbolic.derivation", "asymptotix.symbolic.functions", "asymptotix.symbolic.presentation"}


def load(name: str) -> Derivation:
    result = importlib.import_module(f"derivations.{name}").derivation()
    assert isinstance(result, Derivation)
    return result


@pytest.mark.parametrize("name", NAMES)
def test_is_proved_and_prints(name: str) -> None:
    derivation = load(name)
    assert derivation.proved
    markdown = derivation.to_markdown()
    assert markdown.startswith(f"# {derivation.title}")
    assert markdown.count("*proved*") == len(derivation.steps)
    assert set(derivation.source) <= set(REFERENCES)
    assert derivation.to_latex().count(r"\[") == derivation.to_latex().count(r"\]")


@pytest.mark.parametrize("name", NAMES)
def test_every_step_can_fail(name: str) -> None:
    """Doubling the right side of any claim that is not 0 = 0 makes the derivation refuse to print."""
    derivation = load(name)
    for index, step in enumerate(derivation.steps):
        wrong = dataclasses.replace(step, claim=sp.Eq(step.claim.lhs, 2 * step.claim.rhs + 1, evaluate=False))
        steps = (*derivation.steps[:index], wrong, *derivation.steps[index + 1 :])
        with pytest.raises(DerivationError, match=f"step {index + 1} "):
            dataclasses.replace(derivation, steps=steps).verify()


@pytest.mark.parametrize("name", NAMES)
def test_is_an_independent_witness(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text()
    tree = ast.parse(text)
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module != "__future__"}
    assert {module for module in imported if module and module.startswith("asymptotix")} <= KIT
    docstring = ast.get_docstring(tree) or ""
    assert all(re.search(rf"^{word}\b", docstring, re.MULTILINE) for word in ("Claim", "Source", "Used by"))
    used = re.search(r"^Used by\s+(.*?)\n\n", docstring + "\n\n", re.MULTILINE | re.DOTALL)
    assert used
    for path in re.split(r",\s*", used.group(1).strip()):
        assert (FOLDER.parent / path).exists(), path


def test_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "derivations.two_layer_relu_tangent"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER.parent)
    assert done.stdout.startswith("# The two-layer ReLU tangent kernel")


@pytest.mark.parametrize("angle", ["1/3", "3/2", "14/5"])
def test_witness_and_engine_agree(angle: str) -> None:
    from derivations.arc_cosine import THETA, kernel

    theta = sp.Rational(angle)
    for order, text in enumerate(("step(x)", "relu", "relu(x)**2", "relu(x)**3")):
        formula = dual_kernel(text)
        engine = formula.expression.subs(dict(zip(formula.symbols, (1, 1, sp.cos(theta)), strict=True)))
        assert abs(sp.N(kernel(order).subs(THETA, theta), 40) / sp.N(engine, 40) - 1) < sp.Float("1e-35")


def test_two_layer_witness_and_engine_agree() -> None:
    derivation = load("two_layer_relu_tangent")
    environment = derivation.steps[-1].environment
    from asymptotix.symbolic.derivation import resolve
    from derivations.two_layer_relu_tangent import PAIR, TANGENT

    formula, point = tangent_kernel("relu"), (sp.Rational(13, 10), sp.Rational(7, 10), sp.Rational(-2, 5))
    witness = resolve(TANGENT(*PAIR), environment).subs(dict(zip(PAIR, point, strict=True)))
    engine = formula.expression.subs(dict(zip(formula.symbols, point, strict=True)))
    assert abs(sp.N(witness, 40) / sp.N(engine, 40) - 1) < sp.Float("1e-35")
