"""Starts the window: input method, fonts, language, theme, unlock page; then the desk with its pages."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from cpdesk.base.log import start_log
from cpdesk.base.paths import Paths
from cpdesk.base.settings import Settings
from cpdesk.context import SHIPPED_FORMS, Context, shipped_form
from cpdesk.ui import fonts, language
from cpdesk.ui.crash import CrashCatcher
from cpdesk.ui.pages.unlock import UnlockPage
from cpdesk.ui.presenters.unlock import UnlockPresenter
from cpdesk.ui.shell import Shell
from cpdesk.ui.theme import apply_theme
from cpdesk.ui.worker import Worker

if TYPE_CHECKING:
    from cpdesk.ui.window import DeskWindow

_TYPING_MS: Final = 500
_ACTIVITY: Final = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin}
)
_MINUTE_MS: Final = 60_000
_NEW_OBJECTS_BEFORE_COLLECTION: Final = 50_000
"""A start makes some 300,000 objects that stay; looking through them again and again costs a tenth of it."""
_NEEDED_BY_LIST: Final = (
    "cpdesk.forms.session",
    "cpdesk.operations.households",
    "cpdesk.operations.register",
    "cpdesk.ui.pages.sites",
    "cpdesk.ui.presenters.households",
    "cpdesk.ui.window",
)
"""What an unlocked desk imports before its list stands, in pieces of some 20 ms."""


def choose_input_method(environment: MutableMapping[str, str], *, fcitx: bool, ibus: bool) -> None:
    """Point Qt at the input method of the machine, unless the person's environment decides already.

    PyPI's Qt has no fcitx plugin; fcitx5 answers ibus' portal, and only when `IBUS_USE_PORTAL` is set. ibus itself is
    asked directly. Where both are installed, `XMODIFIERS` (set by the system's chooser) says which of them runs. Must
    run before QApplication is made.
    """
    if environment.get("QT_IM_MODULE") not in (None, "", "fcitx", "fcitx5"):
        return
    named = environment.get("XMODIFIERS", "")
    fcitx = (fcitx and "ibus" not in named) or environment.get("QT_IM_MODULE") in ("fcitx", "fcitx5")
    if fcitx:
        environment["QT_IM_MODULE"] = "ibus"
        environment.setdefault("IBUS_USE_PORTAL", "1")
    elif ibus:
        environment["QT_IM_MODULE"] = "ibus"


def make_application(arguments: list[str] | None = None) -> QApplication:
    """The application, dressed from tokens and fonts, in Chinese and light until settings say otherwise."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    if sys.platform.startswith("linux"):
        choose_input_method(
            os.environ, fcitx=shutil.which("fcitx5") is not None, ibus=shutil.which("ibus-daemon") is not None
        )
    gc.set_threshold(_NEW_OBJECTS_BEFORE_COLLECTION, 20, 20)
    app = QApplication(arguments if arguments is not None else sys.argv[:1])
    app.setApplicationName("cpdesk")
    app.setDesktopFileName("cpdesk")
    fonts.load_fonts()
    return app


class Program(QObject):
    """From the unlock page to the desk and back, whenever it is locked."""

    def __init__(self, app: QApplication, paths: Paths) -> None:
        super().__init__(app)
        self._app, self._paths = app, paths
        self.worker = Worker(self)
        self.settings = Settings(paths.config / "settings.json")
        language.set_language(app, str(self.settings.get("language")))
        apply_theme(app, str(self.settings.get("theme")))
        self.shell = Shell()
        self.shell.closing.connect(self.close)
        self.crashes = CrashCatcher(self.shell, paths.logs)
        self.worker.failed.connect(self.crashes.report)
        self.unlock_page = UnlockPage()
        self.unlock_page.language_wanted.connect(lambda code: language.set_language(app, code))
        self.unlock = UnlockPresenter(self.unlock_page, paths, self.worker, self)
        self.unlock.opened.connect(self.open_desk)
        self.window: DeskWindow | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self.lock)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.timeout.connect(self._load_forms)

    def start(self) -> None:
        """Show the window with the page this computer needs."""
        geometry = str(self.settings.get("window_geometry"))
        if geometry:
            self.shell.restoreGeometry(QByteArray.fromBase64(QByteArray(geometry.encode("ascii"))))
        self.shell.show_alone(self.unlock_page)
        self.shell.show()
        self.shell.windowHandle().installEventFilter(self)  # of the window only: filtering every event costs a third
        self.unlock.show()
        QTimer.singleShot(0, self, lambda: self._prepare(0))

    def _prepare(self, done: int) -> None:
        """While the PIN is typed and its key worked out: load what the list needs, in pieces too short to be felt.

        Not in a thread of its own: the window would wait for Python's lock at every call into Qt.
        """
        if self.window is None and done < len(_NEEDED_BY_LIST):
            importlib.import_module(_NEEDED_BY_LIST[done])
            QTimer.singleShot(0, self, lambda: self._prepare(done + 1))
        elif self.window is None:
            self._typing.start(_TYPING_MS)

    def _load_forms(self, done: int = 0) -> None:
        """Only while the PIN is still being typed: the list itself needs no form and shall not wait for one. One form
        at a time, so that keys are answered between them."""
        if self.window is None and done < len(SHIPPED_FORMS):
            shipped_form(SHIPPED_FORMS[done])
            QTimer.singleShot(0, self, lambda: self._load_forms(done + 1))

    def open_desk(self, ctx: Context) -> None:
        """The desk is unlocked."""
        from cpdesk.ui.window import DeskWindow

        self._typing.stop()
        self.window = DeskWindow(ctx, self.shell, self.worker)
        self.window.lock_wanted.connect(self.lock)
        self.window.start()
        self._restart_idle()

    def lock(self) -> None:
        """Write down what is typed, close the store, ask for the PIN. Nothing that was filled in is lost."""
        self._idle.stop()
        if self.window is None:
            return
        window, self.window = self.window, None
        self.shell.show_alone(self.unlock_page)
        window.close()
        self.unlock.show()

    def close(self) -> None:
        """The window closes: keep its place, write everything down."""
        self._idle.stop()
        self._typing.stop()
        geometry = bytes(self.shell.saveGeometry().toBase64().data()).decode("ascii")
        Settings(self._paths.config / "settings.json").set("window_geometry", geometry)
        if self.window is not None:
            window, self.window = self.window, None
            window.close()
        self.worker.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY and self.window is not None:
            self._restart_idle()
        return False

    def _restart_idle(self) -> None:
        minutes = int(self.window.desk.ctx.settings.get("lock_after_minutes")) if self.window is not None else 0
        if minutes > 0:
            self._idle.start(minutes * _MINUTE_MS)


def run(paths: Paths | None = None) -> int:
    """Open the program and stay until its window is closed; the exit code."""
    app = make_application()
    paths = paths or Paths.of_user()
    with contextlib.suppress(OSError):  # a desk works without its log
        start_log(paths.logs)
    program = Program(app, paths)
    program.crashes.install()
    program.start()
    return app.exec()
