"""What the server did not take, in words, over `operations.stuck`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.operations import surveys
from cpdesk.operations.answer_words import AnswerWords
from cpdesk.operations.stuck import REASONS, StuckValue, lay_aside, send_again, stuck_values, wrong_with
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.sync import SyncPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.words import in_a_row, moment_long
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.sync_views import StuckView

_SHOWN: Final = 12
"""Values of one record that are listed; a record that was refused as a whole has hundreds."""


@dataclass(frozen=True)
class _Sent:
    wrong: tuple[tuple[str, str], ...]
    changes: Changes


class StuckPresenter(Presenter):
    """Keeps the cards, sends again what a person mended."""

    def __init__(self, desk: Desk, page: SyncPage) -> None:
        super().__init__(desk)
        self.page = page
        page.stuck.send_wanted.connect(self.send)
        page.stuck.aside_wanted.connect(self.put_aside)
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self.refresh)

    def refresh(self) -> None:
        self.run(lambda: stuck_views(self.ctx), self.page.show_stuck, key="stuck", latest=True)

    def send(self, keys: Sequence[str], mended: Mapping[str, str]) -> None:
        """Put the values in once more, mended ones after the form has looked at them."""

        def work() -> _Sent:
            known = {each.key: each for each in stuck_values(self.ctx)}
            asked = {(known[key].record, known[key].path): value for key, value in mended.items() if key in known}
            wrong = wrong_with(self.ctx, asked)
            told = tuple((key, wrong[at]) for key in mended if (at := (known[key].record, known[key].path)) in wrong)
            return _Sent(told, Changes() if told else send_again(self.ctx, keys, mended))

        self.run(work, self._sent, key="save")

    def put_aside(self, keys: Sequence[str]) -> None:
        """Leave them as they are."""

        def done(changes: Changes) -> None:
            self.desk.tell(changes)
            self.desk.shell.toast.say(tr("ui.stuck.set_aside", n=len(keys)))

        self.run(lambda: lay_aside(self.ctx, keys), done, key="save")

    def _sent(self, answer: _Sent) -> None:
        self.page.stuck.show_refused(answer.wrong)
        if not answer.wrong:
            self.desk.tell(answer.changes | Changes(sync=True))
            self.desk.shell.toast.say(tr("ui.stuck.will_be_sent"))

    def _changed(self, changes: Changes) -> None:
        if changes.sync or changes.records:
            self.refresh()


def stuck_views(ctx: Context) -> list[StuckView]:
    """By record and reason, oldest first; for a worker thread."""
    groups: dict[tuple[str, str], list[StuckValue]] = {}
    for each in stuck_values(ctx):
        groups.setdefault((each.record, each.reason), []).append(each)
    return [_view(ctx, record, reason, values) for (record, reason), values in groups.items()]


def _view(ctx: Context, record: str, reason: str, values: Sequence[StuckValue]) -> StuckView:
    opened = _opened(ctx, record)
    words = AnswerWords(opened.session, language()) if opened is not None else None
    answers = [each for each in values if not each.facts]
    shown = answers[:_SHOWN]
    lines = [_line(ctx, each, words) for each in shown]
    if len(values) > len(shown):
        lines.append(PanelLine("rest", "", tr("ui.stuck.rest", n=len(values) - len(shown))))
    known = reason if reason in REASONS else "other"
    rows = ctx.store.records.rows([record])
    standing = next((each.path for each in answers if opened is not None and _asked(opened, each.path)), "")
    return StuckView(
        key=f"{record} {reason}",
        record=record,
        title=(rows[0].title if rows else "") or tr("ui.sync.untitled"),
        reason=tr(f"ui.stuck.reason.{known}", reason=reason),
        remedy=tr(f"ui.stuck.remedy.{known}"),
        lines=tuple(lines),
        keys=tuple(each.key for each in values),
        plain={each.key: _plain(each.value or "") for each in shown},
        path=standing,
        can_open=opened is not None and bool(standing),
    )


def _line(ctx: Context, each: StuckValue, words: AnswerWords | None) -> PanelLine:
    path = each.path.partition("#")[0]
    label = words.label(path) if words is not None else path
    value = words.words(path, each.value) if words is not None else each.value or ""
    standing = words.words(path, each.standing) if words is not None else each.standing or ""
    said = tr("ui.stuck.value", value=_visible(value) or tr("ui.sync.no_value"), standing=standing or "—")
    meta = in_a_row(each.actor, moment_long(each.at, ctx.clock), words.place(path) if words is not None else "")
    repair = tr("ui.stuck.mend") if each.value is not None and not path.endswith("]") else ""
    return PanelLine(each.key, each.path, label, said, meta, "bad", "alert", repair)


def _opened(ctx: Context, record: str) -> surveys.OpenSurvey | None:
    try:
        opened = surveys.open_survey(ctx, record)
    except InputFault:
        return None
    opened.session.set_language(language())
    return opened


def _asked(opened: surveys.OpenSurvey, path: str) -> bool:
    try:
        opened.session.state(path.partition("#")[0])
    except InputFault:
        return False
    return True


def _plain(value: str) -> str:
    """Without the signs that no field can hold."""
    return "".join(sign for sign in value if sign.isprintable())


def _visible(value: str) -> str:
    """With a mark where a sign cannot be seen."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "〓" for sign in value)
