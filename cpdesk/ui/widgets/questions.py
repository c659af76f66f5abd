"""One question: number, label, control, help, the visible default and what is the matter with the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from cpdesk.ui.fonts import width_px
from cpdesk.ui.language import text
from cpdesk.ui.requests import Marked, MediaOpened
from cpdesk.ui.views import ContentView, PlaceView, QuestionView
from cpdesk.ui.widgets.basic import Button, IconText, Label, column, row
from cpdesk.ui.widgets.controls import AnyEditor, flows, is_fixed, make_editor
from cpdesk.ui.widgets.editor import Editor
from cpdesk.ui.widgets.fields import LongTextField, TextField
from cpdesk.ui.widgets.marks import MarkKeys, MarkSwitch
from cpdesk.ui.widgets.media import MediaStrip

_LONG_LABEL: Final = 26
_HINT_BESIDE: Final = 150
_ANY_WIDTH: Final = 4000
"""Controls with a smaller largest width stand at the left."""


class QuestionBlock(QWidget):
    """A question as block of the form. It never blocks: faults are shown, values are kept."""

    answered = Signal(str, object)
    moved_on = Signal(str)
    requested = Signal(object)

    def __init__(self, view: QuestionView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        stack = column(self, gap=4)
        head = row(gap=6)
        head.addStrut(24)  # as high with a mark as without one
        self._number = Label(view.number, "h3", "text2")
        self._label = Label("", "h3", wrap=True)
        self._star = Label("*", "h3", "bad")
        head.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._star, 0, Qt.AlignmentFlag.AlignTop)
        self._guide = Button(text("ui.question.guidance"), "mini", "note", self._show_guidance)
        self._guide.setCheckable(True)
        self._guide.hide()
        head.addWidget(self._guide, 0, Qt.AlignmentFlag.AlignTop)
        self._head = head
        self._default: Button | None = None
        self._marks: MarkSwitch | None = None
        head.addStretch(1)
        self._label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        stack.addLayout(head)
        self._place = row(gap=8)
        stack.addLayout(self._place)
        self._stack = stack
        self._beside: dict[str, Label] = {}
        self._below: dict[str, Label | IconText] = {}
        self._media: MediaStrip | None = None
        self.editor: AnyEditor | None = None
        self._made_for: tuple[object, ...] = ()
        self.content_of = ""
        self._places: tuple[PlaceView, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_question(view)

    def show_question(self, view: QuestionView) -> None:
        """Show the question as it stands; the control is kept as long as its kind and options are the same."""
        kind = _kind(view)
        self.view = view
        if kind != self._made_for:
            self._made_for = kind
            self._make_editor(view)
        elif self.editor is not None:
            self.editor.show_value(view.value)
        if isinstance(self.editor, Editor) and view.places is not self._places:
            self._places = view.places
            self.editor.show_places(view.places)
        self._number.set_words(view.number)
        self._number.setVisible(bool(view.number))
        self._label.set_words(view.label)
        self._label.setWordWrap(len(view.label) > _LONG_LABEL)
        self._star.setVisible(view.required)
        self._guide.setVisible(bool(view.guidance))
        self._show_guidance()
        self._show_label_media(view)
        beside = view.control == "number" and not view.marks and width_px(view.hint, "meta") <= _HINT_BESIDE
        self._say_below("hint", "" if beside else view.hint)
        self._say_beside("unit", view.unit)
        self._say_beside("hint", view.hint if beside else "")
        self._show_default(view)
        self._show_marks(view)
        self._show_state(view)

    def focus_editor(self) -> None:
        if self.editor is not None:
            self.editor.setFocus(Qt.FocusReason.TabFocusReason)

    def commit(self) -> None:
        """Give on what is typed but not yet left, before the page goes away."""
        if self.editor is not None:
            self.editor.commit()

    def names_file(self) -> bool:
        """Whether the answer is the name of a file that is shown."""
        return self.view.control in ("photo", "signature", "drawing", "annotation", "attachment")

    def show_content(self, content: ContentView) -> None:
        """Show the file that the answer names."""
        self.content_of = self.view.value or ""
        if isinstance(self.editor, Editor):
            self.editor.show_content(content)

    def media_names(self) -> list[str]:
        """Pictures of the form that this block shows: beside the label and on the choices."""
        beside = [each.name for each in self.view.media if each.kind == "image"]
        return beside + [option.image for option in self.view.options if option.image]

    def show_media(self, name: str, image: QImage) -> None:
        """Show a picture of the form where it belongs."""
        if self._media is not None:
            self._media.show_media(name, image)
        if isinstance(self.editor, Editor):
            self.editor.show_media(name, image)

    def can_share_row(self) -> bool:
        return self.view.short and not (self.view.assumed or self.view.problem or self.view.media)

    def natural_width(self) -> int:
        """Width the label and the control want."""
        wide = self._number.sizeHint().width() + self._label.sizeHint().width() + 36
        wide += sum(_room(button, 6) for button in (self._guide, self._default))
        if self.editor is not None:
            beside = sum(_room(each, 8) for each in (*self._beside.values(), self._marks))
            wide = max(wide, min(self.editor.sizeHint().width(), self.editor.maximumWidth()) + beside)
        return wide

    def said(self, part: str) -> str:
        """What stands under the question: its `hint`, `guidance`, `assumed`, `problem` or `soft`; else empty."""
        label = self._below.get(part)
        shown = label is not None and label.isVisibleTo(self)
        return label.words() if label is not None and shown else ""

    def _show_guidance(self) -> None:
        self._say_below("guidance", self.view.guidance if self._guide.isChecked() else "")

    def _show_default(self, view: QuestionView) -> None:
        """A value that the form filled in: a quiet mark behind the label, which agrees with it."""
        if self._default is None:
            if not view.default:
                return
            self._default = Button(text("ui.default.mark"), "doubt", on_click=self._agree, parent=self)
            self._default.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Enter in the control does the same
            self._head.insertWidget(self._head.count() - 1, self._default, 0, Qt.AlignmentFlag.AlignTop)
        self._default.set_tip(" ".join(part for part in (view.assumed, view.default) if part))
        self._default.setVisible(bool(view.default))

    def _show_marks(self, view: QuestionView) -> None:
        """How a figure is known: one press behind the number."""
        if self._marks is None:
            if not view.marks or self.editor is None:
                return
            self._marks = MarkSwitch(view.marks, self)
            self._marks.marked.connect(self._mark)
            self._place.insertWidget(1 + len(self._beside), self._marks)
            MarkKeys(self.editor, view.marks).marked.connect(self._mark)
        self._marks.show_mark(view.mark, view.label)
        self._marks.setVisible(bool(view.value) and not view.readonly)

    def _agree(self) -> None:
        self.requested.emit(Marked(self.view.path))

    def _mark(self, mark: str) -> None:
        self.commit()
        if self.view.value:
            self.requested.emit(Marked(self.view.path, mark))

    def _entered(self) -> None:
        """Enter goes on, and agrees with what was filled in."""
        if self.view.default:
            self._agree()
        self.moved_on.emit(self.view.path)

    def _show_label_media(self, view: QuestionView) -> None:
        if not view.media and self._media is None:
            return
        if self._media is None:
            self._media = MediaStrip(self)
            self._media.opened.connect(lambda name: self.requested.emit(MediaOpened(name)))
            self._stack.insertWidget(1, self._media)
        self._media.show_list(view.media)

    def _say_below(self, part: str, words: str) -> None:
        """Labels under the control are made when they are first needed: most questions need none."""
        label = self._below.get(part)
        if label is None:
            if not words:
                return
            label = _make_below(part)
            self._below[part] = label
            before: list[str] = [name for name in _BELOW if name in self._below]
            self._stack.insertWidget(2 + (self._media is not None) + before.index(part), label)
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
        self._say_below("assumed", "" if view.default or view.value else view.assumed)
        self._say_below("unknown", view.assumed if view.value and not view.default else "")
        self._say_below("problem", "" if view.soft else view.problem)
        self._say_below("soft", view.problem if view.soft else "")
        if self.editor is not None:
            self.editor.set_bad(bool(view.problem) and not view.soft)
            self.editor.setAccessibleName(f"{view.number} {view.label}".strip())
            parts = (view.hint, view.problem, view.assumed, view.default)
            self.editor.setAccessibleDescription(" ".join(part for part in parts if part))

    def _make_editor(self, view: QuestionView) -> None:
        while self._place.count():
            old = self._place.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._beside.clear()
        self._marks = None
        self.content_of = ""
        self.editor = editor = make_editor(view, self)
        if isinstance(editor, (TextField, LongTextField)):
            editor.setReadOnly(view.readonly)
        else:
            editor.setEnabled(not view.readonly)
        editor.moved_on.connect(self._entered)
        editor.chosen.connect(self._chosen)
        if isinstance(editor, Editor):
            editor.requested.connect(lambda request: self.requested.emit(replace(request, path=self.view.path)))
        self._place.addWidget(editor, 0 if is_fixed(editor) else 100)
        if not flows(editor) or editor.maximumWidth() < _ANY_WIDTH:
            self._place.addStretch(1)

    def _chosen(self, value: str | None) -> None:
        if self.view.default and self.view.control in _ONE_OF and value in (None, self.view.value):
            self._agree()  # pressing what was filled in says that it is right, not that it is to go
            if self.editor is not None:
                self.editor.show_value(self.view.value)
            return
        self.answered.emit(self.view.path, value)
        if self.view.quick and value:
            self.moved_on.emit(self.view.path)


def _kind(view: QuestionView) -> tuple[object, ...]:
    """What a control is made for; it stays while all of this is the same."""
    return (
        view.control, view.options, view.whole, view.readonly, view.columns, view.bounds, view.grouped, view.file_kind,
    )  # fmt: skip


_ONE_OF: Final = ("choice", "likert")
_BELOW: Final = ("hint", "guidance", "assumed", "unknown", "problem", "soft")


def _room(widget: QWidget | None, gap: int) -> int:
    """Width that a part takes with the gap before it; none when it is not shown."""
    if widget is None or (widget.isHidden() and not widget.sizePolicy().retainSizeWhenHidden()):
        return 0
    return widget.sizeHint().width() + gap


def _make_below(part: str) -> Label | IconText:
    if part in ("hint", "guidance"):
        return Label("", "meta" if part == "hint" else "table", "text2", wrap=True)
    if part in ("assumed", "unknown"):
        return IconText("", "warn", "info", ground=part == "unknown")
    return IconText("", "bad", "alert") if part == "problem" else IconText("", "warn", "warning")


class PairLayout(QLayout):
    """Blocks under each other; two neighbours that are short enough share a row. 16 px between questions."""

    def __init__(self, parent: QWidget | None = None, gap: int = 20, gutter: int = 24, wide: int = 620) -> None:
        super().__init__(parent)
        self._gap, self._gutter, self._wide = gap, gutter, wide
        self._items: list[QLayoutItem] = []
        self._pairing = True
        self.setContentsMargins(0, 0, 0, 0)

    def set_pairing(self, pairing: bool) -> None:
        """Whether short neighbours may share a row at all."""
        self._pairing = pairing

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
            if (
                len(pair) == 2
                and self._pairing
                and area.width() >= self._wide
                and all(_fits(item, half) for item in pair)
            ):
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


__all__ = ["PairLayout", "QuestionBlock", "make_editor"]
