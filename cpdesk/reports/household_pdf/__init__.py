"""Lays out the report of a household on A4: the answer, the choices, the method, the file copy, the whole year.

The same content, language and photos give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from cpdesk.base.i18n import Translator
from cpdesk.reports import frame
from cpdesk.reports.fonts import missing_characters
from cpdesk.reports.household_content import NOTHING, HouseholdContent, texts_of
from cpdesk.reports.household_pdf import appendix, page1, page1_nothing, page2, page3, page4
from cpdesk.reports.household_pdf.copy import Copy, long_date
from cpdesk.reports.sheet import Sheet, new_canvas
from cpdesk.reports.typeset import Marks
from cpdesk.reports.verify import PaperCode


@dataclass(frozen=True, slots=True)
class Job:
    """One report to print: its content, the pictures by their SHA-256, and for those that are damaged the code of the
    error."""

    content: HouseholdContent
    photos: Mapping[str, bytes] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)


def render_household(
    content: HouseholdContent,
    photos: Mapping[str, bytes] | None = None,
    *,
    damaged: Mapping[str, str] | None = None,
    language: str = "zh",
    duplex: bool = True,
) -> bytes:
    """The report as a PDF. `duplex` mirrors the binding margin of even pages.

    A picture that is not here or cannot be read leaves its frame and the reason, and never stops a print.

    Raises:
        InputFault: CP-1601 when a text has no room in its place.
    """
    return render_households([Job(content, photos or {}, damaged or {})], language=language, duplex=duplex)


def render_households(jobs: Iterable[Job], *, language: str = "zh", duplex: bool = True) -> bytes:
    """Many reports as one PDF for the printer; with `duplex` each begins on the front of a leaf.

    Raises:
        InputFault: CP-1601 when a text has no room in its place.
    """
    translate = Translator(language)
    marks = Marks(tuple((mark, translate(f"report.mark.{mark}")) for mark in "MBEDU"))
    target = io.BytesIO()
    canvas = new_canvas(target, title=translate("report.household.title"), author="cpdesk")
    printed = 0
    for job in jobs:
        if duplex and printed % 2:
            canvas.showPage()
            printed += 1
        printed += _draw(canvas, job, translate, marks, duplex)
    canvas.save()
    return target.getvalue()


def missing_glyphs(content: HouseholdContent) -> list[str]:
    """Characters of this report that no font of this machine covers; they print as 〓. Empty when all is well."""
    return missing_characters(texts_of(content))


def page_count(content: HouseholdContent) -> int:
    """How many pages a report takes: four, and what stands on extra pages."""
    return 4 + len(list(appendix.painters(content)))


def _draw(canvas: Canvas, job: Job, translate: Translator, marks: Marks, duplex: bool) -> int:
    content = job.content
    copy = Copy(content=content, photos=job.photos, translate=translate, digest=content.hash(), damaged=job.damaged)
    first = page1_nothing.draw if content.kind == NOTHING else page1.draw
    painters: list[tuple[str, Callable[[Sheet, Copy], None]]] = [
        ("report.household.title", first),
        ("report.page2.title_nothing" if content.kind == NOTHING else "report.page2.title", page2.draw),
        ("report.page3.title", page3.draw),
        ("report.page4.title", page4.draw),
        *appendix.painters(content),
    ]
    for number, (title, painter) in enumerate(painters, 1):
        sheet = Sheet(canvas, marks, page=number, pages=len(painters), mirrored=duplex and number % 2 == 0)
        _head(sheet, copy, translate(title))
        painter(sheet, copy)
        _foot(sheet, copy)
        canvas.showPage()
    return len(painters)


def _head(sheet: Sheet, copy: Copy, title: str) -> None:
    frame.binding(sheet)
    identity, translate = copy.content.identity, copy.translate
    code = PaperCode(
        site=identity.site,
        record=identity.record if sheet.page == 1 else "",
        page=sheet.page,
        pages=sheet.pages,
        hash=copy.digest,
    ).text()
    badge = "draft" if identity.draft else "sample" if identity.sample else ""
    if sheet.page > 1:
        frame.running_head(
            sheet,
            title=title,
            badge=translate(f"report.badge.{badge}_short") if badge else "",
            line=translate(
                "report.running_line", household=identity.household, site=identity.site, date=identity.visited_on
            ),
            code=code,
        )
        return
    who = translate("report.head_who", address=identity.address, household=identity.household, site=identity.site)
    when = translate(
        "report.head_when" if identity.phone else "report.head_when_only",
        date=long_date(identity.visited_on, translate),
        surveyor=identity.surveyor,
        phone=identity.phone,
    )
    frame.first_head(
        sheet, title=title, badge=translate(f"report.badge.{badge}") if badge else "", lines=(who, when), code=code
    )


def _foot(sheet: Sheet, copy: Copy) -> None:
    identity, translate = copy.content.identity, copy.translate
    left = translate(
        "report.foot",
        site=identity.site,
        visit=identity.visit,
        form=identity.form,
        version=identity.form_version,
        hash=copy.shown_digest,
    )
    frame.foot(sheet, left=left, right=translate("report.page_of", page=sheet.page, pages=sheet.pages))
