"""The same value has the same bytes everywhere, and only those bytes are read back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.ledger.canonical import LARGEST_INTEGER, canonical_json, digest, parse_canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INTEGERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back_and_written_the_same(value: object) -> None:
    data = canonical_json(value)
    assert parse_canonical(data) == value
    assert canonical_json(parse_canonical(data)) == data
    assert json.loads(data) == value


@given(st.dictionaries(TEXT, INTEGERS, min_size=2, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_the_form_is_rfc_8785() -> None:
    value = {
        "\u20ac": "Euro",
        "\r": "CR",
        "1": "One",
        "\U0001f600": "Smiley",
        "\ufb33": "Dagesh",
        "ō": [True, None],
    }
    assert canonical_json(value).decode() == (
        '{"\\r":"CR","1":"One","ō":[true,null],"\u20ac":"Euro","\U0001f600":"Smiley","\ufb33":"Dagesh"}'
    )


@pytest.mark.parametrize("value", [1.0, float("nan"), {1: "a"}, b"x", {"a": {2, 3}}, object()])
def test_values_without_one_form_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, 2**53, [-(2**53)]])
def test_values_other_readers_would_change_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"surrogate|2\^53"):
        canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b"1.0",
        b'"\\u0061"',
        b"",
        b"nan",
        b"\xff",
        b"[1,]",
        b"[" * 99_999,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_other_forms_of_json_are_not_read(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|Expecting|codec|value|delimiter|char"):
        parse_canonical(data)


def test_tuples_are_lists() -> None:
    assert digest((1, (2,))) == digest([1, [2]])
