"""A list of sites of one family over `operations.sites`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from cpdesk.base.errors import CpdeskError
from cpdesk.context import Context
from cpdesk.model.records import STATUS_FIELD, Changes, RecordKind, Status
from cpdesk.operations import sites, surveys
from cpdesk.operations.families import Family, SiteKind, site_kind
from cpdesk.operations.photos import photo_content
from cpdesk.operations.places import township_name
from cpdesk.operations.sites import SiteLine, SiteQuery
from cpdesk.operations.surveys import SURVEY_FORM
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.sites import SitesPage
from cpdesk.ui.presenters.base import Desk, Presenter, Step
from cpdesk.ui.presenters.choices import choice_label, choice_words
from cpdesk.ui.presenters.register_import import RegisterImportPresenter
from cpdesk.ui.presenters.words import fault_words, moment, moment_long, number, status_view
from cpdesk.ui.site_views import FilterChip, ListQuery, SiteList, SitePreview, SiteRow
from cpdesk.ui.views import Fact
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.photos import thumbnail

if TYPE_CHECKING:
    from cpdesk.ui.presenters.batches import BatchPresenter

_CHIPS: Final = (
    Status.NONE,
    Status.DRAFT,
    Status.COMPLETE,
    Status.RETURNED,
    Status.SUBMITTED,
    Status.ACCEPTED,
)
_PRIMARY: Final = {
    Status.NONE: "ui.preview.begin",
    Status.DRAFT: "ui.preview.go_on",
    Status.RETURNED: "ui.preview.mend",
}
_DAYS: Final = frozenset({"last_visit"})
_YEARS: Final = frozenset({"build_year"})
_DECIMALS: Final = {"depth_m": 1}


class SitesPresenter(Presenter):
    """Keeps a list in step with the store. `opened` asks for the survey of a site, `survey_opened` for a survey, and
    for one of its questions where a path is given."""

    opened = Signal(str)
    survey_opened = Signal(str, str)

    def __init__(self, desk: Desk, page: SitesPage, family: Family) -> None:
        super().__init__(desk)
        self.page, self.family = page, family
        self.register = RegisterImportPresenter(desk, page)
        self._townships_asked = False
        self._batches: BatchPresenter | None = None
        page.query_changed.connect(lambda _query: self.refresh())
        page.rows_wanted.connect(self._rows)
        page.preview_wanted.connect(self._preview)
        page.opened.connect(self.opened)
        page.survey_wanted.connect(lambda survey: self.survey_opened.emit(survey, ""))
        page.import_wanted.connect(lambda: self._with_townships(self.register.ask))
        page.template_wanted.connect(self._template)
        page.new_wanted.connect(lambda: self._with_townships(self.ask_new))
        page.batch_wanted.connect(self._batch)
        page.undo_wanted.connect(lambda record: self._step(record, surveys.undo_last, "ui.sites.undone"))
        page.redo_wanted.connect(lambda record: self._step(record, surveys.redo_last, "ui.sites.redone"))
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self._speak)

    def refresh(self) -> None:
        """Ask for the list again; only the newest question is answered."""
        query = self.page.query()
        key = ("list", self.family.id)
        self.run(lambda: list_of(self.ctx, self.family, query), self._listed, key=key, latest=True)

    def stop(self) -> None:
        """Stop batch work that runs, at the lock: what it did by then stands, and can be taken back."""
        if self._batches is not None and self._batches.work is not None:
            self._batches.work.stop()

    def _listed(self, answer: SiteList) -> None:
        self.page.show_list(answer)
        if not self._townships_asked:
            self._townships_asked = True
            self.run(
                lambda: townships_of(self.ctx, self.family),
                self.page.filters.show_townships,
                key=("townships", self.family.id),
                latest=True,
            )

    # what a family may do otherwise ---------------------------------------------------------------------------------

    def make_rows(self, ids: tuple[str, ...]) -> list[SiteRow]:
        """Rows ready to be painted; off the GUI thread."""
        return rows_of(self.ctx, self.family, ids)

    def make_preview(self, site: str) -> SitePreview:
        """The pane beside the list; off the GUI thread."""
        return preview_of(self.ctx, self.family, site)

    def ask_new(self, townships: list[Option]) -> None:
        """Ask what is new and where; then its survey is begun, which makes the site when it is completed."""
        from cpdesk.ui.pages.new_site import NewSiteDialog

        kinds = [kind.kind.value for kind in self.family.sites]
        own_township = str(self.ctx.settings.get("township_code"))
        chosen = self.page.query().kind or kinds[0]
        dialog = NewSiteDialog(self.page, self.page.kind.name, kinds, chosen, townships, own_township)

        def made(answer: tuple[str, Changes]) -> None:
            survey, changes = answer
            dialog.accept()
            self.desk.tell(changes)
            self.survey_opened.emit(survey, "")

        dialog.wanted.connect(
            lambda kind, township: self.run(
                lambda: surveys.begin_new(
                    self.ctx, self.family.id, township, RecordKind(kind) if len(kinds) > 1 else None
                ),
                made,
                key="save",
                on_error=lambda error: dialog.show_problem(fault_words(error)),
            )
        )
        dialog.open()

    # the course of things -------------------------------------------------------------------------------------------

    def _speak(self) -> None:
        self.page.model.forget_all()
        self.refresh()

    def _with_townships(self, then: object) -> None:
        assert callable(then)
        self.run(lambda: township_options(self.ctx), then, key="townships", latest=True)

    def _rows(self, ids: tuple[str, ...]) -> None:
        self.run(lambda: self.make_rows(ids), self.page.show_rows)

    def _preview(self, site: str) -> None:
        self.run(lambda: self.make_preview(site), self.page.show_preview, key=("preview", self.family.id), latest=True)

    def _changed(self, changes: Changes) -> None:
        if changes.records:
            self.page.forget_rows(frozenset(changes.records))
        if RecordKind.SURVEY in changes.kinds:
            self.page.forget_rows(None)  # a row shows its newest survey, whichever that is
        own = {kind.kind for kind in self.family.sites}
        if changes.kinds & own:
            self._townships_asked = False
        if changes.kinds & {RecordKind.SURVEY, *own}:
            self.refresh()

    def _template(self) -> None:
        from cpdesk.operations.register_files import write_template  # late: with the reading of workbooks

        suggested = tr("ui.sites.template_name", family=tr(self.family.name_key))
        name, _kind = QFileDialog.getSaveFileName(
            self.page, tr("ui.sites.template"), f"{suggested}.xlsx", "Excel (*.xlsx)"
        )
        if name:
            path = Path(name)
            self.run(
                lambda: write_template(path, self.family.id, language()),
                lambda _nothing: self.desk.shell.toast.say(tr("ui.sites.template_saved", name=path.name)),
                key="export",
            )

    def _batch(self, work: str) -> None:
        if self._batches is None:
            from cpdesk.ui.presenters.batches import BatchPresenter  # late: nobody waits for it at the start

            self._batches = BatchPresenter(self.desk, self.page, self.family)
            self._batches.survey_opened.connect(self.survey_opened)
        self._batches.begin(work)

    def _step(self, site: str, step: Step, said: str) -> None:
        """Undo or redo the last change to the newest survey of a site, else to the site itself."""
        if not site:
            return

        def work() -> tuple[str, int, Changes]:
            different, changes = step(self.ctx, sites.survey_of(self.ctx, site) or site)
            line = sites.site_lines(self.ctx, [site])[0]
            return line.name or line.number, len(different), changes

        def done(answer: tuple[str, int, Changes]) -> None:
            name, count, changes = answer
            self.desk.tell(changes | Changes(records=frozenset({site}), sync=True))
            self.desk.shell.toast.say(tr(said, name=name, n=count))

        self.run(work, done, key="save", on_error=self.desk.say_not_stepped)


# what the pages are shown -------------------------------------------------------------------------------------------


def store_query(family: Family, query: ListQuery) -> SiteQuery:
    """The page's question as the operation takes it."""
    return SiteQuery(
        family=family.id,
        kind=RecordKind(query.kind) if query.kind else None,
        text=query.search,
        township_code=query.township,
        place=query.place,
        status=Status(query.status) if query.status else None,
    )


