"""Reports: made off the GUI thread, shown as they will be printed, saved and printed from the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from cpdesk.base.files import write_atomically
from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.operations import households
from cpdesk.operations.surveys import survey_of
from cpdesk.ui import printing
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.reports import ReportsPage
from cpdesk.ui.pdf import PDF_KEY, page_count, render_page
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.households import homes_of, rows_of
from cpdesk.ui.presenters.words import fault_words, moment_long
from cpdesk.ui.site_views import ListQuery
from cpdesk.ui.views import Fact

if TYPE_CHECKING:
    from cpdesk.operations.reporting import Batch


@dataclass(frozen=True)
class MadeReport:
    """A report in memory."""

    household: str
    title: str
    pdf: bytes
    pages: int
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]


class _Steps(QObject):
    """Carries progress from the worker's thread."""

    step = Signal(int, int)


class ReportsPresenter(Presenter):
    """Keeps the page in step; the newest choice wins."""

    def __init__(self, desk: Desk, page: ReportsPage) -> None:
        super().__init__(desk)
        self.page = page
        self._made: MadeReport | None = None
        self._query = ListQuery()
        self._wanted = ""
        self._stale = True
        self._busy = self._cancelled = False
        self._steps = _Steps(self)
        self._steps.step.connect(page.show_progress, Qt.ConnectionType.QueuedConnection)
        page.query_changed.connect(self._searched)
        page.rows_wanted.connect(self._rows)
        page.report_wanted.connect(self._make)
        page.page_wanted.connect(self._render)
        page.save_wanted.connect(self._save)
        page.print_wanted.connect(self._print)
        page.save_many_wanted.connect(self._save_many)
        page.print_many_wanted.connect(self._print_many)
        page.cancel_wanted.connect(self._cancel)
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self._again)

    def show(self) -> None:
        """The page came to the front."""
        if self._stale:
            self._stale = False
            self._refresh()
        elif self._made is None and self.page.current_id():
            self._make(self.page.current_id())

    def choose(self, household: str) -> None:
        """Show the report of one household."""
        self._wanted = household
        self.page.choose(household)

    def _refresh(self) -> None:
        query = self._query
        self.run(lambda: homes_of(self.ctx, query), self._listed, key="reports", latest=True)

    def _listed(self, answer: object) -> None:
        self.page.show_list(answer)  # type: ignore[arg-type]
        if self._wanted:
            self.page.choose(self._wanted)

    def _searched(self, query: ListQuery) -> None:
        self._query = query
        self._refresh()

    def _rows(self, ids: tuple[str, ...]) -> None:
        self.run(lambda: rows_of(self.ctx, ids), self.page.show_rows)

    def _make(self, household: str) -> None:
        self._wanted = ""
        self._made = None
        self.page.show_making()
        self.run(
            lambda: make_report(self.ctx, household),
            self._show,
            key=PDF_KEY,
            latest=True,
            on_error=lambda error: self.page.show_nothing(fault_words(error)),
        )

    def _show(self, made: MadeReport | None) -> None:
        if made is None:
            self.page.show_nothing(tr("ui.reports.no_survey"))
            return
        self._made = made
        self.page.show_report(made.title, made.pages, made.facts, made.warnings)

    def _render(self, page: int, width_px: int) -> None:
        made = self._made
        if made is None:
            return

        def show(image: QImage) -> None:
            if self._made is made:
                self.page.show_page(page, image)

        self.run(lambda: render_page(made.pdf, page, width_px), show, key=PDF_KEY)

    def _save(self) -> None:
        made = self._made
        if made is None:
            return
        name, _kind = QFileDialog.getSaveFileName(self.page, tr("ui.reports.save"), f"{made.title}.pdf", "PDF (*.pdf)")
        if name:
            path = Path(name)
            self.run(
                lambda: write_atomically(path, made.pdf),
                lambda _nothing: self.desk.shell.toast.say(tr("ui.reports.saved", name=path.name)),
            )

    def _print(self) -> None:
        made = self._made
        if made is not None:
            self._to_paper(made.pdf, made.pages)

    def _to_paper(self, pdf: bytes, pages: int) -> None:
        """Ask for the printer and print what is shown, from the same bytes."""
        printer = printing.choose_printer(self.page, pages)
        if printer is not None:
            printing.PrintJob(
                self.desk.worker, pdf, printer, pages, told=self._printed, failed=self.desk.show_fault
            ).start()

    def _printed(self, done: int, total: int) -> None:
        words = "ui.reports.printed" if done == total else "ui.reports.printing"
        self.desk.shell.toast.say(tr(words, done=done, total=total))

    # many ----------------------------------------------------------------------------------------------------------

    def _save_many(self, ids: tuple[str, ...]) -> None:
        name, _kind = QFileDialog.getSaveFileName(
            self.page, tr("ui.reports.save"), f"{tr('ui.reports.many_name', n=len(ids))}.pdf", "PDF (*.pdf)"
        )
        if name:
            self._make_many(ids, Path(name), lambda batch: self._saved_many(batch, Path(name)))

    def _print_many(self, ids: tuple[str, ...]) -> None:
        path = self.ctx.paths.cache / "print.pdf"
        self._make_many(ids, path, lambda _batch: self._made_for_paper(path))

    def _make_many(self, ids: tuple[str, ...], path: Path, then: Callable[[Batch], None]) -> None:
        """One PDF of many reports, made off the GUI thread, told by the household, to be stopped at any of them."""
        if self._busy:
            return
        self._busy, self._cancelled = True, False
        self.page.show_progress(0, len(ids))

        def work() -> Batch:
            return print_many(self.ctx, ids, path, step=self._steps.step.emit, cancel=lambda: self._cancelled)

        def done(batch: Batch) -> None:
            self._busy = False
            self.page.show_progress(0, 0)
            if self._cancelled:
                self.desk.shell.toast.say(tr("ui.reports.stopped"))
                return
            self.page.show_failures([f"{self._name(survey)} {fault_words(fault)}" for survey, fault in batch.failures])
            if batch.files:
                then(batch)

        def failed(error: Exception) -> None:
            self._busy = False
            self.page.show_progress(0, 0)
            self.desk.show_fault(error)

        self.run(work, done, key="village", on_error=failed)

    def _cancel(self) -> None:
        self._cancelled = True

    def _name(self, survey: str) -> str:
        return self.ctx.store.records.get(survey).title

    def _saved_many(self, batch: Batch, path: Path) -> None:
        words = tr("ui.reports.saved_many", n=len(batch.printed), pages=batch.pages, name=path.name)
        self.desk.shell.toast.say(words)

    def _made_for_paper(self, path: Path) -> None:
        content = path.read_bytes()
        path.unlink()  # reports name people: none stays outside the encrypted store
        self._to_paper(content, page_count(content))

    def _changed(self, changes: Changes) -> None:
        if changes.records or changes.kinds:
            self._stale, self._made = True, None

    def _again(self) -> None:
        self._stale, self._made = True, None
        self.page.model.forget_all()
        if self.page.isVisible():
            self.show()


