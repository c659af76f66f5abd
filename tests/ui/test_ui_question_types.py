"""Every question type on the survey page over a running form: what a person does, and what the form then holds."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import QDate, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from widget_samples import FormDesk, outline, picture, widgets_form

from cpdesk.forms.form import Kind
from cpdesk.ui.coordinates import Position
from cpdesk.ui.language import set_language
from cpdesk.ui.requests import ContentGiven, FileOpened, FileWanted, MediaOpened
from cpdesk.ui.views import ContentView
from cpdesk.ui.widgets.likert import MatrixBlock
from cpdesk.ui.widgets.questions import QuestionBlock

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(dressed, qtbot):
    made = FormDesk()
    qtbot.addWidget(made.page)
    made.page.show()
    qtbot.waitExposed(made.page)
    return made


def on(desk, path):
    """The control of a question, on its page, with the cursor in it."""
    desk.show(path.partition("/")[0])
    desk.body.focus_question(path)
    return desk.editor(path)


def current(desk):
    return desk.body.current_path()


def test_every_question_of_the_form_has_a_control_and_says_its_name(desk):
    asked = {node.path for node in widgets_form().nodes if node.kind is Kind.QUESTION}
    seen = set()
    for section in outline(desk.session):
        desk.show(section.path)
        for block in desk.body.blocks():
            if isinstance(block, QuestionBlock):
                assert block.editor is not None, block.view.path
                assert block.view.label in block.editor.accessibleName()
                assert block.editor.isVisible()
                seen.add(block.view.path)
            elif isinstance(block, MatrixBlock):
                seen |= set(block.scales)
    heads = {path for path in asked if "reserved_name_for_field_list_labels" in path}
    in_grid = {path for path in asked if path.startswith("repeats/walls/")}
    assert asked - seen - heads - in_grid - {"typed/per_person"} == set()


@pytest.mark.parametrize("section", ["typed", "times", "one", "several", "scales", "places", "files"])
def test_enter_walks_through_a_whole_section_and_out_of_it(desk, qtbot, section):
    desk.show(section)
    blocks = [block for block in desk.body.blocks() if isinstance(block, (QuestionBlock, MatrixBlock))]
    first = blocks[0].view.path
    desk.body.focus_question(first)
    left = []
    desk.body.left_last.connect(lambda: left.append(True))
    walked = [current(desk)]
    for _ in range(40):
        focus = desk.page.focusWidget()
        plain = Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(focus, Qt.Key.Key_Return, CTRL if walked[-1] == "typed/long" else plain)
        if left:
            break
        if current(desk) != walked[-1]:
            walked.append(current(desk))
    wanted = [
        path for block in blocks for path in (block.scales if isinstance(block, MatrixBlock) else [block.view.path])
    ]
    assert walked == wanted


def test_text_numbers_and_what_is_worked_out(desk, qtbot):
    field = on(desk, "typed/people")
    qtbot.keyClicks(field, "4")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    area = on(desk, "typed/area")
    area.insert("１１８．５")
    area.setModified(True)
    qtbot.keyClick(area, Qt.Key.Key_Return)
    assert (desk.value("typed/people"), desk.value("typed/area")) == ("4", "118.5")
    shown = [block for block in desk.body.blocks() if "人均面积" in block.accessibleName()]
    assert "29.6 m²" in shown[0].accessibleName()


def test_thousands_are_grouped_while_nobody_types(desk, qtbot):
    field = on(desk, "typed/cost")
    qtbot.keyClicks(field, "12400")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.value("typed/cost") == "12400"
    assert field.text() == "12,400"
    desk.body.focus_question("typed/cost")
    assert field.text() == "12400"


def test_a_soft_limit_warns_and_a_broken_rule_says_why(desk, qtbot):
    desk.answer("typed/people", "15")
    desk.answer("typed/area", "-1")
    assert "通常不大于 12" in desk.body.question("typed/people").said("soft")
    assert desk.body.question("typed/area").said("problem") == "面积要大于 0。"


def test_guidance_is_folded_until_it_is_asked_for(desk, qtbot):
    block = desk.body.question("typed/short")
    assert block.said("guidance") == ""
    qtbot.mouseClick(block._guide, Qt.MouseButton.LeftButton)
    assert block.said("guidance").startswith("户口本上是什么字")
    qtbot.mouseClick(block._guide, Qt.MouseButton.LeftButton)
    assert block.said("guidance") == ""


def test_a_scanned_code_replaces_the_one_before_and_moves_on(desk, qtbot):
    field = on(desk, "typed/meter")
    qtbot.keyClicks(field, "BJ-001")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    on(desk, "typed/meter")
    qtbot.keyClicks(desk.page.focusWidget(), "BJ-002")
    qtbot.keyClick(desk.page.focusWidget(), Qt.Key.Key_Return)
    assert desk.value("typed/meter") == "BJ-002"


@pytest.mark.parametrize(
    ("path", "typed", "kept", "shown"),
    [
        ("times/day", "20261120", "2026-11-20", "2026-11-20"),
        ("times/month", "2026.3", "2026-03-01", "2026-03"),
        ("times/year", "1996", "1996-01-01", "1996"),
        ("times/year", "96", "1996-01-01", "1996"),
        ("times/clock", "530", "05:30", "05:30"),
    ],
)
def test_days_months_years_and_times_are_typed_in_any_usual_way(desk, qtbot, path, typed, kept, shown):
    on(desk, path)
    field = desk.page.focusWidget()
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.value(path).startswith(kept)
    assert field.text() == shown
    assert current(desk) != path


def test_a_moment_needs_its_day_and_its_time(desk, qtbot):
    editor = on(desk, "times/moment")
    qtbot.keyClicks(editor.day, "20261120")
    qtbot.keyClick(editor.day, Qt.Key.Key_Return)
    assert editor.time.hasFocus()
    qtbot.keyClicks(editor.time, "0830")
    qtbot.keyClick(editor.time, Qt.Key.Key_Return)
    assert desk.value("times/moment") == "2026-11-20T08:30:00.000+08:00"
    assert desk.session.state("times/moment").problem is None


def test_a_day_is_picked_from_the_calendar(desk, qtbot):
    editor = on(desk, "times/day")
    editor.pick(QDate(2026, 11, 3))
    assert desk.value("times/day") == "2026-11-03"


def test_choosing_a_quick_question_moves_on(desk, qtbot):
    editor = on(desk, "one/wall_quick")
    qtbot.keyClick(editor.buttons[0], Qt.Key.Key_3)
    assert desk.value("one/wall_quick") == "stone"
    assert current(desk) == "one/wall_columns"


def test_options_in_columns_are_walked_in_both_directions(desk, qtbot):
    editor = on(desk, "one/wall_columns")
    qtbot.keyClick(editor.buttons[0], Qt.Key.Key_Down)
    assert editor.buttons[2].hasFocus()
    qtbot.keyClick(editor.buttons[2], Qt.Key.Key_Right)
    qtbot.keyClick(editor.buttons[3], Qt.Key.Key_Space)
    assert desk.value("one/wall_columns") == "earth"
    lefts = [button.x() for button in editor.buttons]
    assert lefts[0] == lefts[2] < lefts[1] == lefts[3]


def test_pictures_stand_on_their_options(desk):
    editor = on(desk, "one/frame")
    assert all(not button.icon().isNull() for button in editor.buttons)
    desk.answer("one/frame", "pvc")
    assert [button.isChecked() for button in editor.buttons] == [False, False, True]


def test_a_scale_is_chosen_with_digits_and_arrows(desk, qtbot):
    editor = on(desk, "one/feel")
    qtbot.keyClick(editor, Qt.Key.Key_2)
    qtbot.keyClick(editor, Qt.Key.Key_Right)
    assert desk.value("one/feel") == "3"
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    assert desk.value("one/feel") == ""


def test_one_of_many_is_found_by_any_part_of_its_words(desk, qtbot):
    editor = on(desk, "one/village")
    field = editor.field
    qtbot.keyClicks(field, "17")
    assert field.list.isVisible()
    assert field.model.rowCount() == 12
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.value("one/village") == "v117"
    assert field.text() == "样例117村"
    assert not field.list.isVisible()
    on(desk, "one/village")
    field.selectAll()
    qtbot.keyClicks(field, "nowhere")
    desk.page.jump.setFocus()
    assert desk.value("one/village") == "v117", "words that name nothing change nothing"
    assert field.text() == "样例117村"


def test_several_choices_are_ticked_with_digits_and_long_lists_are_searched(desk, qtbot):
    editor = on(desk, "several/fuels")
    qtbot.keyClick(editor.buttons[0], Qt.Key.Key_4)
    qtbot.keyClick(editor.buttons[0], Qt.Key.Key_1)
    assert desk.value("several/fuels") == "coal wood"
    editor = on(desk, "several/villages")
    editor.search.setText("样例 20")
    qtbot.waitUntil(lambda: editor.model.rowCount() == 3)
    qtbot.keyClick(editor.search, Qt.Key.Key_Down)
    qtbot.keyClick(editor.list, Qt.Key.Key_Space)
    assert desk.value("several/villages") == "v020"
    assert "样例20村" in editor.picked.text()


def test_an_order_is_made_by_keys_and_by_dragging(desk, qtbot):
    editor = on(desk, "several/favourites")
    assert desk.value("several/favourites") == ""
    rows = editor.rows
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert desk.value("several/favourites") == "gas coal power wood straw"
    QTest.mousePress(rows, Qt.MouseButton.LeftButton, pos=QPoint(40, 4 * 40 + 20))
    QTest.mouseMove(rows, QPoint(40, 20))
    QTest.mouseRelease(rows, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    assert desk.value("several/favourites") == "straw gas coal power wood"
    assert desk.session.state("several/favourites").problem is None


def test_an_order_may_be_kept_as_it_stands(desk, qtbot):
    editor = on(desk, "several/favourites")
    qtbot.keyClick(editor.rows, Qt.Key.Key_Space)
    assert desk.value("several/favourites") == "coal gas power wood straw"


def test_acknowledging_is_one_key(desk, qtbot):
    editor = on(desk, "several/read")
    qtbot.keyClick(editor.buttons[0], Qt.Key.Key_1)
    assert desk.value("several/read") == "OK"


def test_a_range_is_moved_typed_and_taken_back(desk, qtbot):
    editor = on(desk, "scales/warm")
    qtbot.keyClick(editor.track, Qt.Key.Key_Home)
    qtbot.keyClick(editor.track, Qt.Key.Key_Right)
    assert desk.value("scales/warm") == "5.5"
    assert editor.field.text() == "5.5"
    editor.field.setFocus()
    editor.field.selectAll()
    qtbot.keyClicks(editor.field, "18")
    qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert desk.value("scales/warm") == "18"
    editor.track.setFocus()
    qtbot.keyClick(editor.track, Qt.Key.Key_Delete)
    assert desk.value("scales/warm") == ""


def test_a_standing_range_is_pressed_where_the_level_is(desk, qtbot):
    editor = on(desk, "scales/fill")
    qtbot.mouseClick(editor.track, Qt.MouseButton.LeftButton, pos=QPoint(18, 100))
    assert desk.value("scales/fill") == "5"


def test_stars_and_picked_numbers(desk, qtbot):
    stars = on(desk, "scales/stars")
    qtbot.keyClick(stars, Qt.Key.Key_4)
    assert desk.value("scales/stars") == "4"
    qtbot.mouseClick(stars, Qt.MouseButton.LeftButton, pos=QPoint(20, 18))
    assert desk.value("scales/stars") == "1"
    assert on(desk, "scales/picked").codes() == ["1", "2", "3", "4", "5", "6"]


def test_a_matrix_asks_several_questions_with_the_same_choices(desk, qtbot):
    desk.show("scales")
    desk.body.focus_question("scales/leaks/leak_door")
    matrix = next(block for block in desk.body.blocks() if isinstance(block, MatrixBlock))
    assert matrix.view.label == "漏风检查"
    assert [row.label for row in matrix.view.rows] == ["入户门", "北窗", "吊顶"]
    assert current(desk) == "scales/leaks/leak_door"
    qtbot.keyClick(desk.page.focusWidget(), Qt.Key.Key_3)
    qtbot.keyClick(desk.page.focusWidget(), Qt.Key.Key_Return)
    qtbot.keyClick(desk.page.focusWidget(), Qt.Key.Key_1)
    assert (desk.value("scales/leaks/leak_door"), desk.value("scales/leaks/leak_window")) == ("clear", "none")


def test_a_point_is_typed_pasted_and_checked(desk, qtbot):
    editor = on(desk, "places/gate")
    editor.coordinates.insert("北纬40°13′06″ 东经116°13′53″")
    editor.coordinates.setModified(True)
    qtbot.keyClick(editor.coordinates, Qt.Key.Key_Return)
    assert desk.value("places/gate") == "40.2183333 116.2313889 0 0"
    assert not editor.doubt_words.isVisible()
    qtbot.keyClicks(editor.altitude, "62")
    qtbot.keyClick(editor.altitude, Qt.Key.Key_Return)
    assert desk.value("places/gate") == "40.2183333 116.2313889 62 0"


def test_latitude_and_longitude_the_wrong_way_round_are_noticed(desk, qtbot):
    desk.show("places")
    desk.answer("places/gate", "36.2314 40.2183 0 0")
    editor = desk.editor("places/gate")
    assert "不在昌平" in editor.doubt_words.words()
    assert not editor.swap_button.isVisible()
    editor = on(desk, "places/gate")
    editor.coordinates.selectAll()
    qtbot.keyClicks(editor.coordinates, "116.2314, 40.2183")
    qtbot.keyClick(editor.coordinates, Qt.Key.Key_Return)
    assert desk.value("places/gate") == "40.2183 116.2314 0 0", "the first number cannot be a latitude"


def test_a_point_is_placed_on_the_map_with_mouse_and_keys(desk, qtbot):
    editor = on(desk, "places/gate")
    qtbot.mouseClick(editor.map_button, Qt.MouseButton.LeftButton)
    village = editor._pane.map
    qtbot.waitUntil(lambda: village.width() > 400)
    target = Position(40.2178, 116.2306)
    qtbot.mouseClick(village, Qt.MouseButton.LeftButton, pos=village.at(target).toPoint())
    latitude, longitude = (float(part) for part in desk.value("places/gate").split()[:2])
    assert abs(latitude - target.latitude) < 0.0001 and abs(longitude - target.longitude) < 0.0001
    before = desk.value("places/gate")
    village.setFocus()
    qtbot.keyClick(village, Qt.Key.Key_Right)
    qtbot.keyClick(village, Qt.Key.Key_Return)
    moved = desk.value("places/gate")
    assert float(moved.split()[1]) > float(before.split()[1])
    qtbot.keyClick(village, Qt.Key.Key_Backspace)
    assert desk.value("places/gate") == ""


def test_a_line_is_pasted_measured_and_shortened(desk, qtbot):
    editor = on(desk, "places/pipe")
    editor.paste("40.2168,116.2285\n40.2180 116.2300\n40.2192，116.2299")
    assert desk.value("places/pipe").count(";") == 2
    assert editor.measure.text() == "3 个点，长 318.2 m"
    qtbot.keyClick(editor.pane.map, Qt.Key.Key_Backspace)
    assert desk.value("places/pipe").count(";") == 1
    assert desk.session.state("places/pipe").problem is None


def test_an_area_is_closed_and_measured(desk, qtbot):
    editor = on(desk, "places/yard")
    for point in ("40.2180,116.2310", "40.2189,116.2310", "40.2189,116.2322", "40.2180,116.2322"):
        editor.field.setText(point)
        editor.field.setModified(True)
        qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    parts = desk.value("places/yard").split(";")
    assert len(parts) == 5 and parts[0] == parts[-1]
    assert len(editor.points()) == 4
    assert "面积 10,1" in editor.measure.text(), "100 m by 102 m"
    assert desk.session.state("places/yard").problem is None
    qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert current(desk) != "places/yard"


def png_in_clipboard():
    data = QMimeData()
    data.setImageData(picture("maroon"))
    QGuiApplication.clipboard().setMimeData(data)


def test_a_photo_is_asked_for_pasted_shown_and_opened(desk, qtbot):
    editor = on(desk, "files/photo")
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    assert desk.requests == [FileWanted("files/photo")]
    png_in_clipboard()
    qtbot.keyClick(editor.add, Qt.Key.Key_V, CTRL)
    given = desk.requests[-1]
    assert isinstance(given, ContentGiven) and given.path == "files/photo"
    assert QImage.fromData(given.content).size() == picture("maroon").size()
    desk.answer("files/photo", "0" * 64 + ".jpg")
    block = desk.body.question("files/photo")
    assert desk.body.file_blocks() == [block]
    block.show_content(ContentView(picture("maroon"), 51_000, ("拍于 11-20 14:32", "位置 40.2, 116.2")))
    assert desk.body.file_blocks() == []
    assert "拍于 11-20 14:32" in editor.facts.text()
    qtbot.keyClick(editor.thumbnail, Qt.Key.Key_Space)
    assert desk.requests[-1] == FileOpened("files/photo")
    qtbot.keyClick(editor.thumbnail, Qt.Key.Key_Delete)
    assert desk.value("files/photo") == ""


def test_media_of_a_label_are_shown_and_played(desk, qtbot):
    desk.show("files")
    block = desk.body.question("files/photo")
    assert block.media_names() == ["house.png"]
    shown = block._media._pictures["house.png"]
    assert shown.isVisible() and shown.height() == 160
    play = [button for button in block._media.findChildren(QWidget) if button.accessibleName() == "听录音"]
    qtbot.mouseClick(play[0], Qt.MouseButton.LeftButton)
    assert desk.requests[-1] == MediaOpened("how.mp3")


def draw(widget, *points):
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(widget, QPoint(*point))
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(*points[-1]))


def test_a_signature_is_drawn_kept_and_wiped(desk, qtbot):
    editor = on(desk, "files/signed")
    assert not editor.keep.isEnabled()
    draw(editor.sheet, (40, 40), (90, 80), (160, 50))
    qtbot.mouseClick(editor.keep, Qt.MouseButton.LeftButton)
    given = desk.requests[-1]
    image = QImage.fromData(given.content)
    assert image.pixelColor(2 * 90, 2 * 80).lightness() < 100, "the ink is where it was drawn"
    desk.answer("files/signed", "0" * 64 + ".png")
    qtbot.mouseClick(editor.again, Qt.MouseButton.LeftButton)
    assert desk.value("files/signed") == ""


def test_marks_lie_over_the_photo_and_undo_leaves_the_photo(desk, qtbot):
    editor = on(desk, "files/marked")
    assert not editor.sheet.isEnabled()
    photo = picture("navy", size=(720, 480))
    desk.answer("files/marked", "0" * 64 + ".jpg")
    desk.body.question("files/marked").show_content(ContentView(photo, 1000))
    sheet = editor.sheet
    middle = sheet.ground().center().toPoint()
    draw(sheet, (middle.x() - 40, middle.y()), (middle.x(), middle.y()), (middle.x() + 40, middle.y()))
    draw(sheet, (middle.x(), middle.y() - 40), (middle.x(), middle.y() + 40), (middle.x(), middle.y() + 60))
    assert sheet.strokes() == 2
    sheet.setFocus()
    qtbot.keyClick(sheet, Qt.Key.Key_Z, CTRL)
    assert sheet.strokes() == 1
    qtbot.mouseClick(editor.keep, Qt.MouseButton.LeftButton)
    marked = QImage.fromData(desk.requests[-1].content)
    assert marked.size() == photo.size(), "as large as the photo"
    assert marked.pixelColor(360, 240).red() > 120, "the mark"
    beside, before = marked.pixelColor(20, 400), photo.pixelColor(20, 400)
    assert abs(beside.red() - before.red()) + abs(beside.blue() - before.blue()) < 12, "the photo beside it"


def test_other_files_are_dropped_their_size_is_shown_and_they_are_opened(desk, qtbot, tmp_path):
    editor = on(desk, "files/noise")
    file = tmp_path / "噪声.m4a"
    file.write_bytes(b"sound")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    QGuiApplication.clipboard().setMimeData(data)
    qtbot.keyClick(editor, Qt.Key.Key_V, CTRL)
    assert desk.requests[-1] == ContentGiven(
        "files/noise", "噪声.m4a", file=QUrl.fromLocalFile(str(file)).toLocalFile()
    )
    desk.answer("files/noise", "0" * 64 + ".m4a")
    desk.body.question("files/noise").show_content(ContentView(QImage(), 2_400_000))
    assert editor.state.text() == "M4A · 2.4 MB"
    qtbot.mouseClick(editor.open_button, Qt.MouseButton.LeftButton)
    assert desk.requests[-1] == FileOpened("files/noise")


def test_controls_stay_while_answers_come_in(desk):
    desk.show("one")
    before = {block.view.path: block.editor for block in desk.body.blocks() if isinstance(block, QuestionBlock)}
    for path, value in (("one/wall", "stone"), ("one/feel", "4"), ("one/village", "v003")):
        desk.answer(path, value)
    after = {block.view.path: block.editor for block in desk.body.blocks() if isinstance(block, QuestionBlock)}
    assert before == after


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_never_wants_more_room_than_the_smallest_screen_gives(dressed, qtbot, language):
    set_language(dressed, language)
    desk = FormDesk(language=language)
    qtbot.addWidget(desk.page)
    desk.page.resize(1294, 640)
    desk.page.show()
    for section in outline(desk.session):
        desk.show(section.path)
        qtbot.wait(20)
        wide = desk.page.form_scroll.viewport().width()
        for block in desk.body.blocks():
            assert block.minimumSizeHint().width() <= wide - 64, (section.path, block)
            right = block.mapTo(desk.page.form_scroll.viewport(), QPointF(block.width(), 0)).x()
            assert right <= wide, (section.path, block)
