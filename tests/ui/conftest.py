"""The window without a screen. Every test leaves no window open and no timer running."""

import gc

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from cpdesk.ui import fonts, language
from cpdesk.ui.theme import apply_theme


@pytest.fixture
def dressed(qapp):
    """The application in Chinese and light, dressed from tokens."""
    fonts.load_fonts()
    language.set_language(qapp, "zh")
    apply_theme(qapp, "light")
    yield qapp
    language.set_language(qapp, "zh")
    apply_theme(qapp, "light")


@pytest.fixture(autouse=True)
def nothing_left(qapp):
    """No window stays open and no timer of ours runs on after a test.

    What was there before is set aside meanwhile: looking through the millions of objects that other tests keep (forms,
    tables) took half a second a test.
    """
    gc.freeze()
    yield
    for window in qapp.topLevelWidgets():
        if isinstance(window, QWidget):
            window.hide()
            window.deleteLater()
    for _ in range(3):
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qapp.processEvents()
    running = [thing for thing in gc.get_objects() if isinstance(thing, QTimer) and isValid(thing) and thing.isActive()]
    gc.unfreeze()
    assert running == [], f"timers left running: {[timer.parent() for timer in running]}"
    assert not [window for window in qapp.topLevelWidgets() if window.isVisible()]
