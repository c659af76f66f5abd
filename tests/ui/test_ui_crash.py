"""A fault of the program in a slot: one calm dialog, a report that names nobody, and the window lives on."""

import logging
import sys
import threading

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QWidget

from cpdesk.ui.crash import CrashCatcher


@pytest.fixture
def catcher(dressed, tmp_path):
    """A window whose faults are caught."""
    window = QWidget()
    window.show()
    hooks = sys.excepthook, threading.excepthook
    made = CrashCatcher(window, tmp_path / "logs")
    made.install()
    yield made
    made.uninstall()
    sys.excepthook, threading.excepthook = hooks
    window.deleteLater()


def fail():
    raise RuntimeError("王样例 13800000000")


def reports(tmp_path):
    return list((tmp_path / "logs").glob("crash-*.txt"))


@pytest.mark.qt_no_exception_capture
def test_fault_in_a_slot_is_told_once_and_written_without_its_message(catcher, qtbot, tmp_path):
    for _ in range(3):
        QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: catcher.dialog is not None)
    first = catcher.dialog
    qtbot.wait(50)
    assert catcher.dialog is first
    (report,) = {path.read_text(encoding="utf-8") for path in reports(tmp_path)}
    assert "RuntimeError" in report
    assert "test_ui_crash.py" in report
    assert "王样例" not in report
    assert "RuntimeError" in first.what.text()
    assert str(reports(tmp_path)[0].parent) in first.where.text()
    first.go_on.click()
    assert catcher.dialog is None


@pytest.mark.qt_no_exception_capture
def test_fault_in_a_thread_is_told_too(catcher, qtbot, tmp_path):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: catcher.dialog is not None)
    assert reports(tmp_path)
    catcher.dialog.accept()


@pytest.mark.qt_no_exception_capture
def test_fault_is_told_even_when_no_report_can_be_written(catcher, qtbot, tmp_path):
    (tmp_path / "logs").write_text("a file where the folder should be", encoding="utf-8")
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: catcher.dialog is not None)
    assert "磁盘" in catcher.dialog.where.text()
    catcher.dialog.accept()


def test_words_of_qt_go_to_the_log(catcher, caplog):
    with caplog.at_level(logging.WARNING, logger="cpdesk.qt"):
        qWarning("a made-up complaint")
    assert "a made-up complaint" in caplog.text
