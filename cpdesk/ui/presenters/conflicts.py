"""Conflicts in words: what two people answered, what the rules say against it, its history, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtGui import QImage

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.forms.form import Kind
from cpdesk.model.records import DELETED_FIELD, STATUS_FIELD, Changes, RecordKind, Status
from cpdesk.model.replication import Conflict
from cpdesk.operations import attachments, surveys, syncing
from cpdesk.operations.answer_words import AnswerWords
from cpdesk.operations.deciding import Decision, decide, decisions, may_comment, take_back, what_breaks
from cpdesk.store.history import HistoryEntry
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.sync import SyncPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.controls import control_of
from cpdesk.ui.presenters.words import in_a_row, moment_long
from cpdesk.ui.sync_views import ConflictFieldView, ConflictView, DecidedView, SideView, Written
from cpdesk.ui.views import OptionView
from cpdesk.ui.widgets.photos import thumbnail

_WRITTEN: Final = ("choice", "combo", "number", "date", "text")
"""Controls whose answer can be written as one value on the page of a conflict."""
_PAST: Final = 8

Known = dict[str, tuple[Conflict, ...]]


class ConflictsPresenter(Presenter):
    """Keeps the list of conflicts; decisions wait on this desk until the next round."""

    def __init__(self, desk: Desk, page: SyncPage) -> None:
        super().__init__(desk)
        self.page = page
        self._values: Known = {}
        page.resolve_wanted.connect(self._resolve)
        page.take_back_wanted.connect(self.take_back)
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self.refresh)

    def refresh(self) -> None:
        self.run(lambda: conflicts_of(self.ctx), self._show_conflicts, key="conflicts", latest=True)

    def take_back(self, conflicts: Sequence[str]) -> None:
        """Open conflicts again whose decision was not sent yet."""

        def done(changes: Changes) -> None:
            self.desk.tell(changes)
            self.desk.shell.toast.say(tr("ui.conflict.taken_back", n=len(conflicts)))

        self.run(lambda: take_back(self.ctx, conflicts), done, key="save")

    def _changed(self, changes: Changes) -> None:
        if changes.sync or changes.conflicts or changes.records & self._values.keys():
            self.refresh()

    def _show_conflicts(self, answer: tuple[list[ConflictView], Known]) -> None:
        views, self._values = answer
        self.page.show_conflicts(views)

    def _resolve(self, record: str, choice: Mapping[str, str | Written], why: Mapping[str, str]) -> None:
        known = {conflict.id: conflict for conflict in self._values.get(record, ())}
        decided = [(known[conflict], side) for conflict, side in choice.items() if conflict in known]
        ids = tuple(conflict.id for conflict, _side in decided)

        def work() -> tuple[dict[str, str], Changes]:
            refused = refused_values(self.ctx, record, decided)
            if refused:
                return refused, Changes()
            made = [Decision(each.id, _value(each, side), why.get(each.id, "")) for each, side in decided]
            return {}, decide(self.ctx, made)

        def done(answer: tuple[dict[str, str], Changes]) -> None:
            refused, changes = answer
            if refused:
                self.page.show_refused(refused)
                return
            self.desk.tell(changes)
            said = tr("ui.sync.resolved", n=len(ids))
            self.desk.shell.toast.say(said, tr("ui.conflict.take_back"), lambda: self.take_back(ids))

        self.run(work, done, key="save")


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


def conflicts_of(ctx: Context) -> tuple[list[ConflictView], Known]:
    """Open conflicts by record, in words; for a worker thread."""
    by_record: dict[str, list[Conflict]] = {}
    for conflict in syncing.open_conflicts(ctx):
        by_record.setdefault(conflict.record, []).append(conflict)
    decided = decisions(ctx)
    views = [record_view(ctx, record, found, decided) for record, found in by_record.items()]
    views.sort(key=lambda view: not view.open)
    return views, {record: tuple(found) for record, found in by_record.items()}


def record_view(
    ctx: Context, record: str, conflicts: Sequence[Conflict], decided: Mapping[str, Decision] | None = None
) -> ConflictView:
    """The conflicts of one record as the form words them, in the order of the form."""
    people = sorted({name for each in conflicts for name in (each.current_actor, each.proposed_actor) if name})
    maker = _Maker(ctx, record, conflicts, decided or {})
    return ConflictView(
        record=record,
        title=maker.title,
        people=tr("ui.sync.between", who=tr("ui.sync.and").join(people), n=len(conflicts)),
        fields=tuple(maker.field(each) for each in maker.in_order()),
        survey=maker.opened is not None,
    )


class _Maker:
    """Words for the conflicts of one record."""

    def __init__(
        self, ctx: Context, record: str, conflicts: Sequence[Conflict], decided: Mapping[str, Decision]
    ) -> None:
        self.ctx, self._conflicts, self._decided = ctx, conflicts, decided
        self.opened = _opened(ctx, record)
        self._words = AnswerWords(self.opened.session, language()) if self.opened is not None else None
        self._against = what_breaks(ctx, conflicts)
        self._history: list[HistoryEntry] = ctx.store.records.history(record)
        rows = ctx.store.records.rows([record])
        self.title = (rows[0].title if rows else "") or tr("ui.sync.untitled")
        self._survey = bool(rows) and rows[0].kind is RecordKind.SURVEY

    def in_order(self) -> list[Conflict]:
        """The whole record first, then as the form asks."""
        places = surveys.places_in(self.opened.session) if self.opened is not None else {}
        last = len(places)
        return sorted(
            self._conflicts,
            key=lambda each: -1 if each.path.startswith("@") else places.get(each.path.partition("#")[0], last),
        )

    def field(self, conflict: Conflict) -> ConflictFieldView:
        """One field."""
        path = conflict.path.partition("#")[0]
        options, can_write = self._control(conflict.path)
        decision = self._decided.get(conflict.id)
        return ConflictFieldView(
            id=conflict.id,
            label=self._label(conflict.path),
            place=self._place(path),
            original="" if self._about_existence(conflict) else self._say(conflict.path, conflict.original),
            here=self._side(conflict, "here"),
            there=self._side(conflict, "there"),
            can_write=can_write,
            options=options,
            explanation=self._explanation(conflict),
            can_comment=self.opened is not None and may_comment(conflict.path),
            picture=None if self._picture(conflict.current) or self._picture(conflict.proposed) else self._beside(path),
            history=self._past(conflict.path),
            decided=None if decision is None else self._decision(conflict, decision),
        )

    def _side(self, conflict: Conflict, side: str) -> SideView:
        here = side == "here"
        value = conflict.current if here else conflict.proposed
        actor = conflict.current_actor if here else conflict.proposed_actor
        at = conflict.current_at if here else conflict.proposed_at
        against = tr("ui.sync.comma").join(self._against.get((conflict.id, side), ()))
        return SideView(self._side_words(conflict, value), _who(self.ctx, actor, at), against, self._picture(value))

    def _side_words(self, conflict: Conflict, value: str | None) -> str:
        if conflict.path == DELETED_FIELD:
            return tr("ui.conflict.delete" if value else "ui.conflict.keep")
        if conflict.path.endswith("]"):
            return tr("ui.conflict.keep_item" if value else "ui.conflict.remove_item")
        return self._say(conflict.path, value)

    def _about_existence(self, conflict: Conflict) -> bool:
        return conflict.path == DELETED_FIELD or conflict.path.endswith("]")

    def _explanation(self, conflict: Conflict) -> str:
        """What is in question where it is more than one answer."""
        if conflict.path == DELETED_FIELD:
            deleter = conflict.current_actor if conflict.current else conflict.proposed_actor
            editor = conflict.proposed_actor if conflict.current else conflict.current_actor
            return tr("ui.conflict.deleted", deleter=deleter or "—", editor=editor or "—")
        remover = conflict.current_actor if conflict.current is None else conflict.proposed_actor
        if conflict.path.endswith("]"):
            editor = conflict.proposed_actor if conflict.current is None else conflict.current_actor
            return tr("ui.conflict.item_removed", remover=remover or "—", editor=editor or "—")
        if conflict.current is None and "[" in conflict.path and not self._stands(conflict.path):
            return tr(
                "ui.conflict.in_removed_item",
                remover=conflict.current_actor or "—",
                editor=conflict.proposed_actor or "—",
            )
        return ""

    def _decision(self, conflict: Conflict, decision: Decision) -> DecidedView:
        sides = {conflict.current: "here", conflict.proposed: "there"}
        side = sides.get(decision.value, "")
        return DecidedView(side, self._side_words(conflict, decision.value), decision.comment)

    def _label(self, path: str) -> str:
        if path == DELETED_FIELD:
            return tr("ui.conflict.whole")
        if path == STATUS_FIELD:
            return tr("ui.conflict.status")
        question, _, mark = path.partition("#")
        if self._words is None or path.startswith("@"):
            return path
        label = self._words.item(question) if question.endswith("]") else self._words.label(question)
        return tr(f"ui.conflict.mark_{mark}", label=label) if mark in ("note", "quality", "checked") else label

    def _place(self, path: str) -> str:
        if self._words is None or self.opened is None or path.startswith("@"):
            return ""
        parent = path.rsplit("/", 1)[0] if "/" in path else ""
        title = self.opened.session.state(parent).label if parent and self._stands(parent) else ""
        return in_a_row(title, self._words.place(path))

    def _say(self, path: str, value: str | None) -> str:
        if not value:
            return tr("ui.sync.no_value")
        question, _, mark = path.partition("#")
        if path == STATUS_FIELD:
            return self.ctx.text(f"status.{value}") if value in list(Status) else value
        if mark == "quality":
            return self.ctx.text(f"quality.{value}")
        return self._words.words(question, value) if self._words is not None and not mark else value

    def _control(self, path: str) -> tuple[tuple[OptionView, ...], bool]:
        """The choices of a question, and whether a third value can be written."""
        if self.opened is None or path.startswith("@") or "#" in path or path.endswith("]") or not self._stands(path):
            return (), False
        state, node = self.opened.session.state(path), self.opened.session.definition(path)
        can = node.kind is Kind.QUESTION and not state.readonly and control_of(node, state) in _WRITTEN
        return tuple(OptionView(choice.value, choice.label) for choice in state.choices), can

    def _past(self, path: str) -> tuple[str, ...]:
        """Who answered what when, newest first."""
        lines = []
        for entry in reversed(self._history):
            operation = entry.operation
            if path in operation.set:
                before, now = (self._say(path, each) for each in (operation.old.get(path), operation.set[path]))
                at = moment_long(operation.at, self.ctx.clock)
                lines.append(tr("ui.conflict.past", who=operation.actor or "—", at=at, before=before, now=now))
        return tuple(lines[:_PAST])

    def _picture(self, value: str | None) -> QImage | None:
        if not value or value.rpartition(".")[2] not in attachments.PICTURES or len(value) < 64:
            return None
        return thumbnail(attachments.content(self.ctx, value))

    def _beside(self, path: str) -> QImage | None:
        """A photograph that was taken of the same thing: the first one in the group the question stands in."""
        if self.opened is None or "/" not in path:
            return None
        group = path.rsplit("/", 1)[0]
        for other, value in self.opened.record.answers.items():
            if other.rsplit("/", 1)[0] == group and "#" not in other:
                picture = self._picture(value)
                if picture is not None:
                    return picture
        return None

    def _stands(self, path: str) -> bool:
        assert self.opened is not None
        try:
            self.opened.session.definition(path)
        except InputFault:
            return False
        return True


def _opened(ctx: Context, record: str) -> surveys.OpenSurvey | None:
    """The survey, or None for a household's own record, which no form fills."""
    try:
        opened = surveys.open_survey(ctx, record)
    except InputFault:
        return None
    opened.session.set_language(language())
    return opened


def _value(conflict: Conflict, side: str | Written) -> str | None:
    if isinstance(side, Written):
        return side.value
    return conflict.current if side == "here" else conflict.proposed


def _who(ctx: Context, actor: str, at: str) -> str:
    return tr("ui.sync.who", who=actor or "—", at=moment_long(at, ctx.clock))
