"""Page 4, the file copy: photos, what was agreed, consents, signatures, how to check the report."""

from __future__ import annotations

from cpdesk.reports import frame, photos
from cpdesk.reports.household_content import Closing, Photo
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.sheet import BODY, MM, NOTE, WIDTH_MM, Sheet, Type
from cpdesk.reports.verify import PaperCode

PHOTO_MM = (39.5, 30.0)
ON_PAGE = 4
_TAG = Type(9.5, 13, True)
_TEXT = Type(11, 16)
_WHO = Type(10.5, 15, False, "ink2")
_BOLD = Type(10.5, 15, True)
_BOX_LABEL = Type(9, 13, True, "ink2")
_CAPTION = Type(9.5, 13.5, False, "ink2")
_PHONE = Type(13, 18, True)
_NO = Type(9.5, 14, True, "ink2")


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws page 4."""
    closing, translate = copy.content.closing, copy.translate
    y = frame.section(sheet, 33.4, translate("report.page4.photos"), closing.photos_note)
    for number, photo in enumerate(closing.photos[:ON_PAGE]):
        place_photo(sheet, number * 43.5, y, photo, copy)
    y = 82.4
    y = frame.section(sheet, y, translate("report.page4.agreed"))
    y = _agreements(sheet, y - 1.4, closing, copy) + 5.6
    left_end = _consents(sheet, y, closing, copy)
    right_end = _changes(sheet, y, closing, copy) if closing.changes else y
    y = max(left_end, right_end, y + 30) + 4.6
    _signatures(sheet, min(y, 175.0), closing, copy)
    _checking(sheet, 235.2, closing, copy)


def place_photo(sheet: Sheet, x: float, y: float, photo: Photo, copy: Copy) -> None:
    """A photo with its caption, or a dashed frame with the reason why there is none."""
    width, height = PHOTO_MM
    data = copy.photos.get(photo.sha256) if photo.sha256 else None
    if data is not None:
        jpeg = photos.for_frame(data, width_mm=width, height_mm=height, caption=photo.caption)
        sheet.photo(x, y, width, height, jpeg)
    else:
        sheet.rect(x, y, width, height, stroke="field", line=0.7, radius=0.9, dash=(2.4, 1.8))
        reason = photo.reason or copy.translate("report.page4.photo_elsewhere")
        tall = sheet.height(reason, width - 6, _CAPTION)
        sheet.para(x + 3, y + (height - tall) / 2, width - 6, reason, _CAPTION, align="centre", most=5)
    sheet.para(x, y + height + 0.8, width, photo.caption, _CAPTION, most=2)


def _agreements(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> float:
    sheet.line(0, top, WIDTH_MM, top, width=0.9)
    y = top
    for number, agreement in enumerate(closing.agreements):
        who_width = sheet.width(agreement.who, _WHO)
        room = WIDTH_MM - 18 - who_width - 4
        tall = sheet.height(agreement.text, room, _TEXT)
        height = max(7.4, tall + 1.6)
        if number:
            sheet.line(0, y, WIDTH_MM, y, width=0.3, stroke="row_line")
        frame.tag(sheet, 1, y + height / 2, copy.translate(f"report.agreement.{agreement.kind}"), _TAG)
        sheet.para(17, y + (height - tall) / 2, room, agreement.text, _TEXT)
        sheet.text(WIDTH_MM - 1, y + height / 2 + 10.5 * 0.36 / MM, agreement.who, _WHO, align="right")
        y += height
    sheet.line(0, y, WIDTH_MM, y, width=0.9)
    return y


def _consents(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> float:
    translate, width = copy.translate, 82.0
    y = frame.section(sheet, top, translate("report.page4.consent"), width=width) - 0.6
    for consent in closing.consents:
        text = consent.text if consent.given else f"{consent.text}　**{translate('report.page4.refused')}**"
        tall = sheet.height(text, width - 7, BODY)
        sheet.rect(0.4, y + 0.7, 4.0, 4.0, stroke="ink", line=0.8)
        if consent.given:
            tick = [(1.2, y + 2.7), (2.1, y + 3.8), (3.7, y + 1.5)]
            sheet.polygon(tick, stroke="ink", line=1.2, close=False)
        y = sheet.para(7, y, width - 7, text, BODY) + max(0.9, 6.5 - tall)
    return sheet.para(0, y + 1.0, width, closing.data_note, BODY)


def _changes(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> float:
    left, width = 88.0, 82.0
    y = frame.section(sheet, top, copy.translate("report.page4.changes"), x=left, width=width) - 1.2
    for change in closing.changes:
        effect = sheet.width(change.effect, _BOLD)
        room = width - effect - 4
        tall = sheet.height(change.what, room, BODY)
        height = max(6.9, tall + 1.2)
        sheet.para(left, y + (height - tall) / 2, room, change.what, BODY)
        sheet.text(left + width, y + height / 2 + 10.5 * 0.36 / MM, change.effect, _BOLD, align="right")
        y += height
        sheet.line(left, y, left + width, y, width=0.3, stroke="row_line")
    return y


def _signatures(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> None:
    translate = copy.translate
    y = frame.section(sheet, top, translate("report.page4.signatures")) - 0.8
    height = 43.0
    boxes = (
        (0.0, 56.0, translate("report.page4.householder")),
        (60.0, 56.0, translate("report.page4.surveyor")),
        (120.0, 50.0, closing.contact.seal),
    )
    for left, width, label in boxes:
        sheet.rect(left, y, width, height, stroke="field", line=0.7, radius=1.0)
        sheet.text(left + 2.2, y + 4.6, label, sheet.fitted(label, _BOX_LABEL, width - 4), room=width - 2.5)
        sheet.text(left + width / 2, y + height - 2.8, translate("report.page4.date_blank"), NOTE, align="centre")
    if not copy.content.identity.draft:
        sheet.circle(145, y + height / 2 + 1.0, 20.5, stroke="field", line=0.5, dash=(1.6, 1.6))
        sheet.text(145, y + height / 2 + 1.4, translate("report.page4.seal"), NOTE, align="centre")
    sheet.text(0, y + height + 4.6, translate("report.page4.signing_means"), _CAPTION)


def _checking(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> None:
    translate, identity = copy.translate, copy.content.identity
    y = frame.section(sheet, top, translate("report.page4.check")) - 0.4
    code = PaperCode(site=identity.site, record=identity.record, page=sheet.page, pages=sheet.pages, hash=copy.digest)
    sheet.qr(1, y + 0.6, 24.5, code.text())
    line = y
    for number in (1, 2, 3):
        line = sheet.para(
            31, line, 88, f"{number}　" + translate(f"report.page4.check{number}", hash=copy.shown_digest), BODY, most=2
        )
    sheet.para(31, line, 88, translate("report.page4.no_personal"), BODY, most=2)
    contact, left = closing.contact, 124.0
    sheet.rect(left, y, WIDTH_MM - left, 27, fill="head_ground")
    room = WIDTH_MM - left - 6
    sheet.text(left + 3, y + 5.2, translate("report.page4.ask"), _BOX_LABEL)
    sheet.text(left + 3, y + 11.4, contact.office, sheet.fitted(contact.office, Type(11, 15, True), room), room=room)
    sheet.text(left + 3, y + 17.8, contact.phone, sheet.fitted(contact.phone, _PHONE, room), room=room)
    sheet.text(left + 3, y + 23.6, contact.hours, sheet.fitted(contact.hours, _CAPTION, room), room=room)
