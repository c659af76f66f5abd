"""Page 4, the file copy: photos, what was agreed, consents, signatures, how to check the report."""

from __future__ import annotations

from cpdesk.base.errors import InputFault
from cpdesk.reports import frame, photos
from cpdesk.reports.household_content import Closing, Contact, Photo, Signature
from cpdesk.reports.household_pdf.copy import Copy, long_date
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
_DATE = Type(10.5, 15)
_OFFICE = Type(11, 15, True)
_PHONE = Type(13, 18, True)
_HALF_MM = 82.0
_PHOTOS_END_MM = 74.6
_CHECKING_MM, _CHECKING_END_MM = 39.6, 274.8
_BOX_MM, _TALLEST_BOX_MM = 43.0, 52.0
_SIGNING_MM = 8.2 + 6.4
"""Head of the signatures, and the sentence under their boxes."""
_LEAST_GAP_MM, _WIDEST_GAP_MM = 4.4, 11.0


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws page 4. What room the texts leave goes to the gaps between the blocks, then to the signature boxes."""
    closing, translate = copy.content.closing, copy.translate
    y = frame.section(sheet, 33.4, translate("report.page4.photos"), closing.photos_note)
    for number, photo in enumerate(closing.photos[:ON_PAGE]):
        place_photo(sheet, number * 43.5, y, photo, copy)
    checking_top = _CHECKING_END_MM - _CHECKING_MM
    agreed_mm = 8.2 + sum(height for _, height in _agreement_rows(sheet, closing))
    sides_mm = max(_consents_height(sheet, closing, copy), _changes_height(sheet, closing))
    spare = checking_top - _PHOTOS_END_MM - agreed_mm - sides_mm - _SIGNING_MM - _BOX_MM
    gap = max(_LEAST_GAP_MM, min(_WIDEST_GAP_MM, spare / 4))
    box_mm = max(28.0, min(_TALLEST_BOX_MM, _BOX_MM + spare - 4 * gap))
    y = frame.section(sheet, _PHOTOS_END_MM + gap, translate("report.page4.agreed"))
    y = _agreements(sheet, y - 1.4, closing, copy) + 1.4 + gap
    _consents(sheet, y, closing, copy)
    if closing.changes:
        _changes(sheet, y, closing, copy)
    _signatures(sheet, y + sides_mm + gap, box_mm, closing, copy)
    _checking(sheet, checking_top, closing, copy)


def place_photo(sheet: Sheet, x: float, y: float, photo: Photo, copy: Copy) -> None:
    """A photo with its caption, or a dashed frame with the reason why there is none."""
    width, height = PHOTO_MM
    data = copy.photos.get(photo.sha256) if photo.sha256 else None
    reason = photo.reason or _absence(copy, "photo", photo.sha256)
    if data is not None:
        try:
            jpeg = photos.for_frame(data, width_mm=width, height_mm=height, caption=photo.caption)
        except InputFault as error:
            data, reason = None, copy.translate("report.page4.photo_unreadable", code=error.code)
        else:
            sheet.photo(x, y, width, height, jpeg)
    if data is None:
        sheet.rect(x, y, width, height, stroke="field", line=0.7, radius=0.9, dash=(2.4, 1.8))
        tall = sheet.height(reason, width - 6, _CAPTION)
        sheet.para(x + 3, y + (height - tall) / 2, width - 6, reason, _CAPTION, align="centre", most=5)
    sheet.para(x, y + height + 0.8, width, photo.caption, _CAPTION, most=2)


def _absence(copy: Copy, kind: str, sha256: str) -> str:
    """Why a picture that the record names is not printed."""
    code = copy.damaged.get(sha256)
    if code:
        return copy.translate(f"report.page4.{kind}_unreadable", code=code)
    return copy.translate(f"report.page4.{kind}_elsewhere")


def _agreement_rows(sheet: Sheet, closing: Closing) -> list[tuple[float, float]]:
    """Room for the text and height of each row."""
    rows = []
    for agreement in closing.agreements:
        room = WIDTH_MM - 18 - sheet.width(agreement.who, _WHO) - 4
        rows.append((room, max(7.4, sheet.height(agreement.text, room, _TEXT) + 1.6)))
    return rows


def _agreements(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> float:
    sheet.line(0, top, WIDTH_MM, top, width=0.9)
    y = top
    for number, (agreement, (room, height)) in enumerate(
        zip(closing.agreements, _agreement_rows(sheet, closing), strict=True)
    ):
        tall = sheet.height(agreement.text, room, _TEXT)
        if number:
            sheet.line(0, y, WIDTH_MM, y, width=0.3, stroke="row_line")
        frame.tag(sheet, 1, y + height / 2, copy.translate(f"report.agreement.{agreement.kind}"), _TAG)
        sheet.para(17, y + (height - tall) / 2, room, agreement.text, _TEXT)
        sheet.text(WIDTH_MM - 1, y + height / 2 + 10.5 * 0.36 / MM, agreement.who, _WHO, align="right")
        y += height
    sheet.line(0, y, WIDTH_MM, y, width=0.9)
    return y


def _consents_width(closing: Closing) -> float:
    return _HALF_MM if closing.changes else WIDTH_MM


def _consent_texts(closing: Closing, copy: Copy) -> list[str]:
    refused = copy.translate("report.page4.refused")
    return [consent.text if consent.given else f"{consent.text}　**{refused}**" for consent in closing.consents]


def _consents_height(sheet: Sheet, closing: Closing, copy: Copy) -> float:
    width = _consents_width(closing)
    texts = [sheet.height(text, width - 7, BODY) for text in _consent_texts(closing, copy)]
    return 8.6 + sum(max(tall + 0.9, 6.5) for tall in texts) + sheet.height(closing.data_note, width, BODY)


def _consents(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> None:
    width = _consents_width(closing)
    y = frame.section(sheet, top, copy.translate("report.page4.consent"), width=width) - 0.6
    for consent, text in zip(closing.consents, _consent_texts(closing, copy), strict=True):
        tall = sheet.height(text, width - 7, BODY)
        sheet.rect(0.4, y + 0.7, 4.0, 4.0, stroke="ink", line=0.8)
        if consent.given:
            tick = [(1.2, y + 2.7), (2.1, y + 3.8), (3.7, y + 1.5)]
            sheet.polygon(tick, stroke="ink", line=1.2, close=False)
        y = sheet.para(7, y, width - 7, text, BODY) + max(0.9, 6.5 - tall)
    sheet.para(0, y + 1.0, width, closing.data_note, BODY)


def _change_rows(sheet: Sheet, closing: Closing) -> list[tuple[float, float]]:
    """Room for the text and height of each row."""
    rows = []
    for change in closing.changes:
        room = _HALF_MM - sheet.width(change.effect, _BOLD) - 4
        rows.append((room, max(6.9, sheet.height(change.what, room, BODY) + 1.2)))
    return rows


def _changes_height(sheet: Sheet, closing: Closing) -> float:
    return 7.0 + sum(height for _, height in _change_rows(sheet, closing))


def _changes(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> None:
    left = _HALF_MM + 6
    y = frame.section(sheet, top, copy.translate("report.page4.changes"), x=left, width=_HALF_MM) - 1.2
    for change, (room, height) in zip(closing.changes, _change_rows(sheet, closing), strict=True):
        tall = sheet.height(change.what, room, BODY)
        sheet.para(left, y + (height - tall) / 2, room, change.what, BODY)
        sheet.text(left + _HALF_MM, y + height / 2 + 10.5 * 0.36 / MM, change.effect, _BOLD, align="right")
        y += height
        sheet.line(left, y, left + _HALF_MM, y, width=0.3, stroke="row_line")


def _signatures(sheet: Sheet, top: float, height: float, closing: Closing, copy: Copy) -> None:
    translate = copy.translate
    y = frame.section(sheet, top, translate("report.page4.signatures")) - 0.8
    boxes = (
        (0.0, 56.0, translate("report.page4.householder"), "householder"),
        (60.0, 56.0, translate("report.page4.surveyor"), "surveyor"),
        (120.0, 50.0, closing.contact.seal, ""),
    )
    signed = {one.role: one for one in closing.signatures}
    for left, width, label, role in boxes:
        sheet.rect(left, y, width, height, stroke="field", line=0.7, radius=1.0)
        sheet.text(left + 2.2, y + 4.6, label, sheet.fitted(label, _BOX_LABEL, width - 4), room=width - 2.5)
        signature = signed.get(role)
        if signature is None:
            sheet.text(left + width / 2, y + height - 2.8, translate("report.page4.date_blank"), NOTE, align="centre")
        else:
            _signature(sheet, (left, y, width, height), label, signature, copy)
    if not copy.content.identity.draft:
        sheet.circle(145, y + height / 2 + 1.0, 20.5, stroke="field", line=0.5, dash=(1.6, 1.6))
        sheet.text(145, y + height / 2 + 1.4, translate("report.page4.seal"), NOTE, align="centre")
    sheet.text(0, y + height + 4.6, translate("report.page4.signing_means"), _CAPTION)


def _signature(
    sheet: Sheet, box: tuple[float, float, float, float], label: str, signature: Signature, copy: Copy
) -> None:
    """What was signed on the screen, with the day of the visit; the box leaves room for a thumb print."""
    left, top, width, height = box
    room = (width - 12, min(20.0, height - 16))
    middle = top + 6.4 + (height - 14.0) / 2
    data, reason = copy.photos.get(signature.sha256), _absence(copy, "signature", signature.sha256)
    if data is not None:
        try:
            png, wide, tall = photos.signature(data, width_mm=room[0], height_mm=room[1], caption=label)
        except InputFault as error:
            data, reason = None, copy.translate("report.page4.signature_unreadable", code=error.code)
        else:
            sheet.picture(left + (width - wide) / 2, middle - tall / 2, wide, tall, png)
    if data is None:
        sheet.para(left + 6, middle - 4.8, room[0], reason, _CAPTION, align="centre", most=3)
    date = long_date(signature.signed_on, copy.translate)
    sheet.text(left + width / 2, top + height - 2.8, date, _DATE, align="centre")


def _checking(sheet: Sheet, top: float, closing: Closing, copy: Copy) -> None:
    translate, identity = copy.translate, copy.content.identity
    y = frame.section(sheet, top, translate("report.page4.check")) - 0.4
    code = PaperCode(site=identity.site, record=identity.record, page=sheet.page, pages=sheet.pages, hash=copy.digest)
    sheet.qr(1, y + 0.6, 24.5, code.text())
    line = y
    for number in (1, 2, 3):
        text = f"{number}　" + translate(f"report.page4.check{number}", hash=copy.shown_digest)
        line = sheet.para(31, line, 92, text, BODY, most=2)
    sheet.para(31, line, 92, translate("report.page4.no_personal"), BODY, most=2)
    _ask(sheet, y, closing.contact, translate("report.page4.ask"))


def _ask(sheet: Sheet, top: float, contact: Contact, label: str) -> None:
    """Whom to ask; a line that nobody set is left out and the ground is as high as its lines."""
    left = 127.0
    room = WIDTH_MM - left - 6
    lines = [
        (text, style)
        for text, style in ((contact.office, _OFFICE), (contact.phone, _PHONE), (contact.hours, _CAPTION))
        if text
    ]
    fitted = [(text, sheet.fitted(text, style, room, smallest=9)) for text, style in lines]
    height = 8.4 + sum(sheet.height(text, room, style) for text, style in fitted) + 1.6
    sheet.rect(left, top, WIDTH_MM - left, height, fill="head_ground")
    sheet.text(left + 3, top + 5.2, label, _BOX_LABEL)
    y = top + 7.4
    for text, style in fitted:
        y = sheet.para(left + 3, y, room, text, style, most=2)
