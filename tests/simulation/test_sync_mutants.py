"""Sixteen bugs are put in while the simulation runs, and it finds each within a few seeds.

That it finds nothing in these seeds without a bug is held by test_sync_simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from cpdesk.model.records import Changes
from cpdesk.server import access, app, ordering
from cpdesk.server.simulation.many import verify_sync
from cpdesk.server.simulation.world import STREAMS
from cpdesk.store import replica
from cpdesk.sync import blobs, client, merge
from cpdesk.sync.protocol import cursor_from_text

Patch = pytest.MonkeyPatch
SEEDS_MOST: Final = 16
OPERATIONS: Final = 40


def change(patch: Patch, owner: Any, name: str, changed: Callable[[Any], Callable[..., Any]]) -> None:
    patch.setattr(owner, name, changed(getattr(owner, name)))


def everything_counts_as_seen(patch: Patch) -> None:
    change(patch, merge._Judgement, "_seen", lambda _: lambda self, path, now: True)


def a_removal_takes_what_nobody_saw(patch: Patch) -> None:
    change(patch, merge._Judgement, "_latest_unseen", lambda _: lambda self, paths: None)


def the_cursor_passes_an_entry(patch: Patch) -> None:
    def changed(original: Any) -> Any:
        return lambda self, entries, **where: original(self, entries[:-1] if len(entries) > 1 else entries, **where)

    change(patch, replica.Replica, "apply", changed)


def a_desk_forgets_settlements(patch: Patch) -> None:
    change(patch, replica, "settle_conflict", lambda _: lambda db, conflict, by: None)


def a_desk_keeps_removed_fields(patch: Patch) -> None:
    def changed(original: Any) -> Any:
        return lambda fields, changes: original(fields, {at: value for at, value in changes.items() if value})

    change(patch, replica, "lay", changed)


def the_outbox_leaves_one_out(patch: Patch) -> None:
    change(patch, replica.Replica, "outbox", lambda original: lambda self, limit: original(self, limit)[1:])


def a_repeated_batch_counts_as_new(patch: Patch) -> None:
    def changed(original: Any) -> Any:
        def load(self: Any) -> None:
            original(self)
            self.taken = {}

        return load

    change(patch, ordering._Batch, "_load", changed)


def the_chain_forgets_its_head(patch: Patch) -> None:
    def changed(original: Any) -> Any:
        def write(self: Any) -> None:
            self.head_seq -= bool(self.rows)
            original(self)

        return write

    change(patch, ordering._Batch, "_write", changed)


def a_field_is_not_written(patch: Patch) -> None:
    change(patch, ordering._Batch, "_field_rows", lambda original: lambda self: list(original(self))[:-1])


def conflicts_are_not_kept(patch: Patch) -> None:
    def changed(original: Any) -> Any:
        def write(self: Any) -> None:
            self.new_conflicts.clear()
            original(self)

        return write

    change(patch, ordering._Batch, "_write", changed)


def every_desk_reads_every_township(patch: Patch) -> None:
    def changed(original: Any) -> Any:
        def find(connection: Any, device: str) -> Any:
            found = original(connection, device)
            return found and replace(found, streams=frozenset(STREAMS))

        return find

    change(patch, access, "find", changed)


def any_epoch_will_do(patch: Patch) -> None:
    """Neither at a cursor nor at the beginning of a round."""
    change(patch, client._Round, "_know", lambda _: lambda self, epoch, enrolment: None)
    change(patch, app, "_after", lambda _: lambda service, cursor: cursor_from_text(cursor)[1] if cursor else 0)


def a_desk_keeps_what_a_restored_server_has_lost(patch: Patch) -> None:
    """It only reads from the start, as every desk did before this was simulated."""

    def changed(original: Any) -> Any:
        def begin(self: Any) -> Changes:
            self._writer.do(lambda db: db.execute("DELETE FROM cursors"))
            return Changes()

        return begin

    change(patch, replica.Replica, "begin_anew", changed)


def a_township_left_stays(patch: Patch) -> None:
    change(patch, replica.Replica, "leave_other_streams", lambda _: lambda self: Changes())


def a_copied_laptop_is_not_noticed(patch: Patch) -> None:
    change(patch, ordering._Batch, "_is_fork", lambda _: lambda self, operation: False)


def an_upload_does_not_go_on_where_it_ended(patch: Patch) -> None:
    change(patch, blobs.Exchange, "_offset", lambda _: lambda self, sha256: 0)


BUGS: Final = (
    everything_counts_as_seen,
    a_repeated_batch_counts_as_new,
    a_removal_takes_what_nobody_saw,
    the_cursor_passes_an_entry,
    a_desk_forgets_settlements,
    a_desk_keeps_removed_fields,
    the_outbox_leaves_one_out,
    the_chain_forgets_its_head,
    a_field_is_not_written,
    conflicts_are_not_kept,
    every_desk_reads_every_township,
    any_epoch_will_do,
    a_desk_keeps_what_a_restored_server_has_lost,
    a_township_left_stays,
    a_copied_laptop_is_not_noticed,
    an_upload_does_not_go_on_where_it_ended,
)


QUICK: Final = (everything_counts_as_seen, a_repeated_batch_counts_as_new, any_epoch_will_do)


@pytest.mark.parametrize(
    "bug",
    [bug if bug in QUICK else pytest.param(bug, marks=pytest.mark.slow) for bug in BUGS],
    ids=lambda bug: bug.__name__,
)
def test_each_bug_is_caught(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)
    runs = (verify_sync(1, OPERATIONS, first=seed) for seed in range(SEEDS_MOST))
    caught = next((run.cases[0].found for run in runs if run.failed), "")
    assert caught and not caught.startswith("broke off"), "an oracle says what is wrong"
