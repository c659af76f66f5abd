"""The review inbox over `operations.review`: what a person sees follows from the role that enrolment gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import CpdeskError
from cpdesk.context import Context
from cpdesk.model.records import Changes, RecordKind, Status
from cpdesk.operations import review
from cpdesk.operations.families import FAMILIES
from cpdesk.operations.places import township_name
from cpdesk.operations.review import Inbox, InboxLine, InboxQuery, ReviewState
from cpdesk.ui.language import tr
from cpdesk.ui.pages.review import ReviewPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.words import fault_words, in_a_row, moment_long, status_view
from cpdesk.ui.review_views import ReviewChip, ReviewList, ReviewPreview
from cpdesk.ui.survey_views import PanelLine, PanelView
from cpdesk.ui.views import Fact, OptionView

REVIEWER_SEES: Final = (Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED)
FILLER_SEES: Final = (Status.RETURNED, Status.COMPLETE, Status.SUBMITTED, Status.ACCEPTED)


@dataclass(frozen=True)
class _Read:
    inbox: Inbox
    reviewer: bool
    filler: bool
    waiting: int


class ReviewPresenter(Presenter):
    """Keeps list, preview and the count on the rail."""

    def __init__(self, desk: Desk, page: ReviewPage) -> None:
        super().__init__(desk)
        self.page = page
        self._read: _Read | None = None
        page.asked.connect(self.refresh)
        page.chosen.connect(self.choose)
        page.submit_wanted.connect(self.submit)
        desk.changed.connect(self._changed)
        desk.language_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Read the list, and the survey that is chosen."""
        wanted, page = self.page.status, self.page
        township, form, words = page.township_code(), page.form_id(), page.search.text().strip()

        def work() -> _Read:
            reviewer = review.may_review(self.ctx)
            shown = REVIEWER_SEES if reviewer else FILLER_SEES
            status = Status(wanted) if wanted in shown else shown[0]
            found = review.inbox(self.ctx, InboxQuery(status, township, form, words))
            filled = next((each for each in shown if found.by_status.get(each)), status)
            if not wanted and filled is not status:  # nobody has chosen yet: begin where there is something
                found = review.inbox(self.ctx, InboxQuery(filled, township, form, words))
            return _Read(found, reviewer, review.may_fill(self.ctx), review.waiting_for_me(self.ctx))

        self.run(work, self._show, key="review", latest=True)

    def choose(self, survey: str) -> None:
        """Show a survey beside the list."""
        read = self._read
        line = next((line for line in read.inbox.lines if line.survey == survey), None) if read is not None else None
        if line is None or read is None:
            return
        self.run(
            lambda: preview_of(self.ctx, line, reviewer=read.reviewer, filler=read.filler),
            self._show_preview,
            key="review-preview",
            latest=True,
        )

    def submit(self, chosen: Sequence[str]) -> None:
        """Hand surveys in."""

        def done(answer: tuple[int, list[CpdeskError], Changes]) -> None:
            count, faults, changes = answer
            self.desk.tell(changes)
            if faults:
                self.desk.shell.faults.show_fault(fault_words(faults[0]))
            else:
                self.desk.shell.toast.say(tr("ui.review.submitted", n=count))

        self.run(lambda: review.submit(self.ctx, chosen), done, key="save")

    def _changed(self, changes: Changes) -> None:
        if changes.sync or changes.settings or RecordKind.SURVEY in changes.kinds:
            self.refresh()

    def _show(self, read: _Read) -> None:
        self._read = read
        self.desk.shell.rail.buttons["review"].show_count(read.waiting)
        self.page.show_list(list_view(self.ctx, read.inbox, reviewer=read.reviewer, filler=read.filler))
        line = self.page.list.current()
        if line is not None:
            self.choose(line.key)

    def _show_preview(self, view: ReviewPreview) -> None:
        line = self.page.list.current()
        if line is not None and line.key == view.survey:
            self.page.show_preview(view)


