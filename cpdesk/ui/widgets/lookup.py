"""Finding among many: a field that offers what contains the typed words, and a list to tick with the same search.

Twenty thousand options are searched as one long folded text, up to the first few hundred finds; the list paints only
what is in sight.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import say, text, tr
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Label, column, paint_check, row, set_property
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn
from cpdesk.ui.widgets.fields import SearchField, TextField

Index = QModelIndex | QPersistentModelIndex
FINDS_MAX: Final = 300
_ROWS_SHOWN: Final = 8
_ROW: Final = 34
_EDGE: Final = "\n"
"""Stands between the folded texts of options; no line that is typed holds it."""


def folded(words: str) -> str:
    """A text as it is compared: full width made plain, no case, no spaces."""
    return unicodedata.normalize("NFKC", words).casefold().replace(" ", "")


class Catalogue:
    """Options with their folded texts, made when the first search comes."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = options
        self._folded = ""
        self._starts: list[int] = []
        self._place = {option.code: place for place, option in enumerate(options)}

    def words_of(self, code: str) -> str:
        """The words of a code; the code itself when it is no option any more."""
        place = self._place.get(code)
        return say(self.options[place].words) if place is not None else code

    def search(self, typed: str) -> list[int]:
        """Places of the options that contain all typed words; those that begin with the text first."""
        parts = [folded(part) for part in typed.split()]
        if not any(parts):
            return list(range(min(FINDS_MAX, len(self.options))))
        self.prepare()
        whole = "".join(parts)
        first = list(islice(self._containing(f"{_EDGE}{whole}"), FINDS_MAX))
        longest = max(parts, key=len)
        others = [part for part in parts if part != longest]
        found = dict.fromkeys(first)
        for place in self._containing(longest):
            if len(found) >= FINDS_MAX:
                break
            if not others or all(part in self._text_of(place) for part in others):
                found[place] = None
        return list(found)

    def prepare(self) -> None:
        """Fold the texts of all options, once: one long text is searched far faster than many short ones."""
        if self._starts:
            return
        texts = (f"{say(option.words)} {option.code}".replace(_EDGE, " ") for option in self.options)
        self._folded = _EDGE + folded(_EDGE.join(texts)) + _EDGE
        lengths = (len(words) + 1 for words in self._folded[1:-1].split(_EDGE))
        self._starts = list(accumulate(lengths, initial=1))

    def _containing(self, part: str) -> Iterator[int]:
        """Places of the options whose text contains a part, in their order."""
        here = self._folded.find(part)
        while here >= 0:
            place = bisect_right(self._starts, here + part.startswith(_EDGE)) - 1
            yield place
            here = self._folded.find(part, self._starts[place + 1] - 1)

    def _text_of(self, place: int) -> str:
        return self._folded[self._starts[place] : self._starts[place + 1] - 1]


class FindModel(QAbstractListModel):
    """The finds of a search; with `ticked` given, each with its check box."""

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None, *, ticks: bool = False) -> None:
        super().__init__(parent)
        self.catalogue, self.ticks = catalogue, ticks
        self.ticked: set[str] = set()
        self.places: list[int] = []

    def find(self, typed: str) -> None:
        self.beginResetModel()
        self.places = self.catalogue.search(typed)
        self.endResetModel()

    def option(self, index: Index) -> Option:
        return self.catalogue.options[self.places[index.row()]]

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return say(self.option(index).words)
        if role == Qt.ItemDataRole.CheckStateRole and self.ticks:
            ticked = self.option(index).code in self.ticked
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        return None

    def row_changed(self, index: Index) -> None:
        self.dataChanged.emit(index, index)


