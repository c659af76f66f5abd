"""Photos and signatures of a survey, through the file dialog and the pad, into a real store."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from real_desk import RealDesk, add_homes, first_day

from cpdesk.operations import surveys
from cpdesk.operations.photos import photo_content

PHOTO, SIGNATURE = "finish/photo_problem", "finish/sign_household"


@pytest.fixture
def place(dressed, qtbot, tmp_path):
    ctx = first_day(tmp_path / "desk")
    (household,) = add_homes(ctx, "张样例")
    made = RealDesk(qtbot, ctx)
    made.open_survey(household)
    made.window._survey.answer("household/consent_ok", "yes")
    made.window._survey.answer("household/consent_photo_ok", "yes")
    made.window._survey.show_question(PHOTO)
    made.settle()
    yield made
    made.close()


def answer(place, path):
    survey = place.window._survey.open.record.id
    return surveys.open_survey(place.ctx, survey).session.answers().get(path)


def attach(place, monkeypatch, qtbot, file):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(file), ""))
    editor = place.window.survey.body.question(PHOTO).editor
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    place.settle()
    return place.window.survey.body.question(PHOTO).editor


def test_a_photo_is_attached_shown_and_taken_away_again(place, qtbot, monkeypatch, tmp_path):
    file = tmp_path / "wall.jpg"
    Image.new("RGB", (2400, 1800), (180, 60, 40)).save(file)
    editor = attach(place, monkeypatch, qtbot, file)
    reference = answer(place, PHOTO)
    kept = QImage.fromData(photo_content(place.ctx, reference))
    assert (kept.width(), kept.height()) == (1600, 1200), "kept small enough to be sent"
    assert editor.thumbnail.isVisible()
    shown = editor.thumbnail.grab().toImage().pixelColor(50, 40)
    assert abs(shown.red() - 180) < 12 and abs(shown.green() - 60) < 12, "the picture itself is shown"
    qtbot.mouseClick(editor.remove_button, Qt.MouseButton.LeftButton)
    place.settle()
    assert not answer(place, PHOTO)
    assert not editor.thumbnail.isVisible() and editor.add.isVisible()
    place.window.survey.undo_wanted.emit()
    place.settle()
    assert answer(place, PHOTO) == reference, "a photo taken away by mistake comes back"


def test_a_file_that_is_no_picture_says_its_code_and_leaves_the_answer(place, qtbot, monkeypatch, tmp_path):
    file = tmp_path / "wall.jpg"
    file.write_bytes(b"these are no pixels")
    attach(place, monkeypatch, qtbot, file)
    assert "CP-1513" in place.shell.faults.label.text() and place.shell.faults.isVisible()
    assert not answer(place, PHOTO)


def test_a_file_that_is_gone_is_a_coded_fault_too(place, qtbot, monkeypatch, tmp_path):
    attach(place, monkeypatch, qtbot, tmp_path / "nowhere.jpg")
    assert "CP-2004" in place.shell.faults.label.text()
    assert not answer(place, PHOTO)


def test_a_signature_is_drawn_kept_as_a_picture_and_wiped(place, qtbot):
    pad = place.window.survey.body.question(SIGNATURE).editor
    assert not pad.keep.isEnabled(), "an empty pad is no signature"
    QTest.mousePress(pad.sheet, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    for step in range(1, 12):
        QTest.mouseMove(pad.sheet, QPoint(40 + 20 * step, 40 + (step % 3) * 25))
    QTest.mouseRelease(pad.sheet, Qt.MouseButton.LeftButton, pos=QPoint(280, 60))
    assert pad.keep.isEnabled()
    qtbot.mouseClick(pad.keep, Qt.MouseButton.LeftButton)
    place.settle()
    reference = answer(place, SIGNATURE)
    assert reference.endswith(".png")
    image = QImage.fromData(photo_content(place.ctx, reference))
    dark = sum(image.pixelColor(x, y).lightness() < 100 for x in range(0, image.width(), 2) for y in range(0, 280, 2))
    assert dark > 50, "there is ink on it"
    assert image.pixelColor(4, image.height() - 4).lightness() > 240, "on white"
    pad = place.window.survey.body.question(SIGNATURE).editor
    assert pad.state.text()
    qtbot.mouseClick(pad.again, Qt.MouseButton.LeftButton)
    place.settle()
    assert not answer(place, SIGNATURE)
