"""The village list over `operations.households`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from cpdesk.base.errors import CpdeskError
from cpdesk.base.i18n import Translator
from cpdesk.context import Context
from cpdesk.model.records import Changes, RecordKind, Status
from cpdesk.operations import households, register, surveys
from cpdesk.operations.photos import photo_content
from cpdesk.operations.surveys import SURVEY_FORM, survey_of
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.sites import SitesPage
from cpdesk.ui.pages.new_site import NewHouseholdDialog
from cpdesk.ui.presenters.base import Desk, Presenter, Step
from cpdesk.ui.presenters.choices import choice_words
from cpdesk.ui.presenters.register_import import RegisterImportPresenter
from cpdesk.ui.presenters.words import fault_words, moment, moment_long, number, status_view
from cpdesk.ui.views import (
    Fact,
    FilterChip,
    SiteList,
    SitePreview,
    HouseholdQuery,
    SiteRow,
    Share,
)
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.photos import thumbnail

_CHIPS = (Status.NONE, Status.DRAFT, Status.COMPLETE, Status.RETURNED, Status.SUBMITTED, Status.ACCEPTED)


class HouseholdsPresenter(Presenter):
    """Keeps the page in step with the store."""

    opened = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, desk: Desk, page: SitesPage) -> None:
        super().__init__(desk)
        self.page = page
        self.register = RegisterImportPresenter(desk, page)
        page.query_changed.connect(lambda _query: self.refresh())
        page.rows_wanted.connect(self._rows)
        page.preview_wanted.connect(self._preview)
        page.opened.connect(self.opened)
        page.report_wanted.connect(self.report_wanted)
        page.import_wanted.connect(self._import)
        desk.changed.connect(self._changed)
        page.new_wanted.connect(self._new)
        page.export_wanted.connect(self._export)
        page.undo_wanted.connect(lambda record: self._step(record, surveys.undo_last, "ui.households.undone"))
        page.redo_wanted.connect(lambda record: self._step(record, surveys.redo_last, "ui.households.redone"))
        desk.language_changed.connect(self._speak)

    def refresh(self) -> None:
        """Ask for the list again; only the newest question is answered."""
        query = self.page.query()
        self.run(lambda: list_of(self.ctx, query), self.page.show_list, key="households", latest=True)

    def _speak(self) -> None:
        self.page.model.forget_all()
        self.refresh()

    def _new(self) -> None:
        """Ask for what a household needs at least; the dialog stays until the household is in or it is closed."""
        self.run(lambda: township_options(self.ctx), self._ask_new, key="townships", latest=True)

    def _ask_new(self, townships: list[Option]) -> None:
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

    def _step(self, household: str, step: Step, said: str) -> None:
        """Undo or redo the last change to the newest survey of a household, else to the household itself."""
        if not household:
            return

        def work() -> tuple[str, int, Changes]:
            different, changes = step(self.ctx, survey_of(self.ctx, household) or household)
            return households.household_lines(self.ctx, [household])[0].name, len(different), changes

        def done(answer: tuple[str, int, Changes]) -> None:
            name, count, changes = answer
            self.desk.tell(changes | Changes(records=frozenset({household}), sync=True))
            self.desk.shell.toast.say(tr(said, name=name, n=count))

        self.run(work, done, key="save", on_error=self.desk.say_not_stepped)

    def _exported(self, count: int) -> None:
        self.desk.shell.toast.say(tr("ui.households.exported", n=count))

    def _rows(self, ids: tuple[str, ...]) -> None:
        self.run(lambda: rows_of(self.ctx, ids), self.page.show_rows)

    def _preview(self, record: str) -> None:
        self.run(lambda: preview_of(self.ctx, record), self.page.show_preview, key="preview", latest=True)

    def _changed(self, changes: Changes) -> None:
        if changes.records:
            self.page.forget_rows(frozenset(changes.records))
        if RecordKind.SURVEY in changes.kinds:
            self.page.forget_rows(None)  # a row shows its newest survey, whichever that is
        if RecordKind.HOUSEHOLD in changes.kinds or RecordKind.SURVEY in changes.kinds:
            self.refresh()

    def _import(self) -> None:
        self.run(lambda: township_options(self.ctx), self.register.ask, key="townships", latest=True)


def store_query(query: HouseholdQuery) -> households.HouseholdQuery:
    """The page's question as the operation takes it."""
    return households.HouseholdQuery(text=query.search, status=Status(query.status) if query.status else None)


def list_of(ctx: Context, query: HouseholdQuery) -> SiteList:
    """Ids and filter counts of a query."""
    asked = store_query(query)
    counts = households.household_counts(ctx, asked)
    chips = [FilterChip("", tr("ui.households.all"), counts.total)]
    chips += [
        FilterChip(status.value, tr(f"status.{status}"), counts.by_status.get(status, 0))
        for status in _CHIPS
        if counts.by_status.get(status, 0) or query.status == status.value
    ]
    return SiteList(query, tuple(households.household_ids(ctx, asked)), tuple(chips))


