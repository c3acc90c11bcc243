"""Activations with parameters that have no value."""

from __future__ import annotations

import pickle
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymptotix.activations import CATALOGUE, Activation, ActivationFamily, activation
from asymptotix.activations.evaluation import value_float, value_mp
from asymptotix.activations.growth import growth_of
from asymptotix.activations.tree import Symbol
from asymptotix.errors import ExpressionError, InvalidInputError


@pytest.mark.parametrize(
    ("text", "declared", "values"),
    [("leaky_relu(alpha)", "alpha", {"alpha": 0.3}), ("elu", "alpha", {"alpha": 0.5}), ("celu(alpha)", "alpha", {"alpha": 2}),
     ("a*x + max(x, b)", "a, b", {"a": -0.5, "b": 0.25}), ("exp(b*x)*sin(a*x)", "b, a", {"a": 1, "b": Fraction(1, 3)}),
     ("hard_tanh(x - b, limit=a)", "a > 0, b", {"a": 2.0, "b": 1e-3})],
)  # fmt: skip
def test_at_is_the_activation_with_numbers(text: str, declared: str, values: dict[str, Any]) -> None:
    family = activation(text, parameters=declared)
    assert isinstance(family, ActivationFamily)
    member = family.at(**values)
    assert isinstance(member, Activation)
    assert member == activation(text, **values)
    x = np.linspace(-3, 3, 13)
    changed = family.at(**{name: value + 1 for name, value in values.items()})
    np.testing.assert_array_equal(member(x), activation(text, **values)(x))
    assert not np.array_equal(member(x), changed(x))


def test_some_with_numbers_and_some_without() -> None:
    family = activation("a*x + b*relu(x - h)", parameters=["h"], a=0.5, b=2)
    assert family.parameters == (Symbol("h"),)
    assert family.at(h=1) == activation("a*x + b*relu(x - h)", a=0.5, b=2, h=1)


def test_families_are_equal_when_their_trees_are() -> None:
    one, two = activation("leaky_relu(alpha)", parameters="alpha"), activation("leaky_relu(x, alpha)", parameters=["alpha"])
    assert one == two
    assert hash(one) == hash(two)
    assert one != activation("leaky_relu(alpha)", parameters="alpha > 0")
    assert one != activation("leaky_relu(beta)", parameters="beta")
    assert pickle.loads(pickle.dumps(one)) == one
    assert repr(one) == "activation('leaky_relu(alpha)', parameters=['alpha'])"


@pytest.mark.parametrize(
    "name", [name for name, entry in CATALOGUE.items() if entry.parameters and name not in ("rectified_power", "hermite")]
)
def test_every_family_of_the_catalogue(name: str) -> None:
    (parameter,) = CATALOGUE[name].parameters
    family = activation(name, parameters=[parameter.name])
    assert family.parameters[0].positive is (parameter.range != "real")
    assert family.at(**{parameter.name: 0.75}) == activation(name, **{parameter.name: 0.75})
    assert family == activation(f"{name}({parameter.name})", parameters=parameter.name)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [("leaky_relu(0.1)", {"parameters": ["beta"]}, r"beta.*occur"), ("elu", {"parameters": ["beta"]}, "alpha of elu"),
     ("relu", {"parameters": ["alpha"]}, "relu takes none"), ("a*x", {"parameters": ["a"], "a": 1}, "not both"),
     ("a*x + b", {"parameters": ["a"], "b": "x"}, "finite number"), ("x", {"parameters": ["a"]}, "occur")],
)  # fmt: skip
def test_names_that_do_not_fit_are_refused(text: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        activation(text, **options)


def test_an_undeclared_name_is_refused_with_the_remedy() -> None:
    with pytest.raises(ExpressionError, match=r"unknown name 'alpha'.*parameters=\['alpha'\].*--parameter alpha"):
        activation("leaky_relu(alpha)")
    with pytest.raises(ExpressionError, match=r"unknown name 'alpa' \(did you mean 'alpha'\?\)"):
        activation("leaky_relu(alpa) + alpha*x", parameters=["alpha"])
    with pytest.raises(InvalidInputError, match="absent when an Activation"):
        activation(activation("relu"), parameters=["a"])  # type: ignore[call-overload]  # wrong on purpose


@pytest.mark.parametrize(
    "values",
    [{}, {"alpha": 1, "beta": 1}, {"beta": 1}, {"alpha": "x"}, {"alpha": None}, {"alpha": float("nan")}, {"alpha": 1e13},
     {"alpha": 1j}, {"alpha": [1]}, {"alpha": True}],
)  # fmt: skip
def test_values_that_are_no_numbers_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        activation("leaky_relu(alpha)", parameters=["alpha"]).at(**values)


def test_a_range_holds_for_the_values_too() -> None:
    with pytest.raises(InvalidInputError, match=r"a = -1 .*positive"):
        activation("relu(a*x)", parameters=["a > 0"]).at(a=-1)
    with pytest.raises(InvalidInputError, match="positive"):
        activation("sin(a*x)/a", parameters=["a"]).at(a=-1)
    with pytest.raises(ExpressionError, match="1e30"):
        activation("exp(exp(a))*x", parameters=["a"]).at(a=20)
    with pytest.raises(ExpressionError, match="pole"):
        activation("1/(x - a)", parameters=["a"]).at(a=1)


def test_a_family_has_no_numbers() -> None:
    family = activation("leaky_relu(alpha)", parameters=["alpha"])
    for use in (lambda: family(0.5), lambda: activation(family), lambda: value_float(family.tree, np.zeros(1)),  # type: ignore[call-overload]  # wrong on purpose
                lambda: value_mp(family.tree, 1), lambda: growth_of(family.tree)):  # fmt: skip
        with pytest.raises(InvalidInputError, match=r"substitute .*\.at\(alpha=") as caught:
            use()
        assert "\n" not in str(caught.value)


def test_the_page_on_activations_runs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "activations.md").read_text(encoding="utf-8")
    namespace: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        exec(block, namespace)  # what a reader does with it
    assert namespace["k"].status.kind == "proved"
    assert namespace["s"].parameters == (Symbol("alpha"),)
