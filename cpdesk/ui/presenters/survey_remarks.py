"""Remarks on questions: written under the question, listed in a panel, those of other desks told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpdesk.operations import surveys
from cpdesk.operations.surveys import NOTE, Comment
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.survey_book import Book, label_of, stands
from cpdesk.ui.presenters.survey_last import place_words
from cpdesk.ui.presenters.words import in_a_row, moment_long
from cpdesk.ui.survey_views import PanelLine, PanelView, RemarkView
from cpdesk.ui.views import Tone

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter


class Remarks:
    """Remarks of the survey that is open. Who wrote one and when stands in the store and is read from there."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        self._written: dict[str, Comment] = {}
        of.page.side.lists["remarks"].acted.connect(self.edit)
        of.page.remark_wanted.connect(self.edit)
        of.page.body.remarked.connect(self.write)

    def begin(self, book: Book) -> None:
        """A survey was opened."""
        self._written.clear()
        if book.remarks() and self._of.open is not None:
            self._read(self._of.open.record.id)

    def edit(self, path: str) -> None:
        """Ctrl M: the editor of a remark at a question, wherever that stands."""
        book = self._of.panels.book
        if book is None:
            return
        if not path:
            self._of.desk.shell.toast.say(tr("ui.remark.choose_question"))
            return
        words = book.remarks().get(path, "")
        if not self._of.page.body.edit_remark(path, words):
            self._of.show_question(path)
            self._of.page.body.edit_remark(path, words)

    def write(self, path: str, words: str) -> None:
        """A remark was written, or emptied."""
        self._written.pop(path, None)
        self._of.answer(path + NOTE, words or None)

    def by_root(self, book: Book) -> dict[str, list[RemarkView]]:
        """By every root a remark may stand below: its own path, and the repeats around it."""
        found: dict[str, list[RemarkView]] = {}
        for view in self._views(book):
            for root in (view.path, *_repeats_around(view.path)):
                found.setdefault(root, []).append(view)
        return found

    def panel(self, book: Book) -> PanelView:
        """All of them."""
        views = self._views(book)
        if not views:
            return PanelView(empty=tr("ui.remark.none"))
        others = sum(view.other for view in views)
        said = tr("ui.remark.head_others" if others else "ui.remark.head", n=len(views), others=others)
        done = self._of.review.done
        lines = [_line(book, view, done=view.path in done) for view in views]
        return PanelView(said, tuple(sorted(lines, key=lambda line: line.faded)))

    def _views(self, book: Book) -> list[RemarkView]:
        return [self._view(book, *each) for each in book.remarks().items() if stands(book.session, each[0])]

    def _view(self, book: Book, path: str, words: str) -> RemarkView:
        ctx, known, place = self._of.ctx, self._written.get(path), place_words(book.session, path)
        if known is None or known.text != words:
            return RemarkView(path, place, words, ctx.actor, tr("ui.remark.now"))
        return RemarkView(path, place, words, known.actor, moment_long(known.at, ctx.clock), not known.own)

    def _read(self, record: str) -> None:
        def read(found: list[Comment]) -> None:
            if self._of.open is not None and self._of.open.record.id == record:
                self._written = {each.path: each for each in found}
                self._of.show_again()

        self._of.run_after_saving(lambda: surveys.comments(self._of.ctx, record), read)


def _line(book: Book, view: RemarkView, *, done: bool) -> PanelLine:
    said = in_a_row(tr("ui.remark.other") if view.other else "", view.who, view.when, view.place)
    label = label_of(book.session, view.path)
    if done:
        said = in_a_row(tr("ui.review.answered"), said)
        return PanelLine(view.path, view.path, label, view.words, said, "ok", "check", tr("ui.remark.edit"), faded=True)
    tone: Tone = "warn" if view.other else "info"
    return PanelLine(view.path, view.path, label, view.words, said, tone, "note", tr("ui.remark.edit"))


def _repeats_around(path: str) -> list[str]:
    return [path[:place] for place, sign in enumerate(path) if sign == "["]
