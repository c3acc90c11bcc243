from __future__ import annotations

from typing import Any

import pytest

from asymptotix.activations.declarations import MAX_SYMBOLS, declared
from asymptotix.activations.functions import FUNCTION_NAMES
from asymptotix.activations.tree import Symbol
from asymptotix.errors import InvalidInputError
from tests.hostile_texts import BOMBS, CODE


def test_names_are_real_or_positive_and_keep_their_order() -> None:
    expected = {"beta": Symbol("beta"), "alpha": Symbol("alpha", positive=True)}
    assert declared(["beta", "alpha > 0"]) == expected
    assert list(declared(["beta", "alpha>0"])) == ["beta", "alpha"]
    assert declared("beta, alpha > 0") == expected
    assert declared(name for name in ("beta", " alpha  >  0 ")) == expected
    assert declared("a_neg1") == {"a_neg1": Symbol("a_neg1")}


@pytest.mark.parametrize(
    "name",
    ["x", "q1", "q2", "c", "pi", "pi_", "_a", "a__b", "a_", "1a", "a b", "a > 1", "a < 0", "a = 1", "a.b", "", " ", "lambda",
     "in", "None", "self", "angle", "digits", "text", "parameters", "theta", "rho", "Q1_0", "C_3", "T_1", "k_0", "E", "I", "oo",
     "nan", "inf", "np", "math", "Phi2", "He", "relu", "where", "leaky_relu", "dirac", "a" * 25, "\u00e9", "\U0001d41a", "a;b",
     "a[0]", "a()"],
)  # fmt: skip
def test_malformed_and_taken_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="parameters = ") as caught:
        declared([name])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", FUNCTION_NAMES)
def test_no_function_can_be_shadowed(name: str) -> None:
    with pytest.raises(InvalidInputError, match="taken"):
        declared([name])


@pytest.mark.parametrize("given", [3, None, [3], [None], [b"a"], [["a"]], [], "", [""], ["a", "a"], ["a", "a > 0"], {1: 2}, 1.5])
def test_what_is_no_list_of_names_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInputError, match="parameters = "):
        declared(given)


def test_at_most_three() -> None:
    assert len(declared("a, b, h")) == MAX_SYMBOLS
    with pytest.raises(InvalidInputError, match="at most 3"):
        declared("a, b, h, f")
    with pytest.raises(InvalidInputError, match="at most 3"):
        declared(f"a{i}" for i in range(10**9))  # stops at the fourth


@pytest.mark.parametrize("text", [*CODE, *BOMBS])
def test_hostile_texts_are_no_names(text: str) -> None:
    for given in (text, [text], ["a", text], f"a, {text}"):
        with pytest.raises(InvalidInputError) as caught:
            declared(given)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 500
