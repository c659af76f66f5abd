"""The survey page over a form session: answers in, views out, every field to the disk, figures off the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal

from cpdesk.base.errors import CpdeskError
from cpdesk.context import Context
from cpdesk.forms.form import Kind
from cpdesk.forms.session import Session
from cpdesk.forms.state import Problem, Touched
from cpdesk.model.assessment import Audit
from cpdesk.model.paths import PATHS_PER_OPERATION_MAX
from cpdesk.model.records import Changes, Record, RecordKind, Status
from cpdesk.operations import surveys
from cpdesk.operations.positions import KnownPlace, known_places
from cpdesk.ui.language import language, text, tr
from cpdesk.ui.pages.survey import SurveyPage
from cpdesk.ui.presenters.base import Desk, Presenter, Step
from cpdesk.ui.presenters.grid_edits import apply_edit
from cpdesk.ui.presenters.grids import Known
from cpdesk.ui.presenters.outline import (
    Counts,
    Section,
    forget_counts,
    outline,
    section_page,
    section_views,
)
from cpdesk.ui.presenters.question_files import QuestionFiles
from cpdesk.ui.presenters.result import Answered, WorkedOut, formulas, result_view, work_out
from cpdesk.ui.presenters.words import fault_words, moment, status_view
from cpdesk.ui.requests import GridEdit, Request
from cpdesk.ui.views import PlaceView, ResultView, SectionView, SurveyView

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
        self._current = ""
        self._assumed: Mapping[str, str] = {}
        self._result = ResultView()
        self._audit: Audit | None = None
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
        page.next_problem_wanted.connect(self.next_problem)
        page.jump_wanted.connect(self.jump)
        page.complete_wanted.connect(self.complete)
        page.undo_wanted.connect(lambda: self._step(surveys.undo_last, "ui.survey.undone"))
        page.redo_wanted.connect(lambda: self._step(surveys.redo_last, "ui.survey.redone"))
        page.why_wanted.connect(self._why)
        page.result.explain_wanted.connect(self._explain)
        page.compare_wanted.connect(lambda: self.compare_wanted.emit(self._result))
        desk.language_changed.connect(self._speak)

    # opening and leaving --------------------------------------------------------------------------------------------

    def begin(self, household: str) -> None:
        """Open the survey to fill of a household."""

        def work() -> tuple[surveys.OpenSurvey, Changes]:
            survey, changes = surveys.begin_survey(self.ctx, household)
            return surveys.open_survey(self.ctx, survey), changes

        self.run(work, self._opened, key=_SAVE)

    def open_survey(self, survey: str, path: str = "") -> None:
        """Open a survey, at one of its questions where a path is given."""

        def done(opened: surveys.OpenSurvey) -> None:
            self._opened((opened, Changes()))
            if path:
                self.show_question(path)

        self.run(lambda: surveys.open_survey(self.ctx, survey), done, key=_SAVE)

    def close(self) -> None:
        """Give on what is typed, and let the survey go."""
        self.page.commit()
        self._remember()
        self._files.forget()
        self.open = None

    def _opened(self, answer: tuple[surveys.OpenSurvey, Changes]) -> None:
        self.open, changes = answer
        self._assumed, self._result, self._current, self._audit = {}, ResultView(), "", None
        self._counts, self._known = {}, Known()
        self.desk.tell(changes)
        self._sections = outline(self.open.session)
        self.page.result.show_result(ResultView(missing=tr("ui.result.working")))
        self.page.show_saved("")
        first = next((view.path for view in self._views() if view.asked > view.answered), None)
        self.go_to(first if first is not None else (self._sections[0].path if self._sections else ""), focus="")
        self.shown.emit(self.page.view)
        self._save(self.open.session.opened.values)
        self._work_out()
        self._find_places(self.open)

    # answers --------------------------------------------------------------------------------------------------------

    def answer(self, path: str, value: str | None) -> None:
        """An answer was given: compute, show, write down, work out."""
        if self.open is None:
            return
        try:
            touched = self.open.session.set(path, value)
        except CpdeskError as error:
            self.desk.show_fault(error)
            return
        self._took(touched)

    def add_item(self, repeat: str) -> None:
        if self.open is not None:
            item, touched = self.open.session.add_item(repeat)
            self._took(touched)
            target = next((section.path for section in self._sections if section.path.startswith(item)), None)
            if target is not None and self._current != repeat:
                self.go_to(target, focus="")

    def remove_item(self, item: str) -> None:
        if self.open is not None:
            self._took(self.open.session.remove_item(item))

    def _took(self, touched: Touched) -> None:
        self._known.forget(touched.states | touched.values.keys())
        forget_counts(self._counts, self._sections, touched.states | touched.values.keys())
        self._show()
        self._save(touched.values)
        self._work_out()

    def _save(self, values: Mapping[str, str | None]) -> None:
        if self.open is None or not values:
            return
        record, kept = self.open.record.id, dict(values)
        self._saves += 1
        self.run(
            lambda: _save_all(self.ctx, record, kept),
            self._saved,
            key=_SAVE,
            on_error=lambda error: self.page.show_saved("", fault_words(error)),
        )

    def _saved(self, _changes: Changes) -> None:
        self.page.show_saved(moment(self.ctx.clock.now().isoformat(), self.ctx.clock))
        if self.open is not None:
            self._row_changed(self.open.record)

    def _remember(self) -> None:
        """Keep for the list how far the survey has come: when a section or the survey is left, not at each key."""
        if self.open is not None:
            record, progress = self.open.record, self.open.session.progress()
            self.run(
                lambda: surveys.remember_progress(self.ctx, record.id, progress),
                lambda _changes: self._row_changed(record),
                key=_SAVE,
            )

    def _row_changed(self, record: Record) -> None:
        """The row of the list is that of the household: it alone is asked for again, not the whole list."""
        self.desk.tell(Changes(records=frozenset({record.id, record.site or record.id}), sync=True))

    # taking back ----------------------------------------------------------------------------------------------------

    def _step(self, step: Step, said: str) -> None:
        """Undo or redo, one operation of the store; the session is made anew from what stands there then."""
        if self.open is None:
            return
        self.page.commit()
        opened = self.open

        def work() -> tuple[surveys.OpenSurvey, dict[str, str | None], Changes]:
            different, changes = step(self.ctx, opened.record.id)
            return surveys.open_survey(self.ctx, opened.record.id), different, changes

        saves = self._saves

        def done(answer: tuple[surveys.OpenSurvey, dict[str, str | None], Changes]) -> None:
            again, different, changes = answer
            self._took_back(again, changes, stale=self._saves != saves)
            label = self._label((again.session, opened.session), different)
            self.desk.shell.toast.say(tr(said, label=label, n=len(different)))

        self.run(work, done, key=_SAVE, on_error=self.desk.say_not_stepped)

    def _took_back(self, again: surveys.OpenSurvey, changes: Changes, *, stale: bool) -> None:
        if self.open is None or self.open.record.id != again.record.id:
            return
        if stale:  # an answer was given meanwhile and stands in the queue: read once more behind it
            record = again.record.id
            self.run(
                lambda: surveys.open_survey(self.ctx, record),
                lambda newest: self._took_back(newest, changes, stale=False),
                key=_SAVE,
            )
            return
        again.session.set_language(language())
        self.open, self._counts, self._known = again, {}, Known()
        self._show()
        self._save(again.session.opened.values)
        self._saved(changes)
        self._work_out()

    def _label(self, sessions: Sequence[Session], different: Mapping[str, str | None]) -> str:
        """The question a step changed, as the form words it: in the newer session or, when it is gone, the older."""
        for path in different:
            for session in sessions:
                try:
                    label = session.state(path).label
                except CpdeskError:
                    continue
                if label:
                    return label
        return "—"

    # showing --------------------------------------------------------------------------------------------------------

    def go_to(self, path: str, *, focus: str | None = None) -> None:
        """Show a section. `focus` as `SurveyPage.show_section`."""
        if self._current and path != self._current:
            self._remember()
        self._current = path
        self._show(focus)

    def _views(self) -> tuple[SectionView, ...]:
        assert self.open is not None
        return section_views(self.open.session, self._sections, self._counts)

    def _show(self, focus: str | None = None) -> None:
        if self.open is None:
            return
        session, record = self.open.session, self.open.record
        self._sections = outline(session)
        paths = [section.path for section in self._sections]
        if self._current not in paths and paths:
            self._current = paths[0]
        views = self._views()
        problems = sum(view.problems for view in views)
        self.page.show_survey(
            SurveyView(
                record=record.id,
                crumbs=(tr("ui.rail.households"), session.value_at("household/village") or "—"),
                title=record.title,
                status=status_view(record.status),
                sections=views,
                answered=sum(view.answered for view in views),
                asked=sum(view.asked for view in views),
                problems=problems,
                can_complete=record.status in (Status.DRAFT, Status.RETURNED),
            ),
            self._current,
        )
        place = paths.index(self._current) if self._current in paths else 0
        if self._sections:
            page = section_page(
                session, self._sections[place], views[place].number, self._assumed, self._places, self._known
            )
            self.page.show_section(page, focus=focus)
            self._files.show(self.open, self.page.body)

    def _speak(self) -> None:
        if self.open is not None:
            self.open.session.set_language(language())
            self._known = Known()
            self._current_again()
            self._work_out()

    def _current_again(self) -> None:
        self._show()
        self.shown.emit(self.page.view)

    def next_problem(self) -> None:
        """F8: the next question that must be mended, going round."""
        if self.open is None:
            return
        wrong = [problem for problem in self.open.session.validate() if problem.blocks]
        if wrong:
            here = self.page.body.current_path()
            paths = [problem.path for problem in wrong]
            place = paths.index(here) + 1 if here in paths else 0
            self.show_question(paths[place % len(paths)])

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
        for section in self._sections:
            if any(path == member or path.startswith((member + "/", member + "[")) for member in section.members):
                self.go_to(section.path, focus=path)
                return

    # completing -----------------------------------------------------------------------------------------------------

    def complete(self) -> None:
        """Mark the survey as filled, or go to what is missing."""
        if self.open is None:
            return
        self.page.commit()
        record = self.open.record.id
        self.run(lambda: surveys.complete_survey(self.ctx, record), self._completed, key=_SAVE)

    def _completed(self, answer: tuple[list[Problem], Changes]) -> None:
        problems, changes = answer
        if problems:
            self.show_question(problems[0].path)
            words = problems[0].message(language())
            self.desk.shell.toast.say(tr("ui.survey.not_yet", n=len(problems), words=words))
            return
        self.desk.tell(changes | Changes(kinds=frozenset({RecordKind.SURVEY})))
        self.desk.shell.toast.say(text("ui.survey.completed"))
        self.left.emit()

    def _why(self, path: str) -> None:
        if self.open is None or not path:
            return
        node = self.open.session.definition(path)
        words = self.open.session.explain(path).text() if node.kind is not Kind.REPEAT else ""
        self.page.show_why(self.open.session.state(path).label, words or tr("ui.survey.always_asked"))

    # figures --------------------------------------------------------------------------------------------------------

    def _work_out(self) -> None:
        if self.open is None:
            return
        answered = Answered(
            record=self.open.record.id,
            form=self.open.form,
            answers=self.open.session.counting_answers(),
            left_out=self.page.view.problems if self.page.view is not None else 0,
        )
        self.page.result.show_busy(True)
        self.run(
            lambda: work_out(self.ctx, answered),
            self._worked_out,
            key="figures",
            latest=True,
            on_error=self._not_worked_out,
        )

    def _worked_out(self, outcome: WorkedOut) -> None:
        if self.open is None:
            return
        self._audit = outcome.audit or self._audit
        self._result, assumed = result_view(outcome, self.open.session)
        self.page.result.show_result(self._result)
        if outcome.changes.records:
            self._row_changed(self.open.record)
        if assumed != self._assumed:
            self._assumed = assumed
            self._show()

    def _explain(self) -> None:
        if self._audit is not None:
            self.page.show_why(tr("ui.result.explain"), formulas(self._audit))

    def _not_worked_out(self, error: Exception) -> None:
        self.page.result.show_result(ResultView(missing=fault_words(error)))

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

    def _requested(self, request: Request) -> None:
        """What a control asks beyond an answer: a change of a grid, a file to choose, keep or open."""
        if self.open is None:
            return
        if isinstance(request, GridEdit):
            try:
                self._took(apply_edit(self.open.session, request))
            except CpdeskError as error:
                self.desk.show_fault(error)
        else:
            self._files.take(self.open, request)


def _save_all(ctx: Context, record: str, values: Mapping[str, str | None]) -> Changes:
    """One operation as a rule; a block too large for one is stored in several, and taken back in as many steps."""
    paths = list(values)
    changes = Changes()
    for start in range(0, len(paths), PATHS_PER_OPERATION_MAX):
        part = paths[start : start + PATHS_PER_OPERATION_MAX]
        changes |= surveys.save_answers(ctx, record, {path: values[path] for path in part})
    return changes
