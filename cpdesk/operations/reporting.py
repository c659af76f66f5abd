"""Paper: the household report, a batch of them, and the ledger over many households."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from cpdesk import __version__
from cpdesk.base import tables
from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.base.files import write_atomically
from cpdesk.base.i18n import Translator
from cpdesk.base.resources import resource_path
from cpdesk.context import Context
from cpdesk.forms.form import NodeDef
from cpdesk.interop.ledger import LedgerHead, LedgerRow, write_ledger
from cpdesk.model.assessment import Audit, Package
from cpdesk.model.records import Record, RecordKind, Status
from cpdesk.operations.assess import assess_survey
from cpdesk.operations.facts import Reading, read_answers
from cpdesk.operations.photos import photo_content
from cpdesk.operations.surveys import OpenSurvey, open_survey
from cpdesk.reports.household_build import Visit, household_content
from cpdesk.reports.household_content import Consent, Contact, HouseholdContent, Identity, Photo
from cpdesk.reports.household_pdf import missing_glyphs, render_household
from cpdesk.reports.verify import Verdict, read_code, verify
from cpdesk.store.lists import Query

Step = Callable[[int, int], None]
PAGES: Final = 4
_PRINTED_PHOTOS: Final = ("photo.gate", "photo.front", "photo.wall", "photo.heater")
_INDOOR: Final = ("photo.heater", "photo.wall")


@dataclass(frozen=True)
class HouseholdReport:
    """A report as data, and the photographs it shows by their SHA-256."""

    content: HouseholdContent
    photos: Mapping[str, bytes]
    audit: Audit

    def pdf(self, language: str = "zh") -> bytes:
        """The printed pages."""
        return render_household(self.content, self.photos, language=language)


@dataclass(frozen=True)
class Batch:
    """What a batch wrote, and which surveys could not be printed and why."""

    files: tuple[Path, ...]
    pages: int
    failures: tuple[tuple[str, CpdeskError], ...]


@dataclass(frozen=True)
class LedgerTotals:
    """Sums over the ledger."""

    households: int = 0
    investment_yuan: float = 0.0
    own_cost_yuan: float = 0.0
    saving_yuan: float = 0.0
    co2_saving_t: float = 0.0


def household_report(ctx: Context, survey: str, *, language: str = "") -> HouseholdReport:
    """The content of one household's report.

    Raises:
        InputFault: CP-13xx when the answers contradict physics, CP-1510 when the form version is not here.
    """
    language = language or ctx.language
    opened = open_survey(ctx, survey)
    opened.session.set_language(language)
    audit, _ = assess_survey(ctx, survey)
    reading = read_answers(opened.form, opened.session.submission_answers())
    printed, photos = _photos(ctx, opened, reading, Translator(language))
    visit = Visit(
        identity=_identity(ctx, opened, reading),
        contact=_contact(ctx, Translator(language)),
        photos=printed,
        consents=_consents(opened, reading),
        wish_c=_number(reading.text("temperature.wish_c")),
    )
    return HouseholdReport(household_content(audit, visit, language=language), photos, audit)


def print_household(ctx: Context, survey: str, path: Path, *, language: str = "") -> list[str]:
    """Write one report as PDF. Gives the characters that no font has (each is printed as 〓).

    Raises:
        As `household_report`; EnvironmentFault CP-20xx when the file cannot be written.
    """
    report = household_report(ctx, survey, language=language)
    write_atomically(path, report.pdf(language or ctx.language))
    return missing_glyphs(report.content)


def print_households(
    ctx: Context,
    surveys: Sequence[str],
    folder: Path,
    *,
    language: str = "",
    step: Step = lambda done, total: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Batch:
    """Write a PDF a survey into a folder. One that cannot be printed is listed and does not stop the others."""
    files: list[Path] = []
    failures: list[tuple[str, CpdeskError]] = []
    for number, survey in enumerate(surveys, 1):
        if cancel():
            break
        try:
            path = folder / _file_name(ctx.store.records.get(survey))
            print_household(ctx, survey, path, language=language)
            files.append(path)
        except CpdeskError as error:
            failures.append((survey, error))
        step(number, len(surveys))
    return Batch(tuple(files), PAGES * len(files), tuple(failures))


def write_ledger_of(
    ctx: Context, surveys: Sequence[str], path: Path, *, step: Step = lambda done, total: None
) -> LedgerTotals:
    """Write the ledger over some surveys as a workbook. A household that cannot be computed stands in it without
    figures."""
    rows: list[LedgerRow] = []
    totals = LedgerTotals()
    sample = False
    for number, survey in enumerate(surveys, 1):
        opened = open_survey(ctx, survey)
        sample |= opened.record.sample
        reading = read_answers(opened.form, opened.session.submission_answers())
        try:
            audit = assess_survey(ctx, survey)[0]
        except CpdeskError:
            audit = None
        rows.append(_ledger_row(ctx, opened, reading, audit))
        package = _recommended(audit) if audit else None
        if package is not None:
            totals = LedgerTotals(
                totals.households + 1,
                totals.investment_yuan + package.investment_yuan.value,
                totals.own_cost_yuan + package.own_cost_yuan.value,
                totals.saving_yuan + package.saving_yuan.value,
                totals.co2_saving_t + package.co2_saving_t.value,
            )
        step(number, len(surveys))
    head = LedgerHead(ctx.text("ledger.title_households"), office=str(ctx.settings.get("office_name")), sample=sample)
    made_at = ctx.clock.now().replace(tzinfo=None)
    write_atomically(path, write_ledger(rows, head, made_at=made_at, language=ctx.language))
    return totals


def verify_report(ctx: Context, text: str) -> Verdict:
    """Whether a printed page, by the text of its code, says what the record on this desk says now.

    Raises:
        InputFault: CP-1602 when the text is not that of a page's code; CP-1501 when the record is not on this desk.
    """
    code = read_code(text)
    survey = code.record or _survey_by_site(ctx, code.site)
    if survey is None:
        raise InputFault("CP-1501", record=code.site)
    return verify(text, household_report(ctx, survey).content)


def _survey_by_site(ctx: Context, site: str) -> str | None:
    number = site.split("-")[2] if site.count("-") >= 3 else site
    for survey in ctx.store.records.page(Query(kind=RecordKind.SURVEY, text=number)):
        if _site_name(ctx.store.records.get(survey), number) == site:
            return survey
    return None


def _identity(ctx: Context, opened: OpenSurvey, reading: Reading) -> Identity:
    record = opened.record
    number = reading.text("site.household_no")
    return Identity(
        site=_site_name(record, number),
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


def _site_name(record: Record, number: str) -> str:
    """The id a person reads aloud: township, household number, and four digits that tell villages apart."""
    return f"CP-{record.stream[-3:]}-{number}-{(record.site or record.id)[-4:]}".upper()


def _address(reading: Reading) -> str:
    township = _townships().get(reading.text("site.township_code"), "")
    return f"{township}{reading.text('site.village')}{reading.text('site.door_no')}"


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
        phone=str(ctx.settings.get("office_phone")) or text("report.phone_unset"),
        hours=str(ctx.settings.get("office_hours")),
    )


def _photos(
    ctx: Context, opened: OpenSurvey, reading: Reading, text: Translator
) -> tuple[tuple[Photo, ...], dict[str, bytes]]:
    printed: list[Photo] = []
    contents: dict[str, bytes] = {}
    buildings = reading.of_each("building")
    indoors = reading.text("survey.consent_photo") == "yes"
    for quantity in _PRINTED_PHOTOS:
        answer = reading.household.get(quantity) or (buildings[0].get(quantity) if buildings else None)
        caption = text(f"report.photo.{quantity.rsplit('.', 1)[-1]}")
        content = photo_content(ctx, answer.value) if answer else None
        if quantity in _INDOOR and not indoors:
            printed.append(Photo(caption, reason=text("report.photo_no_consent")))
        elif answer is None:
            printed.append(Photo(caption, reason=text("report.photo_not_taken")))
        elif content is None:
            printed.append(Photo(caption, reason=text("report.photo_not_here")))
        else:
            sha256 = answer.value.split(".", 1)[0]
            contents[sha256] = content
            printed.append(Photo(caption, sha256=sha256))
    return tuple(printed), contents


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


def _ledger_row(ctx: Context, opened: OpenSurvey, reading: Reading, audit: Audit | None) -> LedgerRow:
    package = _recommended(audit) if audit else None
    buildings = reading.of_each("building")
    year = buildings[0].get("building.build_year") if buildings else None
    text = ctx.text
    return LedgerRow(
        household_no=reading.text("site.household_no"),
        householder_name=reading.text("site.householder_name"),
        village=reading.text("site.village"),
        build_year=int(year.value) if year and year.value.isdigit() else None,
        floor_area_m2=round(audit.gross_area_m2.value, 1) if audit else None,
        heated_area_m2=round(audit.floor_area_m2.value, 1) if audit else None,
        heating_now=_choice_label(opened, "heater.type"),
        coal_t=_number(reading.text("bill.coal_briquette_t")),
        electricity_kwh=_number(reading.text("bill.elec_season_kwh")),
        heating_cost_yuan=round(audit.baseline.cost_yuan.value) if audit else None,
        package="、".join(text(item.name) for item in package.items) if package else "",
        investment_yuan=round(package.investment_yuan.value) if package else None,
        subsidy_yuan=round(package.subsidy_yuan.value) if package else None,
        own_cost_yuan=round(package.own_cost_yuan.value) if package else None,
        saving_low_yuan=_rounded(package.saving_yuan.low) if package else None,
        saving_yuan=round(package.saving_yuan.value) if package else None,
        saving_high_yuan=_rounded(package.saving_yuan.high) if package else None,
        saving_kgce=round(package.kgce_saving.value) if package else None,
        saving_tco2=round(package.co2_saving_t.value, 1) if package else None,
        payback_a=round(package.payback_a.value, 1) if package and package.payback_a else None,
        status=text(f"status.{opened.record.status}"),
    )


def _choice_label(opened: OpenSurvey, quantity: str) -> str:
    """The label of what was chosen for a quantity, of the first item where there are several."""
    for path in opened.session.answers():
        binding = opened.form.quantities.get(re.sub(r"\[[^\]]*\]", "", path))
        if binding is not None and binding.quantity == quantity:
            state = opened.session.state(path)
            return next((choice.label for choice in state.choices if choice.value == state.value), state.value)
    return ""


def _recommended(audit: Audit) -> Package | None:
    return next((package for package in audit.packages if package.code == audit.recommended), None)


def _file_name(record: Record) -> str:
    """Number and name, without characters that a file system refuses."""
    fields = record.answers
    name = f"{fields.get('household/village', '')}-{fields.get('household/household_no', '')}-{record.id[-6:]}"
    return re.sub(r'[\\/:*?"<>|\s]+', "_", name) + ".pdf"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value)
