"""Every control in both languages and both themes as pictures. Set CPDESK_PICTURES to a folder to keep them."""

import os
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtWidgets import QLabel
from widget_samples import FormDesk, outline

from cpdesk.ui.language import set_language
from cpdesk.ui.theme import apply_theme, theme
from cpdesk.ui.widgets.basic import ElidedLabel

ANSWERS = {
    "typed/short": "张样例",
    "typed/people": "15",
    "typed/cost": "12400",
    "typed/area": "-3",
    "times/day": "2026-11-20",
    "times/month": "2026-03-01",
    "times/clock": "05:30:00.000+08:00",
    "one/wall": "b240",
    "one/frame": "alu",
    "one/feel": "2",
    "one/village": "v017",
    "several/fuels": "coal wood",
    "several/villages": "v003 v004",
    "several/favourites": "gas coal power wood straw",
    "scales/warm": "18.5",
    "scales/fill": "6",
    "scales/stars": "4",
    "scales/leaks/leak_door": "felt",
    "places/gate": "36.2183 116.2314 62 4.5",
    "places/pipe": "40.2168 116.2285 0 0;40.2180 116.2300 0 0;40.2192 116.2299 0 0",
    "repeats/walls[a]": "a0",
    "repeats/walls[a]/side": "s",
    "repeats/walls[a]/wall_m2": "42.6",
    "repeats/walls[a]/window_m2": "50",
}


def clipped(page):
    """Words of labels that have less room than they need."""
    found = []
    for label in page.body.findChildren(QLabel):
        if label.isVisible() and label.text() and not isinstance(label, ElidedLabel) and not label.wordWrap():
            need = label.fontMetrics().horizontalAdvance(label.text())
            if need > label.width() + 1:
                found.append((label.text(), need, label.width()))
    return found


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_section_paints_whole_words_on_its_own_ground(dressed, qtbot, language, mode):
    set_language(dressed, language)
    apply_theme(dressed, mode)
    desk = FormDesk(ANSWERS, language)
    qtbot.addWidget(desk.page)
    desk.page.show()
    folder = os.environ.get("CPDESK_PICTURES")
    for section in outline(desk.session):
        desk.show(section.path)
        if section.path == "places":
            desk.editor("places/gate").toggle_map()
        qtbot.wait(40)
        holder = desk.page.form_scroll.widget()
        wide = desk.page.form_scroll.viewport().width()
        desk.page.resize(1294, max(711, holder.heightForWidth(wide) + 120))
        qtbot.wait(40)
        picture = desk.page.grab().toImage()
        assert clipped(desk.page) == [], section.path
        ground = theme().colour("bg")
        assert picture.pixelColor(desk.page.left.width() + 6, 120) == ground
        colours = {picture.pixel(x, y) for x in range(240, 900, 7) for y in range(60, picture.height() - 70, 7)}
        assert len(colours) > 8, f"{section.path} shows next to nothing"
        if folder:
            picture.save(str(Path(folder) / f"{section.path}-{language}-{mode}.png"))
        desk.page.resize(1294, 711)
