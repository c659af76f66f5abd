"""Changes of several steps together refresh what each of them would."""

from __future__ import annotations

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
