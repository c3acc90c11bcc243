"""Formula: evaluation, errors, source code; the room's public names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

import asymptotix.symbolic as room
from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.dual import dual_kernel

RELU = dual_kernel("relu")


def test_evaluate_takes_symbols_by_position_and_by_name() -> None:
    expected = RELU.evaluate(1.2, 0.8, [0.1, 0.2])
    assert expected.shape == (2,)
    np.testing.assert_allclose(RELU.evaluate(q1=1.2, q2=0.8, c=[0.1, 0.2]), expected, rtol=1e-15)
    angle = np.arccos(np.array([0.1, 0.2]) / np.sqrt(1.2 * 0.8))
    np.testing.assert_allclose(RELU.evaluate(1.2, 0.8, angle=angle), expected, rtol=1e-14)


@pytest.mark.parametrize(("values", "named"), [((1, 1), {}), ((1, 1, 0, 0), {}), ((1, 1, 0), {"c": 0}), ((1, 1), {"rho": 0.5})])
def test_evaluate_names_what_is_wrong(values: tuple[float, ...], named: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match=r"arguments|values"):
        RELU.evaluate(*values, **named)


@pytest.mark.parametrize("text", ["relu", "x*Phi(x)", "max(-1, min(1, x))", "elu", "sin(x)"])
def test_python_source_is_self_contained(text: str) -> None:
    formula = dual_kernel(text)
    code = formula.python() + "\nprint(repr(float(dual_kernel(1.2, 0.8, 0.3))))\n"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(float(formula.evaluate(1.2, 0.8, 0.3)), rel=1e-11, abs=0)


@pytest.mark.parametrize("text", ["relu", "relu(x)**3", "x*Phi(x)"])
def test_python_source_is_finite_on_the_diagonal(text: str) -> None:
    """q1 q2 - c^2 rounds below 0 there."""
    formula = dual_kernel(text)
    namespace: dict[str, Callable[..., np.ndarray]] = {}
    exec(formula.python(), namespace)  # text that the package has just written, not a user's
    q = np.random.default_rng(0).uniform(0.1, 3.0, 500)
    np.testing.assert_allclose(namespace["dual_kernel"](q, q, q), formula.evaluate(q, q, q), rtol=1e-7)


def test_formula_is_frozen_and_shows_itself() -> None:
    with pytest.raises(AttributeError):
        RELU.name = "other"  # type: ignore[misc]  # frozen on purpose
    assert RELU._repr_latex_().startswith(r"$\displaystyle k(q_1, q_2, c) = ")
    assert "[proved]" in repr(RELU)


def test_public_names_exist_and_load_lazily() -> None:
    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    code = "import sys, asymptotix.symbolic; raise SystemExit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError, match="no attribute"):
        room.nothing  # noqa: B018  # the access is the test