def list_of(ctx: Context, family: Family, query: ListQuery) -> SiteList:
    """Ids and filter counts of a query."""
    asked = store_query(family, query)
    counts = sites.site_counts(ctx, asked)
    wide = sites.site_counts(ctx, replace(asked, place="")) if query.place else counts
    chips = [FilterChip("", tr("ui.sites.all"), counts.total)]
    chips += [
        FilterChip(status.value, tr(f"status.{status}"), counts.by_status.get(status, 0))
        for status in _CHIPS
        if counts.by_status.get(status, 0) or query.status == status.value
    ]
    by_kind = sites.count_by_kind(ctx, asked) if len(family.sites) > 1 else {}
    begun = ctx.store.records.rows(sites.new_surveys(ctx, family.id))
    return SiteList(
        query,
        tuple(_ids(ctx, asked, counts.by_status.get(Status.RETURNED, 0))),
        tuple(chips),
        kinds=tuple(FilterChip(kind.value, tr(f"site_kind.{kind}"), count) for kind, count in by_kind.items()),
        places=tuple(FilterChip(place, place, count) for place, count in wide.by_place.items() if place),
        begun=tuple((row.id, _begun_words(ctx, row.title, row.id, row.updated_at)) for row in begun),
    )


def _ids(ctx: Context, asked: SiteQuery, returned: int) -> list[str]:
    """In the order of the list; as long as nobody sorted or filtered it by status, what the district sent back stands
    on top."""
    ids = sites.site_ids(ctx, asked)
    if not returned or asked.status is not None or asked.sort != "title" or asked.descending:
        return ids
    first = dict.fromkeys(sites.site_ids(ctx, replace(asked, status=Status.RETURNED)))
    return [*first, *(site for site in ids if site not in first)]


