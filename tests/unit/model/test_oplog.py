"""The same operation has the same bytes, and so the same hash, everywhere."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.model.oplog import GENESIS_HASH, Operation, canonical_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_canonical_json_is_read_back_unchanged(value: object) -> None:
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.text(), min_size=2))
def test_order_of_entries_does_not_matter(entries: dict[str, str]) -> None:
    assert canonical_json(dict(reversed(entries.items()))) == canonical_json(entries)


def test_canonical_json_is_short_and_plain() -> None:
    assert canonical_json({"b": ["奤夿屯", None], "a": True}) == '{"a":true,"b":["奤夿屯",null]}'.encode()


@pytest.mark.parametrize("value", [1.5, [1.0], {"a": {"b": (2.5,)}}])
def test_floats_are_refused_wherever_they_hide(value: object) -> None:
    with pytest.raises(TypeError, match="no floats"):
        canonical_json(value)


OPERATION = Operation(
    op_id="019ab000-0000-7000-8000-000000000001",
    device="desk-1",
    seq=1,
    prev_hash=GENESIS_HASH,
    record="019ab000-0000-7000-8000-000000000002",
    kind="household",
    form="farmhouse",
    version="2026112301",
    stream="110114118",
    base=0,
    set={"village": "样例村"},
    old={"village": None},
    actor="sample",
    at="2026-11-23T06:32:01.123Z-0004",
)


def test_hash_of_an_operation_is_fixed() -> None:
    """Desks and servers of different versions must agree: a change of this hash breaks every chain in the field."""
    assert OPERATION.content_hash() == "7167bf4eddf4cb560f5be58e70d073cc4b8846ba575e6ecc14dbcd39b5f0c479"


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Operation)])
def test_every_field_counts_in_the_hash(name: str) -> None:
    value = getattr(OPERATION, name)
    other = value + 1 if isinstance(value, int) else {"village": "别处"} if isinstance(value, dict) else "other"
    assert dataclasses.replace(OPERATION, **{name: other}).content_hash() != OPERATION.content_hash()
