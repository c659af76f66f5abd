"""What one operation does to a record: decided by the server, field by field, and by nobody else.

Nothing is silently overwritten. A value gets in when the person who wrote it had seen what stood there; otherwise both
values are kept in a conflict and the current one stays visible. The rules in words are in docs/sync-protocol.md,
"Merge"; every rule there is one branch here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from cpdesk.model.oplog import Operation
from cpdesk.model.paths import containers, is_inside, is_item
from cpdesk.model.records import DELETED_FIELD
from cpdesk.model.replication import Conflict, Outcome


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field as it stands: the value (None = removed), the operation that put it there and its revision.

    `device` wrote it and may go on from it without having pulled it; empty when two decided for it, the later without
    having seen the earlier: then each has to see the other's word first.
    """

    value: str | None
    revision: int
    op_id: str
    actor: str
    at: str
    device: str


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict nobody has settled: opened at `revision` by an operation of `device`."""

    conflict: Conflict
    revision: int
    device: str


@dataclass(slots=True)
class RecordState:
    """All fields ever set and all open conflicts of one record; `take` is the only change made to it."""

    fields: dict[str, FieldState] = field(default_factory=dict)
    conflicts: dict[str, OpenConflict] = field(default_factory=dict)

    def value(self, path: str) -> str | None:
        state = self.fields.get(path)
        return None if state is None else state.value

    def take(self, operation: Operation, revision: int, decision: Decision) -> None:
        """Carry out a decision that `merge` made on this state."""
        for path, value in decision.applied.items():
            now = self.fields.get(path)
            if now is not None and now.value is not None and value is not None and _is_move(operation, path):
                self.fields[path] = replace(now, value=value)  # where an item stands says nothing about it
                continue
            device = "" if path in decision.shared else operation.device
            self.fields[path] = FieldState(value, revision, operation.op_id, operation.actor, operation.at, device)
        for settled in decision.settled:
            self.conflicts.pop(settled, None)
        for conflict in decision.conflicts:
            self.conflicts[conflict.id] = OpenConflict(conflict, revision, operation.device)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operation does.

    Attributes:
        outcome: APPLIED, or CONFLICT when at least one conflict was opened.
        applied: path → value that gets in (also an equal value of a resolution, which renews the field's revision).
        conflicts: opened by this operation. settled: ids of conflicts it closes.
        shared: applied paths where the equal value stood already and the device had not seen it.
    """

    outcome: Outcome
    applied: dict[str, str | None]
    conflicts: tuple[Conflict, ...]
    settled: tuple[str, ...]
    shared: frozenset[str]


NOTHING: Final = Decision(Outcome.APPLIED, {}, (), (), frozenset())


def merge(state: RecordState, operation: Operation) -> Decision:
    """Judge one operation against the record as it stands. Pure: `state` is not changed."""
    return _Judgement(state, operation).decide()


def conflict_id(op_id: str, path: str) -> str:
    """32 hex digits: the start of the SHA-256 of operation id, line feed, path. All desks call a conflict the same."""
    return hashlib.sha256(f"{op_id}\n{path}".encode()).hexdigest()[:32]


def _is_move(operation: Operation, path: str) -> bool:
    """Whether an item that the person had on the screen gets another rank: neither put there nor decided for."""
    return is_item(path) and operation.old.get(path) is not None and operation.resolves is None


