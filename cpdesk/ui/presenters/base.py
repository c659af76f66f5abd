"""What all presenters share: the desk they work at, and handing work over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from cpdesk.base.errors import CpdeskError
from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.ui.language import language
from cpdesk.ui.presenters.words import fault_words
from cpdesk.ui.shell import Shell
from cpdesk.ui.worker import Job, Worker

Result = TypeVar("Result")
Step = Callable[[Context, str], tuple[dict[str, str | None], Changes]]
"""Undo or redo of a record: what is different now, and the changes."""
_NOTHING_TO_STEP = ("CP-1508", "CP-1509")


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

    def say_not_stepped(self, error: Exception) -> None:
        """Nothing to undo is no fault: a word is enough."""
        if isinstance(error, CpdeskError) and error.code in _NOTHING_TO_STEP:
            self.shell.toast.say(error.message(language()))
        else:
            self.show_fault(error)


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
