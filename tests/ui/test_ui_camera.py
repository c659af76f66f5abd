"""Taking a photo for a question: the camera program is started, what it saves is shown, taken and replaced by keys."""

import os
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PIL import ExifTags, Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from real_desk import RealDesk, add_homes, first_day
from widget_samples import widgets_form

from cpdesk.forms.session import Session
from cpdesk.model.records import Changes
from cpdesk.operations import attachments, camera, surveys
from cpdesk.ui.language import set_language
from cpdesk.ui.presenters import camera as waiting
from cpdesk.ui.presenters.survey_book import Book
from cpdesk.ui.presenters.survey_opening import Opened
from cpdesk.ui.theme import apply_theme

PHOTO = "files/photo"


def jpeg(colour="steelblue", size=(1600, 1200), shot="2026:11:12 10:05:09"):
    """A photo of a phone, held upright."""
    image = Image.effect_noise(size, 60).convert("RGB")
    image = Image.blend(image, Image.new("RGB", size, colour), 0.7)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = shot
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (40.0, 13.0, 6.0), 3: "E", 4: (116.0, 13.0, 53.0)})
    stream = BytesIO()
    image.save(stream, "JPEG", exif=exif)
    return stream.getvalue()


class CameraDesk(RealDesk):
    """A survey whose photo question is shown; `pictures` is where the camera program saves."""

    def prepare(self, home, pictures):
        self.pictures, self.started = pictures, []
        self.open_survey(home)
        survey = self.window._survey
        session = Session(widgets_form(), {}, clock=self.ctx.clock, new_id=self.ctx.new_id)
        opened = surveys.OpenSurvey(survey.open.record, widgets_form(), session)
        survey.show_opened((Opened(opened, Book(session), ""), Changes()))
        self.settle()
        self.survey, self.page = survey, self.window.survey
        survey.show_question(PHOTO)
        self.settle()

    @property
    def editor(self):
        return self.page.body.question(PHOTO).editor

    @property
    def bar(self):
        return self.editor.camera.bar

    def stored(self):
        return self.ctx.store.records.get(self.survey.open.record.id).answers.get(PHOTO, "")

    def take(self, name, content, folder=None):
        """What the camera program or a phone does: a file appears."""
        file = (folder or self.pictures) / name
        file.write_bytes(content)
        return file

    def press_f4(self):
        QTest.keyClick(self.editor.add, Qt.Key.Key_F4)
        self._qtbot.waitUntil(lambda: bool(self.started) and self.bar.isVisible(), timeout=5000)

    def wait_for(self, number):
        self._qtbot.waitUntil(lambda: len(self.bar.view.pictures) == number, timeout=5000)


@pytest.fixture
def desk(dressed, qtbot, tmp_path, monkeypatch):
    pictures = tmp_path / "图片" / "Webcam"
    pictures.mkdir(parents=True)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_PICTURES_DIR", str(pictures.parent))
    monkeypatch.setattr(camera, "_camera_roll", lambda: None)
    (pictures / "old.jpg").write_bytes(jpeg("gray"))
    ctx = first_day(tmp_path / "desk")
    (home,) = add_homes(ctx, "张样例")
    made = CameraDesk(qtbot, ctx)
    made.prepare(home, pictures)
    monkeypatch.setattr(waiting, "start_camera", lambda program="": made.started.append(program))
    yield made
    made.close()


def test_the_newest_photo_is_taken_by_enter_and_the_file_stays(desk, qtbot):
    desk.press_f4()
    assert desk.bar.state.words() == "等照片…"
    assert desk.bar.shots[0].isHidden(), "what lay there before is not offered"
    content = jpeg()
    file = desk.take("a.jpg", content)
    before = time.monotonic()
    desk.wait_for(1)
    assert time.monotonic() - before < 1.0
    assert desk.bar.state.words() == "照片来了"
    assert not desk.stored(), "nothing is taken before a person says so"
    QTest.keyClick(desk.shell.focusWidget(), Qt.Key.Key_Return)
    desk.settle()
    kept = Image.open(BytesIO(attachments.content(desk.ctx, desk.stored())))
    assert kept.size == (768, 1024), "the usual way: upright, no larger than the form allows"
    assert "11-12 10:05" in desk.editor.facts.text()
    assert "40.21833, 116.23139" in desk.editor.facts.text()
    assert file.read_bytes() == content
    assert desk.bar.state.words() == "照片已放进来"
    QTest.keyClick(desk.shell.focusWidget(), Qt.Key.Key_Return)
    assert desk.bar.isHidden(), "the second Enter goes on"
    assert desk.page.body.current_path() != PHOTO


