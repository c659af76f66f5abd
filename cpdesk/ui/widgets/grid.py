"""A repeat as one grid: label, cells, rows to add and change, what did not fit when a block was pasted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from cpdesk.ui.blocks import Block as Cells
from cpdesk.ui.blocks import PastePlan, plan_paste
from cpdesk.ui.language import text, tr
from cpdesk.ui.requests import ColumnsSized, GridEdit, Marked
from cpdesk.ui.views import GridView, QuestionView
from cpdesk.ui.widgets.basic import Block, Button, ElidedLabel, IconText, Label, column, row
from cpdesk.ui.widgets.grid_model import ROW, GridModel
from cpdesk.ui.widgets.grid_table import GridTable

_ROWS_SHOWN: Final = 14
_MISFITS_SHOWN: Final = 8
_SUMMED_AT_ONCE: Final = 100
"""Cells of a selection that are added up before events are looked at again."""


class GridBlock(QWidget):
    """All items of a repeat. One cell that was typed is `answered`; anything larger is `requested` as a GridEdit."""

    answered = Signal(str, object)
    row_wanted = Signal(str)
    requested = Signal(object)
    moved_on = Signal(str)

    def __init__(self, view: GridView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.plan: PastePlan | None = None
        stack = column(self, gap=8)
        head = row(gap=6)
        self._number, self._label = Label(view.number, "h3", "text2"), Label(view.label, "h3")
        self._hint = Label(view.hint, "meta", "text2")
        head.addWidget(self._number)
        head.addWidget(self._label)
        head.addStretch(1)
        head.addWidget(self._hint)
        stack.addLayout(head)
        frame = Block("grid", self)  # 4 px corners: the square cells must not cover rounder ones
        inner = column(frame, (2, 2, 2, 2))
        self.model = GridModel(view, self)
        self.table = GridTable(self.model, frame)
        self._summing = QTimer(self)
        self._summing.setSingleShot(True)
        self._summing.timeout.connect(self._add_up)
        inner.addWidget(self.table)
        inner.addWidget(self._make_foot())
        stack.addWidget(frame)
        self._problem = IconText("", "bad", "alert")
        self._notes = Label("", "table", "text2", wrap=True)
        stack.addWidget(self._problem)
        stack.addWidget(self._notes)
        stack.addWidget(self._make_preview())
        self._connect()
        self._fitted: tuple[object, ...] = ()
        self._left: Iterator[QuestionView | None] = iter(())
        self._seen, self._numbers = 0, list[float]()
        self._go_to_new_row = False
        self.show_grid(view)

    def _make_foot(self) -> QWidget:
        foot = QWidget(self)
        line = row(foot, (4, 2, 8, 2), 2)
        self.add_button = Button("", "quiet", "plus", self._append)
        line.addWidget(self.add_button)
        self.row_buttons: list[Button] = []
        for icon, tip, action in (
            ("copy", "ui.grid.double", self._double),
            ("arrow-up", "ui.grid.up", lambda: self._move(-1)),
            ("arrow-down", "ui.grid.down", lambda: self._move(1)),
            ("trash", "ui.grid.remove", self._remove),
        ):
            button = Button("", "quiet", icon, action, tip=text(tip))
            self.row_buttons.append(button)
            line.addWidget(button)
        line.addStretch(1)
        self.sum_words = Label("", "table", "text2")
        self._keys = ElidedLabel(text("ui.grid.keys"), "meta", "text3")
        line.addWidget(self.sum_words)
        line.addWidget(self._keys)
        return foot

    def _make_preview(self) -> QWidget:
        self.preview = Block("inset", self)
        stack = column(self.preview, (16, 12, 16, 12), 6)
        self._preview_head = IconText("", "warn", "warning")
        self._preview_lines = Label("", "table", "text2", wrap=True)
        line = row(gap=8)
        self.paste_button = Button(text("ui.paste.go"), "secondary", "check", self.paste_planned)
        self.drop_button = Button(text("ui.paste.drop"), "quiet", on_click=self._drop_plan)
        for widget in (self.paste_button, self.drop_button):
            line.addWidget(widget)
        line.addStretch(1)
        stack.addWidget(self._preview_head)
        stack.addWidget(self._preview_lines)
        stack.addLayout(line)
        self.preview.hide()
        return self.preview

    def _connect(self) -> None:
        table = self.table
        table.row_wanted.connect(self._append)
        table.left_end.connect(lambda: self.moved_on.emit(self.view.path))
        table.pasted.connect(self.paste)
        table.cleared.connect(self._clear)
        table.filled.connect(self._fill)
        table.rows_unwanted.connect(self._remove)
        table.row_inserted.connect(self._insert)
        table.row_doubled.connect(self._double)
        table.row_moved.connect(self._move)
        table.agreed.connect(self._agree)
        table.sized.connect(lambda: self.requested.emit(ColumnsSized(self.view.path, self.table.widths())))
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        table.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        table.selectionModel().currentChanged.connect(lambda *_: self._show_problem())
        self.model.edited.connect(self.answered)

    # what it shows --------------------------------------------------------------------------------------------------

    def show_grid(self, view: GridView) -> None:
        """Show the items as they stand; selection, scrolling and a cell that is typed in stay."""
        grew = len(view.rows) > len(self.view.rows)
        self.view = view
        self.model.show_grid(view)
        self._number.set_words(view.number)
        self._label.set_words(view.label)
        self._hint.set_words(view.hint)
        self._notes.set_words(view.notes)
        self._notes.setVisible(bool(view.notes))
        self.add_button.set_words(view.add_words)
        self.add_button.setVisible(bool(view.add_words))
        for button in self.row_buttons:
            button.setVisible(view.can_change)
        self.table.setAccessibleName(f"{view.label}, {tr('ui.grid.rows', n=len(view.rows))}")
        if grew and self._go_to_new_row and view.rows:
            self._go_to_new_row = False
            self.table.setCurrentIndex(self.model.index(len(view.rows) - 1, 0))
        self._selected()
        self._show_problem()
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(280, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fitted = ()
        self._fit()

    def _fit(self) -> None:
        """Widths follow the columns and the room; those a person dragged stay until one of the two changes."""
        kind = (tuple(column.label for column in self.view.columns), self.width(), bool(self.view.rows))
        if kind != self._fitted and self.isVisible():
            self._fitted = kind
            self.table.fit_columns()
        shown = min(_ROWS_SHOWN, max(1, len(self.view.rows)))
        self.table.setFixedHeight(ROW * (shown + 1) + (12 if self._scrolls_sideways() else 2))

    def showEvent(self, event: object) -> None:
        QTimer.singleShot(0, self, self._fit)

    def _scrolls_sideways(self) -> bool:
        return self.table.horizontalHeader().length() > self.table.viewport().width() + 1

    def focus_editor(self, path: str = "") -> None:
        """Put the cursor into the grid, into the cell of a question when it is one of them."""
        if path:
            for place, (item, cells) in enumerate(self.view.rows):
                if path.startswith(f"{item}/"):
                    paths = [cell.path if cell is not None else "" for cell in cells]
                    self.table.setCurrentIndex(self.model.index(place, paths.index(path) if path in paths else 0))
        if self.view.rows:
            self.table.setFocus()
        else:
            self.add_button.setFocus()

    def current_path(self) -> str:
        """The question whose cell is the current one."""
        here = self.table.currentIndex()
        cell = self.model.cell(here) if here.isValid() else None
        return cell.path if cell is not None else ""

    def commit(self) -> None:
        """Give on a cell that is being typed in, before the page goes away."""
        editor = self.table.focusWidget()
        if editor is not None and editor is not self.table and self.table.isAncestorOf(editor):
            self.table.setFocus()

    def _show_problem(self) -> None:
        """The sentence of the cell with the cursor, else of the first wrong one, with its row and column."""
        here = self.table.currentIndex()
        cell = self.model.cell(here) if here.isValid() else None
        words, soft = "", False
        if cell is not None and cell.problem:
            words, soft = self._placed(here.row(), here.column(), cell.problem), cell.soft
        else:
            for place in self.view.wrong:
                cells = self.view.rows[place][1]
                wrong = [at for at, each in enumerate(cells) if each is not None and each.problem and not each.soft]
                if wrong:
                    found = cells[wrong[0]]
                    words = self._placed(place, wrong[0], found.problem if found is not None else "")
                    break
        self._problem.set_words(words or self.view.problem)
        self._problem.set_tone("warn" if soft else "bad", "warning" if soft else "alert")
        self._problem.setVisible(bool(words or self.view.problem))

    def _placed(self, place: int, at: int, problem: str) -> str:
        return tr("ui.grid.problem", row=place + 1, label=self.view.columns[at].label, problem=problem)

    def _selected(self) -> None:
        """How many cells are selected and what their numbers come to, as spreadsheets say it; a large selection is
        added up in slices, so that its cells are not all made at one key."""
        self._left = self.table.selected_cells() if self.view.rows else iter(())
        self._seen, self._numbers = 0, []
        for button in self.row_buttons:
            button.setEnabled(bool(self.view.rows))
        self._add_up()

    def _add_up(self) -> None:
        cells = list(islice(self._left, _SUMMED_AT_ONCE))
        self._seen += len(cells)
        for cell in cells:
            if cell is not None and cell.control == "number" and cell.value and not cell.problem:
                self._numbers.append(float(cell.value))
        if len(cells) == _SUMMED_AT_ONCE:
            self._summing.start()
            return
        self._summing.stop()
        some = len(self._numbers) > 1
        total = f"{round(sum(self._numbers), 6):,.10g}".replace("-", "−")
        self.sum_words.set_words(tr("ui.grid.sum", n=self._seen, total=total) if some else "")
        self._keys.setVisible(not some)

    def hideEvent(self, event: object) -> None:
        self._summing.stop()

    # what changes ---------------------------------------------------------------------------------------------------

    def paste(self, block: Cells) -> None:
        """Paste at once when all fits; else show what does not, and wait."""
        top, left, rows, columns = self.table.area()
        self.plan = plan_paste(self.view, top, left, block, rows=rows, columns=columns)
        if not self.plan.misfits:
            self.paste_planned()
            return
        lines = [
            tr(misfit.reason, row=misfit.row, label=misfit.label, typed=misfit.typed)
            for misfit in self.plan.misfits[:_MISFITS_SHOWN]
        ]
        more = len(self.plan.misfits) - len(lines)
        if more > 0:
            lines.append(tr("ui.paste.more", n=more))
        self._preview_head.set_words(tr("ui.paste.head", fits=self.plan.fitting, n=len(self.plan.misfits)))
        self._preview_lines.set_words("\n".join(lines))
        self.paste_button.setEnabled(self.plan.fitting > 0)
        self.preview.show()
        (self.paste_button if self.plan.fitting else self.drop_button).setFocus()

    def paste_planned(self) -> None:
        """Paste what fits, as one step."""
        plan, self.plan = self.plan, None
        self.preview.hide()
        self.table.setFocus()
        if plan is not None and plan.fitting:
            self.requested.emit(plan.edit)

    def _drop_plan(self) -> None:
        self.plan = None
        self.preview.hide()
        self.table.setFocus()

    def _agree(self) -> None:
        """Enter in a cell that the form filled in says that it is right."""
        cell = self.model.cell(self.table.currentIndex()) if self.table.currentIndex().isValid() else None
        if cell is not None and cell.default:
            self.requested.emit(Marked(cell.path))

    def _clear(self) -> None:
        cells = [cell for cell in self.table.selected_cells() if cell is not None and cell.value and not cell.readonly]
        if len(cells) == 1:
            self.answered.emit(cells[0].path, None)
        elif cells:
            self.requested.emit(GridEdit(self.view.path, cells=tuple((cell.path, None) for cell in cells)))

    def _fill(self) -> None:
        """Copy the row above into the selection; of several rows, the first into the others."""
        top, left, rows, columns = self.table.area()
        source = top if rows > 1 else top - 1
        if source < 0:
            return
        changes: list[tuple[str, str | None]] = []
        for place in range(source + 1, top + rows):
            for at in range(left, left + columns):
                above = self.view.rows[source][1][at]
                cell = self.view.rows[place][1][at]
                if above is not None and cell is not None and not cell.readonly and above.value != cell.value:
                    changes.append((cell.path, above.value))
        if len(changes) == 1:
            self.answered.emit(*changes[0])
        elif changes:
            self.requested.emit(GridEdit(self.view.path, cells=tuple(changes)))

    def _append(self) -> None:
        if self.view.add_words:
            self._go_to_new_row = True
            self.row_wanted.emit(self.view.path)

    def _insert(self) -> None:
        """A new row before the current one."""
        here = self.table.currentIndex().row()
        if not self.view.add_words or not self.view.can_change:
            return
        if here <= 0:
            self._insert_first()
        else:
            self.requested.emit(GridEdit(self.view.path, added=((),), after=self.view.rows[here - 1][0]))

    def _insert_first(self) -> None:
        """Items can only be added behind others: add one behind the first and move the first behind it."""
        if not self.view.rows:
            self._append()
            return
        first = self.view.rows[0][0]
        second = self.view.rows[1][0] if len(self.view.rows) > 1 else None
        self.requested.emit(GridEdit(self.view.path, added=((),), after=first, moved=(first, second)))

    def _double(self) -> None:
        """The current row once more, behind it."""
        here = self.table.currentIndex().row()
        if here < 0 or not self.view.add_words:
            return
        item, cells = self.view.rows[here]
        values = tuple(
            (name, cell.value)
            for name, cell in zip(self.view.names, cells, strict=True)
            if cell is not None and cell.value and not cell.readonly
        )
        self.requested.emit(GridEdit(self.view.path, added=(values,), after=item))

    def _remove(self) -> None:
        top, _left, rows, _columns = self.table.area()
        if self.view.can_change and self.view.rows:
            items = tuple(item for item, _cells in self.view.rows[top : top + rows])
            spare = len(self.view.rows) - self.view.least
            if spare > 0:
                self.requested.emit(GridEdit(self.view.path, removed=items[:spare]))

    def _move(self, step: int) -> None:
        here = self.table.currentIndex()
        target = here.row() + step
        if not self.view.can_change or not (here.row() >= 0 and 0 <= target < len(self.view.rows)):
            return
        items = [item for item, _cells in self.view.rows]
        if step < 0:
            before: str | None = items[target]
        else:
            before = items[target + 1] if target + 1 < len(items) else None
        self.requested.emit(GridEdit(self.view.path, moved=(items[here.row()], before)))
        self.table.setCurrentIndex(self.model.index(target, here.column()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same by the right mouse button and by Shift+F10."""
        menu = QMenu(self)
        for key, action in (
            ("ui.grid.copy", self.table.copy),
            ("ui.grid.insert", self._insert),
            ("ui.grid.double", self._double),
            ("ui.grid.clear", self._clear),
            ("ui.grid.remove", self._remove),
        ):
            menu.addAction(tr(key)).triggered.connect(lambda _checked=False, action=action: action())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos() if not event.globalPos().isNull() else self.mapToGlobal(QPoint(8, 8)))
