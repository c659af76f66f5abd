"""The live figures of a farmhouse survey: worked out off the GUI thread after each answer. Other families have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cpdesk.model.assessment import Audit
from cpdesk.operations.surveys import SURVEY_FORM
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.result import Answered, WorkedOut, formulas, result_view, work_out
from cpdesk.ui.presenters.words import fault_words
from cpdesk.ui.views import ResultView

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter


class Figures:
    """Figures of the survey that is open. `of` is the presenter they belong to."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        self._panel = of.page.result
        self.assumed: Mapping[str, str] = {}
        self.view = ResultView()
        self._audit: Audit | None = None
        self._panel.explain_wanted.connect(self._explain)

    def has_any(self) -> bool:
        """Whether answers of this survey give figures."""
        return self._of.open is not None and self._of.open.form.id == SURVEY_FORM

    def begin(self) -> None:
        """A survey was opened: nothing of the one before is shown."""
        self.assumed, self.view, self._audit = {}, ResultView(), None
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
        self._of.run(
            lambda: work_out(self._of.ctx, answered),
            self._worked_out,
            key="figures",
            latest=True,
            on_error=self._not_worked_out,
        )

    def _worked_out(self, outcome: WorkedOut) -> None:
        opened = self._of.open
        if opened is None or not self.has_any():
            return
        self._audit = outcome.audit or self._audit
        self.view, assumed = result_view(outcome, opened.session)
        self._panel.show_result(self.view)
        if outcome.changes.records:
            self._of.row_changed(opened.record)
        if assumed != self.assumed:
            self.assumed = assumed
            self._of.show_again()

    def _explain(self) -> None:
        if self._audit is not None:
            self._of.page.show_why(tr("ui.result.explain"), formulas(self._audit))

    def _not_worked_out(self, error: Exception) -> None:
        self._panel.show_result(ResultView(missing=fault_words(error)))