def rows_of(ctx: Context, ids: tuple[str, ...]) -> list[SiteRow]:
    """Rows ready to be painted."""
    return [_row(ctx, line) for line in households.household_lines(ctx, ids)]


def heater_words(code: str) -> str:
    """A heater code in the language of the window, without loading a form for it; the text of a register as it is."""
    translate, key = Translator(language()), f"energy.heater.{code}"
    return translate(key) if translate.has(key) else code


def township_options(ctx: Context) -> list[Option]:
    """The townships of the form, in the language of the window."""
    words = choice_words(ctx.forms.newest(SURVEY_FORM), "site.township_code", language())
    return [Option(code, name) for code, name in words.items()]


def export_ledger(ctx: Context, query: HouseholdQuery, path: Path) -> int:
    """Write the ledger over the newest surveys of the households a query finds; how many stand in it."""
    from cpdesk.operations.reporting import write_ledger_of  # late: openpyxl and reportlab

    surveys = households.surveyed(ctx, store_query(query))
    write_ledger_of(ctx, surveys, path)
    return len(surveys)


def _row(ctx: Context, line: households.HouseholdLine) -> SiteRow:
    return SiteRow(
        id=line.id,
        number=line.number,
        name=line.name,
        address=_address(line),
        heating=heater_words(line.heating),
        status=status_view(line.status),
        answered=_answered(line),
        area_m2=line.area_m2,
        heat_kwh_m2=line.heat_kwh_m2,
        saving_yuan=line.saving_yuan,
        updated=moment(line.updated_at, ctx.clock),
    )


def _answered(line: households.HouseholdLine) -> float | None:
    if line.status is Status.NONE:
        return 0.0
    return line.answered / line.asked if line.answered is not None and line.asked else None


def _address(line: households.HouseholdLine) -> str:
    return " ".join(part for part in (line.village, line.door) if part)


def preview_of(ctx: Context, record: str) -> SitePreview:
    """The pane beside the list."""
    line = households.household_lines(ctx, [record])[0]
    facts = [
        Fact(tr("ui.preview.heating"), heater_words(line.heating) or "—"),
        Fact(tr("ui.preview.area"), f"{number(line.area_m2)} m²" if line.area_m2 is not None else "—"),
    ]
    if line.sample:
        facts.append(Fact(tr("ui.preview.mark"), tr("ui.preview.sample"), "warn"))
    if line.conflicts:
        facts.append(Fact(tr("ui.preview.conflicts"), tr("ui.preview.places", n=line.conflicts), "bad"))
    if line.unsent:
        facts.append(Fact(tr("ui.preview.unsent"), tr("ui.preview.items", n=line.unsent)))
    figures: list[Fact] = []
    if line.cost_yuan is not None:
        figures.append(Fact(tr("ui.preview.cost"), tr("ui.preview.yuan", n=number(line.cost_yuan))))
    if line.cost_yuan is not None and line.saving_yuan is not None:
        after = number(line.cost_yuan - line.saving_yuan)
        figures.append(Fact(tr("ui.preview.after"), tr("ui.preview.yuan", n=after), "info"))
    if line.heat_kwh_m2 is not None:
        figures.append(Fact(tr("ui.preview.heat"), f"{number(line.heat_kwh_m2)} kWh/m²"))
    primary = {
        Status.NONE: "ui.preview.begin",
        Status.DRAFT: "ui.preview.go_on",
        Status.COMPLETE: "ui.preview.look",
        Status.RETURNED: "ui.preview.mend",
    }.get(line.status, "ui.preview.look")
    return SitePreview(
        id=record,
        title="·".join(part for part in (line.number, line.name) if part),
        address=_address(line),
        status=status_view(line.status),
        primary=tr(primary),
        shares=_shares(line),
        figures=tuple(figures),
        facts=tuple(facts),
        events=tuple(_events(ctx, record)),
        photos=tuple(_photos(ctx, record)),
    )


def _shares(line: households.HouseholdLine) -> tuple[Share, ...]:
    shares = [Share(tr(f"ui.part.{part}"), percent / 100) for part, percent in line.losses_pct.items()]
    return tuple(sorted(shares, key=lambda share: -share.share))


def _photos(ctx: Context, record: str) -> list[QImage]:
    """Up to three pictures; one that is not here yet or is damaged is left out, the survey page says why."""
    images = []
    for reference in households.household_photos(ctx, record):
        try:
            image = thumbnail(photo_content(ctx, reference))
        except CpdeskError:
            continue
        if not image.isNull():
            images.append(image)
    return images


def _events(ctx: Context, record: str) -> list[Fact]:
    events = []
    for entry in households.household_history(ctx, record):
        answers = [path for path in entry.operation.set if not path.startswith("@")]
        words = tr("ui.preview.wrote", who=entry.operation.actor or "—", n=len(answers))
        events.append(Fact(moment_long(entry.operation.at, ctx.clock), words))
    return events
