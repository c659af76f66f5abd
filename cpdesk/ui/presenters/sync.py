"""Sync and conflicts over `operations.syncing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from cpdesk.base.errors import CpdeskError, EnvironmentFault, InputFault
from cpdesk.context import Context
from cpdesk.forms.form import Kind
from cpdesk.model.records import Changes
from cpdesk.model.replication import Conflict
from cpdesk.operations import households, surveys, syncing
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.sync import SyncPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.controls import control_of
from cpdesk.ui.presenters.words import fault_words, moment_long
from cpdesk.ui.views import ConflictFieldView, ConflictView, Fact, OptionView, SideView, StatusView, SyncView, Written

_KEY: Final = "sync"
_WRITTEN: Final = ("choice", "combo", "number", "date", "text")
"""Controls whose answer can be written as one value on the page of a conflict."""


class _Steps(QObject):
    """Carries progress from the worker's thread."""

    step = Signal(str, int, int)


class SyncPresenter(Presenter):
    """Keeps page and pill; starts a round by hand or by the clock."""

    def __init__(self, desk: Desk, page: SyncPage) -> None:
        super().__init__(desk)
        self.page = page
        self._running = False
        self._cancelled = False
        self._offline = True
        self._values: dict[str, tuple[Conflict, ...]] = {}
        self._steps = _Steps(self)
        self._steps.step.connect(self._show_step, Qt.ConnectionType.QueuedConnection)
        page.sync_wanted.connect(self.sync)
        page.cancel_wanted.connect(self._cancel)
        page.resolve_wanted.connect(self._resolve)
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self.refresh)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._by_the_clock)
        self.start_clock()

    def start_clock(self) -> None:
        """Sync every so many minutes, as set; 0 is never."""
        minutes = int(self.ctx.settings.get("sync_every_minutes"))
        self._timer.stop()
        if minutes > 0:
            self._timer.start(minutes * 60_000)

    def stop(self) -> None:
        self._timer.stop()
        self._cancelled = True

    def refresh(self) -> None:
        self.run(lambda: syncing.sync_state(self.ctx), self._show_state, key="sync-state", latest=True)
        self.run(lambda: conflicts_of(self.ctx), self._show_conflicts, key="conflicts", latest=True)

    def sync(self) -> None:
        """One round now."""
        if self._running:
            return
        self._running, self._cancelled = True, False
        self.page.card.show_problem("")
        self.page.card.show_running(True, tr("ui.sync.connecting"))
        self.run(
            lambda: syncing.sync_now(self.ctx, progress=self._steps.step.emit, cancel=lambda: self._cancelled),
            lambda answer: self._synced(answer[1]),
            key=_KEY,
            on_error=self._failed,
        )

    def _by_the_clock(self) -> None:
        if not self._offline or self.ctx.settings.get("server_url"):
            self.sync()

    def _cancel(self) -> None:
        self._cancelled = True

    def _synced(self, changes: Changes) -> None:
        self._running, self._offline = False, False
        self.page.card.show_running(False)
        self.desk.tell(changes | Changes(sync=True))

    def _failed(self, error: Exception) -> None:
        self._running = False
        self._offline = isinstance(error, EnvironmentFault)
        self.page.card.show_running(False)
        self.page.card.show_problem(fault_words(error))
        self.refresh()

    def _changed(self, changes: Changes) -> None:
        if changes.settings:
            self.start_clock()
        if changes.sync or changes.conflicts or changes.records or changes.settings:
            self.refresh()

    def _show_step(self, phase: str, done: int, total: int) -> None:
        words = tr("ui.sync.progress", done=done, total=total)
        self.page.card.show_running(True, words, done / total if total else 0.0)

    def _show_state(self, state: syncing.SyncState) -> None:
        view = sync_view(state, offline=self._offline)
        self.page.show_sync(view)
        self.desk.shell.bar.pill.show_status(view.pill.words, view.pill.tone, view.pill.icon)
        self.desk.shell.rail.buttons["sync"].show_count(state.conflicts)

    def _show_conflicts(self, answer: tuple[list[ConflictView], dict[str, tuple[Conflict, ...]]]) -> None:
        views, self._values = answer
        self.page.show_conflicts(views)

    def _resolve(self, record: str, choice: dict[str, str | Written]) -> None:
        known = {conflict.id: conflict for conflict in self._values.get(record, ())}
        decided = [(known[conflict], side) for conflict, side in choice.items() if conflict in known]

        def work() -> tuple[dict[str, str], Changes]:
            refused = refused_values(self.ctx, record, decided)
            changes = Changes()
            for conflict, side in decided if not refused else ():
                changes |= syncing.resolve_conflict(self.ctx, conflict.id, _value(conflict, side))
            return refused, changes

        self.run(work, self._resolved, key="save")

    def _resolved(self, answer: tuple[dict[str, str], Changes]) -> None:
        refused, changes = answer
        if refused:
            self.page.show_refused(refused)
            return
        self.desk.tell(changes | Changes(conflicts=True))
        self.desk.shell.toast.say(tr("ui.sync.resolved"))


