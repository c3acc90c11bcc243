from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.runs.store import content_key

TARGET = ax.Target(np.array([1.0, 0.2]))


class Colour(Enum):
    RED = 1


class Level(IntEnum):
    ONE = 1


@dataclass(frozen=True)
class Plain:
    a: Any
    note: str = field(default="", compare=False)


@dataclass(frozen=True)
class Other:
    a: Any


DIFFERENT: list[tuple[Any, ...]] = [
    (), (None,), (True,), (1,), (2,), (-1,), (1.5,), (float("inf"),), (-float("inf"),), (float("nan"),), ("1",), (b"1",), ("",),
    ([],), ({},), ([1],), ([[1]],), ([1, 2],), ([1], [2]), (["12"],), (["1", "2"],), ({"a": 1},), ({"a": {"b": 1}},), (set(),),
    ({1, 2},), (Fraction(1, 3),), (1 / 3,), (Decimal("0.1"),), (0.1,), (1j,), (Colour.RED,), (Level.ONE,), (Plain(1),),
    (Plain(2),), (Other(1),), (np.ones(2),), (np.ones(2, np.float32),), (np.ones(2, np.int64),), (np.ones((2, 1)),),
    (np.ones((1, 2)),),     (np.array([1.0, 0.0]),), (np.array(1.0),), (np.zeros(0),), (np.exp,), (np.sin,),
    ("a", "b"), ("ab",), ({"a": 1, "b": 2},),
]  # fmt: skip


def test_different_content_has_different_keys() -> None:
    keys = [content_key(*parts) for parts in DIFFERENT]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 for key in keys)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (1, 1.0), (0.0, -0.0), (float("nan"), -float("nan")), ([1, "x"], (1, "x")), ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({3, 1, 2}, frozenset([2, 3, 1])), (np.float64(0.5), 0.5), (np.int32(7), 7), (np.bool_(True), True), (2.0**60, 2**60),
        (np.array([0.0, -0.0]), np.zeros(2)), (np.arange(6.0).reshape(2, 3).T, np.arange(6.0).reshape(2, 3).T.copy()),
        (np.arange(3.0), np.arange(3.0).astype(">f8")), (Plain(1, "here"), Plain(1, "there")), (Decimal("0.5"), Fraction(1, 2)),
    ],
)  # fmt: skip
def test_equal_content_has_equal_keys(one: Any, same: Any) -> None:
    assert content_key(one) == content_key(same)


def test_every_nan_of_an_array_counts_as_one() -> None:
    odd = np.array([0x7FF8000000000001, 0xFFF8000000000123], dtype=np.uint64).view(np.float64)
    assert content_key(odd) == content_key(np.full(2, np.nan))
    assert content_key(odd) != content_key(np.array([np.nan, 0.0]))


def test_another_process_finds_the_same_keys() -> None:
    code = (
        "import numpy as np, asymptotix as ax; from asymptotix.runs.store import content_key;"
        "t = ax.Target(np.array([1.0, 0.2]));"
        "k = ax.KernelRidge.on_sphere(ax.rbf_kernel(1.0), dimension=5, target=t, noise_variance=0.1);"
        "print(content_key(k.design, {'b', 'a'}, {'n': 3}))"
    )
    model = ax.KernelRidge.on_sphere(ax.rbf_kernel(1.0), dimension=5, target=TARGET, noise_variance=0.1)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert found == content_key(model.design, {"a", "b"}, {"n": 3})


def test_designs_of_models_differ_in_every_setting() -> None:
    def kernel(**changed: Any) -> Any:
        settings = {"dimension": 5, "target": TARGET, "noise_variance": 0.1, "kernel": ax.rbf_kernel(1.0)} | changed
        return ax.KernelRidge.on_sphere(settings.pop("kernel"), **settings).design

    spectrum = ax.Spectrum(np.array([1.0, 0.5]), np.array([3.0, 4.0]))
    designs = [
        kernel(), kernel(dimension=6), kernel(noise_variance=0.2), kernel(target=ax.Target(np.array([1.0, 0.3]))),
        kernel(kernel=ax.rbf_kernel(2.0)), kernel(kernel=ax.laplace_kernel(1.0)), kernel(kernel=ax.inner_product_kernel(np.exp)),
        ax.RidgeRegression(spectrum, TARGET, noise_variance=0.1).design,
        ax.RandomFeatures(spectrum, TARGET, noise_variance=0.1).design,
        ax.NeuralTangent.on_sphere("relu", dimension=5, target=TARGET, noise_variance=0.1).design,
        ax.RandomFeatures.on_sphere("gelu", dimension=5, target=TARGET, noise_variance=0.1).design,
        ax.RandomFeatures.on_sphere("relu", dimension=5, target=TARGET, noise_variance=0.1).design,
        ax.RandomFeatures.on_data(np.eye(4), np.arange(4.0), "relu").design,
        ax.LatentSpace(dimension=5, signal=1.0, noise_variance=0.1).design,
    ]  # fmt: skip
    keys = [content_key(design) for design in designs]
    assert len(set(keys)) == len(keys)
    assert content_key(kernel()) == keys[0]


def test_an_activation_counts_by_its_tree() -> None:
    assert content_key(ax.activation("max(x, 0) + x/10")) == content_key(ax.activation("x/10 + max(x,0)").__class__(
        "renamed", "text", ax.activation("max(x, 0) + x/10").tree
    ))  # fmt: skip
    assert content_key(ax.activation("relu")) != content_key(ax.activation("erf"))


def test_code_is_refused_where_it_stands() -> None:
    with pytest.raises(InvalidInputError, match=r"parts\[1\]\[kernel\]\.a.*lambda.*frozen dataclass") as seen:
        content_key(1, {"kernel": Plain(lambda t: t)})
    assert "\n" not in str(seen.value)
    assert "0x" not in str(seen.value)


@pytest.mark.parametrize("value", [object(), Plain, {1: 2}, np.array(["a"]), np.array([None]), iter([])])
def test_other_objects_are_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="parts"):
        content_key(value)


def test_what_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(InvalidInputError, match="nested"):
        content_key(loop)