def townships_of(ctx: Context, family: Family) -> tuple[FilterChip, ...]:
    """The townships that have sites of a family; counted behind the list, which nobody waits for."""
    counts = sites.township_counts(ctx, family.id)
    return tuple(FilterChip(code, township_name(code), count) for code, count in counts.items())


def _begun_words(ctx: Context, title: str, record: str, updated_at: str) -> str:
    """A survey without number and name yet is told by the time it was last written."""
    return title if title != record else tr("ui.sites.nameless", at=moment_long(updated_at, ctx.clock))


def township_options(ctx: Context) -> list[Option]:
    """The townships of the form, in the language of the window."""
    words = choice_words(ctx.forms.newest(SURVEY_FORM), "site.township_code", language())
    return [Option(code, name) for code, name in words.items()]


def rows_of(ctx: Context, family: Family, ids: tuple[str, ...]) -> list[SiteRow]:
    """Rows ready to be painted."""
    return [_row(ctx, family, line) for line in sites.site_lines(ctx, ids)]


def _row(ctx: Context, family: Family, line: SiteLine) -> SiteRow:
    kind = site_kind(line.kind)
    assert kind is not None  # lists show sites of declared kinds only
    return SiteRow(
        id=line.id,
        number=line.number,
        name=line.name,
        address=address_of(kind, line),
        status=status_view(line.status),
        answered=answered_share(line.status, line.answered, line.asked),
        cells=cells_of(ctx, family, kind, line.columns),
        updated=moment(line.updated_at, ctx.clock),
    )


def address_of(kind: SiteKind, line: SiteLine) -> str:
    """Where a site is, as far as the register knows."""
    address = str(line.columns.get("address") or "")
    return tr("ui.sites.comma").join(
        dict.fromkeys(part for part in (township_name(line.township_code), line.place, address) if part)
    )


