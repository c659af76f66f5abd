"""Files, pictures of the form, grids and maps through the window into a real store."""

from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PIL import ExifTags, Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from real_desk import RealDesk, add_homes, first_day
from widget_samples import widgets_form

from cpdesk.base.errors import InputFault
from cpdesk.forms.session import Session
from cpdesk.model.records import Changes
from cpdesk.operations import attachments, positions, surveys
from cpdesk.ui.presenters.survey_book import Book
from cpdesk.ui.presenters.survey_opening import Opened
from cpdesk.ui.requests import ContentGiven, FileOpened
from cpdesk.ui.widgets.grid import GridBlock

WALLS = "repeats/walls"


@pytest.fixture
def place(dressed, qtbot, tmp_path):
    """The sample form in the window of a real desk: its survey is that of a household."""
    ctx = first_day(tmp_path / "desk")
    first, _second = add_homes(ctx, "张样例", "李样例")
    made = RealDesk(qtbot, ctx)
    made.home = first
    made.open_survey(first)
    survey = made.window._survey
    form = widgets_form()
    session = Session(form, {}, clock=ctx.clock, new_id=ctx.new_id)
    opened = surveys.OpenSurvey(survey.open.record, form, session)
    survey.show_opened((Opened(opened, Book(session), ""), Changes()))
    made.settle()
    made.survey = survey
    made.page = made.window.survey
    yield made
    made.close()


def photo_with_exif(colour=(180, 60, 40)):
    image = Image.new("RGB", (2400, 1800), colour)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:20 14:05:09"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (40.0, 13.0, 6.0), 3: "E", 4: (116.0, 13.0, 53.0)})
    stream = BytesIO()
    image.save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def stored(place, path):
    return place.ctx.store.records.get(place.survey.open.record.id).answers.get(path, "")


def items_stored(place):
    answers = place.ctx.store.records.get(place.survey.open.record.id).answers
    return sum(path.startswith(WALLS) and path.endswith("]") for path in answers)


def test_a_photo_is_turned_made_small_and_says_when_and_where(place, qtbot, monkeypatch, tmp_path):
    file = tmp_path / "gate.jpg"
    file.write_bytes(photo_with_exif())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(file), ""))
    place.survey.show_question("files/photo")
    place.settle()
    editor = place.page.body.question("files/photo").editor
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    place.settle()
    kept = Image.open(BytesIO(attachments.content(place.ctx, stored(place, "files/photo"))))
    assert kept.size == (768, 1024), "upright, and no larger than the form's max-pixels"
    facts = editor.facts.text()
    assert "11-20 14:05" in facts
    assert "40.21833, 116.23139" in facts
    assert "768 × 1024 px" in facts
    assert not editor.thumbnail._image.isNull()


def test_marks_are_stored_over_the_photo_in_its_full_size(place, qtbot):
    place.survey.show_question("files/marked")
    place.page.requested.emit(ContentGiven("files/marked", "wall.jpg", content=photo_with_exif((20, 60, 140))))
    place.settle()
    editor = place.page.body.question("files/marked").editor
    middle = editor.sheet.ground().center().toPoint()
    QTest.mousePress(editor.sheet, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(editor.sheet, middle + QPoint(30, 0))
    QTest.mouseMove(editor.sheet, middle - QPoint(30, 0))
    QTest.mouseRelease(editor.sheet, Qt.MouseButton.LeftButton, pos=middle)
    assert editor.state.text() == ""
    qtbot.mouseClick(editor.keep, Qt.MouseButton.LeftButton)
    place.settle()
    facts = attachments.facts(place.ctx, stored(place, "files/marked"))
    assert facts.taken_at == "2026-11-20T14:05:09+08:00", "the shot is the same, with marks over it"
    assert facts.position == pytest.approx((40.21833, 116.23139), abs=1e-4)
    kept = Image.open(BytesIO(attachments.content(place.ctx, stored(place, "files/marked")))).convert("RGB")
    assert kept.size == (1200, 1600)
    red, _green, blue = kept.getpixel((600, 800))
    assert red > 150 and blue < 90, "the mark lies on the photo"
    assert kept.getpixel((60, 60))[2] > 120
    assert editor.state.text() == "图已存到本机"


def test_a_recording_is_kept_with_its_size_and_opened_with_the_system(place, qtbot, monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    file = tmp_path / "噪声.m4a"
    file.write_bytes(b"s" * 34_000)
    place.survey.show_question("files/noise")
    place.page.requested.emit(ContentGiven("files/noise", file.name, file=str(file)))
    place.settle()
    reference = stored(place, "files/noise")
    assert reference.endswith(".m4a")
    assert place.page.body.question("files/noise").editor.state.text() == "噪声.m4a · 34 KB"
    assert stored(place, "files/noise#file") == "噪声.m4a"
    place.page.requested.emit(FileOpened("files/noise"))
    place.settle()
    copy = Path(opened[0])
    assert copy.read_bytes() == b"s" * 34_000
    assert copy.name == "噪声.m4a"
    place.survey.close()
    assert not copy.exists(), "no copy outlives the survey page"


def test_the_name_of_a_file_goes_with_it_and_opens_nothing_else(place, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())) or True)
    place.survey.show_question("files/paper")
    place.page.requested.emit(ContentGiven("files/paper", "报告.pdf", content=b"%PDF-1.4"))
    place.settle()
    record = place.survey.open.record.id
    place.survey.answer("files/paper#file", "../../坏.exe")  # as another desk may have sent it
    place.settle()
    place.page.requested.emit(FileOpened("files/paper"))
    place.settle()
    assert opened[0].name == "______坏.pdf" and opened[0].read_bytes() == b"%PDF-1.4"
    place.survey.answer("files/paper", None)
    place.settle()
    assert stored(place, "files/paper#file") == ""
    surveys.undo_last(place.ctx, record)
    assert place.ctx.store.records.get(record).answers["files/paper#file"] == "../../坏.exe", "one step with its file"


