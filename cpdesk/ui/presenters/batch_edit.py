"""Changing one answer in many surveys through the dialog."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.form import Form
from cpdesk.model.records import Changes
from cpdesk.operations.bulk import BulkPreview, Edit, EditPreview, apply_edit, preview_edit
from cpdesk.operations.families import Family
from cpdesk.store.batches import BatchResult
from cpdesk.ui.conditions import condition
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.batch_edit import EditDialog
from cpdesk.ui.pages.sites import SitesPage
from cpdesk.ui.presenters.base import Desk
from cpdesk.ui.presenters.batch_work import BatchWork
from cpdesk.ui.presenters.form_words import answer_view, question_options, value_words
from cpdesk.ui.presenters.long_work import Course

_ITEM: Final = re.compile(r"\[[^\]]*\]")
_SHOWN_MAX: Final = 2000
"""Lines of the preview; nobody reads more, the counts above it are of all."""


class EditPresenter(BatchWork):
    """One bulk edit: asked for, looked at, done."""

    def __init__(self, desk: Desk, page: SitesPage, family: Family) -> None:
        super().__init__(desk, page, family)
        self.dialog: EditDialog | None = None
        self._form: Form | None = None
        self._preview: BulkPreview | None = None

    def begin(self) -> None:
        """Load the form and show the dialog."""
        self.run(lambda: self.ctx.forms.newest(self.family.id), self._ask, key="batch")

    def _ask(self, form: Form) -> None:
        self._form = form
        self.dialog = dialog = EditDialog(self.page, self.scope(), question_options(form))
        dialog.question_wanted.connect(lambda path: dialog.answer.show_question(answer_view(form, path)))
        dialog.where.question_wanted.connect(lambda path: dialog.where.show_question(answer_view(form, path)))
        dialog.where.built.connect(self._built)
        dialog.preview_wanted.connect(self._look)
        dialog.apply_wanted.connect(self._apply)
        self.show(dialog)

    def _built(self) -> None:
        """The condition was put together anew: write it as XPath."""
        dialog, form = self.dialog, self._form
        if dialog is None or form is None:
            return
        line, target = dialog.where, dialog.path
        comparison = str(line.comparison.currentData() or "=")
        value = line.answer.value()
        complete = bool(line.path and target) and (bool(value) or comparison in ("empty", "filled"))
        several = bool(line.path) and form.by_path[line.path].control in ("select", "rank")
        written = condition(target, line.path, comparison, value, several=several) if complete else ""
        dialog.xpath.setText(written)

    def _edit(self, dialog: EditDialog) -> Edit:
        taking_away = dialog.take_back.isChecked()
        value = "" if taking_away else dialog.answer.value()
        return Edit(
            dialog.path,
            value or None,
            where=dialog.xpath.text().strip(),
            only_empty=dialog.only_empty.isChecked() and not taking_away,
        )

    def _look(self) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        edit = self._edit(dialog)
        if edit.value is None and not dialog.take_back.isChecked():
            dialog.show_fault(tr("ui.batch.no_answer"))
            return
        dialog.look.setEnabled(False)

        def work(course: Course) -> BulkPreview:
            return preview_edit(self.ctx, self.surveys(self.ctx), edit, course.look)

        self.long(work, self._looked, finally_=self._may_look)

    def _may_look(self) -> None:
        if self.is_open() and self.dialog is not None:
            self.dialog.look.setEnabled(True)

    def _looked(self, preview: BulkPreview) -> None:
        if not self.is_open() or self.dialog is None or self._form is None:
            return
        self._preview = preview
        lines, tones = preview_lines(self._form, preview)
        counts = tr(
            "ui.batch.would",
            n=preview.changing,
            refused=preview.refused,
            same=len(preview.records) - preview.changing - preview.refused,
        )
        if preview.stopped:
            counts = tr("ui.batch.looked_until") + counts
        self.dialog.show_result(counts, lines, tones, preview.changing)

    def _apply(self) -> None:
        preview, dialog = self._preview, self.dialog
        if preview is None or dialog is None:
            return
        dialog.apply.setEnabled(False)

        def work(course: Course) -> tuple[BatchResult, Changes]:
            return apply_edit(self.ctx, preview, course.step)

        self.long(work, self.applied, preview.changing)


def preview_lines(form: Form, preview: BulkPreview) -> tuple[list[tuple[str, ...]], list[str]]:
    """Lines of survey, question, before, after and remark, with their tones; what is refused stands first."""
    lines: list[tuple[str, ...]] = []
    tones: list[str] = []
    for one in sorted(preview.records, key=lambda each: not (each.refused or each.fault)):
        for line, tone in _record_lines(form, one, preview.label):
            if len(lines) < _SHOWN_MAX:
                lines.append(line)
                tones.append(tone)
    return lines, tones


def _record_lines(form: Form, one: EditPreview, label: str) -> list[tuple[tuple[str, ...], str]]:
    title = one.record.title
    found: list[tuple[tuple[str, ...], str]] = [
        ((title, label, "", "", tr("ui.batch.refused", why=problem.message(language()))), "bad")
        for problem in one.refused
    ]
    if one.fault is not None:
        found.append(((title, label, "", "", _why(one.fault)), "bad"))
    hidden = sum(line.follows and not line.label for line in one.lines)
    for line in one.lines:
        if line.follows and not line.label:
            continue  # worked out in the background; nobody was asked it
        path = _ITEM.sub("", line.path)
        before, after = value_words(form, path, line.before), value_words(form, path, line.after)
        note = tr("ui.batch.follows") if line.follows else tr("ui.batch.followed", n=hidden) if hidden else ""
        hidden = hidden if line.follows else 0
        found.append(((title, line.label or path, before, after, note), "mute"))
    return found


def _why(fault: CpdeskError) -> str:
    return f"{fault.message(language())} {fault.remedy(language())}".strip()
