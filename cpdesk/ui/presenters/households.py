"""The village list: homes with the figures of their audits."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog

from cpdesk.base.i18n import Translator
from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.operations import households, register, sites
from cpdesk.operations.families import FARMHOUSE
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.new_site import NewHouseholdDialog
from cpdesk.ui.pages.sites import SitesPage
from cpdesk.ui.presenters.base import Desk
from cpdesk.ui.presenters.sites import (
    SitesPresenter,
    answered_share,
    events_of,
    list_of,
    marks_of,
    photos_of,
    primary_words,
    store_query,
)
from cpdesk.ui.presenters.words import fault_words, moment, number, status_view
from cpdesk.ui.site_views import ListQuery, SiteList, SitePreview, SiteRow
from cpdesk.ui.views import Fact, Share
from cpdesk.ui.widgets.choices import Option


class HouseholdsPresenter(SitesPresenter):
    """Keeps the page in step with the store."""

    report_wanted = Signal(str)

    def __init__(self, desk: Desk, page: SitesPage) -> None:
        super().__init__(desk, page, FARMHOUSE)
        page.report_wanted.connect(self.report_wanted)
        page.export_wanted.connect(self._export)

    def make_rows(self, ids: tuple[str, ...]) -> list[SiteRow]:
        return rows_of(self.ctx, ids)

    def make_preview(self, site: str) -> SitePreview:
        return preview_of(self.ctx, site)

    def ask_new(self, townships: list[Option]) -> None:
        """Ask for what a household needs at least; the dialog stays until the household is in or it is closed."""
        dialog = NewHouseholdDialog(self.page, townships, str(self.ctx.settings.get("township_code")))

        def made(answer: tuple[str, Changes]) -> None:
            record, changes = answer
            dialog.accept()
            self.desk.tell(changes)
            self.refresh()
            self.opened.emit(record)

        dialog.wanted.connect(
            lambda answers: self.run(
                lambda: register.add_household(self.ctx, answers),
                made,
                key="save",
                on_error=lambda error: dialog.show_problem(fault_words(error)),
            )
        )
        dialog.open()

    def _export(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(self.page, tr("ui.households.export"), "", "Excel (*.xlsx)")
        if name:
            path, query = Path(name), self.page.query()
            self.run(lambda: export_ledger(self.ctx, query, path), self._exported, key="export")

    def _exported(self, count: int) -> None:
        self.desk.shell.toast.say(tr("ui.households.exported", n=count))


def homes_of(ctx: Context, query: ListQuery) -> SiteList:
    """Ids and filter counts of a query over the homes."""
    return list_of(ctx, FARMHOUSE, query)


def rows_of(ctx: Context, ids: tuple[str, ...]) -> list[SiteRow]:
    """Rows ready to be painted."""
    return [_row(ctx, line) for line in households.household_lines(ctx, ids)]


def heater_words(code: str) -> str:
    """A heater code in the language of the window, without loading a form for it; the text of a register as it is."""
    translate, key = Translator(language()), f"energy.heater.{code}"
    return translate(key) if translate.has(key) else code


def export_ledger(ctx: Context, query: ListQuery, path: Path) -> int:
    """Write the ledger over the newest surveys of the households a query finds; how many stand in it."""
    from cpdesk.operations.reporting import write_ledger_of  # late: openpyxl and reportlab

    surveys = sites.surveyed_sites(ctx, store_query(FARMHOUSE, query))
    write_ledger_of(ctx, surveys, path)
    return len(surveys)


def _row(ctx: Context, line: households.HouseholdLine) -> SiteRow:
    return SiteRow(
        id=line.id,
        number=line.number,
        name=line.name,
        address=_address(line),
        status=status_view(line.status),
        answered=answered_share(line.status, line.answered, line.asked),
        cells={
            "heating": heater_words(line.heating),
            "area": number(line.area_m2),
            "heat": number(line.heat_kwh_m2),
            "saving": number(line.saving_yuan),
        },
        updated=moment(line.updated_at, ctx.clock),
    )


def _address(line: households.HouseholdLine) -> str:
    return " ".join(part for part in (line.village, line.door) if part)


def preview_of(ctx: Context, record: str) -> SitePreview:
    """The pane beside the list."""
    line = households.household_lines(ctx, [record])[0]
    facts = [
        Fact(tr("ui.preview.heating"), heater_words(line.heating) or "—"),
        Fact(tr("ui.preview.area"), f"{number(line.area_m2)} m²" if line.area_m2 is not None else "—"),
    ]
    facts += marks_of(sample=line.sample, conflicts=line.conflicts, unsent=line.unsent)
    figures: list[Fact] = []
    if line.cost_yuan is not None:
        figures.append(Fact(tr("ui.preview.cost"), tr("ui.preview.yuan", n=number(line.cost_yuan))))
    if line.cost_yuan is not None and line.saving_yuan is not None:
        after = number(line.cost_yuan - line.saving_yuan)
        figures.append(Fact(tr("ui.preview.after"), tr("ui.preview.yuan", n=after), "info"))
    if line.heat_kwh_m2 is not None:
        figures.append(Fact(tr("ui.preview.heat"), f"{number(line.heat_kwh_m2)} kWh/m²"))
    return SitePreview(
        id=record,
        title="·".join(part for part in (line.number, line.name) if part),
        address=_address(line),
        status=status_view(line.status),
        primary=primary_words(line.status),
        shares=_shares(line),
        figures=tuple(figures),
        facts=tuple(facts),
        events=events_of(ctx, record),
        photos=photos_of(ctx, record),
        report=True,
    )


def _shares(line: households.HouseholdLine) -> tuple[Share, ...]:
    shares = [Share(tr(f"ui.part.{part}"), percent / 100) for part, percent in line.losses_pct.items()]
    return tuple(sorted(shares, key=lambda share: -share.share))
