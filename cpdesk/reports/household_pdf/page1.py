"""Page 1, the answer: what I pay, where the heat goes, what to do first, what it saves, how warm it gets."""

from __future__ import annotations

from dataclasses import replace

from cpdesk.reports import charts, frame
from cpdesk.reports.house import house
from cpdesk.reports.household_content import Comfort, HouseholdContent, Step, Tile
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.sheet import ANSWER, BODY, FIGURE, MM, WIDTH_MM, Sheet, Type
from cpdesk.reports.year_words import years_words

_LABEL = Type(10.5, 15, True, "accent")
_TILE_TITLE = Type(10.5, 15, True, "ink2")
_TILE_LINE = Type(10.5, 14.3, False, "ink2")
_TILE_SMALL = Type(8.6, 10.4, False, "ink2")
_UNIT = Type(11, 15, True)
_STEP = Type(12, 17, True)
_NUMBER = Type(12.5, 17, True)
_CAPTION = Type(10.5, 14.5, False, "ink2")
_BAND, _SMALL_BAND, _TALL_BAND_MM = Type(10.5, 15), Type(9.4, 12.4), 24.0
_WARNING = Type(10.5, 14.5, False, "bad")
_WARNING_SMALL = Type(9.2, 12.5, False, "bad")
TILE_MM, TILE_HEIGHT_MM, TILE_GAP_MM = 39.5, 27.4, 4.0
_STEP_SMALL, _NOTE = Type(9, 11, True), Type(8.6, 10.8, False, "ink2")
_STEP_MM, _OWN_MM = 76.0, 104.0
"""Most width of the words of a step, and the right edge of its own money."""
_ROW_MM = 13.2
_BAND_END_MM = 275.4
_COMFORT_MM = 23.0


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws page 1 of a report that recommends something."""
    content, translate = copy.content, copy.translate
    head(sheet, copy, "accent", "chosen_ground")
    frame.section(
        sheet, 108.4, translate("report.page1.losses"), translate("report.page1.losses_note"), note_at="beside"
    )
    names = {loss.part: translate(f"report.part.{loss.part}") for loss in content.losses}
    house(
        sheet,
        112.0,
        content.losses,
        names=names,
        yuan=translate("report.yuan"),
        caption=translate("report.page1.arrows"),
    )
    band_top = notes(sheet, content, copy)
    comfort_top = min(237.6, band_top - _COMFORT_MM)
    y = frame.section(
        sheet,
        185.2,
        translate("report.page1.steps"),
        content.steps_note or translate("report.page1.steps_note"),
        note_at="beside",
    )
    _steps(sheet, y - 0.8, content.steps, copy, room=comfort_top - 3.0 - (y - 0.8))
    if content.comfort is not None:
        _comfort(sheet, comfort_top, content.comfort, copy)


def head(sheet: Sheet, copy: Copy, accent: str, ground: str) -> None:
    """A danger to life if there is one, the one sentence, the four figures."""
    content = copy.content
    if not content.warning:
        _answer(sheet, 43.4, 28.0, content.answer, copy.translate("report.page1.answer"), accent, ground)
        _tiles(sheet, 76.0, content.tiles)
        return
    end = _warning(sheet, 43.4, content.warning)
    _answer(sheet, end + 1.4, 75.8 - end - 1.4, content.answer, "", accent, ground)
    _tiles(sheet, 78.0, content.tiles)


def _warning(sheet: Sheet, top: float, text: str) -> float:
    """A framed sentence in red before everything else; returns its end. The frame says it without colour too."""
    style = _WARNING if sheet.height(text, WIDTH_MM - 8, _WARNING) <= 2 * _WARNING.leading / MM else _WARNING_SMALL
    height = sheet.height(text, WIDTH_MM - 8, style) + 1.8
    sheet.rect(0, top, WIDTH_MM, height, stroke="bad", line=1.6)
    sheet.para(4, top + 0.9, WIDTH_MM - 8, text, style, most=2)
    return top + height


def _answer(sheet: Sheet, top: float, height: float, sentence: str, label: str, accent: str, ground: str) -> None:
    """The one sentence, in two lines if it can be; without its label where room is short."""
    sheet.rect(0, top, WIDTH_MM, height, fill=ground)
    sheet.rect(0, top, 1.6, height, fill=accent)
    if label:
        sheet.text(6, top + 6.4, label, replace(_LABEL, colour="accent" if accent == "accent" else "ink2"))
    room_top = top + 8.9 if label else top + 0.6
    styles = (ANSWER, Type(12.5, 18.5, True), Type(11, 15.5, True))
    wide = WIDTH_MM - 12
    style = next(
        (one for one in styles if sheet.height(sentence, wide, one) <= top + height - room_top - 0.4), styles[-1]
    )
    spare = 0.0 if label else (top + height - room_top - sheet.height(sentence, wide, style)) / 2
    sheet.para(6, room_top + max(spare, 0.0), wide, sentence, style, most=4)


def _tiles(sheet: Sheet, top: float, items: tuple[Tile, ...]) -> None:
    """The four figures."""
    for number, tile in enumerate(items):
        left = number * (TILE_MM + TILE_GAP_MM)
        edge, line = ("ink", 1.3) if tile.strong else ("field", 0.5)
        sheet.rect(left, top, TILE_MM, TILE_HEIGHT_MM, stroke=edge, line=line, radius=1.2)
        title_style = sheet.fitted(tile.title, _TILE_TITLE, TILE_MM - 4)
        sheet.text(left + 3, top + 5.4, tile.title, title_style, room=TILE_MM - 4)
        room = TILE_MM - 5 - sheet.width(tile.unit, _UNIT)
        style = sheet.fitted(tile.figure.marked, FIGURE, room, smallest=15)
        end = left + 3 + sheet.text(left + 3, top + 14.4, tile.figure.marked, style)
        sheet.text(end + 1.2, top + 14.4, tile.unit, _UNIT)
        _tile_lines(sheet, left + 3, top + 16.4, tile.lines[:2])


def _tile_lines(sheet: Sheet, x: float, y: float, lines: tuple[str, ...]) -> None:
    """Two lines of body size; longer words get small lines, of which three fit."""
    room = TILE_MM - 4
    styles = [sheet.fitted(text, _TILE_LINE, room, smallest=9) for text in lines]
    if any(sheet.width(text, style) > room for text, style in zip(lines, styles, strict=True)):
        styles = [_TILE_SMALL] * len(lines)
    for text, style in zip(lines, styles, strict=True):
        y = sheet.para(x, y, room, text, style, most=2)


def _steps(sheet: Sheet, top: float, steps: tuple[Step, ...], copy: Copy, *, room: float) -> None:
    translate = copy.translate
    row_mm = min(_ROW_MM, room / max(len(steps), 1))
    yuan = translate("report.yuan")
    widest = max((sheet.width(f"{step.own.text} {yuan}", _NUMBER) for step in steps), default=0.0)
    words_mm = min(_STEP_MM, _OWN_MM - widest - 12.0 - 3.0)
    sheet.line(0, top, WIDTH_MM, top, width=0.9)
    for number, step in enumerate(steps, 1):
        y = top + (number - 1) * row_mm
        if number > 1:
            sheet.line(0, y, WIDTH_MM, y, width=0.3, stroke="row_line")
        disc(sheet, 5.1, y + row_mm / 2, str(number), "accent")
        _step_words(sheet, y + row_mm / 2, step, words_mm)
        columns = (
            (_OWN_MM, "report.own", f"{step.own.text} {yuan}"),
            (139.0, "report.saving", f"{step.saving.text} {yuan}"),
            (169.0, "report.payback", years_words(step.payback_years, translate)),
        )
        for right, key, text in columns:
            sheet.text(right, y + row_mm / 2 - 1.6, translate(key), _CAPTION, align="right")
            sheet.text(right, y + row_mm / 2 + 4.2, text, _NUMBER, align="right")
    end = top + len(steps) * row_mm
    sheet.line(0, end, WIDTH_MM, end, width=0.5)


def _step_words(sheet: Sheet, middle: float, step: Step, room: float) -> None:
    """What is done and how; words too long for their line wrap to a second, smaller one."""
    title = sheet.fitted(step.title, _STEP, room, smallest=9)
    note = sheet.fitted(step.note, _CAPTION, room)
    if sheet.width(step.title, title) <= room and sheet.width(step.note, note) <= room:
        sheet.text(12, middle - 1.0, step.title, title, room=room)
        sheet.text(12, middle + 4.1, step.note, note, room=room)
        return
    title = title if sheet.width(step.title, title) <= room else _STEP_SMALL
    height = sum(sheet.height(words, room, style) for words, style in ((step.title, title), (step.note, _NOTE)))
    end = sheet.para(12, middle - height / 2, room, step.title, title, most=2)
    sheet.para(12, end, room, step.note, _NOTE, most=2)


def disc(sheet: Sheet, x: float, y: float, text: str, fill: str) -> None:
    """A number in a filled disc."""
    sheet.circle(x, y, 4.0, fill=fill)
    sheet.text(x, y + 12 * 0.36 / MM, text, Type(12, 16, True, "surface"), align="centre")


def _comfort(sheet: Sheet, top: float, comfort: Comfort, copy: Copy) -> None:
    translate = copy.translate
    frame.section(
        sheet, top, translate("report.page1.comfort"), translate("report.page1.comfort_note"), note_at="beside"
    )
    charts.comfort_scale(
        sheet,
        16,
        top + 16.4,
        88,
        comfort,
        now=translate("report.now"),
        after=translate("report.after"),
        wish=comfort.wish_label,
        unit="℃",
    )
    if comfort.note:
        height = sheet.height(comfort.note, 50, BODY)
        sheet.para(120, top + 12.9 - height / 2, 50, comfort.note, BODY, most=3)


def notes(sheet: Sheet, content: HouseholdContent, copy: Copy) -> float:
    """The grey band at the foot: what the figures rest on, and what the marks mean. Returns its top."""
    texts = [*content.notes, copy.translate("report.marks")]
    style = _BAND if frame.band_height(sheet, texts, _BAND) <= _TALL_BAND_MM else _SMALL_BAND
    return frame.band(sheet, _BAND_END_MM, texts, style)
