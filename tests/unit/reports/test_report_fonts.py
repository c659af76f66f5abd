"""The fonts that ship, and what paper makes of a character they lack."""

from __future__ import annotations

import io
from functools import cache

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from reportlab.pdfgen.canvas import Canvas

from cpdesk.base.resources import resource_path, resources_root
from cpdesk.reports.fonts import BOLD, GETA, REGULAR, Faces, faces, missing_characters

FILES = ("NotoSansSC-Regular", "NotoSansSC-Bold", "NotoSansSCLatin-Regular", "NotoSansSCLatin-Bold")
STANDARD = resources_root().parent / "tools" / "general_standard_characters.txt"


@cache
def opened(name: str) -> TTFont:
    """The font, read whole."""
    return TTFont(io.BytesIO(resource_path(f"fonts/{name}.ttf").read_bytes()))


@pytest.mark.parametrize("name", FILES)
def test_fonts_are_static_and_free_and_have_the_subscript_of_co2(name: str) -> None:
    font = opened(name)
    assert "fvar" not in font
    assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert "Source" not in font["name"].getDebugName(1)
    characters = font.getBestCmap()
    assert font["hmtx"][characters[0x2082]][0] < font["hmtx"][characters[ord("2")]][0]


@pytest.mark.parametrize("name", FILES[:2])
def test_both_weights_hold_every_standard_character(name: str) -> None:
    lines = STANDARD.read_text(encoding="utf-8").splitlines()
    standard = {ord(character) for line in lines if not line.startswith("#") for character in line}
    assert len(standard) == 8105
    assert not standard - set(opened(name).getBestCmap())


def test_latin_companion_has_narrow_punctuation() -> None:
    font = opened("NotoSansSCLatin-Regular")
    characters = font.getBestCmap()
    assert font["name"].getDebugName(1) == "Noto Sans SC Latin"
    for code in (0x2018, 0x2019, 0x201C, 0x201D, 0xB7):
        assert font["hmtx"][characters[code]][0] < 600
    assert ord("户") not in characters


def test_a_character_missing_from_bold_is_drawn_in_regular() -> None:
    rare = next(
        chr(code) for code in opened(REGULAR).getBestCmap() if code > 0x4E00 and code not in opened(BOLD).getBestCmap()
    )
    assert faces().runs(f"王{rare}家", bold=True) == [(BOLD, "王"), (REGULAR, rare), (BOLD, "家")]


def test_a_character_nobody_has_becomes_a_geta_and_is_listed() -> None:
    nowhere = "\U0003134f\U000e0041"
    assert missing_characters([f"王{nowhere}", "李"]) == list(nowhere)
    assert faces().runs(f"王{nowhere}") == [(REGULAR, "王" + GETA * 2)]
    assert missing_characters(["赵春梅 12 m²，CO₂ ①〓\u00a0"]) == []


def test_widths_are_those_of_the_font_that_draws() -> None:
    assert faces().width("户口", 10) == pytest.approx(20)
    assert faces().width("12", 10) == pytest.approx(11.1)
    assert faces().width("12", 10, bold=True) == pytest.approx(11.8)


def test_text_beyond_the_basic_plane_can_be_copied_out() -> None:
    beyond = [chr(code) for code in opened(REGULAR).getBestCmap() if code > 0x20000][:300]
    name = "".join(beyond) + "王"
    target = io.BytesIO()
    Faces()
    canvas = Canvas(target, initialFontName=REGULAR)
    for number in range(0, len(name), 30):
        canvas.setFont(REGULAR, 10)
        canvas.drawString(50, 800 - number, name[number : number + 30])
    canvas.save()
    text = pypdfium2.PdfDocument(target.getvalue())[0].get_textpage().get_text_range()
    assert "".join(text.split()) == name
