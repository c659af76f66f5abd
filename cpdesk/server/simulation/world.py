"""One simulated history: desks work, sync and crash in an order that one seed decides; then quiet, then judgement."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, cast

import httpx

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import CpdeskError
from cpdesk.model.records import RecordKind, Status
from cpdesk.server.simulation.desk import SimulatedDesk
from cpdesk.server.simulation.line import FaultyLine, SimulatedServer
from cpdesk.server.simulation.messages import Client
from cpdesk.server.simulation.oracles import ServerState, breaches
from cpdesk.server.simulation.single_thread import server_in_this_thread, uploads_in_small_pieces
from cpdesk.sync.enrol import enrol
from cpdesk.sync.transport import Transport

STREAMS: Final = ("110114104", "110114118")
DESKS: Final = (2, 2, 3, 3, 4, 5, 8, 12)
DESKS_MAX: Final = 14
_START: Final = datetime(2026, 11, 23, tzinfo=UTC)
_QUIET_ROUNDS_MAX: Final = 6
_FIELDS: Final = ("name", "name", "area", "room[a]/use", "room[a]/use", "room[b]/use", "room[a]/bed[x]/size")
_ITEMS: Final = ("room[a]", "room[b]", "room[a]/bed[x]")
_RANKS: Final = "cfimpsv"
_STATUSES: Final = (Status.DRAFT, Status.COMPLETE, Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED)
_ACTIONS: Final = (
    ("edit",) * 9 + ("item",) * 3 + ("remove", "remove", "move", "resolve", "resolve", "resolve", "create", "photo")
)
_RARE: Final = ("delete", "restore", "status", "undo", "redo", "version", "version", "clear")
_FAULTS: Final = (
    *("desk_crash", "desk_crash", "crash_in_sync", "crash_in_sync", "crash_in_checkpoint", "disk_full", "clock"),
    *("lost_cursor", "token", "revocation", "server_backup", "server_restored", "township_moved", "cloned"),
)


@dataclass(frozen=True, slots=True)
class History:
    """What one seed gave.

    Attributes:
        operations: acknowledged on desks. faults: injected, by kind. breaches: what did not hold; empty = all held.
        trace: SHA-256 over every step with its result and the server's final state.
        steps: the trace as text.
    """

    seed: int
    desks: int
    operations: int
    conflicts: int
    faults: dict[str, int]
    breaches: tuple[str, ...]
    trace: str
    steps: tuple[str, ...]


def run_history(seed: int, operations: int) -> History:
    """Run one history until its desks have acknowledged so many operations, then judge it."""
    memory = Path("/dev/shm")  # noqa: S108 - only as a disk without waiting; a new folder of our own lies in it
    place = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="cpdesk-simulation-", dir=place) as folder, ExitStack() as stack:
        return _World(Path(folder), seed, stack).run(operations)


class _World:
    def __init__(self, folder: Path, seed: int, stack: ExitStack) -> None:
        self.seed = seed
        self.rng = random.Random(seed)  # noqa: S311 - histories, not secrets
        self.faults: Counter[str] = Counter()
        self.steps: list[str] = []
        self.written: list[tuple[str, str]] = []
        self.records: list[tuple[str, str]] = []
        self.server_clock = FixedClock(_START)
        stack.enter_context(server_in_this_thread())
        stack.enter_context(uploads_in_small_pieces())
        self.server = SimulatedServer(folder, self.server_clock)
        stack.callback(self.server.close)
        self.line = FaultyLine(self.server, self.rng, self.faults)
        client = cast(httpx.Client, Client(self.line.carry))
        self.transport = Transport("http://server", client=client, sleep=lambda seconds: None, tries=2)
        self.desks: list[SimulatedDesk] = []
        stack.callback(self._close_desks)
        for number in range(self.rng.choice(DESKS)):
            self._enrol(folder, number)

    def _close_desks(self) -> None:
        for desk in self.desks:
            desk.store.close()

    def _enrol(self, folder: Path, number: int) -> None:
        streams = STREAMS if number == 0 else self.rng.choice((STREAMS[:1], STREAMS[:1], STREAMS[1:], STREAMS))
        desk = SimulatedDesk(folder, number, streams, FixedClock(_START), self.seed)
        self.desks.append(desk)
        role = "reviewer" if number == 0 else "surveyor"
        code = self.server.admin.new_enrolment_code(role=role, streams=streams, person=desk.name)
        enrol(desk.store.replica, self.transport, code)

    def run(self, operations: int) -> History:
        self.server.back_up()
        self.line.fault_share = self.rng.choice((0.0, 0.05, 0.2, 0.4))
        disk_share = self.rng.choice((0.0, 0.02, 0.05))
        while sum(len(desk.acknowledged) for desk in self.desks) < operations:
            desk = self.rng.choice(self.desks)
            self._pass_time(desk)
            chance = self.rng.random()
            if chance < disk_share:
                self._fault(desk)
            elif chance < disk_share + 0.08:
                self._sync(desk)
            else:
                self._work(desk)
        self._quiet()
        state = ServerState(self.server.database, self.server.config.blobs)
        found = tuple(breaches(state, self.desks, self.written))
        self._note("end", state.digest())
        trace = hashlib.sha256("\n".join(self.steps).encode()).hexdigest()
        return History(
            self.seed,
            len(self.desks),
            sum(len(desk.acknowledged) for desk in self.desks),
            sum(len(entry.conflicts) for entry in state.entries),
            dict(sorted(self.faults.items())),
            found,
            trace,
            tuple(self.steps),
        )

    def _note(self, *facts: object) -> None:
        self.steps.append(" ".join(map(str, (len(self.steps), *facts))))

    def _pass_time(self, desk: SimulatedDesk) -> None:
        seconds = self.rng.choice((0, 1, 60))
        self.server_clock.advance(seconds=seconds)
        desk.clock.advance(seconds=seconds)

    def _quiet(self) -> None:
        self.line.deliver_late()
        self.line.fault_share = 0.0
        self.server_clock.advance(hours=2)  # with new tokens come rights that have changed
        for _ in range(_QUIET_ROUNDS_MAX):  # a round that brings the server nothing has brought every desk everything
            if not sum([self._sync(desk) for desk in self.desks]):
                return

    def _sync(self, desk: SimulatedDesk) -> int:
        """How much the server got that it had not."""
        report = desk.sync(self.transport)
        if isinstance(report, CpdeskError):
            self._note("sync", desk.name, report.code)
            return 0
        problems = [problem.code for problem in report.problems]
        self._note("sync", desk.name, report.pushed, report.pulled, report.conflicts, *problems)
        return report.pushed + report.blobs_sent

    def _fault(self, desk: SimulatedDesk) -> None:
        kind = self.rng.choice(_FAULTS)
        if kind == "revocation" and (desk is self.desks[0] or self.rng.random() < 0.8):
            return
        self.faults[kind] += 1
        self._note("fault", kind, desk.name)
        if kind in ("desk_crash", "crash_in_sync"):
            self._crash(desk, self._act if kind == "desk_crash" else self._sync)
        elif kind == "crash_in_checkpoint":
            desk.crash_while(desk.store.checkpoint, self._cut_rng())
        elif kind == "disk_full":
            desk.fill_disk(full=True)
            self._work(desk)
            self._sync(desk)
            desk.fill_disk(full=False)
        elif kind == "clock":
            desk.clock.at = self.server_clock.at + timedelta(days=self.rng.choice((-3650, -1, 0, 1, 3650)))
        elif kind == "lost_cursor":
            desk.lose_cursor()
        elif kind == "token":
            self.server_clock.advance(hours=2)
        elif kind == "server_backup":
            self.server.back_up()
        elif kind == "server_restored":
            self._restore_server()
        elif kind == "township_moved":
            self._move(desk)
        elif kind == "cloned":
            self._clone(desk)
        else:
            for copy in self.desks:
                copy.revoked |= copy.device() == desk.device()
            self.server.admin.revoke_device(desk.device())
        lost = desk.lost()
        assert not lost, f"seed {self.seed}: {desk.name} lost {lost[0]} in a {kind}"
        desk.note_acknowledged()  # what a crash left of the step that was cut stands from now on

    def _restore_server(self) -> None:
        """The administrator does again what the backup did not have: who was shut out, and who has which township."""
        self.server.restore()
        for desk in self.desks:
            if desk.revoked:
                self.server.admin.revoke_device(desk.device())
            else:
                self._enrol_again(desk)

    def _move(self, desk: SimulatedDesk) -> None:
        """The desk gets another part of the district; what it holds of the old one has to go."""
        if desk is not self.desks[0] and not desk.revoked:
            streams, device = self.rng.choice((STREAMS[:1], STREAMS[1:], STREAMS)), desk.device()
            for copy in self.desks:
                if copy.device() == device:
                    copy.streams = streams
            self._enrol_again(desk)

    def _enrol_again(self, desk: SimulatedDesk) -> None:
        share, self.line.fault_share = self.line.fault_share, 0.0
        role = "reviewer" if desk is self.desks[0] else "surveyor"
        code = self.server.admin.new_enrolment_code(role=role, streams=desk.streams, person=desk.name)
        enrol(desk.store.replica, self.transport, code)
        self.line.fault_share = share

    def _clone(self, desk: SimulatedDesk) -> None:
        """All of the desk is copied to another laptop, and both go on."""
        if len(self.desks) < DESKS_MAX and not desk.revoked:
            self.desks.append(desk.clone(len(self.desks), self.seed))

    def _crash(self, desk: SimulatedDesk, work: Callable[[SimulatedDesk], object]) -> None:
        again = self.rng.random() < 0.25
        self.faults["crash_in_recovery"] += again
        hit = desk.crash_while(lambda: work(desk), self._cut_rng(), again=again)
        self.faults[f"desk_crash_at_{hit or 'nothing'}"] += 1

    def _cut_rng(self) -> random.Random:
        """Of its own for each cut: how many numbers a cut takes depends on lengths that differ from run to run."""
        return random.Random(self.rng.getrandbits(64))  # noqa: S311 - histories, not secrets

    def _work(self, desk: SimulatedDesk) -> None:
        """One action that is acknowledged: the values in it must never be lost."""
        entered = self._act(desk)
        if desk.note_acknowledged():
            self.written += [(value, desk.name) for value in entered]

    def _act(self, desk: SimulatedDesk) -> list[str]:
        action = self.rng.choice(_ACTIONS if self.rng.random() < 0.9 else _RARE)
        try:
            entered = self._do(desk, action)
        except CpdeskError as fault:
            self._note(action, desk.name, fault.code)
            return []
        self._note(action, desk.name, *entered)
        return entered

    def _value(self) -> str:
        return f"v{len(self.steps)}"

    def _do(self, desk: SimulatedDesk, action: str) -> list[str]:
        """Do it on the desk's store; the values entered."""
        mine = [record for record, stream in self.records if stream in desk.streams]
        record = self.rng.choice(mine[-6:]) if mine else ""
        choice, value = self.rng.randrange(1_000_000), self._value()
        records, name = desk.store.records, desk.name
        if not mine or action == "create":
            stream = desk.streams[choice % len(desk.streams)]
            start = {"name": value, "room[a]": "i", "room[a]/use": f"{value}u"}
            made, _ = records.create_record(RecordKind.SURVEY, "sample_form", "3", stream, start, actor=name)
            self.records.append((made, stream))
            return [value, f"{value}u"]
        if action == "resolve":
            return self._resolve(desk, choice, value)
        if action == "delete":
            records.delete(record, name)
        elif action == "restore":
            records.restore(record, name)
        elif action == "undo":
            records.undo(record, name)
        elif action == "redo":
            records.redo(record, name)
        elif action == "status":
            records.set_status(record, _STATUSES[choice % len(_STATUSES)], name)
        else:
            return self._edit(desk, record, action, choice, value)
        return []

    def _edit(self, desk: SimulatedDesk, record: str, action: str, choice: int, value: str) -> list[str]:
        records, name = desk.store.records, desk.name
        shown = records.get(record).answers
        field, item = _FIELDS[choice % len(_FIELDS)], _ITEMS[choice % len(_ITEMS)]
        if action == "photo":
            photo = desk.store.blobs.put(value.encode() * (1 + choice % 5_000), "image/jpeg")
            records.save(record, {"photo": photo}, name)
            return [photo]
        if action in ("item", "move"):
            outer = item.rpartition("/")[0]
            if (action == "move") == (item in shown) and (not outer or outer in shown):
                records.save(record, {item: _RANKS[choice % len(_RANKS)]}, name)
            return []
        if action == "remove":
            gone = [path for path in shown if path == item or path.startswith(f"{item}/")]
            if gone:
                records.save(record, dict.fromkeys(gone), name)
            return []
        outer = field.rpartition("/")[0]
        if outer and outer not in shown:
            return []
        version = str(choice % 7) if action == "version" else None  # three before and three after the record's own
        records.save(record, {field: None if action == "clear" else value}, name, version=version)
        return [] if action == "clear" else [value]

    def _resolve(self, desk: SimulatedDesk, choice: int, value: str) -> list[str]:
        waiting = desk.store.conflicts.list()
        if not waiting:
            return []
        conflict = waiting[choice % len(waiting)]
        third = choice % 3 == 2 and "@" not in conflict.path and not conflict.path.endswith("]")
        decided = value if third else conflict.proposed if choice % 3 else conflict.current
        desk.store.conflicts.resolve(conflict.id, decided, desk.name)
        return [value] if third else []
