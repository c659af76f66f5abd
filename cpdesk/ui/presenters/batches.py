"""The menu of batch work: each entry opens its own dialog over the rows that are marked, or over the whole list."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal

from cpdesk.operations.families import Family
from cpdesk.ui.pages.sites import SitesPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.batch_answers import ExportPresenter, ImportPresenter
from cpdesk.ui.presenters.batch_check import CheckPresenter
from cpdesk.ui.presenters.batch_edit import EditPresenter
from cpdesk.ui.presenters.batch_forms import FormsPresenter
from cpdesk.ui.presenters.batch_history import HistoryPresenter
from cpdesk.ui.presenters.batch_work import BatchWork

_WORK: Final[dict[str, type[BatchWork]]] = {
    "edit": EditPresenter,
    "check": CheckPresenter,
    "export": ExportPresenter,
    "import": ImportPresenter,
    "forms": FormsPresenter,
    "history": HistoryPresenter,
}


class BatchPresenter(Presenter):
    """Begins what was chosen. `survey_opened` asks for a survey and one of its questions."""

    survey_opened = Signal(str, str)

    def __init__(self, desk: Desk, page: SitesPage, family: Family) -> None:
        super().__init__(desk)
        self.page, self.family = page, family
        self.work: BatchWork | None = None

    def begin(self, work: str) -> None:
        """Begin one kind of work; a check whose findings were left to mend one of them goes on."""
        if work == "check" and isinstance(self.work, CheckPresenter) and self.work.resume():
            return
        made = _WORK[work](self.desk, self.page, self.family)
        made.survey_opened.connect(self.survey_opened)
        self.work = made
        made.begin()
