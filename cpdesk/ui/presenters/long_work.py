"""Work on many surveys off the GUI thread: how far it has come, and stopping it."""

from __future__ import annotations

import threading
import time
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal

_EVERY_S: Final = 0.05


class Course(QObject):
    """One run. `look` is called on the worker's thread, `moved` comes on that of the window."""

    moved = Signal(int, int)

    def __init__(self, parent: QObject, total: int = 0) -> None:
        super().__init__(parent)
        self._stopped = threading.Event()
        self._total = total
        self._told = 0.0

    def on_moved(self, show: object) -> None:
        """Have each step shown."""
        assert callable(show)
        self.moved.connect(show, Qt.ConnectionType.QueuedConnection)

    def stop(self) -> None:
        self._stopped.set()

    def look(self, done: int, total: int) -> bool:
        """Tell how far it is; gives whether to go on. Most steps are not told: the window need not paint them all."""
        now = time.monotonic()
        if now - self._told >= _EVERY_S or done == total:
            self._told = now
            self.moved.emit(done, total)
        return not self._stopped.is_set()

    def step(self, done: int) -> bool:
        """As `look`, of a run whose total was known before."""
        return self.look(done, self._total)
