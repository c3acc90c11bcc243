from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from asymptotix.errors import InvalidInputError, StorageError
from asymptotix.runs.store.record import LogEntry, Record, checksum, pack_arrays, record_of, text_of, unpack_arrays, value_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3).filter(lambda d: "$float" not in d),
    max_leaves=8,
)


@given(VALUES)
def test_values_come_back_from_text(value: Any) -> None:
    assert value_of(text_of(value)) == value


@given(st.dictionaries(st.text(max_size=5), arrays(np.float64, array_shapes(min_dims=0, min_side=0, max_side=3)), max_size=3))
def test_arrays_come_back_bit_by_bit(content: dict[str, Any]) -> None:
    found = unpack_arrays(*pack_arrays(content))
    assert list(found) == list(content)
    for name, values in content.items():
        assert found[name].shape == values.shape
        assert found[name].tobytes() == values.tobytes()


def test_text_is_canonical() -> None:
    assert text_of({"b": np.float64(0.1), "a": (1, None)}) == '{"a":[1,null],"b":0.1}'
    assert text_of(math.inf) == '{"$float":"inf"}'
    assert math.isnan(value_of(text_of({"x": math.nan}))["x"])


@pytest.mark.parametrize("value", [object(), {1: 2}, 1j, b"x", {"a": {2}}])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="JSON"):
        text_of(value)


@pytest.mark.parametrize("text", ["", "{", "[1", "nope"])
def test_damaged_text_is_told(text: str) -> None:
    with pytest.raises(StorageError, match="not JSON"):
        value_of(text)


@pytest.mark.parametrize("layout", ["", "[1]", '[["x", 3]]', '[["x", [-1]]]', "[[]]"])
def test_damaged_layout_is_told(layout: str) -> None:
    with pytest.raises(StorageError, match="layout"):
        unpack_arrays(layout, b"")


@pytest.mark.parametrize("size", [7, 8, 24])
def test_wrong_length_is_told(size: int) -> None:
    with pytest.raises(StorageError, match="numbers than its layout"):
        unpack_arrays('[["x",[2]]]', bytes(size))


def test_each_part_counts_in_the_checksum() -> None:
    parts = ("k", "{}", "[]", b"1")
    changed = [
        ("j", *parts[1:]),
        ("k", "[]", "[]", b"1"),
        ("k", "{}", "{}", b"1"),
        ("k", "{}", "[]", b"2"),
        ("k{}", "", "[]", b"1"),
    ]
    assert checksum(*parts) not in [checksum(*other) for other in changed]


def test_whole_numbers_become_floats_only_if_exact() -> None:
    assert Record("k", {}, {"x": np.array([2**53, -3])}).arrays["x"].tolist() == [2.0**53, -3.0]
    assert Record("k", {}, {"x": np.float32(0.5)}).arrays["x"].dtype == np.float64
    for bad in (np.array([2**53 + 1]), np.array([1j]), np.array(["a"]), np.array([None])):
        with pytest.raises(InvalidInputError, match=r"arrays\['x'\]"):
            Record("k", {}, {"x": bad})


@pytest.mark.parametrize("key", ["", "x" * 201, 3])
def test_a_key_is_a_short_text(key: Any) -> None:
    with pytest.raises(InvalidInputError, match="key"):
        Record(key, {}, {})


def test_a_log_entry_is_one_line() -> None:
    entry = LogEntry(0.0, "a" * 64, {"n": 3}, 1.5, "", "finished")
    assert str(entry) == "1970-01-01T00:00:00Z aaaaaaaaaaaa n=3 1.5 s - finished"


def stored(arrays: dict[str, Any]) -> Record:
    layout, content = pack_arrays(arrays)
    return record_of(("k", '{"n":3}', layout, content, checksum("k", '{"n":3}', layout, content), 1.5, "w", 2.0))


def test_a_stored_record_is_a_record() -> None:
    arrays = {"x": np.array([1.0, 2.0]), "y": np.array([[3.0]])}
    record = stored(arrays)
    assert (record.key, record.parameters, record.seconds, record.worker, record.finished) == ("k", {"n": 3}, 1.5, "w", 2.0)
    assert {name: values.tolist() for name, values in record.arrays.items()} == {"x": [1.0, 2.0], "y": [[3.0]]}
    assert pickle.loads(pickle.dumps(stored(arrays))).arrays["y"].shape == (1, 1)
    with pytest.raises(AttributeError, match="no attribute 'array'"):
        _ = record.array  # type: ignore[attr-defined] # misspelled on purpose


@pytest.mark.parametrize("names", [("x", "y"), ("y", "x"), ("y",)])
def test_rows_stand_in_the_order_of_the_names(names: tuple[str, ...]) -> None:
    arrays = {"x": np.array([1.0, 2.0]), "y": np.array([3.0, 4.0])}
    expected = [arrays[name].tolist() for name in names]
    assert stored(arrays).rows(names).tolist() == expected
    assert Record("k", {}, arrays).rows(names).tolist() == expected


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("instead", ["other", b"other", 3, None])
def test_whatever_stands_in_a_damaged_row_is_told(place: int, instead: Any) -> None:
    layout, content = pack_arrays({"x": np.array([1.0])})
    row = ["k", "{}", layout, content, checksum("k", "{}", layout, content), 1.5, "w", 2.0]
    row[place] = instead
    with pytest.raises(StorageError):
        record_of(tuple(row))