def test_an_empty_or_huge_file_is_refused_with_its_reason(place, monkeypatch):
    with pytest.raises(InputFault) as empty:
        attachments.keep_file(place.ctx, b"", name="a.pdf")
    assert empty.value.code == "CP-1541"
    monkeypatch.setattr(attachments, "BYTES_MAX", 10)
    with pytest.raises(InputFault) as large:
        attachments.keep_file(place.ctx, b"x" * 11, name="a.pdf")
    assert large.value.code == "CP-1542"
    place.page.requested.emit(ContentGiven("files/paper", "b.pdf", content=b"x" * 11))
    place.settle()
    assert place.shell.faults.isVisible()
    assert stored(place, "files/paper") == ""


def test_a_pasted_block_is_stored_and_taken_back_as_one_step(place):
    place.survey.show_question(f"{WALLS}")
    place.survey.go_to("repeats")
    grid = next(block for block in place.page.body.blocks() if isinstance(block, GridBlock))
    record = place.survey.open.record.id
    before = items_stored(place)
    grid.table.setCurrentIndex(grid.model.index(0, 0))
    grid.table.paste("南\t42.6\t16.8\t断桥铝\n北\t40\t5\tWood\n东\t16\t0\t")
    place.settle()
    answers = place.ctx.store.records.get(record).answers
    frames = sorted(value for path, value in answers.items() if path.endswith("/window_frame"))
    assert frames == ["alu", "wood"]
    surveys.undo_last(place.ctx, record)
    answers = place.ctx.store.records.get(record).answers
    assert not [path for path in answers if path.endswith("/window_frame")]
    assert items_stored(place) == before


def test_more_than_one_operation_holds_is_stored_all_the_same(place):
    place.survey.go_to("repeats")
    grid = next(block for block in place.page.body.blocks() if isinstance(block, GridBlock))
    grid.table.setCurrentIndex(grid.model.index(0, 0))
    grid.table.paste("\n".join(f"南\t{place}\t1\t塑钢\t2026-11-03\t第 {place} 面" for place in range(300, 680)))
    place.settle()
    answers = place.ctx.store.records.get(place.survey.open.record.id).answers
    assert sum(path.endswith("/remark") for path in answers) == 380
    assert items_stored(place) == 380


def test_the_map_knows_the_neighbours(place):
    other = place.window.households.model
    assert other.rowCount() == 2
    record = place.survey.open.record
    place.ctx.store.records.save(record.id, {"household/position": "40.2183 116.2314 62 4.5"}, place.ctx.actor)
    found = positions.known_places(place.ctx, place.ctx.store.records.get(record.id))
    assert [(each.site, each.latitude, each.longitude) for each in found] == [(place.home, 40.2183, 116.2314)]


def test_pictures_of_the_form_come_from_its_files(place, monkeypatch):
    stream = BytesIO()
    Image.new("RGB", (320, 200), (10, 120, 90)).save(stream, "PNG")
    monkeypatch.setattr(attachments, "form_file", lambda ctx, form, name: stream.getvalue())
    place.survey.show_question("files/photo")
    place.settle()
    shown = place.page.body.question("files/photo")._media._pictures["house.png"]
    assert shown.isVisible()
    assert (shown.width(), shown.height()) == (256, 160)
