"""Finding among many: a field that offers what contains the typed words, and a list to tick with the same search.

Twenty thousand options are searched in one pass over one lower-case text per option; the list paints only what is in
sight, and only the first few hundred finds are listed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.language import say, text, tr
from cpdesk.ui.widgets.basic import Label, column, row, set_property
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn
from cpdesk.ui.widgets.fields import SearchField, TextField

Index = QModelIndex | QPersistentModelIndex
FINDS_MAX: Final = 300
_ROWS_SHOWN: Final = 8
_ROW: Final = 34


def folded(words: str) -> str:
    """A text as it is compared: full width made plain, no case, no spaces."""
    return unicodedata.normalize("NFKC", words).casefold().replace(" ", "")


class Catalogue:
    """Options with their folded texts, made when the first search comes."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = options
        self._folded: list[str] | None = None
        self._place = {option.code: place for place, option in enumerate(options)}

    def words_of(self, code: str) -> str:
        """The words of a code; the code itself when it is no option any more."""
        place = self._place.get(code)
        return say(self.options[place].words) if place is not None else code

    def search(self, typed: str) -> list[int]:
        """Places of the options that contain all typed words; those that begin with the text first."""
        parts = [folded(part) for part in typed.split()]
        if not parts:
            return list(range(min(FINDS_MAX, len(self.options))))
        if self._folded is None:
            self._folded = [folded(f"{say(option.words)} {option.code}") for option in self.options]
        whole = "".join(parts)
        first: list[int] = []
        rest: list[int] = []
        for place, words in enumerate(self._folded):
            if all(part in words for part in parts):
                (first if words.startswith(whole) else rest).append(place)
        return (first + rest)[:FINDS_MAX]


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


class LookupField(Editor):
    """One of very many options: type any part of its words, ↓ ↑ walk, Enter takes, Esc closes the list."""

    def __init__(self, options: Sequence[Option], value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.catalogue = Catalogue(options)
        stack = column(self, gap=2)
        self.field = _TypedWords(parent=self)
        self.field.setPlaceholderText(tr("ui.lookup.type", n=len(options)))
        stack.addWidget(self.field)
        self.model = FindModel(self.catalogue, self)
        self.list = FindList(self.model, self.window() if parent is not None else self)
        self.list.setWindowFlags(Qt.WindowType.ToolTip)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda index: self._take(index.row()))
        self.list.hide()
        self._value: str | None = None
        self.field.textEdited.connect(self._typed)
        self.field.installEventFilter(self)
        self.field.left.connect(self.commit)
        self.setFocusProxy(self.field)
        self.setMaximumWidth(420)
        self.setMinimumWidth(220)
        self.show_value(value)

    def codes(self) -> list[str]:
        return [option.code for option in self.catalogue.options]

    def show_value(self, value: str | None) -> None:
        self._value = value
        if not (self.field.hasFocus() and self.field.isModified()):
            self.field.setText(self.catalogue.words_of(value) if value else "")

    def set_bad(self, bad: bool) -> None:
        self.field.set_bad(bad)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.field.setAccessibleName(name)

    def commit(self) -> None:
        """Words that name one option are that option; an empty field is no answer; anything else goes back."""
        self.list.hide()
        if not self.field.isModified():
            return
        typed = self.field.text().strip()
        self.field.setModified(False)
        if not typed:
            self._give(None)
            return
        exact = [place for place in self.catalogue.search(typed) if self._is_exact(place, typed)]
        found = exact or self.catalogue.search(typed)
        if len(found) == 1:
            self._give(self.catalogue.options[found[0]].code)
        else:
            self.show_value(self._value)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is not self.field or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._walk(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.list.isVisible() and self.list.currentIndex().isValid():
                self._take(self.list.currentIndex().row())
            self.commit()
            self.moved_on.emit()
        elif key == Qt.Key.Key_Escape and self.list.isVisible():
            self.list.hide()
        else:
            return False
        return True

    def hideEvent(self, event: object) -> None:
        self.list.hide()

    def _typed(self, typed: str) -> None:
        self.model.find(typed)
        self._show_list()
        if typed.strip() and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))

    def _walk(self, step: int) -> None:
        if not self.list.isVisible():
            self.model.find(self.field.text() if self.field.isModified() else "")
            self._show_list()
        here = self.list.currentIndex().row()
        count = self.model.rowCount()
        if count:
            place = 0 if here < 0 and step > 0 else (here + step) % count
            self.list.setCurrentIndex(self.model.index(place))

    def _show_list(self) -> None:
        rows = min(_ROWS_SHOWN, self.model.rowCount())
        if not rows:
            self.list.hide()
            return
        self.list.setFixedSize(max(240, self.field.width()), rows * _ROW + 12)
        self.list.move(self.field.mapToGlobal(QPoint(0, self.field.height() + 2)))
        self.list.show()

    def _take(self, place: int) -> None:
        option = self.model.option(self.model.index(place))
        self.list.hide()
        self.field.setModified(False)
        self._give(option.code)

    def _give(self, code: str | None) -> None:
        changed = code != self._value
        self.show_value(code)
        if changed:
            self.chosen.emit(code)

    def _is_exact(self, place: int, typed: str) -> bool:
        option = self.catalogue.options[place]
        return folded(typed) in (folded(say(option.words)), folded(option.code))


class _TypedWords(TextField):
    left = Signal()

    def commit(self) -> None:
        """What is typed is only a search until the field it belongs to has looked."""

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


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
        self.picked.set_words(tr("ui.lookup.picked", n=len(words), words="、".join(words)) if words else "")
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