class _Judgement:
    def __init__(self, state: RecordState, operation: Operation) -> None:
        self.state = state
        self.operation = operation
        self.applied: dict[str, str | None] = {}
        self.conflicts: list[Conflict] = []
        self.shared: set[str] = set()
        self.unseen_proposals = {
            known.conflict.path
            for known in state.conflicts.values()
            if known.device == operation.device and known.revision > operation.base
        }

    def decide(self) -> Decision:
        removals = self._removals()
        for item in sorted(removals):
            self._remove_item(item)
        for path, value in self.operation.set.items():
            if path not in removals and not any(is_inside(path, item) for item in removals):
                self._judge(path, value)
        self._question_deletion()
        outcome = Outcome.CONFLICT if self.conflicts else Outcome.APPLIED
        return Decision(outcome, self.applied, tuple(self.conflicts), self._settled(removals), frozenset(self.shared))

    def _removals(self) -> set[str]:
        """Items that the operation removes, without those nested in another of them."""
        gone = {path for path, value in self.operation.set.items() if value is None and is_item(path)}
        return {path for path in gone if not any(outer in gone for outer in containers(path))}

    def _remove_item(self, item: str) -> None:
        """Remove an item with everything in it, or hold all of that when somebody worked in it unseen."""
        now = self.state.fields.get(item)
        if now is None or now.value is None:
            self._judge(item, None)
            return
        inside = [path for path in self.state.fields if is_inside(path, item)]
        unseen = self._latest_unseen([item, *inside])
        if unseen is not None:
            self._open(item, now.value, unseen, None)
            return
        self.applied[item] = None
        self.applied.update((path, None) for path in inside if self.state.value(path) is not None)

    def _judge(self, path: str, value: str | None) -> None:
        now = self.state.fields.get(path)
        if path == DELETED_FIELD and value is not None and (now is None or now.value is None):
            unseen = self._latest_unseen(other for other in self.state.fields if other != path)
            if unseen is not None:
                self._open(path, None, unseen, value)
                return
        if path == DELETED_FIELD and value is not None and now is not None and self.operation.resolves is not None:
            unseen = self._latest_unseen(other for other in self.state.fields if other != path)
            if unseen is not None:  # decided without what came in meanwhile: asked again
                self._open(path, now.value, now, None)
                return
        gone = self._removal_in_the_way(path)
        if gone is not None and value is not None:
            if not _is_move(self.operation, path):  # where a removed item would stand is nobody's data
                self._open(path, None, gone, value)
            return
        if now is None:
            if value is not None or self.operation.resolves is not None:
                self.applied[path] = value
            return
        seen = self._seen(path, now)
        if now.value == value or (is_item(path) and now.value is not None and value is not None):
            self._confirm(path, value, now, seen)
        elif seen:
            self.applied[path] = value
        else:
            self._open(path, now.value, now, value)

    def _confirm(self, path: str, value: str | None, now: FieldState, seen: bool) -> None:
        """What stands stays. Noted are a decision for it, the rank of an item, and an item put back that stands."""
        put_back = is_item(path) and value is not None and self.operation.old.get(path) is None
        if self.operation.resolves is not None or put_back:
            self.applied[path] = value
            if not seen:
                self.shared.add(path)
        elif value != now.value:
            self.applied[path] = value

    def _removal_in_the_way(self, path: str) -> FieldState | None:
        """The removal of an item that the path is or lies in, unless the device saw it and brings the item back.

        To have pulled the removal is not enough: a move of the item, not yet sent, may have kept it on the screen.
        """
        if "]" not in path:
            return None
        candidates = [*containers(path), path] if is_item(path) else list(containers(path))
        for item in candidates:
            now = self.state.fields.get(item)
            if now is None or now.value is not None:
                continue
            if self.operation.set.get(item) is None or not self._seen_loosely(item, now):
                return now
        return None

    def _seen(self, path: str, now: FieldState) -> bool:
        """Whether the person had before their eyes what stands there now.

        The base alone is not enough: a desk that has pulled a value but shows its own unsent one over it has not shown
        it. So the value before, as the operation gives it, must be the standing one too; of an item, that it was there.
        """
        before = self.operation.old.get(path)
        if is_item(path):
            return (before is None) == (now.value is None) and self._seen_loosely(path, now)
        if self.operation.device == now.device:
            return True
        return before == now.value and self._seen_loosely(path, now)

    def _seen_loosely(self, path: str, now: FieldState) -> bool:
        """As `_seen` for a field that the operation does not set, whose value before is therefore not known. What the
        desk had pulled under its own unsent value, or into an item it had removed itself, it has not shown."""
        if self.operation.device == now.device:
            return True
        hidden = any(place in self.unseen_proposals for place in (path, *containers(path)))
        return now.revision <= self.operation.base and not hidden

    def _latest_unseen(self, paths: Iterable[str]) -> FieldState | None:
        latest: FieldState | None = None
        for path in paths:
            now = self.state.fields[path]
            seen = self._seen(path, now) if path in self.operation.set else self._seen_loosely(path, now)
            if not seen and (latest is None or now.revision > latest.revision):
                latest = now
        return latest

    def _question_deletion(self) -> None:
        """Work on a record that somebody deleted meanwhile goes in, and one question is asked: bring it back?"""
        now = self.state.fields.get(DELETED_FIELD)
        if now is None or now.value is None or DELETED_FIELD in self.operation.set:
            return
        if self._seen_loosely(DELETED_FIELD, now) or not (self.applied or self.conflicts):
            return
        asked = any(
            known.conflict.path == DELETED_FIELD and known.conflict.proposed is None
            for known in self.state.conflicts.values()
        )
        if not asked:
            self._open(DELETED_FIELD, now.value, now, None)

    def _open(self, path: str, current: str | None, by: FieldState, proposed: str | None) -> None:
        operation = self.operation
        own = [
            known.conflict
            for known in self.state.conflicts.values()
            if known.device == operation.device and known.conflict.path == path
        ]
        original = own[0].original if own else operation.old.get(path)
        self.conflicts.append(
            Conflict(
                id=conflict_id(operation.op_id, path),
                record=operation.record,
                path=path,
                original=original,
                current=current,
                current_op=by.op_id,
                current_actor=by.actor,
                current_at=by.at,
                proposed=proposed,
                proposed_op=operation.op_id,
                proposed_actor=operation.actor,
                proposed_at=operation.at,
            )
        )

    def _settled(self, removals: set[str]) -> tuple[str, ...]:
        """Conflicts that this operation closes: its device's own older proposals, and those that it resolves."""
        operation = self.operation
        settled = []
        for known in self.state.conflicts.values():
            path = known.conflict.path
            touched = path in operation.set
            own = touched and known.device == operation.device
            named = touched and known.conflict.id == operation.resolves
            decided = operation.resolves is not None and known.revision <= operation.base
            covered = touched or any(is_inside(path, item) for item in removals)
            if own or named or (decided and covered):
                settled.append(known.conflict.id)
        return tuple(sorted(settled))
