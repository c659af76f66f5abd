"""The panels of a survey: problems, the last visit, remarks, history, what is still worth asking; and what stands
beside each question. Only the panel in front is made; what needs the store is read off the GUI thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.session import Session
from cpdesk.forms.state import Touched
from cpdesk.operations import surveys, visits
from cpdesk.operations.surveys import CHECKED, NOTE, Comment
from cpdesk.operations.visits import AuditEntry, LastAnswers
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.survey_book import Book, Finding
from cpdesk.ui.presenters.survey_last import LastVisit, place_words, shown_answer
from cpdesk.ui.presenters.words import moment_long
from cpdesk.ui.survey_views import (
    BesideView,
    CompareView,
    LastAnswer,
    OverviewView,
    PanelLine,
    PanelView,
    RemarkView,
)
from cpdesk.ui.views import GridView, Item, MatrixView, QuestionView, SectionPage, Tone

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter

_WEIGHTS: Final[dict[str, tuple[Tone, str]]] = {
    "hard": ("bad", "alert"),
    "required": ("info", "pencil"),
    "soft": ("warn", "warning"),
}
_DONE: Final[tuple[Tone, str]] = ("ok", "check")
_GRID_LASTS: Final = 6
_OPEN_SHOWN: Final = 60
"""Lines of what is still to be asked; a fresh form has hundreds, and nobody reads on."""


class Panels:
    """Panels of the survey that is open. `of` is the presenter they belong to."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        self._side = of.page.side
        self.book: Book | None = None
        self.last: LastVisit | None = None
        self.comparing = False
        self.only_changes = False
        self.required = False
        self._only_changed_lines = True
        self._comments: dict[str, Comment] = {}
        self._audit: list[AuditEntry] = []
        self._history_of = ""
        self._connect()

    def _connect(self) -> None:
        side, body = self._side, self._of.page.body
        side.shown.connect(lambda _tab: self.show())
        side.overview.opened.connect(self._of.show_question)
        for code, panel in side.lists.items():
            panel.opened.connect(self._opened if code != "history" else self._open_entry)
        side.lists["problems"].acted.connect(self._turn_check)
        side.lists["last"].acted.connect(self.take)
        side.lists["last"].filter_wanted.connect(self._filter_last)
        side.lists["remarks"].acted.connect(self.remark)
        side.lists["history"].acted.connect(self._restore)
        side.lists["history"].filter_wanted.connect(self._filter_history)
        body.take_wanted.connect(self.take)
        body.check_wanted.connect(self.check)
        body.remarked.connect(self.remarked)

    # opening and keeping in step ------------------------------------------------------------------------------------

    def begin(self, book: Book) -> None:
        """A survey was opened, or made anew after an undo."""
        self.book = book
        self.last = None
        self._comments.clear()
        self._audit = []
        self.read_last()
        if book.remarks():
            self._read_comments()

    def forget(self) -> None:
        """Another survey comes: nothing of this one is to be seen in it."""
        self.comparing = self.only_changes = self.required = False
        self._only_changed_lines = True
        self._history_of = ""
        self.book = self.last = None
        self._of.page.show_comparison(None)

    def touched(self, touched: Touched) -> None:
        """An answer was given."""
        if self.book is None:
            return
        self.book.touched(touched.states | touched.values.keys(), touched.values.items())
        if self.last is not None:
            self.last.touched(self.book.session, touched.states | touched.values.keys())
            if any(path.endswith("]") for path in touched.values):
                self.read_last()

    def speak(self) -> None:
        """The language changed."""
        if self.book is not None:
            self.book.read()
            self.read_last()

    def read_last(self) -> None:
        """Read the visit before, once the answers given so far are stored."""
        opened = self._of.open
        if opened is None or opened.record.site is None:
            return
        record = opened.record.id

        def read(answers: LastAnswers | None) -> None:
            if self.book is None or self._of.open is None or self._of.open.record.id != record or answers is None:
                return
            self.last = LastVisit(answers, moment_long(answers.at, self._of.ctx.clock))
            self.last.read(self.book.session)
            self._of.show_again()

        self._of.run_after_saving(lambda: visits.last_answers(self._of.ctx, record), read)

    # what is shown --------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Make the panel in front anew."""
        if self.book is None or self._of.open is None:
            return
        tab = self._side.tab()
        if tab == "overview":
            self._side.overview.show_overview(self._overview(self.book))
        elif tab == "problems":
            self._side.lists["problems"].show_panel(self._problems(self.book))
        elif tab == "last":
            self._side.lists["last"].show_panel(self._changes(self.book.session))
        elif tab == "remarks":
            self._side.lists["remarks"].show_panel(self._remarks(self.book))
        elif tab == "history":
            self._read_history()
        if self.comparing and self.last is not None:
            said = tr("ui.last.comparing", at=self.last.at, n=len(self.last.changed))
            self._of.page.show_comparison(CompareView(said, self.only_changes))

    def beside(self, page: SectionPage) -> dict[str, BesideView]:
        """What stands beside the questions of a section."""
        if self.book is None:
            return {}
        remarks = self._remark_views(self.book)
        found: dict[str, BesideView] = {}
        for item in page.items:
            if isinstance(item, (QuestionView, GridView, MatrixView)):
                view = self._beside(item, self.book, remarks)
                if view != BesideView(item.path):
                    found[item.path] = view
        return found

    def seen(self, page: SectionPage) -> SectionPage:
        """The section as it is to be seen: confirmed answers are not amber, and unchanged ones may be left out."""
        if self.book is None:
            return page
        items: list[Item] = []
        for item in page.items:
            if self.comparing and self.only_changes and self.last is not None and not self._is_changed(item):
                continue
            if isinstance(item, QuestionView) and item.soft and item.problem and self._is_checked(item.path):
                items.append(replace(item, problem="", soft=False))
            else:
                items.append(item)
        return replace(page, items=tuple(items))

    def _is_changed(self, item: object) -> bool:
        assert self.last is not None
        path = getattr(item, "path", "")
        if isinstance(item, GridView):
            return any(each.startswith(f"{path}[") for each in self.last.changed)
        if isinstance(item, MatrixView):
            return any(each.path in self.last.changed for each in item.rows)
        return path in self.last.changed

    def _is_checked(self, path: str) -> bool:
        finding = self.book.finding(path) if self.book is not None else None
        return finding is not None and self.book is not None and self.book.is_checked(finding)

    def _beside(
        self, item: QuestionView | GridView | MatrixView, book: Book, remarks: Mapping[str, list[RemarkView]]
    ) -> BesideView:
        own = tuple(each for path in _roots(item) for each in remarks.get(path, ()))
        finding = book.finding(item.path)
        if finding is None or not finding.stamp or not isinstance(item, QuestionView):
            return BesideView(item.path, self._lasts(item, book.session), own)
        done = book.is_checked(finding)
        said = tr("ui.check.checked", words=finding.words) if done else ""
        return BesideView(item.path, self._lasts(item, book.session), own, "checked" if done else "open", said)

    def _lasts(self, item: QuestionView | GridView | MatrixView, session: Session) -> tuple[LastAnswer, ...]:
        if not self.comparing or self.last is None:
            return ()
        if isinstance(item, QuestionView):
            last = self.last.beside(session, item.path)
            return (last,) if last is not None else ()
        if isinstance(item, MatrixView):
            paths = {row.path: row.label for row in item.rows if row.path in self.last.changed}
        else:
            changed = [path for path in self.last.changed if path.startswith(f"{item.path}[")]
            paths = {path: f"{place_words(session, path)} {_label(session, path)}" for path in changed[:_GRID_LASTS]}
        lasts = (self.last.beside(session, path, place) for path, place in paths.items())
        return tuple(last for last in lasts if last is not None)

    # problems -------------------------------------------------------------------------------------------------------

    def _problems(self, book: Book) -> PanelView:
        found = book.findings(required=self.required)
        hard, soft = book.count("hard"), book.count("soft")
        required = book.count("required") if self.required else 0
        if not found:
            return PanelView(empty=tr("ui.problems.none"))
        said, tone = tr("ui.problems.head", hard=hard + required, soft=soft), "bad" if hard + required else "mute"
        return PanelView(
            said, tuple(self._problem(book, each) for each in found), tone="bad" if tone == "bad" else "mute"
        )

    def _problem(self, book: Book, finding: Finding) -> PanelLine:
        done = book.is_checked(finding)
        tone, icon = _DONE if done else _WEIGHTS[finding.weight]
        action = tr("ui.check.take_back" if done else "ui.check.confirm_short") if finding.stamp else ""
        return PanelLine(
            finding.path,
            finding.path,
            finding.label or tr("ui.problems.cross_check"),
            finding.words,
            self._place(book.session, finding.path, tr("ui.check.done") if done else ""),
            tone,
            icon,
            action,
            faded=done,
        )

    def _place(self, session: Session, path: str, *more: str) -> str:
        parts = (self._of.section_title(path), place_words(session, path), *more)
        return "·".join(part for part in parts if part)

    def step(self, by: int) -> None:
        """F8: to the next finding that still stands, going round; the list goes along."""
        if self.book is None:
            return
        found = [each for each in self.book.findings(required=self.required) if not self.book.is_checked(each)]
        if not found:
            self._of.desk.shell.toast.say(tr("ui.problems.none"))
            return
        here = self._of.page.body.current_path()
        paths = [each.path for each in found]
        current = self._side.lists["problems"].list.current()
        if here in paths:
            place = paths.index(here) + by
        elif current is not None and current.key in paths:
            place = paths.index(current.key) + by
        else:
            place = 0 if by > 0 else -1
        path = paths[place % len(paths)]
        self._side.show_tab("problems")
        self._side.lists["problems"].list.go_to(path)
        self._of.show_question(path)

    def _turn_check(self, path: str) -> None:
        finding = self.book.finding(path) if self.book is not None else None
        if finding is not None and self.book is not None:
            self.check(path, not self.book.is_checked(finding))

    def check(self, path: str, done: bool) -> None:
        """An unusual answer was looked at again and is right; or that is taken back."""
        finding = self.book.finding(path) if self.book is not None else None
        if finding is not None and finding.stamp:
            self._of.answer(path + CHECKED, finding.stamp if done else None)

    # the last visit -------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Ctrl L: questions beside the last visit, or alone again."""
        if self.last is None:
            self._of.desk.shell.toast.say(tr("ui.last.first_visit"))
            return
        self.comparing = not self.comparing
        self.only_changes = self.only_changes and self.comparing
        if self.comparing:
            self._side.show_tab("last")
        else:
            self._of.page.show_comparison(None)
        self._of.show_again()

    def show_only_changes(self, wanted: bool) -> None:
        self.only_changes = wanted
        self._of.show_again()

    def take(self, path: str) -> None:
        """Put the last visit's answer in, as an ordinary answer."""
        if self.last is not None and path in self.last.answers.values:
            self._of.answer(path, self.last.answers.values[path] or None)

    def _filter_last(self, wanted: bool) -> None:
        self._only_changed_lines = wanted
        self.show()

    def _changes(self, session: Session) -> PanelView:
        if self.last is None:
            return PanelView(empty=tr("ui.last.first_visit"))
        paths = self.last.in_order(session, only_changes=self._only_changed_lines)
        lines = tuple(line for path in paths if (line := self._change(session, path)) is not None)
        said = tr("ui.last.head", at=self.last.at, n=len(self.last.changed))
        empty = tr("ui.last.nothing_changed")
        return PanelView(said, lines, empty, filter=tr("ui.last.only_changes"), filtered=self._only_changed_lines)

    def _change(self, session: Session, path: str) -> PanelLine | None:
        assert self.last is not None
        last = self.last.beside(session, path)
        if last is None:
            return None
        now = shown_answer(session, path)
        words = f"{last.words or '—'} → {now or '—'}" if last.changed else last.words
        if last.difference:
            words = f"{words}  ({last.difference})"
        action = tr("ui.last.take") if last.value is not None else ""
        meta = self._place(session, path)
        tone: Tone = "info" if last.changed else "mute"
        return PanelLine(path, path, _label(session, path), words, meta, tone, "sync" if last.changed else "", action)

    # remarks --------------------------------------------------------------------------------------------------------

    def remark(self, path: str) -> None:
        """Ctrl M: the editor of a remark at a question, wherever that stands."""
        if self.book is None:
            return
        if not path:
            self._of.desk.shell.toast.say(tr("ui.remark.choose_question"))
            return
        words = self.book.remarks().get(path, "")
        if not self._of.page.body.edit_remark(path, words):
            self._of.show_question(path)
            self._of.page.body.edit_remark(path, words)

    def remarked(self, path: str, words: str) -> None:
        """A remark was written, or emptied."""
        self._comments.pop(path, None)
        self._of.answer(path + NOTE, words or None)

    def _read_comments(self) -> None:
        assert self._of.open is not None
        record = self._of.open.record.id

        def read(found: list[Comment]) -> None:
            if self._of.open is not None and self._of.open.record.id == record:
                self._comments = {each.path: each for each in found}
                self._of.show_again()

        self._of.run_after_saving(lambda: surveys.comments(self._of.ctx, record), read)

    def _remark_view(self, session: Session, path: str, words: str) -> RemarkView:
        ctx, known = self._of.ctx, self._comments.get(path)
        if known is None or known.text != words:
            return RemarkView(path, place_words(session, path), words, ctx.actor, tr("ui.remark.now"))
        when = moment_long(known.at, ctx.clock)
        return RemarkView(path, place_words(session, path), words, known.actor, when, not known.own)

    def _remark_views(self, book: Book) -> dict[str, list[RemarkView]]:
        """By every root a remark may stand below: its own path, and the repeats around it."""
        found: dict[str, list[RemarkView]] = {}
        for path, words in book.remarks().items():
            if not _stands(book.session, path):
                continue
            view = self._remark_view(book.session, path, words)
            for root in (path, *_repeats_around(path)):
                found.setdefault(root, []).append(view)
        return found

    def _remarks(self, book: Book) -> PanelView:
        views = [
            self._remark_view(book.session, *each) for each in book.remarks().items() if _stands(book.session, each[0])
        ]
        if not views:
            return PanelView(empty=tr("ui.remark.none"))
        lines = []
        for view in views:
            who = (tr("ui.remark.other") if view.other else "", view.who, view.when)
            said = "·".join(part for part in who if part)
            tone: Tone = "warn" if view.other else "info"
            lines.append(
                PanelLine(view.path, view.path, _label(book.session, view.path), view.words, said, tone, "note",
                          tr("ui.remark.edit"))
            )  # fmt: skip
        others = sum(view.other for view in views)
        return PanelView(tr("ui.remark.head", n=len(views), others=others), tuple(lines))

    # history --------------------------------------------------------------------------------------------------------

    def history(self, path: str) -> None:
        """Ctrl H: who changed this question, or the whole survey, when."""
        self._history_of = path
        self._of.page.open_side(True)
        self._side.show_tab("history")

    def _filter_history(self, wanted: bool) -> None:
        self._history_of = self._of.page.body.current_path() if wanted and not self._history_of else ""
        self._show_history()

    def _read_history(self) -> None:
        assert self._of.open is not None
        record = self._of.open.record.id

        def read(entries: list[AuditEntry]) -> None:
            if self._of.open is not None and self._of.open.record.id == record:
                self._audit = entries
                self._show_history()

        self._show_history()
        self._of.run_after_saving(lambda: visits.audit(self._of.ctx, record), read)

    def _show_history(self) -> None:
        if self.book is None or self._side.tab() != "history":
            return
        session, of = self.book.session, self._history_of
        chosen = [
            (place, each)
            for place, each in enumerate(self._audit)
            if not of or each.path == of or each.path.startswith((f"{of}#", f"{of}["))
        ]
        lines = tuple(self._entry(session, place, each) for place, each in reversed(chosen))
        word = tr("ui.history.only", label=_label(session, of)) if of else tr("ui.history.only_this")
        said = tr("ui.history.head", n=len(lines)) if lines else ""
        view = PanelView(said, lines, tr("ui.history.none"), filter=word, filtered=bool(of))
        self._side.lists["history"].show_panel(view)

    def _entry(self, session: Session, place: int, entry: AuditEntry) -> PanelLine:
        when = moment_long(entry.at, self._of.ctx.clock)
        other = "" if entry.own else tr("ui.history.other_desk")
        undone = tr("ui.history.undone") if entry.undone else ""
        words = entry.now if entry.about == "item" else f"{entry.before or '—'} → {entry.now or '—'}"
        meta = "·".join(part for part in (when, entry.actor, entry.place, other, undone) if part)
        path = entry.path.partition("#")[0]
        goes = path if _stands(session, path) and not path.startswith("@") else ""
        action = tr("ui.history.restore") if self._may_restore(session, entry) else ""
        tone: Tone = "mute" if entry.own else "warn"
        return PanelLine(str(place), goes, entry.label, words, meta, tone, "clock", action, faded=entry.undone)

    def _may_restore(self, session: Session, entry: AuditEntry) -> bool:
        if entry.about or not entry.value or not _stands(session, entry.path):
            return False
        state = session.state(entry.path)
        return state.relevant and not state.readonly and state.value != entry.value

    def _open_entry(self, key: str) -> None:
        self._of.show_question(self._audit[int(key)].path.partition("#")[0])

    def _restore(self, key: str) -> None:
        """Put an older value in again, as an ordinary answer that undo takes back."""
        entry = self._audit[int(key)]
        self._of.answer(entry.path, entry.value)
        self._of.desk.shell.toast.say(tr("ui.history.restored", label=entry.label, value=entry.now))

    # what is still to be asked --------------------------------------------------------------------------------------

    def _overview(self, book: Book) -> OverviewView:
        view = self._of.page.view
        still = book.open_questions()
        lines = []
        for path, must in still[:_OPEN_SHOWN]:
            said = tr("ui.overview.must") if must else ""
            tone: Tone = "info" if must else "mute"
            lines.append(
                PanelLine(
                    path, path, _label(book.session, path), "", self._place(book.session, path, said), tone, "pencil"
                )
            )
        more = len(still) - len(lines)
        said = tr("ui.overview.more", n=len(still), more=more) if more > 0 else tr("ui.overview.open", n=len(still))
        return OverviewView(
            answered=view.answered if view is not None else 0,
            asked=view.asked if view is not None else 0,
            required_open=book.count("required"),
            problems=book.count("hard"),
            open=PanelView(said if still else "", tuple(lines), tr("ui.overview.nothing_open")),
        )

    def _opened(self, path: str) -> None:
        self._of.show_question(path)


def _roots(item: QuestionView | GridView | MatrixView) -> Iterable[str]:
    return [item.path, *(row.path for row in item.rows)] if isinstance(item, MatrixView) else [item.path]


def _repeats_around(path: str) -> list[str]:
    return [path[:place] for place, sign in enumerate(path) if sign == "["]


def _label(session: Session, path: str) -> str:
    state = session.state(path)
    return state.short or state.label or session.definition(path).name


def _stands(session: Session, path: str) -> bool:
    try:
        session.definition(path)
    except CpdeskError:
        return False
    return True
