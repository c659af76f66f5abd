"""What all batch work shares: which surveys it is for, progress, and the word with the way back when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Signal

from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.operations import sites
from cpdesk.operations.families import Family
from cpdesk.store.batches import BatchResult
from cpdesk.ui.language import Text, text, tr
from cpdesk.ui.pages.batch_dialog import BatchDialog
from cpdesk.ui.pages.sites import SitesPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.long_work import Course
from cpdesk.ui.presenters.words import fault_words

Result = TypeVar("Result")
_KEY = "batch"


class BatchWork(Presenter):
    """One dialog of batch work over the sites of a list. `survey_opened` asks for a survey and a question of it."""

    survey_opened = Signal(str, str)

    def __init__(self, desk: Desk, page: SitesPage, family: Family) -> None:
        super().__init__(desk)
        self.page, self.family = page, family
        marked = page.model.marked_ids()
        self.marked = bool(marked)
        self.sites = marked or page.model.ids()
        self._dialog: BatchDialog | None = None
        self._course: Course | None = None

    def scope(self) -> Text:
        """Which sites it is for, in words."""
        return text("ui.batch.scope_marked" if self.marked else "ui.batch.scope_listed", n=len(self.sites))

    def begin(self) -> None:
        """Ask for what is needed."""
        raise NotImplementedError

    def surveys(self, ctx: Context) -> list[str]:
        """The newest surveys of these sites; for a worker thread."""
        return sites.newest_surveys(ctx, self.sites)

    def show(self, dialog: BatchDialog) -> None:
        """Show the dialog; what runs for it stops with it."""
        self._dialog = dialog
        dialog.stop_wanted.connect(self.stop)
        dialog.finished.connect(lambda _result: self._closed())
        dialog.show()

    def stop(self) -> None:
        """Stop what runs, after the survey it is at."""
        if self._course is not None:
            self._course.stop()

    def long(
        self,
        work: Callable[[Course], Result],
        done: Callable[[Result], None],
        total: int = 0,
        *,
        finally_: Callable[[], None] = lambda: None,
    ) -> None:
        """Run something long for the dialog; a fault is shown in it, or above the page when it is closed."""
        course = self._course = Course(self, total)
        course.on_moved(self._moved)
        self._moved(0, total)

        def end() -> None:
            course.deleteLater()
            if self._course is course:
                self._course = None
            if self._dialog is not None:
                self._dialog.show_rest()
            finally_()

        def finished(result: Result) -> None:
            end()
            done(result)

        def failed(error: Exception) -> None:
            end()
            if self._dialog is not None:
                self._dialog.show_fault(fault_words(error))
            else:
                self.desk.show_fault(error)

        self.run(lambda: work(course), finished, key=_KEY, on_error=failed)

    def is_open(self) -> bool:
        return self._dialog is not None

    def applied(self, answer: tuple[BatchResult, Changes]) -> None:
        """A batch was done: tell every view, say what was done, and offer the way back."""
        result, changes = answer
        self.desk.tell(changes | Changes(sync=True))
        if self._dialog is not None and not result.left and not result.stopped:
            self._dialog.accept()
        elif self._dialog is not None:
            self._dialog.show_said(outcome_words(result), "warn")
        if result.changed:
            self.desk.shell.toast.say(
                tr("ui.batch.done", n=len(result.changed)),
                tr("ui.batch.take_back"),
                lambda: take_back(self, result.batch),
            )

    def _moved(self, done: int, total: int) -> None:
        if self._dialog is not None and (self._course is not None):
            self._dialog.show_progress(done, total)

    def _closed(self) -> None:
        self._dialog = None


def outcome_words(result: BatchResult) -> str:
    """What a batch did, and what it left alone."""
    words = [tr("ui.batch.stopped_at" if result.stopped else "ui.batch.done", n=len(result.changed))]
    if result.left:
        words.append(tr("ui.batch.left", n=len(result.left)))
    return "".join(words) if tr("ui.sites.comma") == "，" else " ".join(words)


def take_back(presenter: Presenter, batch: str, then: Callable[[], None] = lambda: None) -> None:
    """Take a batch back, and say so."""

    def done(answer: tuple[BatchResult, Changes]) -> None:
        result, changes = answer
        presenter.desk.tell(changes | Changes(sync=True))
        words = tr("ui.batch.taken_back", n=len(result.changed))
        if result.left:
            words += tr("ui.batch.left_changed", n=len(result.left))
        presenter.desk.shell.toast.say(words)
        then()

    ctx = presenter.ctx
    presenter.run(lambda: ctx.store.batches.revert(batch, ctx.actor), done, key=_KEY)
