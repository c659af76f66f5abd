"""The survey page over a form session: answers in, views out, every field to the disk, figures off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.state import Progress, Touched
from cpdesk.model.records import Changes, Record, RecordKind
from cpdesk.operations import surveys
from cpdesk.operations.positions import KnownPlace, known_places
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.survey import SurveyPage
from cpdesk.ui.presenters.base import Desk, Presenter, Result, Step
from cpdesk.ui.presenters.defaults import agree, give
from cpdesk.ui.presenters.grid_edits import apply_edit
from cpdesk.ui.presenters.grid_widths import read_widths, width_key, with_widths, write_widths
from cpdesk.ui.presenters.known import Known, Section
from cpdesk.ui.presenters.outline import (
    Counts,
    forget_counts,
    outline,
    section_page,
    section_views,
)
from cpdesk.ui.presenters.question_files import QuestionFiles
from cpdesk.ui.presenters.survey_completing import Completing
from cpdesk.ui.presenters.survey_figures import Figures
from cpdesk.ui.presenters.survey_merging import Merging
from cpdesk.ui.presenters.survey_opening import Opened, changed_label, crumbs, read_survey, save_all, what_completes
from cpdesk.ui.presenters.survey_panels import Panels
from cpdesk.ui.presenters.survey_review import SurveyReview, is_locked, locked
from cpdesk.ui.presenters.survey_why import hidden_sections, why
from cpdesk.ui.presenters.words import fault_words, moment, status_view
from cpdesk.ui.requests import CameraWanted, ColumnsSized, ContentGiven, FileWanted, GridEdit, Marked, Request
from cpdesk.ui.survey_views import FrameView
from cpdesk.ui.views import PlaceView, SectionView, SurveyView

_SAVE = "save"


class SurveyPresenter(Presenter):
    """One open survey. `left` asks to go back to the list."""

    left = Signal()
    shown = Signal(object)
    compare_wanted = Signal(object)

    def __init__(self, desk: Desk, page: SurveyPage) -> None:
        super().__init__(desk)
        self.page = page
        self.open: surveys.OpenSurvey | None = None
        self._sections: list[Section] = []
        self.place = self._wanted = ""
        self._current = ""
        self._why_hidden = False
        self._counts: Counts = {}
        self._known = Known()
        self._places: tuple[PlaceView, ...] = ()
        self._saves = 0
        self._files = QuestionFiles(self, page, self.answer, key=_SAVE)
        page.answered.connect(self.answer)
        page.section_wanted.connect(lambda path: self.go_to(path, focus=""))
        page.row_wanted.connect(self.add_item)
        page.row_unwanted.connect(self.remove_item)
        page.requested.connect(self._requested)
        self.panels = Panels(self)
        self.figures = Figures(self)
        page.problem_wanted.connect(self.panels.step)
        page.beside_wanted.connect(self.panels.compare)
        page.only_changes_wanted.connect(self.panels.show_only_changes)
        page.hidden_wanted.connect(self._show_hidden)
        page.jump_wanted.connect(self.jump)
        self.completing = Completing(self)
        self.review = SurveyReview(self)
        self.merging = Merging(self)
        page.undo_wanted.connect(lambda: self._step(surveys.undo_last, "ui.survey.undone"))
        page.redo_wanted.connect(lambda: self._step(surveys.redo_last, "ui.survey.redone"))
        page.why_wanted.connect(self._why)
        page.compare_wanted.connect(lambda: self.compare_wanted.emit(self.figures.view))
        desk.language_changed.connect(self._speak)

    # opening and leaving --------------------------------------------------------------------------------------------

    def begin(self, site: str) -> None:
        """Open the survey to fill of a site of any kind."""
        self._open(lambda: surveys.begin_survey(self.ctx, site))

    def begin_new(self, family: str, stream: str, kind: RecordKind | None = None) -> None:
        """Open a new survey of something that stands in no register yet."""
        self._open(lambda: surveys.begin_new(self.ctx, family, stream, kind))

    def open_survey(self, survey: str, path: str = "") -> None:
        """Open a survey that is there (one without a site, an earlier visit), at a question where one is named."""
        self._open(lambda: (survey, Changes()), path)

    def _open(self, find: Callable[[], tuple[str, Changes]], path: str = "") -> None:
        self._wanted = path

        def work() -> tuple[Opened, Changes]:
            survey, changes = find()
            return read_survey(self.ctx, survey), changes

        self.run(work, self.show_opened, key=_SAVE)

    def close(self) -> None:
        """Give on what is typed, and let the survey go."""
        self.page.commit()
        self._remember()
        self._files.forget()
        self.panels.forget()
        self.open = None

    def show_opened(self, answer: tuple[Opened, Changes]) -> None:
        """Show a survey that was read from the store."""
        opened, changes = answer
        self.panels.forget()
        self.open, self.place = opened.survey, opened.place
        self.merging.begin(opened.survey.record)
        self._current = ""
        self._counts, self._known = {}, self._fresh()
        self.figures.begin()
        self.desk.tell(changes)
        self._sections = outline(self.open.session, self._known)
        self.panels.begin(opened.book)
        self.page.show_saved("")
        first = next((view.path for view in self._views() if view.asked > view.answered), None)
        self.go_to(first if first is not None else (self._sections[0].path if self._sections else ""), focus="")
        self.show_question(self._wanted)
        self.shown.emit(self.page.view)
        if not self.is_locked():  # who only reads writes nothing
            self._save(self.open.session.opened.values)
        self.figures.work_out()
        self._find_places(self.open)
        self.review.begin()

    # answers --------------------------------------------------------------------------------------------------------

    def answer(self, path: str, value: str | None, file_name: str = "") -> None:
        """An answer was given: compute, show, write down, work out."""
        if self.open is None or (not path.endswith(surveys.NOTE) and self._refused()):
            return
        try:
            touched = give(self.open.session, path, value, file_name)
        except CpdeskError as error:
            self.desk.show_fault(error)
            return
        self._took(touched)

    def add_item(self, repeat: str) -> None:
        if self.open is not None and not self._refused():
            item, touched = self.open.session.add_item(repeat)
            self._took(touched)
            target = next((section.path for section in self._sections if section.path.startswith(item)), None)
            if target is not None and self._current != repeat:
                self.go_to(target, focus="")

    def remove_item(self, item: str) -> None:
        if self.open is not None and not self._refused():
            self._took(self.open.session.remove_item(item))

    def is_locked(self) -> bool:
        """Whether the survey that is open is read only: submitted or accepted."""
        return self.open is not None and is_locked(self.open.record)

    def _refused(self) -> bool:
        """Whether nothing may be answered; says so."""
        if self.is_locked():
            self.desk.shell.toast.say(tr("ui.review.locked"))
            self._show()
        return self.is_locked()

    def _took(self, touched: Touched) -> None:
        self._known.forget(touched.states | touched.values.keys())
        forget_counts(self._counts, touched.states | touched.values.keys())
        self.panels.touched(touched)
        self._show()
        self._save(touched.values)
        if any("#" not in path or path.endswith("#quality") for path in touched.values):
            self.figures.work_out()

    def _save(self, values: Mapping[str, str | None]) -> None:
        if self.open is None or not values:
            return
        record, kept = self.open.record.id, dict(values)
        seen = self.merging.seen_before(kept)
        self._saves += 1
        self.run(
            lambda: save_all(self.ctx, record, kept, seen),
            self._saved,
            key=_SAVE,
            on_error=lambda error: self.page.show_saved("", fault_words(error)),
        )

    def _saved(self, _changes: Changes) -> None:
        self.review.read()
        self.page.show_saved(moment(self.ctx.clock.now().isoformat(), self.ctx.clock))
        if self.open is not None:
            self.row_changed(self.open.record)

    def _remember(self) -> None:
        """Keep for the list how far the survey has come: when a section or the survey is left, not at each key."""
        if self.open is not None:
            record, view = self.open.record, self.page.view
            if view is None or view.record != record.id:
                return
            progress = Progress(view.answered, view.asked, view.problems)  # going through the form again takes long
            self.run(
                lambda: surveys.remember_progress(self.ctx, record.id, progress),
                lambda _changes: self.row_changed(record),
                key=_SAVE,
            )

    def row_changed(self, record: Record) -> None:
        """The row of the list is that of the household: it alone is asked for again, not the whole list."""
        self.desk.tell(Changes(records=frozenset({record.id, record.site or record.id}), sync=True))

    # taking back ----------------------------------------------------------------------------------------------------

    def _step(self, step: Step, said: str) -> None:
        """Undo or redo, one operation of the store; the session is made anew from what stands there then."""
        if self.open is None or self._refused():
            return
        self.page.commit()
        opened = self.open

        def work() -> tuple[Opened, dict[str, str | None], Changes]:
            different, changes = step(self.ctx, opened.record.id)
            return read_survey(self.ctx, opened.record.id), different, changes

        saves = self._saves

        def done(answer: tuple[Opened, dict[str, str | None], Changes]) -> None:
            again, different, changes = answer
            self.show_anew(again, changes, stale=self._saves != saves)
            label = changed_label((again.survey.session, opened.session), different)
            self.desk.shell.toast.say(tr(said, label=label, n=len(different)))

        self.run(work, done, key=_SAVE, on_error=self.desk.say_not_stepped)

    def saves(self) -> int:
        """How many answers were handed over to be stored."""
        return self._saves

    def show_anew(self, again: Opened, changes: Changes, *, stale: bool) -> None:
        """Show the survey as it was read from the store again; `stale` says that answers were given meanwhile."""
        if self.open is None or self.open.record.id != again.survey.record.id:
            return
        if stale:  # an answer was given meanwhile and stands in the queue: read once more behind it
            record = again.survey.record.id
            self.run(
                lambda: read_survey(self.ctx, record),
                lambda newest: self.show_anew(newest, changes, stale=False),
                key=_SAVE,
            )
            return
        again.survey.session.set_language(language())
        self.merging.begin(again.survey.record)
        self.open, self._counts, self._known = again.survey, {}, self._fresh()
        self.panels.begin(again.book)
        self._show()
        self._save(again.survey.session.opened.values)
        self._saved(changes)
        self.figures.work_out()

    # showing --------------------------------------------------------------------------------------------------------

    def go_to(self, path: str, *, focus: str | None = None) -> None:
        """Show a section. `focus` as `SurveyPage.show_section`."""
        if self._current and path != self._current:
            self._remember()
            self.page.body.commit()
        self._current = path
        self._show(focus)

    def _views(self) -> tuple[SectionView, ...]:
        assert self.open is not None
        return section_views(self.open.session, self._sections, self._counts)

    def _show(self, focus: str | None = None) -> None:
        if self.open is None:
            return
        session, record = self.open.session, self.open.record
        self._sections = outline(session, self._known)
        paths = [section.path for section in self._sections]
        if self._current not in paths and paths:
            self._current = paths[0]
        views = self._views()
        self.page.show_survey(
            SurveyView(
                record=record.id,
                crumbs=crumbs(self.ctx, record, self.place),
                title=record.title,
                status=status_view(record.status),
                sections=views,
                answered=sum(view.answered for view in views),
                asked=sum(view.asked for view in views),
                problems=sum(view.problems for view in views),
            ),
            self._current,
        )
        self.page.show_frame(self._frame())
        place = paths.index(self._current) if self._current in paths else 0
        if self._sections:
            whole = section_page(
                session, self._sections[place], views[place].number, self.figures.assumed, self._places, self._known
            )
            page = self.panels.seen(locked(whole) if self.is_locked() else whole)
            self.page.show_section(page, focus=focus)
            self.page.body.show_beside(self.panels.beside(page), comparing=self.panels.comparing)
            self._files.show(self.open, self.page.body)
        self.panels.show()

    def _frame(self) -> FrameView:
        assert self.open is not None
        session, status, book = self.open.session, self.open.record.status, self.panels.book
        number, lines = hidden_sections(session, why=self._why_hidden)
        return FrameView(
            has_result=self.figures.has_any(),
            has_last=self.panels.last is not None,
            complete=what_completes(status),
            problems=book.count("hard") if book is not None else 0,
            unusual=book.count("soft") if book is not None else 0,
            remarks=len(book.remarks()) if book is not None else 0,
            hidden_sections=number,
            hidden=lines,
        )

    def _show_hidden(self, wanted: bool) -> None:
        self._why_hidden = wanted
        if self.open is not None:
            self.page.show_frame(self._frame())

    def may_complete(self) -> bool:
        """Whether the survey is one that is still being filled."""
        return self.open is not None and what_completes(self.open.record.status) == "complete"

    def show_again(self) -> None:
        """Show the section once more: what stands beside its questions changed."""
        self._show()

    def run_after_saving(self, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        """Ask the store once the answers given so far are in it."""
        self.run(work, done, key=_SAVE)

    def section_title(self, path: str) -> str:
        """The section a question stands in."""
        section = self._section_of(path)
        return section.title if section is not None else ""

    def _section_of(self, path: str) -> Section | None:
        for section in self._sections:
            members = [member.lstrip("+=") for member in section.members if not member.startswith("+")]
            if any(path == member or path.startswith((member + "/", member + "[")) for member in members):
                return section
        return None

    def _speak(self) -> None:
        if self.open is not None:
            self.open.session.set_language(language())
            self._known = self._fresh()
            self.panels.speak()
            self._show()
            self.shown.emit(self.page.view)
            self.figures.work_out()

    def jump(self, words: str) -> None:
        """To the question whose number or words were typed."""
        if self.open is None or not words:
            return
        views = self._views()
        for section, view in zip(self._sections, views, strict=True):
            page = section_page(self.open.session, section, view.number, {})
            for item in page.items:
                label, number = getattr(item, "label", ""), getattr(item, "number", "")
                if number and (number == words or words.casefold() in label.casefold()):
                    self.go_to(section.path, focus=item.path)
                    return
        self.desk.shell.toast.say(tr("ui.survey.no_question", words=words))

    def show_question(self, path: str) -> None:
        """Go to a question wherever it stands."""
        section = self._section_of(path)
        if section is not None:
            self.go_to(section.path, focus=path)

    def to_question(self, path: str) -> None:
        """Go to a question from wherever it was asked for; from another page the survey comes back."""
        if self.open is not None and path:
            self.shown.emit(self.page.view)
            self.show_question(path)

    def _why(self, path: str) -> None:
        if self.open is not None and path:
            self.page.show_why(*why(self.open.session, path))

    def _find_places(self, opened: surveys.OpenSurvey) -> None:
        """What maps show: the positions of the neighbours, looked up once where the form asks for a position."""
        self._places = ()
        if not any(node.type in ("geopoint", "geotrace", "geoshape") for node in opened.form.nodes):
            return

        def found(places: list[KnownPlace]) -> None:
            if self.open is opened and places:
                self._places = tuple(
                    PlaceView(place.latitude, place.longitude, place.title, place.site == opened.record.site)
                    for place in places
                )
                self._show()

        self.run(lambda: known_places(self.ctx, opened.record), found)

    # grids and files ------------------------------------------------------------------------------------------------

    def _keep_widths(self, sized: ColumnsSized) -> None:
        if self.open is not None:
            key = width_key(self.open.session, sized.path)
            self._known.widths = widths = with_widths(self._known.widths, key, sized.widths)
            self.run(lambda: write_widths(self.ctx.settings, widths), lambda _nothing: None, key="settings-write")

    def _fresh(self) -> Known:
        """Nothing known but what a person set."""
        return Known(widths=read_widths(self.ctx.settings))

    def _requested(self, request: Request) -> None:
        """What a control asks beyond an answer: a change of a grid, a file to choose, keep or open."""
        if self.open is None:
            return
        if isinstance(request, ColumnsSized):
            self._keep_widths(request)
        elif isinstance(request, Marked | GridEdit | ContentGiven | CameraWanted | FileWanted) and self._refused():
            return
        elif isinstance(request, Marked):
            self._took(agree(self.open.session, request.path, request.mark))
        elif isinstance(request, GridEdit):
            try:
                self._took(apply_edit(self.open.session, request))
            except CpdeskError as error:
                self.desk.show_fault(error)
        else:
            self._files.take(self.open, request)