def cells_of(ctx: Context, family: Family, kind: SiteKind, columns: Mapping[str, object]) -> dict[str, str]:
    """Words of the columns of a kind; codes in the words of the form, what is not known is left out."""
    form = ctx.forms.newest(family.id)
    cells: dict[str, str] = {}
    for column, name in kind.columns.items():
        value = columns.get(column)
        if value is None or value == "":
            continue
        if isinstance(value, int | float):
            cells[column] = f"{value:g}" if column in _YEARS else number(value, _DECIMALS.get(column, 0))
        elif column in _DAYS:
            cells[column] = _day(ctx, str(value))
        else:
            node = form.by_name.get(name)
            words = choice_label(form, node, str(value), language()) if node is not None and node.is_select else ""
            cells[column] = words or str(value)
    return cells


def _day(ctx: Context, day: str) -> str:
    """A day in a table: without its year when that is this one."""
    return day[5:] if day[:4] == f"{ctx.clock.now():%Y}" else day


def answered_share(status: Status, answered: int | None, asked: int | None) -> float | None:
    """How far a survey has come, 0–1; None where nobody counted."""
    if status is Status.NONE:
        return 0.0
    return answered / asked if answered is not None and asked else None


def preview_of(ctx: Context, family: Family, site: str) -> SitePreview:
    """The pane beside the list."""
    from cpdesk.ui.presenters.site_facts import facts_of, figures_of  # late: the village list does without

    line = sites.site_lines(ctx, [site])[0]
    kind = site_kind(line.kind)
    assert kind is not None  # lists show sites of declared kinds only
    facts = facts_of(ctx, family, kind, line)
    facts += marks_of(sample=line.sample, conflicts=line.conflicts, unsent=line.unsent)
    return SitePreview(
        id=site,
        title="·".join(part for part in (line.number, line.name) if part),
        address=address_of(kind, line),
        status=status_view(line.status),
        primary=primary_words(line.status),
        figures=figures_of(ctx, family, kind, line),
        facts=tuple(facts),
        events=events_of(ctx, site),
        photos=photos_of(ctx, site),
    )


def primary_words(status: Status) -> str:
    """What the button that opens the survey says."""
    return tr(_PRIMARY.get(status, "ui.preview.look"))


def marks_of(*, sample: bool, conflicts: int, unsent: int) -> list[Fact]:
    """What is special about a record."""
    marks: list[Fact] = []
    if sample:
        marks.append(Fact(tr("ui.preview.mark"), tr("ui.preview.sample"), "warn"))
    if conflicts:
        marks.append(Fact(tr("ui.preview.conflicts"), tr("ui.preview.places", n=conflicts), "bad"))
    if unsent:
        marks.append(Fact(tr("ui.preview.unsent"), tr("ui.preview.items", n=unsent)))
    return marks


def photos_of(ctx: Context, site: str) -> tuple[QImage, ...]:
    """Up to three pictures; one that is not here yet or is damaged is left out, the survey page says why."""
    images = []
    for reference in sites.site_photos(ctx, site):
        try:
            image = thumbnail(photo_content(ctx, reference))
        except CpdeskError:
            continue
        if not image.isNull():
            images.append(image)
    return tuple(images)


def events_of(ctx: Context, site: str) -> tuple[Fact, ...]:
    """What happened last, for the pane beside the list."""
    events = []
    for entry in sites.site_history(ctx, site):
        answers = [path for path in entry.operation.set if not path.startswith("@")]
        status, who = entry.operation.set.get(STATUS_FIELD), entry.operation.actor or "—"
        if status and not answers:
            words = tr("ui.preview.became", who=who, status=tr(f"status.{status}"))
        else:
            words = tr("ui.preview.wrote", who=who, n=len(answers))
        events.append(Fact(moment_long(entry.operation.at, ctx.clock), words))
    return tuple(events)
