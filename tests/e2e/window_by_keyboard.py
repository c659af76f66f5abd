"""A person at the window with nothing but a keyboard; run as a process of its own, so that it can be killed.

    python window_by_keyboard.py first FOLDER   first start, new household, ten fields and half of the next, then waits
    python window_by_keyboard.py again FOLDER   unlock, open the same survey, say what stands in it

Every key goes to whatever has the focus. One JSON object a line on standard output.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from cpdesk.base.paths import Paths
from cpdesk.operations import surveys
from cpdesk.ui.app import Program, make_application
from cpdesk.ui.widgets.questions import QuestionBlock

PIN = "258036"
FIELDS = 10
PATIENCE_S = 30
SPECIAL = {"household/householder_phone": "13800000001"}


def say(**fields: Any) -> None:
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class Keyboard:
    """Types at the window that has the focus and waits like a person."""

    def __init__(self, folder: Path) -> None:
        self.app = make_application(["cpdesk"])
        self.program = Program(self.app, Paths.under(folder))
        self.program.settings.set("sync_every_minutes", 0)
        self.program.start()
        self.program.shell.activateWindow()
        self.settle()

    @property
    def focus(self) -> QWidget:
        self.until(lambda: QApplication.focusWidget() is not None, "something has the focus")
        focus = QApplication.focusWidget()
        assert focus is not None
        return focus

    def until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"{what}; the focus is in {QApplication.focusWidget()}")
            QTest.qWait(10)

    def settle(self) -> None:
        """Until everything handed over is done, also what follows from it."""
        for _ in range(3):
            QTest.qWait(30)
            self.until(lambda: not self.program.worker.is_busy(), "the worker comes to rest")

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifiers)
        QTest.qWait(5)

    def type(self, words: str) -> None:
        QTest.keyClicks(self.focus, words)
        QTest.qWait(5)

    def tab_to(self, widget: QWidget) -> None:
        for _ in range(40):
            if QApplication.focusWidget() is widget:
                return
            self.press(Qt.Key.Key_Tab)
        raise LookupError(f"Tab never reaches {widget}")


def first_day(keys: Keyboard) -> None:
    """Language, person, PIN twice, recovery code."""
    first = keys.program.unlock_page.first
    keys.until(lambda: first.isVisible() and first.current_step() == "language", "the first start is shown")
    keys.tab_to(first.language_next)
    keys.press(Qt.Key.Key_Return)
    keys.type("Zhou Min")
    keys.press(Qt.Key.Key_Return)
    keys.type(PIN)
    keys.type(PIN)
    keys.until(lambda: first.current_step() == "recovery", "the recovery code is shown")
    assert len(first.code.text()) > 20
    keys.tab_to(first.noted)
    keys.press(Qt.Key.Key_Space)
    keys.tab_to(first.finish_button)
    keys.press(Qt.Key.Key_Return)
    keys.until(lambda: keys.program.window is not None, "the desk opens")
    keys.settle()


def new_household(keys: Keyboard) -> None:
    """Ctrl+N, the dialog, and the survey that opens by itself."""
    keys.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    keys.until(lambda: isinstance(QApplication.activeModalWidget(), QDialog), "the dialog opens")
    dialog: Any = QApplication.activeModalWidget()
    keys.tab_to(dialog.township)
    keys.press(Qt.Key.Key_Down)
    for name, words in (("village", "Wayao"), ("household_no", "032"), ("householder_name", "Sample")):
        keys.tab_to(dialog.fields[name])
        keys.type(words)
    keys.tab_to(dialog.make)
    keys.press(Qt.Key.Key_Space)
    keys.until(lambda: keys.program.shell.current_page() == "survey", "the survey opens")
    keys.program.shell.activateWindow()  # what a window manager does when a dialog closes
    keys.settle()


def question_in_focus() -> QuestionBlock | None:
    widget: QWidget | None = QApplication.focusWidget()
    while widget is not None and not isinstance(widget, QuestionBlock):
        widget = widget.parentWidget()
    return widget


def fill(keys: Keyboard) -> None:
    """Answer ten questions that nobody has answered, Enter after each, and type half of the next."""
    window = keys.program.window
    assert window is not None
    finished = 0
    for _ in range(120):
        keys.settle()
        block = question_in_focus()
        if block is None or block.view.value or block.view.control in ("photo", "signature"):
            keys.press(Qt.Key.Key_Tab if block is None else Qt.Key.Key_Return)
            if question_in_focus() is block:
                keys.press(Qt.Key.Key_Tab)
            continue
        path = block.view.path
        writes = block.view.control in ("text", "number")
        if finished == FIELDS and writes:
            keys.type("7")
            say(typing=path)
            return
        if finished < FIELDS:
            if writes:
                keys.type(SPECIAL.get(path, "3"))
            else:
                keys.press(Qt.Key.Key_1 if block.view.control != "combo" else Qt.Key.Key_Down)
        keys.press(Qt.Key.Key_Return)
        keys.settle()
        survey = window._survey.open
        value = survey.session.answers().get(path) if survey is not None else None
        if value:
            finished += 1
            say(finished=path, value=value)
    raise LookupError(f"only {finished} questions could be answered")


def first(folder: Path) -> None:
    keys = Keyboard(folder)
    first_day(keys)
    new_household(keys)
    fill(keys)
    say(ready=True)
    keys.app.exec()


def again(folder: Path) -> None:
    keys = Keyboard(folder)
    keys.until(keys.program.unlock_page.daily.pin.isVisible, "the PIN is asked for")
    keys.type(PIN)
    keys.until(lambda: keys.program.window is not None, "the desk opens")
    keys.settle()
    window = keys.program.window
    assert window is not None
    household = window.households.table.current_id()
    keys.tab_to(window.households.table)
    keys.press(Qt.Key.Key_Return)
    keys.until(lambda: keys.program.shell.current_page() == "survey", "the survey opens")
    keys.settle()
    survey = surveys.survey_of(window.desk.ctx, household)
    assert survey is not None
    say(answers=surveys.open_survey(window.desk.ctx, survey).session.answers())
    keys.program.shell.close()


if __name__ == "__main__":
    {"first": first, "again": again}[sys.argv[1]](Path(sys.argv[2]))
