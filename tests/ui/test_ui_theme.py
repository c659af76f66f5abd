"""Tokens: contrast, one source of colour, one owner of type; texts and icons are all there and all used."""

import re
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtSvg import QSvgRenderer

from cpdesk.base.i18n import declared_texts
from cpdesk.base.resources import resources_root
from cpdesk.ui import theme as theme_module
from cpdesk.ui.actions import ACTIONS
from cpdesk.ui.theme import MODES, Theme, tokens

UI = Path(theme_module.__file__).parent
TEXT_ON = {
    "text": ("surface", "bg", "subtle", "weak"),
    "text2": ("surface", "bg", "subtle", "sunken"),
    "text3": ("surface", "bg"),
    "accent": ("surface", "bg", "weak"),
    "on_accent": ("accent",),
    "ok": ("ok_weak", "surface"),
    "warn": ("warn_weak", "surface"),
    "bad": ("bad_weak", "surface"),
}


def luminance(value: str) -> float:
    parts = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("ink", "ground"), [(ink, ground) for ink, grounds in TEXT_ON.items() for ground in grounds])
def test_texts_stand_out_from_their_ground(mode, ink, ground):
    colours = Theme(mode)
    assert contrast(colours.hex(ink), colours.hex(ground)) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_borders_of_fields_and_marks_of_charts_stand_out(mode):
    colours = Theme(mode)
    for name in ("field", "accent", "series1", "series3" if mode == "light" else "series2", "second"):
        for ground in ("surface", "bg"):
            assert contrast(colours.hex(name), colours.hex(ground)) >= 2.9, (name, ground)


def test_scene_texts_stand_out_from_the_picture():
    colours = Theme("light")
    for ground in ("scene.sky_top", "scene.sky_bottom"):
        assert contrast(colours.hex("scene.ink2"), colours.hex(ground)) >= 4.5


def test_both_modes_know_the_same_tokens():
    assert set(tokens()["light"]) == set(tokens()["dark"])


def test_style_sheet_is_filled_and_says_nothing_of_fonts():
    for mode in MODES:
        sheet = Theme(mode).style_sheet()
        assert "@" not in sheet
        assert "font" not in sheet


def test_no_colour_stands_outside_the_tokens():
    literal = re.compile(r"#[0-9A-Fa-f]{3,8}\b|QColor\((?!theme|self|value)|GlobalColor\.(?!transparent|white|black)")
    found = [
        f"{path.name}:{number}"
        for path in sorted(UI.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if literal.search(line) and "QColor(self._colours[name])" not in line
    ]
    assert found == []


def test_every_icon_is_drawn_on_the_grid_and_takes_its_colour_from_tokens():
    folder = resources_root() / "icons"
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(UI.rglob("*.py")))
    for path in sorted(folder.glob("*.svg")):
        drawing = path.read_text(encoding="utf-8")
        assert 'viewBox="0 0 24 24"' in drawing
        assert "currentColor" in drawing
        assert "#" not in drawing
        assert QSvgRenderer(drawing.replace("currentColor", "black").encode()).isValid(), path.name
        assert f'"{path.stem}"' in source, f"{path.name} is drawn and used nowhere"


def test_every_text_is_declared_and_every_declared_text_is_used():
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(UI.rglob("*.py")))
    named = set(re.findall(r'["\'](ui\.[a-z0-9_.]+)["\']', source))
    built = set(re.findall(r'f"(ui\.[a-z0-9_.]+)\{', source))
    declared = {key for key in declared_texts() if key.startswith("ui.")}
    assert named - declared == set()
    unused = {key for key in declared - named if not any(key.startswith(prefix) for prefix in built)}
    assert unused == set()


def test_keys_are_given_once_on_a_page():
    for page in {action.page for action in ACTIONS}:
        keys = [action.key for action in ACTIONS if action.page in ("", page)]
        assert len(keys) == len(set(keys)), page