def test_another_photo_replaces_the_first_and_any_can_be_pressed(desk, qtbot):
    desk.press_f4()
    desk.take("a.jpg", jpeg("teal"))
    desk.wait_for(1)
    qtbot.mouseClick(desk.bar.use, Qt.MouseButton.LeftButton)
    desk.settle()
    first = desk.stored()
    desk.take("b.jpg", jpeg("brown"))
    desk.wait_for(2)
    assert desk.bar.state.words() == "又拍了一张"
    assert desk.bar.use.text() == "换成这张"
    QTest.keyClick(desk.shell.focusWidget(), Qt.Key.Key_Return)
    desk.settle()
    assert desk.stored() not in ("", first)
    qtbot.mouseClick(desk.bar.shots[0], Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.stored() == first, "the first one was pressed"
    assert desk.bar.use.isVisible(), "the newest can be had again"


def test_half_a_photo_is_not_offered_until_it_is_whole(desk, qtbot):
    desk.press_f4()
    content = jpeg()
    desk.take("a.jpg", content[: len(content) // 2])
    qtbot.wait(1200)
    assert desk.bar.view.pictures == ()
    desk.take("a.jpg", content)
    desk.wait_for(1)
    assert not desk.bar.view.pictures[0].image.isNull()
    assert desk.bar.view.pictures[0].image.height() > desk.bar.view.pictures[0].image.width(), "shown upright"


def test_escape_ends_the_waiting_and_leaves_the_survey_open(desk, qtbot):
    desk.press_f4()
    QTest.keyClick(desk.shell.focusWidget(), Qt.Key.Key_Escape)
    assert desk.bar.isHidden()
    assert desk.shell.current_page() == "survey"
    desk.take("a.jpg", jpeg())
    qtbot.wait(900)
    assert desk.bar.isHidden()
    assert desk.stored() == ""


def test_leaving_the_section_ends_the_waiting(desk, qtbot):
    desk.press_f4()
    files = desk.survey._files._camera
    desk.survey.go_to("repeats")
    assert files._rounds == []
    desk.survey.show_question(PHOTO)
    desk.settle()
    assert desk.bar.isHidden()


def test_who_went_on_to_another_question_keeps_the_cursor(desk, qtbot):
    desk.press_f4()
    other = desk.page.body.question("files/paper").editor
    other.choose.setFocus()
    desk.take("a.jpg", jpeg())
    desk.wait_for(1)
    assert desk.shell.focusWidget() is other.choose


def test_without_a_camera_program_a_phones_folder_is_the_way(desk, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(waiting, "start_camera", camera.start_camera)
    monkeypatch.setattr(camera.shutil, "which", lambda name: None)
    monkeypatch.delattr(os, "startfile", raising=False)
    phone = tmp_path / "微信" / "2026-11"
    phone.mkdir(parents=True)
    (phone / "old.jpg").write_bytes(jpeg("gray"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: str(phone.parent))
    qtbot.mouseClick(desk.editor.camera.button, Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.bar.state.words() == "这台电脑上没有能用的拍照程序。"
    assert "选照片传到的文件夹" in desk.bar._help.words()
    qtbot.mouseClick(desk.bar.choose, Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.ctx.settings.get("photo_folder") == str(phone.parent)
    assert str(phone.parent) in desk.bar._folder.words()
    desk.take("b.jpg", jpeg(), phone)
    desk.wait_for(1)
    assert Path(desk.bar.view.newest()) == phone / "b.jpg"


def test_a_photo_that_cannot_be_opened_is_said_and_never_the_newest(desk, qtbot):
    desk.press_f4()
    desk.take("phone.heic", b"unknown" * 100)
    qtbot.waitUntil(lambda: len(desk.bar.view.pictures) == 1, timeout=15_000)
    assert desk.bar.state.words() == "来了一张打不开的照片"
    assert desk.bar.use.isHidden()
    desk.take("a.jpg", jpeg())
    desk.wait_for(2)
    assert Path(desk.bar.view.newest()).name == "a.jpg"


def test_a_photo_that_is_gone_again_is_said_and_the_answer_stays(desk, qtbot):
    desk.press_f4()
    file = desk.take("a.jpg", jpeg())
    desk.wait_for(1)
    file.unlink()
    qtbot.mouseClick(desk.bar.use, Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.shell.faults.isVisible()
    assert desk.stored() == ""
    assert desk.bar.view.kept == ""


def test_no_name_of_a_file_reaches_the_log(desk, qtbot, caplog):
    caplog.set_level("DEBUG")
    desk.press_f4()
    desk.take("张样例家.jpg", jpeg())
    desk.wait_for(1)
    qtbot.mouseClick(desk.bar.use, Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.stored()
    assert "张样例" not in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="the camera program is a shell script")
def test_a_camera_program_that_saves_slowly_fills_the_question(desk, qtbot, tmp_path, monkeypatch):
    (tmp_path / "ready.jpg").write_bytes(jpeg())
    program = tmp_path / "snapshot"
    target = desk.pictures / "shot.jpg"
    program.write_text(
        f'#!/bin/sh\nsleep 1\nhead -c 20000 "{tmp_path}/ready.jpg" > "{target}"\n'
        f'sleep 1\ntail -c +20001 "{tmp_path}/ready.jpg" >> "{target}"\nsleep 1\n'
    )
    program.chmod(0o700)
    desk.ctx.settings.set("camera_program", str(program))
    monkeypatch.setattr(waiting, "start_camera", camera.start_camera)
    QTest.keyClick(desk.editor.add, Qt.Key.Key_F4)
    qtbot.waitUntil(target.exists, timeout=5000)
    assert desk.bar.view.pictures == ()
    desk.wait_for(1)
    assert target.stat().st_size == (tmp_path / "ready.jpg").stat().st_size
    qtbot.mouseClick(desk.bar.use, Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.stored()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bar_fits_in_both_languages_and_themes(desk, qtbot, dressed, language, mode):
    set_language(dressed, language)
    apply_theme(dressed, mode)
    desk.desk_pictures = Path(os.environ["CPDESK_PICTURES"]) if os.environ.get("CPDESK_PICTURES") else None

    def keep(name):
        qtbot.wait(80)
        shot = desk.shell.grab()
        if desk.desk_pictures is not None:
            shot.save(str(desk.desk_pictures / f"camera-{name}-{language}-{mode}.png"))
        for part in (desk.bar.state.label, desk.bar.use, desk.bar.done, desk.bar.stop, desk.bar.choose):
            if part.isVisible():
                assert part.width() >= min(part.sizeHint().width(), desk.bar.width() - 160), part.text()
        assert desk.bar.width() <= desk.editor.width()

    desk.press_f4()
    keep("waiting")
    for place, colour in enumerate(("teal", "brown")):
        desk.take(f"{place}.jpg", jpeg(colour))
        desk.wait_for(place + 1)
    keep("arrived")
    QTest.keyClick(desk.shell.focusWidget(), Qt.Key.Key_Return)
    desk.settle()
    keep("kept")
    desk.take("c.jpg", jpeg("olive"))
    desk.wait_for(3)
    keep("again")


def test_program_and_folder_are_changed_in_the_settings(desk, qtbot):
    page = desk.window.settings
    page.camera_program.setText("qtcam")
    page.camera_program.committed.emit("qtcam")
    page.photo_folder.committed.emit(" /media/phone ")
    desk.settle()
    assert desk.ctx.settings.get("camera_program") == "qtcam"
    assert desk.ctx.settings.get("photo_folder") == "/media/phone"
    assert page.photo_folder.text() == "/media/phone"
    desk.press_f4()
    assert desk.started == ["qtcam"]
