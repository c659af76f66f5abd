"""Opens the desk: first start, PIN, recovery code. Keys are worked out off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from cpdesk.base.errors import CpdeskError
from cpdesk.base.paths import Paths
from cpdesk.base.settings import Settings
from cpdesk.context import Context
from cpdesk.operations import desk as desk_operations
from cpdesk.ui.language import Text, language, text, tr
from cpdesk.ui.pages.unlock import UnlockPage
from cpdesk.ui.presenters.words import duration, fault_words
from cpdesk.ui.views import UnlockView
from cpdesk.ui.worker import Worker

_KEY = "unlock"
_WRONG_PIN = ("CP-4001", "CP-4002")


def wrong_pin_words(error: CpdeskError) -> Text:
    """How many tries are left, or how long to wait; and that nothing is lost."""
    left, seconds = int(str(error.fields.get("left", 0))), int(str(error.fields.get("seconds", 0)))
    if left > 0:
        return text("ui.unlock.wrong", left=left)
    return text("ui.unlock.wait", wait=duration(max(1, seconds)))


class UnlockPresenter(QObject):
    """`opened` carries the context of the unlocked desk."""

    opened = Signal(object)

    def __init__(self, page: UnlockPage, paths: Paths, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page, self._paths, self._worker = page, paths, worker
        self._fresh: Context | None = None
        page.pin_entered.connect(self._unlock)
        page.recovery_entered.connect(self._recover)
        page.start_wanted.connect(self._start)
        page.finished.connect(self._finished)

    def show(self) -> None:
        """Whichever page this computer needs."""
        self._run(lambda: desk_operations.desk_state(self._paths), self._show_state)

    def _show_state(self, state: desk_operations.DeskState) -> None:
        if not state.exists:
            self._page.show_first_start()
            return
        settings = Settings(self._paths.config / "settings.json")
        minutes = int(settings.get("lock_after_minutes"))
        facts = (("check", tr("ui.unlock.fact_encrypted")), ("lock", tr("ui.unlock.fact_lock", minutes=minutes)))
        self._page.show_daily(UnlockView(state.person, tr("ui.unlock.role"), facts))
        if state.wait_s:
            self._page.show_problem(text("ui.unlock.wait", wait=duration(state.wait_s)))

    def _unlock(self, pin: str) -> None:
        self._run(lambda: desk_operations.unlock(self._paths, pin), self.opened.emit)

    def _recover(self, code: str, pin: str) -> None:
        self._run(lambda: desk_operations.recover(self._paths, code, pin), self._made)

    def _start(self, person: str, pin: str) -> None:
        spoken = language()
        self._run(lambda: desk_operations.first_start(self._paths, pin=pin, person=person, language=spoken), self._made)

    def _made(self, answer: tuple[Context, str]) -> None:
        self._fresh, code = answer
        self._page.show_first_start()
        self._page.first.show_recovery_code(code)

    def _finished(self) -> None:
        if self._fresh is not None:
            fresh, self._fresh = self._fresh, None
            self.opened.emit(fresh)

    def _run(self, work: Callable[[], object], on_done: Callable[..., None]) -> None:
        self._page.show_busy(True)

        def done(result: object) -> None:
            self._page.show_busy(False)
            on_done(result)

        self._worker.run(work, done, self._failed, key=_KEY)

    def _failed(self, error: Exception) -> None:
        self._page.show_busy(False)
        if isinstance(error, CpdeskError) and error.code in _WRONG_PIN:
            self._page.show_problem(wrong_pin_words(error))
        elif isinstance(error, CpdeskError):
            self._page.show_problem(f"{error.message(language())} {error.remedy(language())}".strip())
        else:
            self._page.show_problem(fault_words(error))
