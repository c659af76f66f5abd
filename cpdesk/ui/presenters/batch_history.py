"""The batches this desk made, and taking one back."""

from __future__ import annotations

from cpdesk.store.batches import Batch
from cpdesk.ui.language import tr
from cpdesk.ui.pages.batch_history import HistoryDialog
from cpdesk.ui.presenters.batch_work import BatchWork, take_back
from cpdesk.ui.presenters.words import moment_long


class HistoryPresenter(BatchWork):
    """Lists the batches, newest first."""

    def begin(self) -> None:
        """Show them."""
        self.dialog = dialog = HistoryDialog(self.page)
        dialog.take_back_wanted.connect(self._take_back)
        self._batches: list[Batch] = []
        self.show(dialog)
        self._read()

    def _read(self) -> None:
        self.run(self.ctx.store.batches.newest, self._show, key="batch")

    def _show(self, batches: list[Batch]) -> None:
        if not self.is_open():
            return
        self._batches = batches
        lines = [
            (
                moment_long(batch.at, self.ctx.clock),
                tr(f"batch.{batch.kind}"),
                batch.title,
                f"{batch.records:,}",
                batch.actor or "—",
                tr("batch.stands" if batch.reverted_at is None else "batch.reverted"),
            )
            for batch in batches
        ]
        self.dialog.show_batches(lines, [batch.reverted_at is None for batch in batches])

    def _take_back(self, place: int) -> None:
        batch = self._batches[place]
        if batch.reverted_at is None:
            take_back(self, batch.id, self._read)
