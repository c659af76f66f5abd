"""The survey that is open while a round of sync brings what others changed in it: it is shown anew, and an answer given
before that is laid beside the other one, not over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cpdesk.model.records import Changes, Record, RecordKind
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.survey_opening import Opened, read_survey

if TYPE_CHECKING:
    from cpdesk.ui.presenters.survey import SurveyPresenter


class Merging:
    """What the person has before the eyes, entry by entry."""

    def __init__(self, of: SurveyPresenter) -> None:
        self._of = of
        self._seen: dict[str, str] = {}
        of.desk.changed.connect(self._changed)

    def begin(self, record: Record) -> None:
        """A survey was read from the store."""
        self._seen = dict(record.answers)

    def seen_before(self, values: Mapping[str, str | None]) -> dict[str, str | None]:
        """What stood on the screen before these values were given; they stand there now."""
        before = {path: self._seen.get(path) for path in values}
        for path, value in values.items():
            if value:
                self._seen[path] = value
            else:
                self._seen.pop(path, None)
        return before

    def _changed(self, changes: Changes) -> None:
        opened = self._of.open
        if opened is None or opened.record.id not in changes.records or RecordKind.SURVEY not in changes.kinds:
            return
        self._of.page.commit()
        record, saves, seen = opened.record, self._of.saves(), dict(self._seen)

        def work() -> tuple[Opened, int] | None:
            standing = self._of.ctx.store.records.get(record.id)
            different = {path for path in {**standing.answers, **seen} if standing.answers.get(path) != seen.get(path)}
            if not different and standing.status is record.status:
                return None
            return read_survey(self._of.ctx, record.id), len(different)

        def done(found: tuple[Opened, int] | None) -> None:
            if found is None or self._of.open is None or self._of.open.record.id != record.id:
                return
            again, count = found
            self._of.show_anew(again, Changes(), stale=self._of.saves() != saves)
            if count:
                self._of.desk.shell.toast.murmur(tr("ui.survey.merged", n=count))

        self._of.run_after_saving(work, done)
