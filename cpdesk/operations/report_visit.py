"""What a report says of a visit beside its figures: whose it is, photos, consents, signatures, whom to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from cpdesk import __version__
from cpdesk.base import tables
from cpdesk.base.errors import CpdeskError
from cpdesk.base.i18n import Translator
from cpdesk.base.resources import resource_path
from cpdesk.context import Context
from cpdesk.forms.form import NodeDef
from cpdesk.model.building import Answer
from cpdesk.model.records import Record, RecordKind, Status
from cpdesk.operations.facts import Reading, wishes_of
from cpdesk.operations.photos import photo_content
from cpdesk.operations.surveys import OpenSurvey
from cpdesk.reports.household_build import Visit
from cpdesk.reports.household_content import Consent, Contact, Identity, Photo, Signature
from cpdesk.store.lists import Query

_WANTED: Final = ("photo.gate", "photo.front", "photo.wall", "photo.heater")
_INSTEAD: Final = ("photo.back", "photo.plate", "photo.meter_box", "photo.problem")
"""What stands in, in this order, for a wanted photo that there is not."""
_INDOOR: Final = frozenset({"photo.wall", "photo.heater", "photo.plate", "photo.problem"})
_SIGNED: Final = {"householder": "photo.sign_household", "surveyor": "photo.sign_surveyor"}


@dataclass(frozen=True)
class Pictures:
    """Bytes of what is to be printed by SHA-256, and the errors of what is damaged."""

    contents: Mapping[str, bytes]
    damaged: Mapping[str, CpdeskError]


def visit_of(ctx: Context, opened: OpenSurvey, reading: Reading, *, language: str) -> tuple[Visit, Pictures]:
    """What one survey says beside its figures, and the pictures it shows."""
    text = Translator(language)
    signatures = _signatures(reading)
    photos = _photos(reading, text)
    named = [photo.sha256 for photo in photos if photo.sha256] + [signature.sha256 for signature in signatures]
    leaving = reading.text("wish.rebuild")
    heaters = reading.of_each("heater")
    visit = Visit(
        identity=_identity(ctx, opened, reading),
        contact=_contact(ctx, text),
        photos=photos,
        consents=_consents(opened, reading),
        wish_c=_number(reading.text("temperature.wish_c")),
        co_risk=any(item["heater.co_risk"].value == "yes" for item in heaters if "heater.co_risk" in item),
        leaving=leaving if leaving in ("rebuild", "relocate") else "",
        cost_limit_yuan=wishes_of(reading, record=opened.record.id).cost_limit_yuan,
        signatures=signatures,
    )
    return visit, _pictures(ctx, named)


def _pictures(ctx: Context, named: list[str]) -> Pictures:
    contents: dict[str, bytes] = {}
    damaged: dict[str, CpdeskError] = {}
    for sha256 in named:
        try:
            content = photo_content(ctx, f"{sha256}.jpg")
        except CpdeskError as error:
            damaged[sha256] = error
        else:
            if content is not None:
                contents[sha256] = content
    return Pictures(contents, damaged)


def _signatures(reading: Reading) -> tuple[Signature, ...]:
    """Signatures on the screen; whoever signed there has agreed to stand on the report."""
    day = reading.text("survey.date")
    found = ((role, reading.text(quantity)) for role, quantity in _SIGNED.items())
    return tuple(Signature(role, _sha256(reference), day) for role, reference in found if reference and day)


def _sha256(reference: str) -> str:
    """The hash in what stands in the answer, `<sha256>.jpg`."""
    return reference.split(".", 1)[0]


def _identity(ctx: Context, opened: OpenSurvey, reading: Reading) -> Identity:
    record = opened.record
    number = reading.text("site.household_no")
    return Identity(
        site=site_name(record, number),
        record=record.id,
        household=reading.text("site.householder_name"),
        address=_address(reading),
        visited_on=reading.text("survey.date"),
        visit=_visit_number(ctx, record),
        surveyor=reading.text("survey.surveyor"),
        phone=str(ctx.settings.get("office_phone")),
        form=record.form,
        form_version=record.version,
        program=__version__,
        sample=record.sample,
        draft=record.status in (Status.DRAFT, Status.RETURNED),
    )


def site_name(record: Record, number: str) -> str:
    """The id a person reads aloud: township, household number, and four digits that tell villages apart."""
    return f"CP-{record.stream[-3:]}-{number}-{(record.site or record.id)[-4:]}".upper()


def _address(reading: Reading) -> str:
    township = _townships().get(reading.text("site.township_code"), "")
    door = reading.text("site.door_no")
    return f"{township}{reading.text('site.village')}{' ' if door[:1].isdigit() else ''}{door}"


@cache
def _townships() -> dict[str, str]:
    rows = tables.read_table(resource_path("tables/townships.csv"), {"code": tables.text, "name": tables.text})
    return {row["code"]: row["name"] for row in rows}


def _visit_number(ctx: Context, record: Record) -> int:
    """1 for the first survey of a household; ids of surveys sort by the time they were begun."""
    if record.site is None:
        return 1
    return 1 + sum(
        other < record.id for other in ctx.store.records.page(Query(kind=RecordKind.SURVEY, site=record.site))
    )


def _contact(ctx: Context, text: Translator) -> Contact:
    office = str(ctx.settings.get("office_name")) or text("report.office_unset")
    return Contact(
        seal=office,
        office=office,
        phone=str(ctx.settings.get("office_phone")),
        hours=str(ctx.settings.get("office_hours")),
    )


def _photos(reading: Reading, text: Translator) -> tuple[Photo, ...]:
    """Four photos; for one that was not taken, or that the household does not want printed, another of the survey."""
    indoors = reading.text("survey.consent_photo") == "yes"

    def taken(quantity: str) -> str:
        if quantity in _INDOOR and not indoors:
            return ""
        answer = _answer_of(reading, quantity)
        return _sha256(answer.value) if answer else ""

    spare = [quantity for quantity in _INSTEAD if taken(quantity)]
    printed = []
    for wanted in _WANTED:
        shown = wanted if taken(wanted) or not spare else spare.pop(0)
        caption = text(f"report.photo.{shown.rsplit('.', 1)[-1]}")
        if taken(shown):
            printed.append(Photo(caption, sha256=taken(shown)))
        else:
            refused = shown in _INDOOR and not indoors
            reason = text("report.photo_no_consent" if refused else "report.photo_not_taken")
            printed.append(Photo(caption, reason=reason))
    return tuple(printed)


def _answer_of(reading: Reading, quantity: str) -> Answer[str] | None:
    """The household's answer, or that of the first item that has one."""
    every = (reading.household, *reading.of_each("building"), *reading.of_each("heater"))
    return next((answers[quantity] for answers in every if quantity in answers), None)


def _consents(opened: OpenSurvey, reading: Reading) -> tuple[Consent, ...]:
    found = []
    for quantity in ("survey.consent", "survey.consent_photo", "survey.consent_absence"):
        node = _node_of(opened, quantity)
        if node is not None and reading.text(quantity):
            found.append(Consent(opened.session.state(node.path).label, reading.text(quantity) == "yes"))
    return tuple(found)


def _node_of(opened: OpenSurvey, quantity: str) -> NodeDef | None:
    path = next((path for path, binding in opened.form.quantities.items() if binding.quantity == quantity), None)
    return opened.form.node(path) if path is not None and "[" not in path else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
