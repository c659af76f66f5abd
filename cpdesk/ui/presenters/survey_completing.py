"""Marking a survey as filled, with the list of what blocks and a word on the sites it changed; and opening it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpdesk.model.records import Changes, RecordKind
from cpdesk.operations import surveys
from cpdesk.operations.completing import Completion, complete_and_tell
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.survey_opening import Opened, read_survey

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter


class Completing:
    """The course of the survey that is open."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        of.page.complete_wanted.connect(self.complete)
        of.page.reopen_wanted.connect(self.reopen)

    def complete(self) -> None:
        """Mark the survey as filled, or list what is missing."""
        if self._of.open is None:
            return
        self._of.page.commit()
        record = self._of.open.record.id
        self._of.run_after_saving(lambda: complete_and_tell(self._of.ctx, record), self._completed)

    def reopen(self) -> None:
        """Take a filled survey back to be changed, before it is submitted."""
        if self._of.open is None:
            return
        record = self._of.open.record.id

        def work() -> tuple[Opened, Changes]:
            changes = surveys.reopen_survey(self._of.ctx, record)
            return read_survey(self._of.ctx, record), changes | Changes(kinds=frozenset({RecordKind.SURVEY}))

        self._of.run_after_saving(work, self._of.show_opened)

    def _completed(self, answer: Completion) -> None:
        if answer.problems:
            self._of.panels.required = True
            self._of.show_question(answer.problems[0].path)
            self._of.page.side.show_tab("problems")
            self._of.page.open_side(True)
            words = answer.problems[0].message(language())
            self._of.desk.shell.toast.say(tr("ui.survey.not_yet", n=len(answer.problems), words=words))
            return
        self._of.desk.tell(answer.changes | Changes(kinds=frozenset({RecordKind.SURVEY})))
        told = [
            tr("ui.survey.site_new" if site.new else "ui.survey.site_changed",
               kind=self._of.ctx.text(f"site_kind.{site.kind}"), title=site.title)
            for site in answer.sites
        ]  # fmt: skip
        self._of.desk.shell.toast.say(" ".join((tr("ui.survey.completed"), *told)))
        self._of.left.emit()