def print_many(
    ctx: Context,
    ids: Sequence[str],
    path: Path,
    *,
    step: Callable[[int, int], None],
    cancel: Callable[[], bool],
) -> Batch:
    """One PDF with the reports of the newest surveys of some households; those never visited are left out."""
    from cpdesk.operations.reporting import print_village  # late: reportlab

    surveys = [survey for household in ids if (survey := survey_of(ctx, household)) is not None]
    path.parent.mkdir(parents=True, exist_ok=True)
    return print_village(ctx, surveys, path, language=language(), step=step, cancel=cancel)


def make_report(ctx: Context, household: str) -> MadeReport | None:
    """The report of a household's newest survey, None when there is no survey yet; for a worker thread.

    Raises:
        CpdeskError: its answers contradict physics, or its form version is not on this desk.
    """
    from cpdesk.operations.reporting import household_report  # late: reportlab
    from cpdesk.reports.household_pdf import missing_glyphs

    line = households.household_lines(ctx, [household])[0]
    survey = survey_of(ctx, household)
    if survey is None:
        return None
    report = household_report(ctx, survey, language=language())
    pdf = report.pdf(language())
    missing = "、".join(missing_glyphs(report.content))
    warnings = (tr("ui.reports.no_glyphs", signs=missing),) if missing else ()
    pages = page_count(pdf)
    facts = (
        Fact(tr("ui.reports.made_at"), moment_long(ctx.clock.now().isoformat(), ctx.clock)),
        Fact(tr("ui.reports.pages"), str(pages)),
        Fact(tr("ui.reports.hash"), report.content.hash()),
    )
    return MadeReport(household, f"{line.number} {line.name}", pdf, pages, facts, warnings)
