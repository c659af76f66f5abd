"""Page 1 when no retrofit pays: what costs nothing, why nothing else is advised, when to look again."""

from __future__ import annotations

from cpdesk.reports import frame
from cpdesk.reports.household_content import FreeAct, NearMiss, Occasion
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.household_pdf.misses import misses_table
from cpdesk.reports.household_pdf.page1 import disc, head, notes
from cpdesk.reports.sheet import BODY, WIDTH_MM, Sheet, Type

_ACT = Type(12, 17, True)
_NUMBER = Type(12.5, 17, True)
_CAPTION = Type(10.5, 14.5, False, "ink2")
_WHEN = Type(10.5, 16, True)
_ACT_MM = 13.2


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws page 1 of a report that recommends nothing."""
    content, translate = copy.content, copy.translate
    head(sheet, copy, "ink", "head_ground")
    y = 109.6
    if content.free_acts:
        y = frame.section(sheet, y, translate("report.page1.free"))
        y = _free_acts(sheet, y - 0.6, content.free_acts, copy) + 8
    if content.near_misses:
        y = frame.section(
            sheet, y, translate("report.page1.misses"), translate("report.page1.misses_note"), note_at="beside"
        )
        y = _near_misses(sheet, y - 0.6, content.near_misses, copy) + 8
    if content.occasions:
        y = frame.section(sheet, y, translate("report.page1.again"))
        _occasions(sheet, y - 1.2, content.occasions)
    notes(sheet, content, copy)


def _free_acts(sheet: Sheet, top: float, acts: tuple[FreeAct, ...], copy: Copy) -> float:
    translate = copy.translate
    sheet.line(0, top, WIDTH_MM, top, width=0.9)
    for number, act in enumerate(acts, 1):
        y = top + (number - 1) * _ACT_MM
        if number > 1:
            sheet.line(0, y, WIDTH_MM, y, width=0.3, stroke="row_line")
        disc(sheet, 5.1, y + _ACT_MM / 2, str(number), "ink")
        middle = y + _ACT_MM / 2 + 1.6
        room = 110.0
        sheet.text(12, y + 5.6 if act.note else middle, act.title, sheet.fitted(act.title, _ACT, room, smallest=9))
        if act.note:
            sheet.text(12, y + 10.7, act.note, sheet.fitted(act.note, _CAPTION, room), room=room)
        sheet.text(139, middle, translate("report.page1.costs_nothing"), _CAPTION, align="right")
        saves = translate("report.page1.saves", yuan=act.saving.text)
        sheet.text(169, middle, saves, sheet.fitted(saves, _NUMBER, 27), align="right", room=28)
    end = top + len(acts) * _ACT_MM
    sheet.line(0, end, WIDTH_MM, end, width=0.5)
    return end


def _near_misses(sheet: Sheet, top: float, misses: tuple[NearMiss, ...], copy: Copy) -> float:
    end = misses_table(sheet, top, misses, copy)
    return sheet.para(0, end + 1.6, WIDTH_MM, copy.translate("report.page1.misses_why"), _CAPTION, most=2)


def _occasions(sheet: Sheet, top: float, occasions: tuple[Occasion, ...]) -> None:
    y = top
    for occasion in occasions:
        height = max(7.4, sheet.height(occasion.what, 108, BODY) + 1.6)
        sheet.para(3, y + height / 2 - 2.8, 53, occasion.when, sheet.fitted(occasion.when, _WHEN, 52.5), most=1)
        lines = sheet.height(occasion.what, 108, BODY)
        sheet.para(58, y + (height - lines) / 2, 108, occasion.what, BODY)
        y += height
        sheet.line(0, y, WIDTH_MM, y, width=0.3, stroke="row_line")
