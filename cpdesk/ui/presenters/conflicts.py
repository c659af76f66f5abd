"""Conflicts in words: what two people answered, the history of the field, and the decision, over
`operations.syncing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.forms.form import Kind
from cpdesk.model.records import Changes
from cpdesk.model.replication import Conflict
from cpdesk.operations import households, surveys, syncing
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.sync import SyncPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.controls import control_of
from cpdesk.ui.presenters.words import moment_long
from cpdesk.ui.sync_views import ConflictFieldView, ConflictView, SideView, Written
from cpdesk.ui.views import OptionView

_WRITTEN: Final = ("choice", "combo", "number", "date", "text")
"""Controls whose answer can be written as one value on the page of a conflict."""


class ConflictsPresenter(Presenter):
    """Keeps the list of conflicts and settles them."""

    def __init__(self, desk: Desk, page: SyncPage) -> None:
        super().__init__(desk)
        self.page = page
        self._values: dict[str, tuple[Conflict, ...]] = {}
        page.resolve_wanted.connect(self._resolve)
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self.refresh)

    def refresh(self) -> None:
        self.run(lambda: conflicts_of(self.ctx), self._show_conflicts, key="conflicts", latest=True)

    def _changed(self, changes: Changes) -> None:
        if changes.sync or changes.conflicts or changes.records:
            self.refresh()

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
