"""History of a survey or of one question: who changed what when, and back to an older value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpdesk.forms.session import Session
from cpdesk.operations import visits
from cpdesk.operations.visits import AuditEntry
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.survey_book import label_of, stands
from cpdesk.ui.presenters.survey_last import displayed
from cpdesk.ui.presenters.words import in_a_row, moment_long
from cpdesk.ui.survey_views import PanelLine, PanelView
from cpdesk.ui.views import Tone

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter

_ICONS: Final = {"": "pencil", "note": "note", "checked": "check", "item": "plus", "record": "report"}


class History:
    """History of the survey that is open, read anew whenever its panel comes to the front."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        self._panel = of.page.side.lists["history"]
        self._entries: list[AuditEntry] = []
        self._question = ""
        of.page.history_wanted.connect(self.of_question)
        self._panel.opened.connect(self._go_to)
        self._panel.acted.connect(self.restore)
        self._panel.filter_wanted.connect(self._filter)

    def forget(self) -> None:
        """Another survey comes."""
        self._entries, self._question = [], ""

    def of_question(self, path: str) -> None:
        """Ctrl H: who changed this question, or with "" the whole survey, when."""
        self._question = path
        self._of.page.open_side(True)
        self._of.page.side.show_tab("history")

    def read(self) -> None:
        """Read it from the store, once the answers given so far are in it."""
        assert self._of.open is not None
        record = self._of.open.record.id

        def read(entries: list[AuditEntry]) -> None:
            if self._of.open is not None and self._of.open.record.id == record:
                self._entries = entries
                self._show()

        self._of.run_after_saving(lambda: visits.audit(self._of.ctx, record), read)

    def restore(self, key: str) -> None:
        """Put an older value in again, as an ordinary answer that undo takes back."""
        entry = self._entries[int(key)]
        self._of.answer(entry.path, entry.value)
        self._of.desk.shell.toast.say(tr("ui.history.restored", label=entry.label, value=entry.now))

    def _filter(self, wanted: bool) -> None:
        self._question = self._of.page.body.last_path() if wanted else ""
        self._show()

    def _show(self) -> None:
        opened, of = self._of.open, self._question
        if opened is None:
            return
        session = opened.session
        chosen = [
            (place, each)
            for place, each in enumerate(self._entries)
            if not of or each.path == of or each.path.startswith((f"{of}#", f"{of}["))
        ]
        lines = tuple(self._line(session, place, each) for place, each in reversed(chosen))
        word = tr("ui.history.only", label=label_of(session, of)) if of else tr("ui.history.only_this")
        said = tr("ui.history.head", n=len(lines)) if lines else ""
        self._panel.show_panel(PanelView(said, lines, tr("ui.history.none"), filter=word, filtered=bool(of)))

    def _line(self, session: Session, place: int, entry: AuditEntry) -> PanelLine:
        path = entry.path.partition("#")[0]
        known = not path.startswith("@") and stands(session, path)
        before, now = entry.before, entry.now
        if known and not entry.about:
            before, now = (displayed(session, path, words) for words in (before, now))
        words = now if entry.about == "item" else f"{before or '—'} → {now or '—'}"
        other = "" if entry.own else tr("ui.history.other_desk")
        undone = tr("ui.history.undone") if entry.undone else ""
        when = moment_long(entry.at, self._of.ctx.clock)
        meta = in_a_row(when, entry.actor, entry.place, other, undone)
        return PanelLine(
            key=str(place),
            path=path if known else "",
            title=entry.label,
            text=words,
            meta=meta,
            tone=_tone(entry),
            icon="undo" if entry.undone else _ICONS.get(entry.about, "pencil"),
            action=tr("ui.history.restore") if known and _may_restore(session, entry) else "",
            faded=entry.undone,
        )

    def _go_to(self, key: str) -> None:
        self._of.show_question(self._entries[int(key)].path.partition("#")[0])


def _tone(entry: AuditEntry) -> Tone:
    return "mute" if entry.own else "warn"


def _may_restore(session: Session, entry: AuditEntry) -> bool:
    if entry.about or not entry.value:
        return False
    state = session.state(entry.path)
    return state.relevant and not state.readonly and state.value != entry.value
