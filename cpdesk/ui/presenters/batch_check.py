"""Holding surveys against the rules through the dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog

from cpdesk.forms.form import Form
from cpdesk.operations.rechecking import CheckReport, check_surveys, save_check
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.batch_check import CheckDialog
from cpdesk.ui.presenters.batch_work import BatchWork
from cpdesk.ui.presenters.long_work import Course

_SHOWN_MAX: Final = 5000
_WORST_MAX: Final = 3


class CheckPresenter(BatchWork):
    """One check: begun, looked at, its places opened."""

    def begin(self) -> None:
        """Ask by which rules."""
        self.dialog: CheckDialog | None = None
        self._report: CheckReport | None = None
        self._places: list[tuple[str, str]] = []
        self.run(lambda: self.ctx.forms.newest(self.family.id), self._ask, key="batch")

    def _ask(self, form: Form) -> None:
        self._form = form
        self.dialog = dialog = CheckDialog(self.page, self.scope(), form.version)
        dialog.check_wanted.connect(self._check)
        dialog.taken.connect(self._go)
        dialog.save_wanted.connect(self._save)
        self.show(dialog)

    def resume(self) -> bool:
        """Show the list of findings again that a person left to mend one of them; False where there is none."""
        if not self.is_open() or self.dialog is None:
            return False
        self.dialog.show()
        self.dialog.activateWindow()
        return True

    def _go(self, place: int) -> None:
        """To the question of a line; the list steps aside and waits."""
        if self.dialog is not None:
            self.dialog.hide()
        self.survey_opened.emit(*self._places[place])
        self.desk.shell.toast.say(tr("ui.batch.list_waits"))

    def _check(self) -> None:
        dialog = self.dialog
        if dialog is None or not self.is_open():
            return
        against = self._form if dialog.against == "newest" else None
        dialog.begin.setEnabled(False)

        def work(course: Course) -> CheckReport:
            wanted = self.surveys(self.ctx)
            return check_surveys(self.ctx, self.family.id, against=against, records=wanted, look=course.look)

        self.long(work, self._checked, finally_=self._may_begin)

    def _may_begin(self) -> None:
        if self.is_open() and self.dialog is not None:
            self.dialog.begin.setEnabled(True)

    def _checked(self, report: CheckReport) -> None:
        if not self.is_open() or self.dialog is None:
            return
        self._report = report
        lines, tones, self._places = found_lines(report)
        self.dialog.show_found(found_words(report), lines, tones)

    def _save(self) -> None:
        report = self._report
        if report is None or self.dialog is None:
            return
        name, _kind = QFileDialog.getSaveFileName(
            self.dialog, tr("ui.batch.save_report"), f"{tr('ui.batch.report_name')}.xlsx", "Excel (*.xlsx);;(*.txt)"
        )
        if name:
            path = Path(name)
            self.run(
                lambda: save_check(self.ctx, report, path),
                lambda _nothing: self.desk.shell.toast.say(tr("ui.batch.report_saved", name=path.name)),
                key="batch",
            )


def found_words(report: CheckReport) -> str:
    """How many surveys were looked at, how many are wrong, and at which questions most often."""
    words = tr("ui.batch.checked", n=len(report.surveys), wrong=report.wrong)
    if report.stopped:
        words = tr("ui.batch.looked_until") + words
    worst = list(report.by_question.items())[:_WORST_MAX]
    if worst:
        named = tr("ui.list_separator").join(tr("ui.batch.worst_one", label=label, n=count) for label, count in worst)
        words += tr("ui.batch.worst", named=named)
    return words


def found_lines(report: CheckReport) -> tuple[list[tuple[str, ...]], list[str], list[tuple[str, str]]]:
    """Lines, their tones, and the survey and question of each; what must be mended stands first."""
    found: list[tuple[bool, tuple[str, ...], tuple[str, str]]] = []
    for survey in report.surveys:
        about = (survey.record.title, tr(f"status.{survey.record.status}"))
        for one in survey.found:
            mend = tr("check.must" if one.blocks else "check.look")
            found.append((one.blocks, (*about, one.label, one.message, mend), (survey.record.id, one.path)))
        if survey.fault is not None:
            words = survey.fault.message(language())
            found.append((True, (*about, "—", words, tr("check.must")), (survey.record.id, "")))
    found.sort(key=lambda each: not each[0])
    del found[_SHOWN_MAX:]
    return (
        [line for _, line, _ in found],
        ["bad" if blocks else "warn" for blocks, _, _ in found],
        [place for _, _, place in found],
    )
