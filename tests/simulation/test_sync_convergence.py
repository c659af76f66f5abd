"""Desks that work offline and sync in any order, with lost answers and doubled batches: all end equal, nothing is lost.

The oracle does not repeat the merge rules. It watches what every desk had on its screen when, and asks of each value
that gave way on the server: had the one who replaced it seen it?
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpdesk.base.clock import FixedClock
from cpdesk.model.oplog import Operation, SignedOperation
from cpdesk.model.paths import containers, is_item
from cpdesk.model.records import DELETED_FIELD
from cpdesk.model.replication import Conflict, Entry, Outcome
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.merge import RecordState, merge

STREAM = "110114100"
RECORDS = ("00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b")
ITEMS = ("room[a]", "room[b]")
PATHS = ("name", "name", "area", "room[a]/use", "room[a]/use", "room[a]/bed[x]/size")
BEGINNING = {"name": "v0", "room[a]": "i", "room[a]/use": "v0", "room[a]/bed[x]": "i", "room[b]": "k"}


class Order:
    """The server's part, in memory: order, judge, keep."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.states: dict[str, RecordState] = {}
        self._taken: set[str] = set()

    def push(self, batch: list[SignedOperation]) -> None:
        for signed in batch:
            operation = signed.operation
            if operation.op_id in self._taken:
                continue
            self._taken.add(operation.op_id)
            state = self.states.setdefault(operation.record, RecordState())
            decision = merge(state, operation)
            revision = len(self.entries) + 1
            state.take(operation, revision, decision)
            self.entries.append(
                Entry(
                    STREAM, revision, signed, decision.outcome, decision.applied, decision.conflicts, decision.settled
                )
            )

    def pull(self, cursor: str | None, limit: int) -> tuple[list[Entry], str]:
        start = int(cursor or 0)
        page = self.entries[start : start + limit]
        return page, str(start + len(page))


def _order_of(conflict: Conflict) -> tuple[str, ...]:
    """Not by id: ids are made at random, and the same steps must do the same again."""
    return conflict.record, conflict.path, conflict.proposed or "", conflict.current or "", conflict.proposed_actor


class World:
    def __init__(self, desks: int) -> None:
        clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
        self.order = Order()
        self.desks = [
            MemoryReplica(clock, person=f"sample-{number}", key=bytes([number + 1]) * 32, device=f"desk-{number}")
            for number in range(desks)
        ]
        self.tick = 0
        self.seen: dict[tuple[str, str, str, str | None], int] = {}
        self.made_at: dict[str, int] = {}
        self.had_pulled: dict[str, int] = {}
        self.written = 0

    def look(self, desk: MemoryReplica) -> None:
        """Note what is on the desk's screen now."""
        self.tick += 1
        name = desk.identity().device
        for record in RECORDS:
            for path, value in desk.visible(record).items():
                self.seen.setdefault((name, record, path, value), self.tick)
        for conflict in desk.conflicts.values():
            for value in (conflict.current, conflict.proposed):
                self.seen.setdefault((name, conflict.record, conflict.path, value), self.tick)

    def change(
        self, desk: MemoryReplica, record: str, values: dict[str, str | None], resolves: str | None = None
    ) -> None:
        operation = desk.change(record, values, stream=STREAM, resolves=resolves)
        self.tick += 1
        self.made_at[operation.op_id] = self.tick
        self.had_pulled[operation.op_id] = int(desk.cursor(STREAM) or 0)
        self.look(desk)

    def had_seen(self, operation: Operation, path: str, value: str | None) -> bool:
        first = self.seen.get((operation.device, operation.record, path, value))
        return first is not None and first <= self.made_at[operation.op_id]

    def act(self, desk: MemoryReplica, record: str, action: tuple[str, int]) -> None:
        kind, choice = action
        shown = desk.visible(record)
        if kind == "write":
            self.written += 1
            path = PATHS[choice % len(PATHS)]
            if all(item in shown for item in containers(path)):
                self.change(desk, record, {path: f"v{self.written}"})
        elif kind == "same":
            self.change(desk, record, {PATHS[choice % 2]: "same"})
        elif kind == "clear":
            self.change(desk, record, {PATHS[choice % 2]: None})
        elif kind == "add":
            self.change(desk, record, {ITEMS[choice % 2]: f"r{choice}"})  # or moves it
        elif kind == "remove":
            item = ITEMS[choice % 2]
            inside = [path for path in shown if path.startswith(f"{item}/")] if choice % 3 else []
            if item in shown:
                self.change(desk, record, {item: None, **dict.fromkeys(inside)})
        elif kind == "delete":
            self.change(desk, record, {DELETED_FIELD: "1"} if choice % 3 else {DELETED_FIELD: None})
        elif kind == "resolve":
            open_conflicts = sorted(desk.open_conflicts().items(), key=lambda item: _order_of(item[1]))
            if open_conflicts:
                name, conflict = open_conflicts[choice % len(open_conflicts)]
                value = conflict.proposed if choice % 2 else conflict.current
                there = desk.visible(conflict.record)
                absent = [item for item in containers(conflict.path) if item not in there and value is not None]
                values: dict[str, str | None] = {**dict.fromkeys(absent, "back"), conflict.path: value}
                self.change(desk, conflict.record, values, resolves=name)
        elif kind == "push":  # the answer may get lost: the batch simply stays in the outbox and comes again
            self.order.push(desk.outbox(1 + choice))
        elif kind == "pull":
            self.pull(desk, 1 + choice * 3)

    def pull(self, desk: MemoryReplica, limit: int) -> None:
        page, cursor = self.order.pull(desk.cursor(STREAM), limit)
        desk.apply(page, stream=STREAM, cursor=cursor)
        desk.apply(page, stream=STREAM, cursor=cursor)  # the same page twice changes nothing
        self.look(desk)

    def sync_all(self) -> None:
        for desk in self.desks:
            self.order.push(desk.outbox(10_000))
        for desk in self.desks:
            self.pull(desk, 10_000)


