"""The live figures of a farmhouse survey: worked out off the GUI thread after each answer. Other families have none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from cpdesk.model.assessment import Assessment, Audit
from cpdesk.model.explanation import Explanation
from cpdesk.operations.surveys import SURVEY_FORM
from cpdesk.ui.language import tr
from cpdesk.ui.pages.explanation import ExplanationDialog
from cpdesk.ui.presenters.base import Result
from cpdesk.ui.presenters.defaults import questions
from cpdesk.ui.presenters.explanations import explanation_view, proof
from cpdesk.ui.presenters.result import Answered, WorkedOut, first_figures, first_view, result_view, work_out
from cpdesk.ui.presenters.words import fault_words
from cpdesk.ui.views import ResultView

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter

_KEY: Final = "figures"


class Figures:
    """Figures of the survey that is open. `of` is the presenter they belong to."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        self._panel = of.page.result
        self.assumed: Mapping[str, str] = {}
        self.view = ResultView()
        self._audit: Audit | None = None
        self._questions: Mapping[str, str] = {}
        self.dialog: ExplanationDialog | None = None
        self._panel.figure_wanted.connect(self.open_figure)
        self._panel.question_wanted.connect(self._to_question)

    def has_any(self) -> bool:
        """Whether answers of this survey give figures."""
        return self._of.open is not None and self._of.open.form.id == SURVEY_FORM

    def begin(self) -> None:
        """A survey was opened: nothing of the one before is shown."""
        self.assumed, self.view, self._audit, self._questions = {}, ResultView(), None, {}
        if self.dialog is not None:
            self.dialog.reject()
        self._panel.show_result(ResultView(missing=tr("ui.result.working")))

    def work_out(self) -> None:
        """Have the answers of this moment worked out; older requests that wait are dropped."""
        opened = self._of.open
        if opened is None or not self.has_any():
            return
        view = self._of.page.view
        answered = Answered(
            record=opened.record.id,
            form=opened.form,
            answers=opened.session.counting_answers(),
            left_out=view.problems if view is not None else 0,
        )
        self._panel.show_busy(True)
        self._run(lambda: first_figures(self._of.ctx, answered), lambda found: self._first(found, answered))

    def _first(self, found: Assessment | None, answered: Answered) -> None:
        """The house as it is stands at once; its audit follows."""
        opened = self._of.open
        if opened is None or opened.record.id != answered.record:
            return
        if found is not None:
            self._panel.show_result(first_view(found, self.view))
            self._panel.show_busy(True)
        self._run(lambda: work_out(self._of.ctx, answered), self._worked_out)

    def _run(self, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        self._of.run(work, done, key=_KEY, latest=True, on_error=self._not_worked_out)

    def _worked_out(self, outcome: WorkedOut) -> None:
        opened = self._of.open
        if opened is None or not self.has_any():
            return
        self._audit = outcome.audit or self._audit
        if outcome.audit is not None:
            self._questions = questions(outcome.audit, opened.session, causes=True)
        self.view, assumed = result_view(outcome, opened.session)
        self._panel.show_result(self.view)
        if outcome.changes.records:
            self._of.row_changed(opened.record)
        if assumed != self.assumed:
            self.assumed = assumed
            self._of.show_again()

    # the proof of a figure -------------------------------------------------------------------------------------------

    def open_figure(self, name: str) -> None:
        """Show how a figure came about; looking it up takes too long for the GUI thread."""
        audit = self._audit
        if audit is not None:
            self._of.run(
                lambda: proof(audit, name), lambda found: self._show_proof(audit, found), key="proof", latest=True
            )

    def _show_proof(self, audit: Audit, found: Explanation) -> None:
        opened = self._of.open
        if opened is None or audit is not self._audit:
            return
        view = explanation_view(audit, found, self._questions)
        if self.dialog is None:
            self.dialog = ExplanationDialog(self._of.desk.shell)
            self.dialog.figure_wanted.connect(self.open_figure)
            self.dialog.question_wanted.connect(self._to_question)
            self.dialog.finished.connect(self._closed)
        self.dialog.show_proof(view)
        self.dialog.show()

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _to_question(self, path: str) -> None:
        self._of.to_question(path)

    def _not_worked_out(self, error: Exception) -> None:
        self._panel.show_result(ResultView(missing=fault_words(error)))