def refused_values(ctx: Context, record: str, decided: Sequence[tuple[Conflict, str | Written]]) -> dict[str, str]:
    """Third values that the form finds wrong, by conflict, each with its sentence."""
    opened = _opened(ctx, record)
    refused: dict[str, str] = {}
    for conflict, side in decided:
        if opened is None or not isinstance(side, Written):
            continue
        try:
            opened.session.set(conflict.path, side.value)
            problem = opened.session.state(conflict.path).problem
        except CpdeskError as error:
            refused[conflict.id] = error.message(language())
            continue
        if problem is not None and problem.blocks:
            refused[conflict.id] = problem.message(language())
    return refused


def _value(conflict: Conflict, side: str | Written) -> str | None:
    if isinstance(side, Written):
        return side.value
    return conflict.current if side == "here" else conflict.proposed


def sync_view(state: syncing.SyncState, *, offline: bool) -> SyncView:
    """How things stand, in plain words; being offline is no error."""
    waiting = state.operations + state.photos
    facts = (
        Fact(tr("ui.sync.operations"), tr("ui.preview.items", n=state.operations)),
        Fact(tr("ui.sync.photos"), tr("ui.sync.sheets", n=state.photos)),
        Fact(tr("ui.sync.server"), state.server_url or "—"),
    )
    if not state.enrolled:
        pill = StatusView(tr("ui.sync.pill_local", n=waiting), "mute", "cloud-off")
        words = (tr("ui.sync.not_enrolled"), tr("ui.sync.not_enrolled_help"))
        return SyncView(pill, *words, facts, can_sync=False, why_not=tr("ui.sync.enrol_first"))
    if offline:
        pill = StatusView(tr("ui.sync.pill_offline", n=waiting), "mute", "cloud-off")
        return SyncView(pill, tr("ui.sync.offline"), tr("ui.sync.offline_help", n=waiting), facts)
    if waiting:
        pill = StatusView(tr("ui.sync.pill_waiting", n=waiting), "info", "cloud")
        return SyncView(pill, tr("ui.sync.waiting", n=waiting), tr("ui.sync.waiting_help"), facts)
    pill = StatusView(tr("ui.sync.pill_done"), "ok", "check")
    return SyncView(pill, tr("ui.sync.done"), tr("ui.sync.done_help"), facts)


def conflicts_of(ctx: Context) -> tuple[list[ConflictView], dict[str, tuple[Conflict, ...]]]:
    """Open conflicts by record, in words; for a worker thread."""
    by_record: dict[str, list[Conflict]] = {}
    for conflict in syncing.open_conflicts(ctx):
        by_record.setdefault(conflict.record, []).append(conflict)
    views = [record_view(ctx, record, found) for record, found in by_record.items()]
    return views, {record: tuple(found) for record, found in by_record.items()}


def record_view(ctx: Context, record: str, conflicts: Sequence[Conflict]) -> ConflictView:
    """The conflicts of one record as the form words them."""
    opened = _opened(ctx, record)
    people = sorted({name for each in conflicts for name in (each.current_actor, each.proposed_actor) if name})
    return ConflictView(
        record=record,
        title=opened.record.title if opened is not None else _household_title(ctx, record),
        people=tr("ui.sync.between", who=tr("ui.sync.and").join(people), n=len(conflicts)),
        fields=tuple(_field(ctx, each, opened) for each in conflicts),
    )


def _opened(ctx: Context, record: str) -> surveys.OpenSurvey | None:
    """The survey, or None for a household's own record, which no form fills."""
    try:
        opened = surveys.open_survey(ctx, record)
    except InputFault:
        return None
    opened.session.set_language(language())
    return opened


def _household_title(ctx: Context, record: str) -> str:
    lines = households.household_lines(ctx, [record])
    return f"{lines[0].number} {lines[0].name}".strip() if lines else record


def _field(ctx: Context, conflict: Conflict, opened: surveys.OpenSurvey | None) -> ConflictFieldView:
    label, place, words, can_write = conflict.path, "", {}, False
    if opened is not None and not conflict.path.startswith("@") and "#" not in conflict.path:
        try:
            state, node = opened.session.state(conflict.path), opened.session.definition(conflict.path)
        except InputFault:
            pass  # inside an item that one side removed: the path is all there is to say
        else:
            label, words = state.label, {choice.value: choice.label for choice in state.choices}
            parent = conflict.path.rsplit("/", 1)[0] if "/" in conflict.path else ""
            place = opened.session.state(parent).label if parent else ""
            can_write = node.kind is Kind.QUESTION and not state.readonly and control_of(node, state) in _WRITTEN

    def say(value: str | None) -> str:
        return tr("ui.sync.no_value") if value is None or value == "" else words.get(value, value)

    return ConflictFieldView(
        id=conflict.id,
        label=label,
        place=place,
        original=say(conflict.original),
        here=SideView(say(conflict.current), _who(ctx, conflict.current_actor, conflict.current_at)),
        there=SideView(say(conflict.proposed), _who(ctx, conflict.proposed_actor, conflict.proposed_at)),
        can_write=can_write,
        options=tuple(OptionView(code, said) for code, said in words.items()),
    )


def _who(ctx: Context, actor: str, at: str) -> str:
    return tr("ui.sync.who", who=actor or "—", at=moment_long(at, ctx.clock))
