"""What every page of a report has: head with code, foot with hash and page number, binding marks; and section heads."""

from __future__ import annotations

from cpdesk.reports.sheet import HEAD, MM, NOTE, TITLE, WIDTH_MM, Sheet, Type, baseline_mm

_BADGE = Type(10.5, 15, True, "bad")
_NOTE_BOLD = Type(9, 13.5, True, "ink")
_LINE = Type(10.5, 15, False, "ink2")
_LONG_LINE = Type(9, 12, False, "ink2")


def binding(sheet: Sheet) -> None:
    """Two rings and a dotted line that show where binding eats paper."""
    ring, dotted = (-14.0, -7.0) if not sheet.mirrored else (WIDTH_MM + 14.0, WIDTH_MM + 7.0)
    for y in (108.5, 188.5):
        sheet.circle(ring, y, 2.6, stroke="ink3", line=0.4)
    sheet.line(dotted, 12, dotted, 285, width=0.4, stroke="ink3", dash=(0.4, 2.2))


def first_head(sheet: Sheet, *, title: str, badge: str, lines: tuple[str, str], code: str) -> None:
    """Head of page 1: large title, two lines of who and when, code of 21 mm at the outer edge."""
    size, top = 21.0, 14.5
    left = _place_code(sheet, top, size, code)
    end = left + sheet.text(left, 22, title, TITLE)
    if badge:
        _badge(sheet, end + 4, 22, badge)
    room = WIDTH_MM - size - 6
    style = _LINE if all(sheet.width(line, _LINE) <= room for line in lines) else _LONG_LINE
    y = 25.4
    for line in lines:
        y = sheet.para(left, y, room, line, style, most=1 if style is _LINE else 2)
    rule = max(39.0, y + 0.6)
    sheet.line(0, rule, WIDTH_MM, rule, width=1.1)


def running_head(sheet: Sheet, *, title: str, badge: str, line: str, code: str) -> None:
    """Head of the other pages: a loose page still says whose it is."""
    size, top = 13.0, 14.2
    left = _place_code(sheet, top, size, code)
    end = left + sheet.text(left, 19.6, title, HEAD)
    if badge:
        _badge(sheet, end + 3, 19.6, badge)
    sheet.text(left, 25.2, line, NOTE, room=WIDTH_MM - size - 4)
    sheet.line(0, 29.2, WIDTH_MM, 29.2, width=0.8)


def _place_code(sheet: Sheet, top: float, size: float, code: str) -> float:
    """Draws the code at the outer edge; returns where the text of the head begins."""
    outer_left = sheet.mirrored
    sheet.qr(0 if outer_left else WIDTH_MM - size, top, size, code)
    return size + 4 if outer_left else 0.0


def _badge(sheet: Sheet, x: float, baseline: float, text: str) -> None:
    width = sheet.width(text, _BADGE) + 3
    sheet.rect(x, baseline - 4.4, width, 5.6, stroke="bad", line=0.9, radius=0.9)
    sheet.text(x + width / 2, baseline - 0.3, text, _BADGE, align="centre")


def foot(sheet: Sheet, *, left: str, right: str) -> None:
    """Foot of every page; after it nothing more is drawn."""
    sheet.outside_content()
    sheet.line(0, 279.6, WIDTH_MM, 279.6, width=0.3, stroke="ink3")
    end = sheet.width(right, _NOTE_BOLD)
    sheet.text(0, 283.4, left, NOTE, room=WIDTH_MM - end - 4)
    sheet.text(WIDTH_MM, 283.4, right, _NOTE_BOLD, align="right")


def section(
    sheet: Sheet,
    y: float,
    title: str,
    note: str = "",
    *,
    x: float = 0.0,
    width: float = WIDTH_MM,
    note_at: str = "right",
) -> float:
    """Head of a block with its bar; `note_at` is beside, right or below. Returns where the content begins."""
    sheet.rect(x, y, 1.2, 4.6, fill="accent")
    end = x + 3 + sheet.text(x + 3, y + 4.2, title, sheet.fitted(title, HEAD, width - 3, smallest=9), room=width - 3)
    if note and note_at == "below":
        return sheet.para(x + 3, y + 5.4, width - 3, note, NOTE, most=2) + 1.5
    if note:
        room = x + width - end - 2.5
        style = sheet.fitted(note, NOTE, room)
        if note_at == "beside":
            sheet.text(end + 2.5, y + 4.1, note, style, room=room)
        else:
            sheet.text(x + width, y + 4.1, note, style, align="right", room=room)
    return y + 8.2


def band(
    sheet: Sheet, bottom: float, paragraphs: list[str], style: Type, *, x: float = 0.0, width: float = WIDTH_MM
) -> float:
    """A grey band of paragraphs that ends at `bottom`; returns its top."""
    inner = width - 6
    height = sum(sheet.height(text, inner, style) for text in paragraphs) + 2.2
    top = bottom - height
    sheet.rect(x, top, width, height, fill="head_ground")
    y = top + 1.1
    for text in paragraphs:
        y = sheet.para(x + 3, y, inner, text, style)
    return top


def band_height(sheet: Sheet, paragraphs: list[str], style: Type, *, width: float = WIDTH_MM) -> float:
    """Height in mm that `band` will take."""
    return sum(sheet.height(text, width - 6, style) for text in paragraphs) + 2.2


def tag(
    sheet: Sheet, x: float, centre: float, text: str, style: Type, *, stroke: str = "ink", pad: float = 1.6
) -> float:
    """A word in a rounded frame, its middle at height `centre`; returns its width."""
    width = sheet.width(text, style) + 2 * pad
    height = style.size * 1.45 / MM
    sheet.rect(x, centre - height / 2, width, height, fill="surface", stroke=stroke, line=0.7, radius=0.9)
    sheet.text(x + pad, centre - style.leading / 2 / MM + baseline_mm(style), text, style)
    return width
