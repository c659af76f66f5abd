"""The sync page and the pill in the window's head: how things stand, rounds by hand and by themselves."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from cpdesk.base.errors import CpdeskError, EnvironmentFault
from cpdesk.model.records import Changes
from cpdesk.operations import rounds, syncing
from cpdesk.operations.merged import Broken, Seen, broken_after_merge
from cpdesk.operations.overview import Overview, sync_overview
from cpdesk.operations.rounds import Round
from cpdesk.ui.language import tr
from cpdesk.ui.pages.sync import SyncPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.conflicts import ConflictsPresenter
from cpdesk.ui.presenters.stuck import StuckPresenter
from cpdesk.ui.presenters.sync_words import overview_view, round_words, sync_view
from cpdesk.ui.presenters.words import fault_words, moment

_KEY: Final = "sync"
_FIRST_WAIT_S: Final = 20.0
"""After the unlock the list and the survey come first."""
_NO_LINE: Final = "CP-2201"
_PHASES: Final = ("push", "pull", "blobs_send", "blobs_fetch")


class _Steps(QObject):
    """Carries progress from the worker's thread."""

    step = Signal(str, int, int)


class SyncPresenter(Presenter):
    """Keeps page and pill; starts a round by hand or, quietly, by itself."""

    def __init__(self, desk: Desk, page: SyncPage) -> None:
        super().__init__(desk)
        self.page = page
        self.conflicts = ConflictsPresenter(desk, page)
        self.stuck = StuckPresenter(desk, page)
        self._seen: Seen = {}
        self._running = self._quiet = self._cancelled = self._stopped = False
        self._overview: Overview | None = None
        self._broken: tuple[Broken, ...] = ()
        self._error: Exception | None = None
        self._due = ""
        self._begun = False
        self._steps = _Steps(self)
        self._steps.step.connect(self._show_step, Qt.ConnectionType.QueuedConnection)
        page.sync_wanted.connect(self.sync)
        page.cancel_wanted.connect(self.cancel)
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self._show)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.sync(quiet=True))

    # rounds ---------------------------------------------------------------------------------------------------------

    def sync(self, *, quiet: bool = False) -> None:
        """One round now. A quiet one, begun by the clock, says nothing on the page but what it brought."""
        if self._running or self._stopped:
            return
        self._timer.stop()
        self._running, self._quiet, self._cancelled = True, quiet, False
        if not quiet:
            self.page.card.show_problem("")
        self.page.card.show_running(True, tr("ui.sync.connecting"))

        def work() -> tuple[Changes, Round | None]:
            _report, changes = syncing.sync_now(
                self.ctx, progress=self._steps.step.emit, cancel=lambda: self._cancelled
            )
            known = rounds.journal(self.ctx)
            newest = known.rounds[0] if known.rounds and known.rounds[0].at == known.last_success else None
            return changes, newest

        self.run(work, self._synced, key=_KEY, on_error=self._failed)

    def cancel(self) -> None:
        """End the round at its next step; what it has done stays done."""
        self._cancelled = True
        if self._running:
            self.page.card.show_running(True, tr("ui.sync.stopping"))

    def stop(self) -> None:
        """The desk is being locked."""
        self._stopped = True
        self._timer.stop()
        self._cancelled = True

    def _synced(self, answer: tuple[Changes, Round | None]) -> None:
        changes, done = answer
        self._running, self._error = False, None
        self.page.card.show_running(False)
        self.page.card.show_problem("")
        self.desk.tell(changes | Changes(sync=True))
        if done is not None:
            self._tell(done)

    def _failed(self, error: Exception) -> None:
        self._running, self._error = False, error
        self.page.card.show_running(False)
        if not self._quiet or not isinstance(error, CpdeskError):
            self._show_failure(error)
        self.refresh()

    def _show_failure(self, error: Exception) -> None:
        """Whoever asked for a round is told why there was none; that there is no line is no fault."""
        if isinstance(error, CpdeskError) and error.code == _NO_LINE:
            at = moment(self.ctx.clock.now().isoformat(), self.ctx.clock)
            self.page.card.show_problem(tr("ui.sync.tried", at=at), loud=False)
        else:
            self.page.card.show_problem(fault_words(error), loud=not isinstance(error, EnvironmentFault))

    def _tell(self, done: Round) -> None:
        """A calm word on what came, at the foot of the page; it takes no focus, and waits for nobody."""

        def titled() -> str:
            rows = self.ctx.store.records.rows([each.record for each in done.received])
            return round_words(done, {row.id: row.title for row in rows})

        self.run(titled, lambda words: self.desk.shell.toast.murmur(words) if words else None)

    def _plan(self) -> None:
        """Say when the next round begins by itself."""
        self._due = ""
        if self._running or self._stopped or self._overview is None or not self._overview.state.enrolled:
            return
        state = self._overview.state
        every_s = 60.0 * int(self.ctx.settings.get("sync_every_minutes"))
        wait_s = rounds.next_wait_s(every_s, state.failures, state.fault, random.random)
        if wait_s is not None and not self._begun:
            self._begun, wait_s = True, min(wait_s, _FIRST_WAIT_S)
        if wait_s is None:
            self._timer.stop()
            return
        left_s = self._timer.remainingTime() / 1000.0
        if self._timer.isActive() and left_s < wait_s:
            wait_s = left_s
        else:
            self._timer.start(round(wait_s * 1000))
        self._due = moment((self.ctx.clock.now() + timedelta(seconds=wait_s)).isoformat(), self.ctx.clock)

    # showing --------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.run(lambda: sync_overview(self.ctx), self._show_overview, key="sync-state", latest=True)
        self.conflicts.refresh()
        self.stuck.refresh()
        self._look_at_merged()

    def _changed(self, changes: Changes) -> None:
        if changes.settings:
            self._timer.stop()
        if changes.sync or changes.conflicts or changes.records or changes.settings:
            self.run(lambda: sync_overview(self.ctx), self._show_overview, key="sync-state", latest=True)
        if changes.sync or changes.conflicts:
            self._look_at_merged()

    def _look_at_merged(self) -> None:
        """Go through the rules of surveys that others changed too."""
        self.run(
            lambda: broken_after_merge(self.ctx, rounds.journal(self.ctx), self._seen),
            self._show_broken,
            key="merged",
            latest=True,
        )

    def _show_broken(self, broken: list[Broken]) -> None:
        self._broken = tuple(broken)
        self._show()

    def _show_step(self, phase: str, done: int, total: int) -> None:
        if not self._running or self._cancelled:
            return
        known = f"{phase}{'' if total else '_open'}"
        words = tr(f"ui.sync.phase_{known}" if phase in _PHASES else "ui.sync.progress", done=done, total=total)
        self.page.card.show_running(True, words, done / total if total else 0.0)

    def _show_overview(self, overview: Overview) -> None:
        self._overview = overview
        self._plan()
        self._show()

    def _show(self) -> None:
        if self._overview is None:
            return
        state = self._overview.state
        offline = state.failures > 0 and state.fault.startswith("CP-22")
        due = tr("ui.sync.due", at=self._due) if self._due else ""
        plain = sync_view(state, self.ctx.clock, offline=offline, due=due)
        view = overview_view(plain, self._overview, self._broken, self.ctx.clock)
        self.page.show_sync(view)
        self.desk.shell.bar.pill.show_status(view.pill.words, view.pill.tone, view.pill.icon)
        self.desk.shell.rail.buttons["sync"].show_count(state.conflicts + state.stuck)
