"""Bringing a register in: read it first, show what it would bring and what is wrong, then do as the person decides."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from cpdesk.model.records import Changes, RecordKind
from cpdesk.operations import register
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.import_dialog import ImportDialog, problem_head
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.words import fault_words
from cpdesk.ui.site_views import ImportView
from cpdesk.ui.widgets.choices import Option

_FILTER = "Excel, CSV (*.xlsx *.csv)"


class _Steps(QObject):
    """Carries progress from the worker's thread."""

    step = Signal(int, int)


class RegisterImportPresenter(Presenter):
    """One file and its dialog at a time."""

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        super().__init__(desk)
        self._owner = owner
        self.dialog: ImportDialog | None = None
        self._path = Path()
        self._place = ("", "")

    def ask(self, townships: list[Option]) -> None:
        """Ask for the file and read it."""
        name, _kind = QFileDialog.getOpenFileName(self._owner, tr("ui.sites.import_from"), "", _FILTER)
        if name:
            self.read(Path(name), townships)

    def read(self, path: Path, townships: list[Option]) -> None:
        """Show the dialog over a file; nothing is written before the person decides."""
        own_township = str(self.ctx.settings.get("township_code"))
        self._path, self._place = path, ("", "")
        self.dialog = dialog = ImportDialog(self._owner, path.name, townships, own_township)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(lambda _result: self._closed())
        dialog.place_given.connect(self._place_given)
        dialog.import_wanted.connect(self._import)
        dialog.save_wanted.connect(self._save)
        dialog.open()
        self._read()

    def _closed(self) -> None:
        self.dialog = None

    def _place_given(self, township_code: str, village: str) -> None:
        self._place = (township_code, village)
        self._read()

    def _read(self) -> None:
        path, (township_code, village) = self._path, self._place
        self.run(
            lambda: register.import_register(
                self.ctx, path, family_id=None, township_code=township_code, village=village, dry_run=True
            )[0],
            self._show,
            key="import",
            latest=True,
            on_error=self._failed,
        )

    def _show(self, found: register.RegisterImport) -> None:
        if self.dialog is not None:
            self.dialog.show_view(import_view(found))

    def _failed(self, error: Exception) -> None:
        if self.dialog is not None:
            self.dialog.show_fault(fault_words(error))
        else:
            self.desk.show_fault(error)

    def _import(self) -> None:
        path, (township_code, village) = self._path, self._place
        steps = _Steps(self)
        steps.step.connect(self._step, Qt.ConnectionType.QueuedConnection)
        self._step(0, 1)
        self.run(
            lambda: register.import_register(
                self.ctx,
                path,
                family_id=None,  # the columns say whose register it is
                township_code=township_code,
                village=village,
                step=steps.step.emit,
            ),
            self._imported,
            key="import",
            on_error=self._failed,
        )

    def _step(self, done: int, total: int) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(done, total)

    def _imported(self, answer: tuple[register.RegisterImport, Changes]) -> None:
        result, changes = answer
        if self.dialog is not None:
            self.dialog.accept()
        self.desk.tell(changes)
        words = tr("ui.import.done", new=result.added, changed=result.changed, left_out=result.left_out)
        self.desk.shell.toast.say(words)

    def _save(self) -> None:
        dialog = self.dialog
        if dialog is None or dialog.view is None:
            return
        lines, head = dialog.view.problems, problem_head()
        suggested = tr("ui.import.list_name", file=self._path.stem)
        name, _kind = QFileDialog.getSaveFileName(
            dialog, tr("ui.import.save"), f"{suggested}.xlsx", "Excel (*.xlsx);;(*.txt)"
        )
        if name:
            path = Path(name)
            self.run(
                lambda: register.save_problems(path, head, lines),
                lambda _nothing: self.desk.shell.toast.say(tr("ui.import.saved", name=path.name)),
                key="import",
                on_error=self._failed,
            )


def import_view(found: register.RegisterImport) -> ImportView:
    """A dry run in words."""
    lines = tuple(
        (
            tr("ui.import.at", sheet=one.sheet, cell=f"{one.column}{one.row}"),
            one.value or "—",
            one.message(language()),
            one.remedy(language()),
        )
        for one in found.problems
    )
    return ImportView(
        file=found.reading.file,
        new=found.added,
        changed=found.changed,
        unchanged=found.unchanged,
        wrong=found.left_out,
        problems=lines,
        lacks_township=any("township_code" not in reading.columns for reading in found.readings),
        lacks_village=any(
            reading.kind == RecordKind.HOUSEHOLD and "village" not in reading.columns for reading in found.readings
        ),
        notes=tuple(_notes(found)),
    )


def _notes(found: register.RegisterImport) -> list[str]:
    """Whose register it is, and what in the file was not read or is hidden."""
    kinds = tr("ui.list_separator").join(
        tr("ui.import.of_kind", kind=tr(f"site_kind.{reading.kind}"), n=len(reading.rows)) for reading in found.readings
    )
    notes = [tr("ui.import.kinds", kinds=kinds)]
    for reading in found.readings:
        names = tr("ui.list_separator").join(name for _letter, name in reading.unused)
        if reading.unused and len(found.readings) > 1:
            notes.append(tr("ui.import.unused_in", sheet=reading.sheet, names=names))
        elif reading.unused:
            notes.append(tr("ui.import.unused", names=names))
        if reading.hidden_rows:
            notes.append(tr("ui.import.hidden", n=reading.hidden_rows))
    if found.reading.other_sheets:
        sheets = tr("ui.list_separator").join(reading.sheet for reading in found.readings)
        notes.append(
            tr("ui.import.other_sheets", sheet=sheets, names=tr("ui.list_separator").join(found.reading.other_sheets))
        )
    return notes
