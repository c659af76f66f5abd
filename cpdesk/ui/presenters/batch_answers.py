"""Answers of many surveys out to a file and back through the dialogs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog

from cpdesk.model.records import Changes
from cpdesk.operations.answers_files import AnswersImport, apply_answers, export_answers, preview_answers
from cpdesk.operations.register import save_problems
from cpdesk.store.batches import BatchResult
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.batch_answers import ExportDialog, ImportAnswersDialog
from cpdesk.ui.pages.import_dialog import problem_head
from cpdesk.ui.presenters.batch_work import BatchWork
from cpdesk.ui.presenters.long_work import Course

_KINDS: Final = "Excel (*.xlsx);;CSV (*.zip)"


class _Stopped(Exception):
    """A person stopped the export before anything was written."""


class ExportPresenter(BatchWork):
    """Answers out; nothing on the desk changes."""

    def begin(self) -> None:
        """Ask whether personal data goes with them."""
        self.dialog = ExportDialog(self.page, self.scope())
        self.dialog.file_wanted.connect(self._ask_file)
        self.show(self.dialog)

    def _ask_file(self) -> None:
        personal = bool(self.dialog.personal)
        key = "ui.batch.export_name_personal" if personal else "ui.batch.export_name"
        suggested = tr(key, family=tr(self.family.name_key))
        name, _kind = QFileDialog.getSaveFileName(self.dialog, tr("ui.batch.export_to"), f"{suggested}.xlsx", _KINDS)
        if name:
            self._export(Path(name), personal=personal)

    def _export(self, path: Path, *, personal: bool) -> None:
        def work(course: Course) -> int | None:
            def look(done: int, total: int) -> bool:
                if not course.look(done, total):
                    raise _Stopped
                return True

            try:
                return export_answers(self.ctx, self.surveys(self.ctx), path, personal=personal, look=look)
            except _Stopped:
                return None

        def done(count: int | None) -> None:
            if not self.is_open():
                return
            if count is None:
                self.dialog.show_said(tr("ui.batch.export_stopped"), "warn")
                return
            self.dialog.accept()
            key = "ui.batch.exported_personal" if personal else "ui.batch.exported"
            self.desk.shell.toast.say(tr(key, n=count, name=path.name))

        self.long(work, done)


class ImportPresenter(BatchWork):
    """Answers in: read, shown, taken in as one batch."""

    def begin(self) -> None:
        """Ask for the file and read it."""
        self._preview: AnswersImport | None = None
        name, _kind = QFileDialog.getOpenFileName(self.page, tr("ui.batch.import"), "", "Excel, CSV (*.xlsx *.zip)")
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Show what a file would change; nothing is written before the person decides."""
        self._path = path
        self.dialog = ImportAnswersDialog(self.page, path.name)
        self.dialog.apply_wanted.connect(self._apply)
        self.dialog.save_wanted.connect(self._save)
        self.show(self.dialog)
        self.long(lambda course: preview_answers(self.ctx, path, course.look), self._read)

    def _read(self, preview: AnswersImport) -> None:
        if not self.is_open():
            return
        self._preview = preview
        counts = tr(
            "ui.batch.import_counts",
            n=len(preview.changes),
            same=preview.unchanged,
            left_out=preview.left_out,
        )
        if preview.stopped:
            counts = tr("ui.batch.looked_until") + counts
        self._lines = problem_lines(preview)
        self.dialog.show_reading(counts, self._lines, len(preview.changes))

    def _apply(self) -> None:
        preview = self._preview
        if preview is None:
            return
        self.dialog.apply.setEnabled(False)

        def work(course: Course) -> tuple[BatchResult, Changes]:
            return apply_answers(self.ctx, preview, course.step)

        self.long(work, self.applied, len(preview.changes))

    def _save(self) -> None:
        lines, head = self._lines, problem_head()
        suggested = tr("ui.import.list_name", file=self._path.stem)
        name, _kind = QFileDialog.getSaveFileName(
            self.dialog, tr("ui.import.save"), f"{suggested}.xlsx", "Excel (*.xlsx);;(*.txt)"
        )
        if name:
            path = Path(name)
            self.run(
                lambda: save_problems(path, head, lines),
                lambda _nothing: self.desk.shell.toast.say(tr("ui.import.saved", name=path.name)),
                key="batch",
            )


def problem_lines(preview: AnswersImport) -> list[tuple[str, ...]]:
    """What is wrong in the file, cell by cell."""
    return [
        (
            tr("ui.import.at", sheet=one.sheet, cell=f"{one.column}{one.row}"),
            one.value or "—",
            one.message(language()),
            one.remedy(language()),
        )
        for one in preview.problems
    ]
