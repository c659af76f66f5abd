"""The panels of a survey: problems, the last visit, remarks, history, what is still worth asking; and what stands
beside each question. Only the panel in front is made; what needs the store is read off the GUI thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpdesk.forms.session import Session
from cpdesk.forms.state import Touched
from cpdesk.operations import visits
from cpdesk.operations.surveys import CHECKED
from cpdesk.operations.visits import LastAnswers
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.survey_book import Book, Finding, Weight, label_of
from cpdesk.ui.presenters.survey_history import History
from cpdesk.ui.presenters.survey_last import LastVisit, place_words, shown_answer
from cpdesk.ui.presenters.survey_remarks import Remarks
from cpdesk.ui.presenters.words import in_a_row, moment_long
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
        self.remarks = Remarks(of)
        self.history = History(of)
        self._connect()

    def _connect(self) -> None:
        side, body = self._side, self._of.page.body
        side.shown.connect(lambda _tab: self.show())
        side.overview.opened.connect(self._of.show_question)
        for code, panel in side.lists.items():
            if code != "history":
                panel.opened.connect(self._of.show_question)
        side.lists["problems"].acted.connect(self._turn_check)
        side.lists["last"].acted.connect(self.take)
        side.lists["last"].filter_wanted.connect(self._filter_last)
        body.take_wanted.connect(self.take)
        body.check_wanted.connect(self.check)

    # opening and keeping in step ------------------------------------------------------------------------------------

    def begin(self, book: Book) -> None:
        """A survey was opened, or made anew after an undo."""
        self.book = book
        self.last = None
        self.remarks.begin(book)
        self.read_last()

    def forget(self) -> None:
        """Another survey comes: nothing of this one is to be seen in it."""
        self.comparing = self.only_changes = self.required = False
        self._only_changed_lines = True
        self.history.forget()
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
            self._side.lists["remarks"].show_panel(self.remarks.panel(self.book))
        elif tab == "history":
            self.history.read()
        if self.comparing and self.last is not None:
            said = tr("ui.last.comparing", at=self.last.at, n=len(self.last.changed))
            self._of.page.show_comparison(CompareView(said, self.only_changes))

    def beside(self, page: SectionPage) -> dict[str, BesideView]:
        """What stands beside the questions of a section."""
        if self.book is None:
            return {}
        remarks = self.remarks.by_root(self.book)
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
            paths = {path: f"{place_words(session, path)} {label_of(session, path)}" for path in changed[:_GRID_LASTS]}
        lasts = (self.last.beside(session, path, place) for path, place in paths.items())
        return tuple(last for last in lasts if last is not None)

    # problems -------------------------------------------------------------------------------------------------------

    def _problems(self, book: Book) -> PanelView:
        found = book.findings(required=self.required)
        if not found:
            return PanelView(empty=tr("ui.problems.none"))
        counts: dict[Weight, int] = {weight: book.count(weight) for weight in ("hard", "required", "soft")}
        if not self.required:
            counts["required"] = 0
        said = in_a_row(*(tr(f"ui.problems.{weight}", n=n) for weight, n in counts.items() if n))
        blocking = counts["hard"] + counts["required"] > 0
        return PanelView(said or tr("ui.problems.all_checked"), self._problem_lines(book, found), tone=_tone(blocking))

    def _problem_lines(self, book: Book, found: list[Finding]) -> tuple[PanelLine, ...]:
        return tuple(self._problem(book, each) for each in found)

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
        return in_a_row(self._of.section_title(path), place_words(session, path), *more)

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
        said = tr("ui.last.head", at=self.last.at, n=len(self.last.changed), blank=len(self.last.blank))
        empty = tr("ui.last.nothing_changed")
        return PanelView(said, lines, empty, filter=tr("ui.last.only_changes"), filtered=self._only_changed_lines)

    def _change(self, session: Session, path: str) -> PanelLine | None:
        assert self.last is not None
        last = self.last.beside(session, path)
        if last is None:
            return None
        now = shown_answer(session, path)
        words = f"{last.words or '—'} → {now}" if last.changed else last.words
        if last.difference:
            words = f"{words}  ({last.difference})"
        action = tr("ui.last.take") if last.value is not None else ""
        meta = self._place(session, path)
        tone: Tone = "info" if last.changed else "mute"
        return PanelLine(path, path, label_of(session, path), words, meta, tone, "sync" if last.changed else "", action)

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
                    path, path, label_of(book.session, path), "", self._place(book.session, path, said), tone, "pencil"
                )
            )
        more = len(still) - len(lines)
        said = tr("ui.overview.more", n=len(still), more=more) if more > 0 else tr("ui.overview.open", n=len(still))
        return OverviewView(
            answered=view.answered if view is not None else 0,
            asked=view.asked if view is not None else 0,
            required_open=book.count("required"),
            problems=book.count("hard"),
            may_complete=self._of.may_complete(),
            open=PanelView(said if still else "", tuple(lines), tr("ui.overview.nothing_open")),
        )


def _tone(blocking: bool) -> Tone:
    return "bad" if blocking else "mute"


def _roots(item: QuestionView | GridView | MatrixView) -> Iterable[str]:
    return [item.path, *(row.path for row in item.rows)] if isinstance(item, MatrixView) else [item.path]
