"""A survey on its way through the review: read only once it is submitted, a bar that says what is to be done, and the
steps of its course."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cpdesk.model.records import Changes, Record, RecordKind, Status
from cpdesk.operations import review, surveys
from cpdesk.operations.review import LOCKED, ReviewState
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.survey_opening import read_survey
from cpdesk.ui.presenters.words import in_a_row, moment_long
from cpdesk.ui.review_views import ReviewAction, ReviewBarView
from cpdesk.ui.views import GridView, Item, MatrixView, QuestionView, RepeatView, SectionPage

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter


@dataclass(frozen=True)
class _Known:
    state: ReviewState
    reviewer: bool
    filler: bool


class SurveyReview:
    """The review of the survey that is open."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        self._known: _Known | None = None
        self._at = -1
        of.page.review_wanted.connect(self.act)

    @property
    def done(self) -> frozenset[str]:
        """Questions whose remark was answered by another answer after it."""
        known = self._known
        return frozenset() if known is None else frozenset(each.path for each in known.state.remarks if each.done)

    def begin(self) -> None:
        """A survey was opened: the remarks of one that came back are what is looked at first."""
        self._known, self._at = None, -1
        opened = self._of.open
        if opened is not None and opened.record.status is Status.RETURNED:
            self._of.page.side.show_tab("remarks")
        self.read()

    def read(self) -> None:
        """Ask anew how the review stands, once what was answered is written down."""
        opened = self._of.open
        if opened is None or opened.record.status is Status.DRAFT:
            self._of.page.review_bar.show_bar(None)
            return
        ctx, record = self._of.ctx, opened.record.id

        def work() -> _Known:
            return _Known(review.review_state(ctx, record), review.may_review(ctx), review.may_fill(ctx))

        self._of.run_after_saving(work, self._show)

    def act(self, code: str) -> None:
        """A button of the bar."""
        if code == "next":
            self._next()
            return
        opened = self._of.open
        if opened is None:
            return
        self._of.page.commit()
        record = opened.record.id
        steps: dict[str, Callable[[], Changes]] = {
            "return": lambda: review.send_back(self._of.ctx, record),
            "accept": lambda: review.accept(self._of.ctx, record),
            "submit": lambda: surveys.submit_survey(self._of.ctx, record),
        }
        self._of.run_after_saving(steps[code], lambda changes: self._stepped(code, changes))

    def _next(self) -> None:
        """To the next remark that nobody has answered, else to the next one at all."""
        if self._known is None:
            return
        remarks = self._known.state.open_remarks or self._known.state.remarks
        if remarks:
            self._at = (self._at + 1) % len(remarks)
            self._of.show_question(remarks[self._at].path)

    def _stepped(self, code: str, changes: Changes) -> None:
        self._of.desk.tell(changes | Changes(kinds=frozenset({RecordKind.SURVEY})))
        self._of.desk.shell.toast.say(tr(f"ui.review.said_{code}"))
        opened = self._of.open
        if opened is not None:
            record = opened.record.id
            self._of.run_after_saving(lambda: (read_survey(self._of.ctx, record), Changes()), self._of.show_opened)

    def _show(self, known: _Known) -> None:
        opened = self._of.open
        if opened is None or opened.record.id != known.state.survey:
            return
        self._known = known
        self._of.page.review_bar.show_bar(self._bar(known))
        self._of.panels.show()

    def _bar(self, known: _Known) -> ReviewBarView | None:
        state = known.state
        step = state.step
        said = in_a_row(step.actor, moment_long(step.at, self._of.ctx.clock)) if step is not None else ""
        if state.status is Status.SUBMITTED and known.reviewer:
            return self._for_reviewer(state, said)
        if state.status is Status.SUBMITTED:
            return ReviewBarView(tr("ui.review.bar_submitted", who=said), "info", "clock")
        if state.status is Status.ACCEPTED:
            return ReviewBarView(tr("ui.review.bar_accepted", who=said), "ok", "check")
        if state.status is Status.RETURNED:
            left, n = len(state.open_remarks), len(state.remarks)
            key = "ui.review.bar_returned" if left else "ui.review.bar_mended"
            return ReviewBarView(tr(key, who=said, n=n, left=left), "warn" if left else "ok", "note", _walk(state))
        if state.status is Status.COMPLETE and known.filler:
            submit = ReviewAction("submit", tr("ui.review.submit"), "primary", "arrow-up")
            return ReviewBarView(tr("ui.review.bar_complete"), "info", "info", (submit,))
        return None

    def _for_reviewer(self, state: ReviewState, said: str) -> ReviewBarView:
        n = len(state.open_remarks)
        again = tr("ui.review.again", n=state.rounds) if state.rounds > 1 else ""
        changed = tr("ui.review.changed_n", n=len(state.changed)) if state.changed else ""
        why_not = "" if n else tr("ui.review.remark_first")
        words = tr("ui.review.return_n", n=n) if n else tr("ui.review.return")
        actions = (
            *_walk(state),
            ReviewAction("return", words, "secondary", "undo", why_not),
            ReviewAction("accept", tr("ui.review.accept"), "primary", "check"),
        )
        begun = tr("ui.review.bar_review", who=said) if said else tr("ui.review.bar_review_plain")
        sentence = in_a_row(begun, again, changed)
        return ReviewBarView(sentence, "info", "review", actions)


def _walk(state: ReviewState) -> tuple[ReviewAction, ...]:
    return (ReviewAction("next", tr("ui.review.next"), "quiet", "chevron-down"),) if state.remarks else ()


def is_locked(record: Record) -> bool:
    """Whether a survey is read only."""
    return record.status in LOCKED


def locked(page: SectionPage) -> SectionPage:
    """A section in which nothing can be answered."""
    return replace(
        page, item="", items=tuple(_read_only(item) for item in page.items if not isinstance(item, RepeatView))
    )


def _read_only(item: Item) -> Item:
    if isinstance(item, QuestionView):
        return replace(item, readonly=True, mark="", marks=())
    if isinstance(item, MatrixView):
        return replace(item, rows=tuple(replace(each, readonly=True) for each in item.rows))
    if isinstance(item, GridView):
        rows = tuple((row, tuple(cell and replace(cell, readonly=True) for cell in cells)) for row, cells in item.rows)
        return replace(item, rows=rows, add_words="", can_change=False)
    return item
