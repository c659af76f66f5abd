"""When the program itself fails: a report without personal data, and a calm word instead of silence.

An exception that nobody caught in a slot would only be printed, where nobody at a desk looks. Here it becomes a report
in the log folder and one dialog. What is filled in lies in the store already, field by field.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QDialog, QWidget

from cpdesk.base.crash import write_crash_report
from cpdesk.ui.language import text, tr
from cpdesk.ui.widgets.basic import Button, Label, column, row

_LOG = logging.getLogger("cpdesk.ui")
_QT_LOG = logging.getLogger("cpdesk.qt")
_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashDialog(QDialog):
    """What happened, that the data is safe, where the report lies."""

    def __init__(self, kind: str, report: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("ui.crash.title"))
        self.setFixedWidth(520)
        stack = column(self, (24, 20, 24, 20), 12)
        stack.addWidget(Label(text("ui.crash.title"), "title"))
        self.what = Label(text("ui.crash.what", kind=kind), "body", wrap=True)
        stack.addWidget(self.what)
        where = text("ui.crash.report", path=report) if report is not None else text("ui.crash.no_report")
        self.where = Label(where, "table", "text2", wrap=True)
        self.where.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        stack.addWidget(self.where)
        buttons = row(gap=12)
        buttons.addStretch(1)
        self.go_on = Button(text("ui.crash.go_on"), "primary", on_click=self.accept)
        buttons.addWidget(self.go_on)
        stack.addLayout(buttons)
        self.go_on.setFocus()


class CrashCatcher(QObject):
    """Takes what nobody caught, in any thread, and what Qt has to say; one dialog at a time."""

    _caught = Signal(str, object)

    def __init__(self, window: QWidget, logs: Path) -> None:
        super().__init__(window)
        self._window, self._logs = window, logs
        self.dialog: CrashDialog | None = None
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """From now on faults come here."""
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        qInstallMessageHandler(_log_qt)

    def uninstall(self) -> None:
        """Faults go the way they went before the window."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def report(self, error: BaseException) -> Path | None:
        """Write a fault down without telling; None when even that is not possible."""
        _LOG.error("the program failed: %s", type(error).__name__)  # the type only: a message may name a person
        try:
            return write_crash_report(error, self._logs)
        except OSError:
            return None

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._caught.emit(kind.__name__, self.report(error.with_traceback(trace)))

    def _uncaught_in_thread(self, fault: threading.ExceptHookArgs) -> None:
        if fault.exc_value is not None:
            self._uncaught(fault.exc_type, fault.exc_value, fault.exc_traceback)

    def _show(self, kind: str, report: Path | None) -> None:
        if self.dialog is not None:  # a fault in painting comes again and again; it is told once
            return
        self.dialog = CrashDialog(kind, report, self._window)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _closed(self) -> None:
        self.dialog = None


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Qt's own complaints, into the log; the home folder in them would give a name away."""
    _QT_LOG.log(_LEVELS.get(kind, logging.WARNING), "%s", message.replace(str(Path.home()), "~"))