class FindList(QListView):
    """The list of finds; it never takes the keyboard from the field it belongs to unless it is asked to."""

    def __init__(self, model: FindModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setFont(font("body"))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setProperty("k", "finds")
        self.setItemDelegate(_FindDelegate(self))
        self.setMouseTracking(True)


class _FindDelegate(QStyledItemDelegate):
    """Paints a find: the words, before them the check box where there is one, its ground when it is the current one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("weak"))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 4, 4)
        ticked = index.data(Qt.ItemDataRole.CheckStateRole)
        left = 10.0
        if ticked is not None:
            box = QRectF(area.left() + 10, area.center().y() - 8.5, 17, 17)
            paint_check(painter, box, checked=ticked == Qt.CheckState.Checked)
            left = 38.0
        painter.setPen(theme().colour("text"))
        painter.setFont(font("body"))
        words = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, int(area.width() - left - 8)
        )
        painter.drawText(area.adjusted(left, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


class FindLine(TextField):
    """A line that finds one of many options: type any part of its words, ↓ ↑ walk, Enter takes, Esc closes the list.

    `taken` carries the code when it is another one than before; `moved_on` comes with Enter.
    """

    taken = Signal(object)

    def __init__(self, options: Sequence[Option], code: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.catalogue = Catalogue(options)
        self.code: str | None = None
        self.model = FindModel(self.catalogue, self)
        self.list = FindList(self.model, self)
        self.list.setWindowFlags(Qt.WindowType.ToolTip)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda index: self._take(index.row()))
        self.list.hide()
        self.textEdited.connect(self._typed)
        self.show_code(code)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.catalogue.prepare()  # so that the first letter finds as soon as the others

    def show_code(self, code: str | None) -> None:
        """Show the words of a code, unless somebody is typing."""
        self.code = code
        if not (self.hasFocus() and self.isModified()):
            self.setText(self.catalogue.words_of(code) if code else "")

    def commit(self) -> None:
        """Words that name one option are that option; an empty field is no answer; anything else goes back."""
        self.list.hide()
        if not self.isModified():
            return
        typed = self.text().strip()
        self.setModified(False)
        if not typed:
            self._give(None)
            return
        exact = [place for place in self.catalogue.search(typed) if self._is_exact(place, typed)]
        found = exact or self.catalogue.search(typed)
        if len(found) == 1:
            self._give(self.catalogue.options[found[0]].code)
        else:
            self.show_code(self.code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.walk(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take_current()
            self.moved_on.emit()
        elif key == Qt.Key.Key_Escape and self.list.isVisible():
            self.list.hide()
        else:
            super().keyPressEvent(event)

    def take_current(self) -> None:
        """Take the option that is marked in the open list, else what the words say."""
        if self.list.isVisible() and self.list.currentIndex().isValid():
            self._take(self.list.currentIndex().row())
        self.commit()

    def walk(self, step: int) -> None:
        """Open the list, or go on in it."""
        if not self.list.isVisible():
            self.model.find(self.text() if self.isModified() else "")
            self._show_list()
        here = self.list.currentIndex().row()
        count = self.model.rowCount()
        if count:
            place = 0 if here < 0 and step > 0 else (here + step) % count
            self.list.setCurrentIndex(self.model.index(place))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.list.isVisible() and not self.isReadOnly():
            self.model.find(self.text() if self.isModified() else "")
            self._show_list()

    def hideEvent(self, event: QHideEvent) -> None:
        self.list.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        area = QRectF(self.width() - 26, self.height() / 2 - 8, 16, 16)
        paint_icon(painter, "chevron-down", theme().colour("text2"), area)
        painter.end()

    def _typed(self, typed: str) -> None:
        self.model.find(typed)
        self._show_list()
        if typed.strip() and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))

    def _show_list(self) -> None:
        rows = min(_ROWS_SHOWN, self.model.rowCount())
        if not rows:
            self.list.hide()
            return
        self.list.setFixedSize(max(240, self.width()), rows * _ROW + 12)
        self.list.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        self.list.show()

    def _take(self, place: int) -> None:
        option = self.model.option(self.model.index(place))
        self.list.hide()
        self.setModified(False)
        self._give(option.code)

    def _give(self, code: str | None) -> None:
        changed = code != self.code
        self.show_code(code)
        if changed:
            self.taken.emit(code)

    def _is_exact(self, place: int, typed: str) -> bool:
        option = self.catalogue.options[place]
        return folded(typed) in (folded(say(option.words)), folded(option.code))


class LookupField(Editor):
    """One of very many options, as the control of a question."""

    def __init__(self, options: Sequence[Option], value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = FindLine(options, value, self)
        self.field.setPlaceholderText(tr("ui.lookup.type", n=len(options)))
        self.field.setTextMargins(0, 0, 18, 0)
        column(self).addWidget(self.field)
        self.field.taken.connect(self.chosen)
        self.field.moved_on.connect(self.moved_on)
        self.setFocusProxy(self.field)
        self.setMaximumWidth(420)
        self.setMinimumWidth(220)

    def codes(self) -> list[str]:
        return [option.code for option in self.field.catalogue.options]

    def show_value(self, value: str | None) -> None:
        self.field.show_code(value)

    def set_bad(self, bad: bool) -> None:
        self.field.set_bad(bad)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.field.setAccessibleName(name)

    def commit(self) -> None:
        self.field.commit()


class CheckList(Editor):
    """Several of many options: a search box, the finds with check boxes, and the ticked ones in words above."""

    def __init__(self, options: Sequence[Option], value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._codes = [option.code for option in options]
        stack = column(self, gap=6)
        self.picked = Label("", "table", "text2", wrap=True)
        self.search = SearchField(text("ui.lookup.search"))
        self.model = FindModel(Catalogue(options), self, ticks=True)
        self.list = FindList(self.model, self)
        self.list.setFixedHeight(min(_ROWS_SHOWN, max(3, len(options))) * _ROW + 10)
        line = row(gap=12)
        line.addWidget(self.search, 1)
        stack.addWidget(self.picked)
        stack.addLayout(line)
        stack.addWidget(self.list)
        self.setMaximumWidth(480)
        self.setFocusProxy(self.search)
        self.model.find("")
        self.search.searched.connect(self.model.find)
        self.search.installEventFilter(self)
        self.list.installEventFilter(self)
        self.list.clicked.connect(self.toggle)
        EnterMovesOn(self, self.search, self.list)
        self.show_value(value)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.search.setAccessibleName(name)
        self.list.setAccessibleName(name)

    def show_value(self, value: str | None) -> None:
        self.model.ticked = set((value or "").split())
        words = [self.model.catalogue.words_of(code) for code in self._codes if code in self.model.ticked]
        self.picked.set_words(
            tr("ui.lookup.picked", n=len(words), words=tr("ui.list_separator").join(words)) if words else ""
        )
        self.picked.setVisible(bool(words))
        self.list.viewport().update()

    def set_bad(self, bad: bool) -> None:
        set_property(self.search, "bad", "true" if bad else "false")

    def toggle(self, index: Index) -> None:
        """Tick an option or take the tick away."""
        self.model.ticked ^= {self.model.option(index).code}
        value = " ".join(code for code in self._codes if code in self.model.ticked)
        self.show_value(value)
        self.model.row_changed(index)
        self.chosen.emit(value or None)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if watched is self.search and event.key() == Qt.Key.Key_Down:
            self.list.setFocus()
            self.list.setCurrentIndex(self.model.index(0))
            return True
        if watched is self.list and event.key() == Qt.Key.Key_Space:
            if self.list.currentIndex().isValid():
                self.toggle(self.list.currentIndex())
            return True
        if watched is self.list and event.key() == Qt.Key.Key_Up and self.list.currentIndex().row() <= 0:
            QTimer.singleShot(0, self.search, self.search.setFocus)
            return True
        return False