def list_view(ctx: Context, inbox: Inbox, *, reviewer: bool, filler: bool) -> ReviewList:
    """The list in words."""
    status = inbox.query.status
    shown = REVIEWER_SEES if reviewer else FILLER_SEES
    side = "reviewer" if reviewer else "filler"
    chips = tuple(
        ReviewChip(each.value, tr(f"ui.review.{side}.{each}"), inbox.by_status.get(each, 0)) for each in shown
    )
    more = inbox.total - len(inbox.lines)
    submit = status is Status.COMPLETE and filler and bool(inbox.lines)
    return ReviewList(
        chips=chips,
        status=status.value,
        lines=tuple(_line(ctx, line) for line in inbox.lines),
        headline=tr("ui.review.more", n=more) if more > 0 else "",
        empty=tr(f"ui.review.{side}.none_{status}"),
        townships=tuple(OptionView(code, f"{township_name(code)} {n}") for code, n in inbox.townships.items()),
        forms=tuple(OptionView(form, _form_words(ctx, form)) for form in inbox.forms),
        submit=tr("ui.review.submit_all", n=len(inbox.lines)) if submit else "",
    )


def preview_of(ctx: Context, line: InboxLine, *, reviewer: bool, filler: bool) -> ReviewPreview:
    """The survey beside the list; for a worker thread."""
    state = review.review_state(ctx, line.survey)
    facts = [
        Fact(tr("ui.review.form"), in_a_row(_form_words(ctx, line.form), township_name(line.township))),
        Fact(tr(f"ui.review.by_{line.status}"), in_a_row(line.by, moment_long(line.at, ctx.clock))),
    ]
    if state.rounds > 1:
        facts.append(Fact(tr("ui.review.round"), tr("ui.review.round_n", n=state.rounds)))
    if line.conflicts:
        facts.append(Fact(tr("ui.sync.conflicts"), tr("ui.sync.fields", n=line.conflicts), "bad"))
    work = reviewer and line.status is Status.SUBMITTED
    mend = filler and line.status is Status.RETURNED
    opening = "ui.review.open_review" if work else "ui.review.open_mend" if mend else "ui.review.open_read"
    return ReviewPreview(
        survey=line.survey,
        title=line.title,
        status=status_view(line.status),
        facts=tuple(facts),
        remarks=remarks_panel(ctx, state),
        changed=changed_panel(ctx, state),
        open_words=tr(opening),
        submit=tr("ui.review.submit") if filler and line.status is Status.COMPLETE else "",
    )


def remarks_panel(ctx: Context, state: ReviewState) -> PanelView:
    """Remarks, those that are still open first."""
    lines = []
    for each in sorted(state.remarks, key=lambda remark: remark.done):
        done = tr("ui.review.done", before=each.before or "—", now=each.now or "—") if each.done else ""
        meta = in_a_row(each.actor, moment_long(each.at, ctx.clock), each.place, done)
        tone = "ok" if each.done else "warn"
        icon = "check" if each.done else "note"
        lines.append(
            PanelLine(f"q {each.path}", each.path, each.label, each.text, meta, tone, icon, faded=each.done)  # type: ignore[arg-type]
        )
    n, left = len(state.remarks), len(state.open_remarks)
    return PanelView(tr("ui.review.remarks_left", n=n, left=left) if n else "", tuple(lines))


def changed_panel(ctx: Context, state: ReviewState) -> PanelView:
    """What has another answer than when the survey was sent back."""
    lines = tuple(
        PanelLine(
            f"c {each.path}",
            each.path,
            each.label,
            tr("ui.review.from_to", before=each.before or "—", now=each.now or "—"),
            in_a_row(each.actor, moment_long(each.at, ctx.clock), each.place),
            "info",
            "pencil",
        )
        for each in state.changed
    )
    return PanelView(tr("ui.review.changed_n", n=len(lines)) if lines else "", lines)


def _line(ctx: Context, line: InboxLine) -> PanelLine:
    again = tr("ui.review.again", n=line.round) if line.round > 1 and line.status is Status.SUBMITTED else ""
    view = status_view(line.status)
    return PanelLine(
        key=line.survey,
        path=line.survey,
        title=line.title,
        text=in_a_row(_form_words(ctx, line.form), township_name(line.township)),
        meta=in_a_row(line.by, moment_long(line.at, ctx.clock), again),
        tone=view.tone,
        icon=view.icon or "report",
    )


def _form_words(ctx: Context, form: str) -> str:
    return next((ctx.text(family.name_key) for family in FAMILIES if family.id == form), form)
