"""One question: number, label, control, help, the visible default and what is the matter with the answer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from cpdesk.ui.fonts import width_px
from cpdesk.ui.views import QuestionView
from cpdesk.ui.widgets.basic import IconText, Label, column, row
from cpdesk.ui.widgets.choices import ChoiceButtons, ComboBox, MultiChoice, Option
from cpdesk.ui.widgets.fields import DateField, LongTextField, NumberField, TextField
from cpdesk.ui.widgets.photos import PhotoField, SignaturePad

Editor = (
    ChoiceButtons
    | ComboBox
    | MultiChoice
    | DateField
    | LongTextField
    | NumberField
    | TextField
    | PhotoField
    | SignaturePad
)
_NUMBER_WIDTH: Final = 112
_TEXT_WIDTH: Final = 288
_LONG_LABEL: Final = 26
_HINT_BESIDE: Final = 150


class QuestionBlock(QWidget):
    """A question as block of the form. It never blocks: faults are shown, values are kept."""

    answered = Signal(str, object)
    moved_on = Signal(str)
    photo_requested = Signal(str)
    signed = Signal(str, object)
    focused = Signal(str)

    def __init__(self, view: QuestionView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        stack = column(self, gap=6)
        head = row(gap=6)
        self._number = Label(view.number, "h3", "text2")
        self._label = Label("", "h3", wrap=True)
        self._star = Label("*", "h3", "bad")
        head.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._star, 0, Qt.AlignmentFlag.AlignTop)
        head.addStretch(1)
        self._label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        stack.addLayout(head)
        self._place = row(gap=8)
        stack.addLayout(self._place)
        self._stack = stack
        self._beside: dict[str, Label] = {}
        self._below: dict[str, Label | IconText] = {}
        self.editor: Editor | None = None
        self._made_for: tuple[object, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_question(view)

    def show_question(self, view: QuestionView) -> None:
        """Show the question as it stands; the control is kept as long as its kind and options are the same."""
        kind = (view.control, view.options, view.whole, view.readonly)
        self.view = view
        if kind != self._made_for:
            self._made_for = kind
            self._make_editor(view)
        elif self.editor is not None:
            self._show_value(view)
        self._number.set_words(view.number)
        self._number.setVisible(bool(view.number))
        self._label.set_words(view.label)
        self._label.setWordWrap(len(view.label) > _LONG_LABEL)
        self._star.setVisible(view.required)
        beside = view.control == "number" and width_px(view.hint, "meta") <= _HINT_BESIDE
        self._say_below("hint", "" if beside else view.hint)
        self._say_beside("unit", view.unit)
        self._say_beside("hint", view.hint if beside else "")
        self._show_state(view)

    def focus_editor(self) -> None:
        if self.editor is not None:
            self.editor.setFocus(Qt.FocusReason.TabFocusReason)

    def commit(self) -> None:
        """Give on what is typed but not yet left, before the page goes away."""
        if isinstance(self.editor, (TextField, LongTextField)):
            self.editor.commit()

    def shows_picture(self) -> bool:
        return isinstance(self.editor, (PhotoField, SignaturePad))

    def show_image(self, image: QImage) -> None:
        if isinstance(self.editor, (PhotoField, SignaturePad)):
            self.editor.show_image(image)

    def can_share_row(self) -> bool:
        return self.view.short and not self.view.assumed and not self.view.problem

    def natural_width(self) -> int:
        """Width the label and the control want."""
        wide = self._number.sizeHint().width() + self._label.sizeHint().width() + 36
        if self.editor is not None:
            beside = sum(label.sizeHint().width() + 8 for label in self._beside.values() if label.isVisibleTo(self))
            wide = max(wide, min(self.editor.sizeHint().width(), self.editor.maximumWidth()) + beside)
        return wide

    def said(self, part: str) -> str:
        """What stands under the question: its `hint`, `assumed`, `problem` or `soft`; empty when nothing is shown."""
        label = self._below.get(part)
        shown = label is not None and label.isVisibleTo(self)
        return label.words() if label is not None and shown else ""

    def _say_below(self, part: str, words: str) -> None:
        """Labels under the control are made when they are first needed: most questions need none."""
        label = self._below.get(part)
        if label is None:
            if not words:
                return
            label = _make_below(part)
            self._below[part] = label
            before: list[str] = [name for name in _BELOW if name in self._below]
            self._stack.insertWidget(2 + before.index(part), label)
        label.set_words(words)
        label.setVisible(bool(words))

    def _say_beside(self, part: str, words: str) -> None:
        label = self._beside.get(part)
        if label is None:
            if not words:
                return
            label = Label("", "meta" if part == "hint" else "body", "text2", parent=self)
            self._beside[part] = label
            self._place.insertWidget(1 + len(self._beside) - 1, label)
        label.set_words(words)
        label.setVisible(bool(words))

    def _show_state(self, view: QuestionView) -> None:
        self._say_below("assumed", view.assumed)
        self._say_below("problem", "" if view.soft else view.problem)
        self._say_below("soft", view.problem if view.soft else "")
        if self.editor is not None:
            self.editor.set_bad(bool(view.problem) and not view.soft)
            self.editor.setAccessibleName(f"{view.number} {view.label}".strip())
            self.editor.setAccessibleDescription(" ".join(part for part in (view.problem, view.assumed) if part))

    def _show_value(self, view: QuestionView) -> None:
        editor = self.editor
        if isinstance(editor, (TextField, LongTextField)):
            editor.show_value(view.value or "")
        elif editor is not None:
            editor.show_value(view.value)

    def _make_editor(self, view: QuestionView) -> None:
        while self._place.count():
            old = self._place.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._beside.clear()
        self.editor = editor = make_editor(view, self)
        if editor is None:
            return
        editor.setEnabled(not view.readonly or isinstance(editor, (TextField, LongTextField)))
        self._connect(editor)
        flows = isinstance(editor, (ChoiceButtons, MultiChoice, SignaturePad, PhotoField))
        fixed = isinstance(editor, (NumberField, DateField, ComboBox))
        self._place.addWidget(editor, 0 if fixed else 100)
        if not flows:
            self._place.addStretch(1)

    def _connect(self, editor: Editor) -> None:
        path = self.view.path
        editor.moved_on.connect(lambda: self.moved_on.emit(path))
        if isinstance(editor, (TextField, LongTextField)):
            editor.setReadOnly(self.view.readonly)
            editor.committed.connect(lambda value: self.answered.emit(path, value or None))
        elif isinstance(editor, SignaturePad):
            editor.signed.connect(lambda png: self.signed.emit(path, png))
            editor.cleared.connect(lambda: self.answered.emit(path, None))
        else:
            editor.chosen.connect(lambda value: self.answered.emit(path, value))
            if isinstance(editor, PhotoField):
                editor.add_requested.connect(lambda: self.photo_requested.emit(path))


_BELOW: Final = ("hint", "assumed", "problem", "soft")


def _make_below(part: str) -> Label | IconText:
    if part == "hint":
        return Label("", "meta", "text2", wrap=True)
    if part == "assumed":
        return IconText("", "warn", "info", ground=True)
    return IconText("", "bad", "alert") if part == "problem" else IconText("", "warn", "warning")


def make_editor(view: QuestionView, parent: QWidget | None = None) -> Editor | None:
    """The control of a question, by its type and the number and length of its choices; None for a note."""
    options = [Option(option.code, option.words) for option in view.options]
    if view.control in ("choice", "multi", "combo"):
        kinds: dict[str, type[ChoiceButtons | MultiChoice | ComboBox]] = {
            "choice": ChoiceButtons,
            "multi": MultiChoice,
            "combo": ComboBox,
        }
        return kinds[view.control](options, view.value, parent)
    if view.control == "photo":
        return PhotoField(view.value, parent)
    if view.control == "signature":
        return SignaturePad(view.value, parent)
    return _typed_editor(view, parent)


def _typed_editor(view: QuestionView, parent: QWidget | None) -> Editor | None:
    value = view.value or ""
    match view.control:
        case "number":
            number = NumberField(value, step=1 if view.whole else 0, parent=parent)
            number.setFixedWidth(_NUMBER_WIDTH)
            return number
        case "date":
            day = DateField(value, parent=parent)
            day.setFixedWidth(152)
            return day
        case "long":
            return LongTextField(value, parent)
        case "text":
            line = TextField(value, parent=parent)
            line.setMinimumWidth(120)
            line.setMaximumWidth(_TEXT_WIDTH)
            return line
    return None


class PairLayout(QLayout):
    """Blocks under each other; two neighbours that are short enough share a row. 16 px between questions."""

    def __init__(self, parent: QWidget | None = None, gap: int = 20, gutter: int = 24, wide: int = 620) -> None:
        super().__init__(parent)
        self._gap, self._gutter, self._wide = gap, gutter, wide
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def insert(self, place: int, widget: QWidget) -> None:
        """Put a widget at a place."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(480))

    def minimumSize(self) -> QSize:
        return QSize(280, 40)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, place=True)

    def _arrange(self, area: QRect, *, place: bool) -> int:
        shown = [item for item in self._items if not item.isEmpty()]
        half = (area.width() - self._gutter) // 2
        top, index = area.y(), 0
        while index < len(shown):
            pair = shown[index : index + 2]
            if len(pair) == 2 and area.width() >= self._wide and all(_fits(item, half) for item in pair):
                heights = [_height(item, half) for item in pair]
                if place:
                    pair[0].setGeometry(QRect(QPoint(area.x(), top), QSize(half, heights[0])))
                    left = area.x() + half + self._gutter
                    pair[1].setGeometry(QRect(QPoint(left, top), QSize(half, heights[1])))
                top += max(heights) + self._gap
                index += 2
                continue
            height = _height(pair[0], area.width())
            if place:
                pair[0].setGeometry(QRect(area.x(), top, area.width(), height))
            top += height + self._gap
            index += 1
        return max(0, top - self._gap - area.y())


def _fits(item: QLayoutItem, width: int) -> bool:
    block = item.widget()
    return isinstance(block, QuestionBlock) and block.can_share_row() and block.natural_width() <= width


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


__all__ = ["Editor", "PairLayout", "QuestionBlock", "make_editor"]
