"""Paper: the household report, a batch of them, and the ledger over many households."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cpdesk.base.clock import BEIJING
from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.base.files import write_atomically
from cpdesk.base.progress import Step
from cpdesk.context import Context
from cpdesk.interop.ledger import LedgerHead, LedgerRow, write_ledger
from cpdesk.model.assessment import Audit, Package
from cpdesk.model.records import Record, RecordKind
from cpdesk.operations.assess import assess_survey
from cpdesk.operations.facts import Reading, read_answers
from cpdesk.operations.report_visit import site_name, visit_of
from cpdesk.operations.surveys import OpenSurvey, open_survey
from cpdesk.reports.household_build import household_content
from cpdesk.reports.household_build.money import PackageMoney, payback
from cpdesk.reports.household_build.page1_nothing import grade
from cpdesk.reports.household_build.words import groups_of, short_name, unique
from cpdesk.reports.household_content import HouseholdContent
from cpdesk.reports.household_pdf import Job, missing_glyphs, page_count, render_household, render_households
from cpdesk.reports.rounding import rounded, to_step
from cpdesk.reports.verify import Verdict, read_code, verify
from cpdesk.store.lists import Query


@dataclass(frozen=True)
class HouseholdReport:
    """A report as data, and the pictures it shows by their SHA-256; those that are damaged, with the error."""

    content: HouseholdContent
    photos: Mapping[str, bytes]
    audit: Audit
    damaged: Mapping[str, CpdeskError] = field(default_factory=dict)

    def pdf(self, language: str = "zh") -> bytes:
        """The printed pages."""
        job = self.job()
        return render_household(job.content, job.photos, damaged=job.damaged, language=language)

    def job(self) -> Job:
        """What the printer needs of it."""
        return Job(self.content, self.photos, {sha256: error.code for sha256, error in self.damaged.items()})


@dataclass(frozen=True)
class Batch:
    """What a batch wrote, and which surveys could not be printed and why.

    Attributes:
        printed: the surveys in the order of their pages.
        damaged: surveys whose report lacks a picture, and why.
        missing_glyphs: characters that no font has; each is printed as 〓.
    """

    files: tuple[Path, ...]
    pages: int
    failures: tuple[tuple[str, CpdeskError], ...]
    printed: tuple[str, ...] = ()
    damaged: tuple[tuple[str, CpdeskError], ...] = ()
    missing_glyphs: tuple[str, ...] = ()


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
    reading = read_answers(opened.form, opened.session.counting_answers())
    visit, pictures = visit_of(ctx, opened, reading, language=language)
    content = household_content(audit, visit, language=language)
    return HouseholdReport(content, pictures.contents, audit, pictures.damaged)


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
    tally = _Tally()
    for number, survey in enumerate(surveys, 1):
        if cancel():
            break
        try:
            path = folder / _file_name(ctx.store.records.get(survey))
            report = household_report(ctx, survey, language=language)
            write_atomically(path, report.pdf(language or ctx.language))
        except CpdeskError as error:
            tally.failures[survey] = error
        else:
            files.append(path)
            tally.printed[survey] = report.content
            tally.damaged[survey] = tuple(report.damaged.values())
        step(number, len(surveys))
    return tally.batch(files, pages=sum(map(page_count, tally.printed.values())))


def print_village(
    ctx: Context,
    surveys: Sequence[str],
    path: Path,
    *,
    language: str = "",
    step: Step = lambda done, total: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Batch:
    """Write one PDF with the reports of many households, each beginning on the front of a leaf.

    One that cannot be printed is listed and does not stop the others. When it is cancelled, or none can be printed,
    no file is written.

    Raises:
        EnvironmentFault: CP-20xx when the file cannot be written.
    """
    language = language or ctx.language
    tally = _Tally()
    while True:
        tally.printed.clear()
        waiting = [survey for survey in surveys if survey not in tally.failures]
        try:
            pdf = render_households(_jobs(ctx, waiting, tally, language, step, cancel), language=language)
        except CpdeskError as error:  # the last one has a text without room: all over again without it
            tally.failures[list(tally.printed)[-1]] = error
            continue
        break
    if cancel() or not tally.printed:
        return Batch((), 0, tuple(tally.failures.items()))
    write_atomically(path, pdf)
    return tally.batch([path], pages=sum(-(-page_count(content) // 2) * 2 for content in tally.printed.values()))


@dataclass
class _Tally:
    """How far a batch has come, by survey."""

    printed: dict[str, HouseholdContent] = field(default_factory=dict)
    damaged: dict[str, tuple[CpdeskError, ...]] = field(default_factory=dict)
    failures: dict[str, CpdeskError] = field(default_factory=dict)

    def batch(self, files: Sequence[Path], *, pages: int) -> Batch:
        missing = {glyph for content in self.printed.values() for glyph in missing_glyphs(content)}
        damaged = ((survey, error) for survey in self.printed for error in self.damaged.get(survey, ()))
        return Batch(
            files=tuple(files),
            pages=pages,
            failures=tuple(self.failures.items()),
            printed=tuple(self.printed),
            damaged=tuple(damaged),
            missing_glyphs=tuple(sorted(missing)),
        )


def _jobs(
    ctx: Context,
    surveys: Sequence[str],
    tally: _Tally,
    language: str,
    step: Step,
    cancel: Callable[[], bool],
) -> Iterator[Job]:
    """One report after the other, so that the photos of one household are in memory at a time."""
    for number, survey in enumerate(surveys, 1):
        if cancel():
            return
        try:
            report = household_report(ctx, survey, language=language)
        except CpdeskError as error:
            tally.failures[survey] = error
        else:
            tally.printed[survey] = report.content
            tally.damaged[survey] = tuple(report.damaged.values())
            yield report.job()
        step(number, len(surveys))


def write_ledger_of(
    ctx: Context, surveys: Sequence[str], path: Path, *, step: Step = lambda done, total: None
) -> LedgerTotals:
    """Write the ledger over some surveys as a workbook. A household that cannot be computed stands in it without
    figures."""
    rows: list[LedgerRow] = []
    sample, days = False, set()
    for number, survey in enumerate(surveys, 1):
        opened = open_survey(ctx, survey)
        sample |= opened.record.sample
        reading = read_answers(opened.form, opened.session.counting_answers())
        try:
            audit = assess_survey(ctx, survey)[0]
        except CpdeskError:
            audit = None
        rows.append(_ledger_row(ctx, opened, reading, audit))
        days.add(reading.text("survey.date"))
        step(number, len(surveys))
    made_at = ctx.clock.now().astimezone(BEIJING).replace(tzinfo=None)
    head = _ledger_head(ctx, rows, sorted(days - {""}), sample=sample)
    write_atomically(path, write_ledger(rows, head, made_at=made_at, language=ctx.language))
    counted = [row for row in rows if row.own_cost_yuan is not None]
    return LedgerTotals(
        len(counted),
        sum(row.investment_yuan or 0 for row in counted),
        sum(row.own_cost_yuan or 0 for row in counted),
        sum(row.saving_yuan or 0 for row in counted),
        sum(row.saving_tco2 or 0 for row in counted),
    )


def _ledger_head(ctx: Context, rows: Sequence[LedgerRow], days: Sequence[str], *, sample: bool) -> LedgerHead:
    """Title, office, from the first to the last visit, and who made it."""
    villages = {row.village for row in rows}
    one = next(iter(villages)) if len(villages) == 1 else ""
    return LedgerHead(
        ctx.text("ledger.title_village", village=one) if one else ctx.text("ledger.title_households"),
        office=str(ctx.settings.get("office_name")),
        period=ctx.text("ledger.period_from_to", first=days[0], last=days[-1]) if days else "",
        made_by=ctx.actor,
        sample=sample,
    )


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
        if site_name(ctx.store.records.get(survey), number) == site:
            return survey
    return None


def _ledger_row(ctx: Context, opened: OpenSurvey, reading: Reading, audit: Audit | None) -> LedgerRow:
    text = ctx.text
    package = _recommended(audit) if audit else None
    money = PackageMoney.of(package, audit).all if package and audit else None
    years = payback(money.own, money.saving) if money else None
    groups = groups_of(audit) if audit else {}
    names = unique(short_name(text, groups, item.code, item.name) for item in package.items) if package else []
    buildings = reading.of_each("building")
    year = buildings[0].get("building.build_year") if buildings else None
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
        heating_cost_yuan=to_step(audit.baseline.cost_yuan.value, 10) if audit else None,
        package="+".join(names) if names else text("ledger.nothing_pays") if audit and audit.nothing_pays else "",
        investment_yuan=money.total if money else None,
        subsidy_yuan=money.subsidy if money else None,
        own_cost_yuan=money.own if money else None,
        saving_low_yuan=_in_tens(package.saving_yuan.low) if package else None,
        saving_yuan=money.saving if money else None,
        saving_high_yuan=_in_tens(package.saving_yuan.high) if package else None,
        saving_kgce=rounded(package.kgce_saving.value) if package else None,
        saving_tco2=rounded(package.co2_saving_t.value, 1) / 10 if package else None,
        payback_a=rounded(years, 1) / 10 if years is not None and years <= 99 else None,
        quality=grade(audit) if audit else "",
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


def _in_tens(value: float | None) -> int | None:
    return None if value is None else to_step(value, 10)
