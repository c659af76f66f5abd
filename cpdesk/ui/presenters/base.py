"""What all presenters share: the desk they work at, and handing work over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.ui.presenters.words import fault_words
from cpdesk.ui.shell import Shell
from cpdesk.ui.worker import Job, Worker

Result = TypeVar("Result")


class Desk(QObject):
    """An unlocked desk in a window: context, worker, shell, and one broadcast of what changed."""

    changed = Signal(object)
    language_changed = Signal()

    def __init__(self, ctx: Context, shell: Shell, worker: Worker) -> None:
        super().__init__(shell)
        self.ctx, self.shell, self.worker = ctx, shell, worker

    def tell(self, changes: Changes) -> None:
        """Something was changed: every view refreshes what it must."""
        if changes != Changes():
            self.changed.emit(changes)

    def show_fault(self, error: Exception) -> None:
        """Above the page, until it is closed: what went wrong and what to do."""
        self.shell.faults.show_fault(fault_words(error))


class Presenter(QObject):
    """Base of the presenters."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk

    @property
    def ctx(self) -> Context:
        return self.desk.ctx

    def run(
        self,
        work: Callable[[], Result],
        on_done: Callable[[Result], None],
        *,
        key: object = None,
        latest: bool = False,
        on_error: Callable[[Exception], None] | None = None,
    ) -> Job:
        """Work off the GUI thread; faults go to the bar above the page unless they are taken."""
        return self.desk.worker.run(work, on_done, on_error or self.desk.show_fault, key=key, latest=latest)