KINDS = ["write"] * 6 + ["remove", "remove", "resolve", "resolve", "push", "push", "push", "pull", "pull", "pull"]
KINDS += ["same", "clear", "add", "delete"]
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([0, 0, 0, 1]), st.sampled_from(KINDS), st.integers(0, 5)),
    min_size=5,
    max_size=60,
)


def run(steps: list[tuple[int, int, str, int]], desks: int) -> World:
    world = World(desks)
    world.change(world.desks[0], RECORDS[0], dict(BEGINNING))
    world.sync_all()
    for who, record, kind, choice in steps:
        world.act(world.desks[who % desks], RECORDS[record], (kind, choice))
    world.sync_all()
    return world


@given(steps=STEPS, desks=st.integers(2, 3))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_all_desks_and_the_server_end_equal(steps: list[tuple[int, int, str, int]], desks: int) -> None:
    world = run(steps, desks)
    for desk in world.desks:
        assert desk.waiting().operations == 0
    for record in RECORDS:
        state = world.order.states.get(record, RecordState())
        standing = {path: now.value for path, now in state.fields.items() if now.value is not None}
        assert not [path for path in standing if any(item not in standing for item in containers(path))]
        for desk in world.desks:
            assert desk.visible(record) == standing
            mine = {name for name, conflict in desk.open_conflicts().items() if conflict.record == record}
            assert mine == set(state.conflicts)


@given(steps=STEPS, desks=st.integers(2, 3))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_is_silently_overwritten(steps: list[tuple[int, int, str, int]], desks: int) -> None:
    world = run(steps, desks)
    standing: dict[tuple[str, str], str | None] = {}
    opened = {conflict.id: conflict for entry in world.order.entries for conflict in entry.conflicts}
    open_now: set[str] = set()
    decided: dict[tuple[str, str], list[Entry]] = {}  # all decisions for what stands there
    for entry in world.order.entries:
        operation = entry.signed.operation
        _every_value_got_a_place(world, entry, standing)
        for path, value in entry.applied.items():
            before = standing.get((operation.record, path))
            if before not in (None, value) and not is_item(path):
                assert world.had_seen(operation, path, before), (path, before, value)
            if _says(path, before) != _says(path, value):
                for decision in decided.pop((operation.record, path), []):
                    own = decision.signed.operation.device == operation.device
                    seen = own or decision.revision <= world.had_pulled[operation.op_id]
                    assert seen, f"the decision of revision {decision.revision} was overruled unseen"
            if operation.resolves is not None and path in operation.set:
                decided.setdefault((operation.record, path), []).append(entry)
        if entry.applied.get(DELETED_FIELD) is not None:
            for (record, path), value in standing.items():
                if record == operation.record and value is not None and not is_item(path) and path != DELETED_FIELD:
                    assert world.had_seen(operation, path, value), (path, value)
        for settled in entry.settled:
            conflict = opened[settled]
            assert world.had_seen(operation, conflict.path, conflict.proposed) or conflict.proposed is None
        standing.update({(operation.record, path): value for path, value in entry.applied.items()})
        open_now = (open_now | {conflict.id for conflict in entry.conflicts}) - set(entry.settled)
        assert (entry.outcome is Outcome.CONFLICT) == bool(entry.conflicts)
    assert open_now == {name for state in world.order.states.values() for name in state.conflicts}


def _says(path: str, value: str | None) -> str | bool | None:
    """What a decision is about: of an item whether it is there, of any other field its value."""
    return value is not None if is_item(path) else value


def _every_value_got_a_place(world: World, entry: Entry, standing: dict[tuple[str, str], str | None]) -> None:
    """What an operation wrote stands now, or is held in a conflict that it opened."""
    operation = entry.signed.operation
    held = {conflict.path: conflict.proposed for conflict in entry.conflicts}
    for path, value in operation.set.items():
        if value is None or is_item(path):
            continue
        stands = entry.applied.get(path, standing.get((operation.record, path))) == value
        assert stands or held.get(path) == value, (path, value)
    deleted = standing.get((operation.record, DELETED_FIELD))
    wrote = any(value is not None for value in operation.set.values()) and DELETED_FIELD not in operation.set
    if deleted is not None and wrote and entry.applied and not world.had_seen(operation, DELETED_FIELD, deleted):
        questions = {conflict.path for conflict in entry.conflicts}
        questions |= {
            known.path
            for earlier in world.order.entries[: entry.revision]
            for known in earlier.conflicts
            if known.record == operation.record and known.proposed is None
        }
        assert DELETED_FIELD in questions


@pytest.mark.slow
@given(steps=st.lists(STEPS, min_size=3, max_size=5).map(lambda parts: [step for part in parts for step in part]))
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
def test_long_histories_end_equal(steps: list[tuple[int, int, str, int]]) -> None:
    test_all_desks_and_the_server_end_equal.hypothesis.inner_test(steps, 3)  # type: ignore[attr-defined]
    test_nothing_is_silently_overwritten.hypothesis.inner_test(steps, 3)  # type: ignore[attr-defined]
