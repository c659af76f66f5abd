"""A simulated desk: the real store of a person in a folder, with a clock and ids of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import CpdeskError
from cpdesk.base.ids import IdMaker
from cpdesk.server.simulation.power import PowerCut
from cpdesk.server.simulation.single_thread import StoreInThisThread
from cpdesk.server.simulation.template import KEY, new_desk
from cpdesk.sync.client import SyncReport, sync_once
from cpdesk.sync.transport import Transport

_EVERY: Final = 1_000_000
_PAGES_UNLIMITED: Final = 1_073_741_823


class SimulatedDesk:
    """Acknowledged are the operations whose saving has returned.

    Attributes:
        acknowledged: ids of its operations, in the order they were saved.
        revoked: whether the administrator has shut it out.
    """

    def __init__(
        self,
        folder: Path,
        number: int,
        streams: tuple[str, ...],
        clock: FixedClock,
        seed: int,
        copied: SimulatedDesk | None = None,
    ) -> None:
        self.name = f"sample-{number}"
        self.streams = streams
        self.clock = clock
        self.acknowledged: list[str] = []
        self.revoked = False
        self._folder = folder
        self._lives = 0
        self._random = random.Random(f"{seed} desk {number}")  # noqa: S311 - histories, not secrets
        ids = IdMaker(clock, self._random.getrandbits)
        self._ids = ids
        if copied is None:
            new_desk(self._place())
        else:
            PowerCut(copied.store.database, self._random).leave(self._place())
        self.store: StoreInThisThread = self._open()

    def _place(self) -> Path:
        return self._folder / f"{self.name}-{self._lives}"

    def _open(self) -> StoreInThisThread:
        return StoreInThisThread.open(self._place(), KEY, self.clock, self._ids.new)

    def device(self) -> str:
        return self.store.replica.identity().device

    def note_acknowledged(self) -> int:
        """What a finished action has added to this desk's own log; how many operations."""
        new = self.store.replica.own_operations(len(self.acknowledged), _EVERY)
        self.acknowledged += [signed.operation.op_id for signed in new]
        return len(new)

    def lost(self) -> list[str]:
        """Acknowledged operations that are not in the desk's own log at their place."""
        kept = [signed.operation.op_id for signed in self.store.replica.own_operations(0, _EVERY)]
        return [op_id for at, op_id in enumerate(self.acknowledged) if at >= len(kept) or kept[at] != op_id]

    def crash_while(self, work: Callable[[], object], rng: random.Random, *, again: bool = False) -> str:
        """The power goes at one moment of the work; the program is started on what is left.

        Args:
            again: it goes a second time, while the program recovers from the first.

        Returns:
            What the cut hit.
        """
        cut = PowerCut(self.store.database, rng)
        with self.store.watched(cut):
            work()
        self._go_on_with(cut)
        if again:
            cut = PowerCut(self.store.database, rng)
            with self.store.watched(cut):
                self.store.checkpoint()
            self._go_on_with(cut)
        return cut.kind

    def _go_on_with(self, cut: PowerCut) -> None:
        old, self._lives = self.store, self._lives + 1
        cut.leave(self._place())
        old.close()
        self.store = self._open()

    def clone(self, number: int, seed: int) -> SimulatedDesk:
        """Another laptop with all that is on this one: files, key and identity. Its ids go their own way."""
        copy = SimulatedDesk(self._folder, number, self.streams, FixedClock(self.clock.at), seed, copied=self)
        copy.acknowledged = list(self.acknowledged)
        return copy

    def fill_disk(self, *, full: bool) -> None:
        """Let the database grow no more, or again."""
        pages = 1 if full else _PAGES_UNLIMITED
        self.store._writer.do(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchall())

    def lose_cursor(self) -> None:
        self.store._writer.do(lambda db: db.execute("DELETE FROM cursors"))

    def sync(self, line: Transport) -> SyncReport | CpdeskError:
        try:
            return sync_once(self.store.replica, line)
        except CpdeskError as fault:
            return fault
