"""The picture of the house with an arrow for every way heat leaves it.

It is a chart: the shaft of an arrow is 0.30 mm wide for each yuan of a hundred. Only the widest is in accent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cpdesk.reports.household_content import Loss
from cpdesk.reports.sheet import NOTE, WIDTH_MM, Sheet, Type

MM_PER_YUAN: Final = 0.30
WIDEST_MM: Final = 19.0
HEIGHT_MM: Final = 71.0
ORDINALS: Final = "①②③④⑤⑥⑦⑧⑨"

_LABEL = Type(12, 17, True)
_BIG = Type(19, 25, True)
_MIDDLE = Type(15, 20, True)
_UNIT = Type(10.5, 15)
_NOTES: Final = tuple(Type(size, leading, False, "ink2") for size, leading in ((10.5, 14.5), (9.5, 12.6), (8.4, 10.8)))
_NOTE_MM: Final = 31.0
"""What a note may take at either side, clear of the eaves."""
_INSIDE = Type(10.5, 15)
_ROOF_ARROW_MM, _ROOF_LABEL_MM = 105.0, 113.5
"""Axis of the roof's arrow, and where its words begin unless the arrow is too wide for that."""


def house(sheet: Sheet, top: float, losses: Sequence[Loss], *, names: dict[str, str], yuan: str, caption: str) -> float:
    """Draws the house with its losses in order of size; `names` says what a part is called, `yuan` is the unit.

    Returns where the next block may begin.
    """
    _walls(sheet, top)
    widest = max(losses, key=lambda loss: loss.yuan.scaled or 0).part
    sheet.text(WIDTH_MM - 2, top + 65.2, caption, NOTE, align="right")
    for number, loss in enumerate(losses):
        label = f"{ORDINALS[number]} {names[loss.part]}"
        shaft = min(WIDEST_MM, (loss.yuan.scaled or 0) * MM_PER_YUAN)
        fill = "accent" if loss.part == widest else "arrow_area" if number < 3 else "light_area"
        _ARROWS[loss.part](sheet, top, shaft, fill)
        _LABELS[loss.part](sheet, top, label, loss, yuan, loss.part == widest)
    return top + HEIGHT_MM


def _walls(sheet: Sheet, top: float) -> None:
    sheet.rect(0, top + 58.5, WIDTH_MM, 10, fill="head_ground")
    sheet.hatch(0, top + 58.5, WIDTH_MM, 10, "diagonal", stroke="light_area", line=0.4, pitch=1.6)
    sheet.rect(42, top + 23, 86, 35.5, fill="sky_area")
    sheet.polygon([(85, top + 5.5), (140, top + 20.4), (30, top + 20.4)], fill="light_area", stroke="ink", line=0.8)
    sheet.polygon([(85, top + 7.7), (127, top + 19.2), (43, top + 19.2)], fill="surface", stroke="ink", line=0.5)
    sheet.rect(37, top + 20.4, 96, 2.6, fill="light_area", stroke="ink", line=0.6)
    for x in (37.0, 128.0):
        sheet.rect(x, top + 23, 5.2, 35.5, fill="light_area", stroke="ink", line=0.6)
        for number in range(1, 18):
            y = top + 23 + number * 2.0
            if y < top + 58:
                sheet.line(x, y, x + 5.2, y, width=0.4)
    sheet.rect(42.2, top + 56.4, 85.8, 2.1, fill="head_ground", stroke="ink", line=0.5)
    sheet.line(73, top + 23, 73, top + 56.4, width=1.0)
    for x in (50.0, 103.0):
        sheet.rect(x, top + 31.5, 17, 14, fill="surface", stroke="ink", line=0.8)
        sheet.line(x + 8.5, top + 31.5, x + 8.5, top + 45.5, width=0.6)
        sheet.line(x, top + 37, x + 17, top + 37, width=0.6)
    sheet.rect(79, top + 33.4, 12, 23, fill="line", stroke="ink", line=0.7)
    sheet.circle(88.5, top + 46, 0.6, fill="ink")
    sheet.rect(69.5, top + 49.5, 6.2, 6.9, fill="ink2", stroke="ink", line=0.6)
    sheet.rect(71, top + 52, 3.2, 2.4, fill="surface", stroke="ink", line=0.4)
    sheet.line(0, top + 58.5, WIDTH_MM, top + 58.5, width=0.9)


def _arrow(sheet: Sheet, tail: tuple[float, float], tip: tuple[float, float], shaft: float, fill: str) -> None:
    """A block arrow along one axis, from the middle of its tail to its tip; too thin a one is not drawn."""
    if shaft < MM_PER_YUAN:
        return
    head = max(shaft * 0.78, 3.0)
    half, wing = shaft / 2, _wing(shaft)
    (x1, y1), (x2, y2) = tail, tip
    along = 1 if x2 + y2 > x1 + y1 else -1
    if y1 == y2:
        neck = x2 - along * min(head, abs(x2 - x1) * 0.6)
        points = [(x1, y1 - half), (neck, y1 - half), (neck, y1 - wing), (x2, y1)]
        points += [(neck, y1 + wing), (neck, y1 + half), (x1, y1 + half)]
    else:
        neck = y2 - along * min(head, abs(y2 - y1) * 0.6)
        points = [(x1 - half, y1), (x1 - half, neck), (x1 - wing, neck), (x1, y2)]
        points += [(x1 + wing, neck), (x1 + half, neck), (x1 + half, y1)]
    sheet.polygon(points, fill=fill, stroke="ink", line=0.5)


