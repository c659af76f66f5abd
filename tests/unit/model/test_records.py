"""Changes of several steps together refresh what each of them would."""

from __future__ import annotations

import pytest

from cpdesk.model.paths import is_path
from cpdesk.model.records import Changes, RecordKind


def test_changes_add_up() -> None:
    both = Changes(records=frozenset({"a"}), kinds=frozenset({RecordKind.SURVEY}), notes=("one",)) | Changes(
        records=frozenset({"b"}), conflicts=True, sync=True, notes=("two",)
    )
    assert both == Changes(
        records=frozenset({"a", "b"}),
        kinds=frozenset({RecordKind.SURVEY}),
        conflicts=True,
        sync=True,
        notes=("one", "two"),
    )


def test_nothing_added_changes_nothing() -> None:
    for changes in (Changes(forms=True), Changes(settings=True), Changes(records=frozenset({"a"}))):
        assert changes | Changes() == changes == Changes() | changes


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("yard/building[018f-a]/wall/b_type", True),
        ("yard/building[018f-a]", True),
        ("a/b#note", True),
        ("meta/entity/@create", True),
        ("orx:meta/orx:instanceID", True),
        ("a:/b", False),
        ("a:b:c", False),
        ("@survey.018f-a", True),
        ("a/@b#note", False),
        ("a/@b/c", False),
        ("a/@", False),
        ("a//b", False),
        ("1a", False),
    ],
)
def test_a_path_is_steps_items_and_one_mark_at_the_end(text: str, right: bool) -> None:
    assert is_path(text) is right