def _wing(shaft: float) -> float:
    """Half the width of an arrow's head."""
    return max(shaft * 0.78, 2.2)


def _wall_arrow(sheet: Sheet, top: float, shaft: float, fill: str) -> None:
    _arrow(sheet, (45, top + 48), (20, top + 48), shaft, fill)


def _roof_arrow(sheet: Sheet, top: float, shaft: float, fill: str) -> None:
    _arrow(sheet, (_ROOF_ARROW_MM, top + 25.5), (_ROOF_ARROW_MM, top + 1), shaft, fill)


def _window_arrow(sheet: Sheet, top: float, shaft: float, fill: str) -> None:
    _arrow(sheet, (118, top + 42.4), (153, top + 42.4), shaft, fill)


def _air_arrow(sheet: Sheet, top: float, shaft: float, fill: str) -> None:
    _arrow(sheet, (99, top + 51.3), (81, top + 51.3), shaft, fill)


def _floor_arrow(sheet: Sheet, top: float, shaft: float, fill: str) -> None:
    _arrow(sheet, (59, top + 51.5), (59, top + 67.5), shaft, fill)


def _wall_label(sheet: Sheet, top: float, label: str, loss: Loss, yuan: str, big: bool) -> None:
    y = _above_arrow(sheet, top, 48.0, loss, 24.0)
    sheet.text(0, y, label, _LABEL)
    _figure(sheet, 0, y + 7 + (0.6 if big else 0), loss, yuan, big)
    if loss.note:
        sheet.para(0, y + 8.6, _NOTE_MM, loss.note, _note_style(sheet, loss.note), most=3)


def _note_style(sheet: Sheet, note: str) -> Type:
    """Body size where two lines are enough, smaller for a longer note."""
    return next((one for one in _NOTES if len(sheet.lines(note, _NOTE_MM, one)) <= 2), _NOTES[-1])


def _above_arrow(sheet: Sheet, top: float, axis: float, loss: Loss, usual: float) -> float:
    """Where the baseline of a label goes so that what hangs under it ends above the head of its arrow."""
    shaft = min(WIDEST_MM, (loss.yuan.scaled or 0) * MM_PER_YUAN)
    arrow_top = top + axis - _wing(shaft)
    hanging = 9.6 + (sheet.height(loss.note, _NOTE_MM, _note_style(sheet, loss.note)) if loss.note else 0.0)
    return min(top + usual, arrow_top - hanging)


def _roof_label(sheet: Sheet, top: float, label: str, loss: Loss, yuan: str, big: bool) -> None:
    left = max(_ROOF_LABEL_MM, _ROOF_ARROW_MM + _wing(min(WIDEST_MM, (loss.yuan.scaled or 0) * MM_PER_YUAN)) + 1.6)
    sheet.text(left, top + 4.2, label, sheet.fitted(label, _LABEL, WIDTH_MM - left))
    end = _figure(sheet, left, top + 10.8, loss, yuan, big)
    room = WIDTH_MM - end - 2
    if loss.note:
        one_line = sheet.width(loss.note, _NOTES[0]) <= room
        small = next((one for one in _NOTES[1:] if len(sheet.lines(loss.note, room, one)) <= 2), _NOTES[-1])
        style = _NOTES[0] if one_line else small
        sheet.para(end + 2, top + (6.6 if one_line else 5.8), room, loss.note, style, most=3)


def _window_label(sheet: Sheet, top: float, label: str, loss: Loss, yuan: str, big: bool) -> None:
    y = _above_arrow(sheet, top, 42.4, loss, 20.4)
    sheet.text(WIDTH_MM, y, label, sheet.fitted(label, _LABEL, 29), align="right")
    width = sheet.width(loss.yuan.text, _BIG if big else _MIDDLE) + 1.2 + sheet.width(yuan, _UNIT)
    _figure(sheet, WIDTH_MM - width, y + 6.8, loss, yuan, big)
    if loss.note:
        style = _note_style(sheet, loss.note)
        sheet.para(WIDTH_MM - _NOTE_MM, y + 8.4, _NOTE_MM, loss.note, style, align="right", most=3)


def _air_label(sheet: Sheet, top: float, label: str, loss: Loss, yuan: str, big: bool) -> None:
    text = f"{label} **{loss.yuan.text} {yuan}**"
    sheet.text(100.5, top + 52.6, text, sheet.fitted(text, _INSIDE, 26.5))


def _floor_label(sheet: Sheet, top: float, label: str, loss: Loss, yuan: str, big: bool) -> None:
    left = 59 + max((loss.yuan.scaled or 0) * MM_PER_YUAN * 0.78, 3) + 2
    sheet.text(left, top + 65.2, f"{label} **{loss.yuan.text} {yuan}**", _INSIDE)


def _figure(sheet: Sheet, x: float, y: float, loss: Loss, yuan: str, big: bool) -> float:
    end = x + sheet.text(x, y, loss.yuan.text, _BIG if big else _MIDDLE) + 1.2
    return end + sheet.text(end, y, yuan, _UNIT)


_ARROWS: Final = {
    "wall": _wall_arrow,
    "roof": _roof_arrow,
    "window": _window_arrow,
    "air": _air_arrow,
    "floor": _floor_arrow,
}
_LABELS: Final = {
    "wall": _wall_label,
    "roof": _roof_label,
    "window": _window_label,
    "air": _air_label,
    "floor": _floor_label,
}
