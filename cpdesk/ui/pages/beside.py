"""What stands beside one question: the last visit's answer, remarks with their editor, an unusual answer checked.

It is lodged in the question's block and goes with it; the block itself knows nothing of it.
"""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QPlainTextEdit, QSizePolicy, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.language import language, text, tr
from cpdesk.ui.survey_views import BesideView, LastAnswer, RemarkView
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Button, IconText, Label, clear, column, row

CARD: Final = 208
_GAP: Final = 16


class Beside(QWidget):
    """Under the question: what can be said of its answer. At its right, where there is room: the last visit."""

    take_wanted = Signal(str)
    check_wanted = Signal(str, bool)
    remarked = Signal(str, str)
    closed = Signal(str)

    def __init__(self, block: QWidget) -> None:
        super().__init__(block)
        self._block = block
        self.view = BesideView("")
        self.editor: RemarkEditor | None = None
        self.card = LastCard(block)
        self.card.take_wanted.connect(self.take_wanted)
        self._wide = False
        self._stack = column(self, (0, 2, 0, 0), 6)
        layout = block.layout()
        assert isinstance(layout, QBoxLayout)
        layout.addWidget(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        block.installEventFilter(self)
        self._arrange()

    def show_beside(self, view: BesideView, *, wide: bool) -> None:
        """Show what there is; `wide` puts the last visit at the right."""
        if view == self.view and wide == self._wide:
            return
        self.view, self._wide = view, wide
        if self.editor is not None:
            self._stack.removeWidget(self.editor)  # what is being written stays
        clear(self._stack)
        if view.check:
            self._stack.addWidget(self._check_line(view))
        for remark in view.remarks:
            self._stack.addWidget(self._remark_line(remark))
        single = view.lasts[0] if len(view.lasts) == 1 and not view.lasts[0].place else None
        self.card.show_last(single)
        if single is None or not wide:
            for last in view.lasts:
                self._stack.addWidget(self._last_line(last))
        if self.editor is not None:
            self._stack.addWidget(self.editor)
        self._arrange()

    def edit(self, path: str, words: str) -> None:
        """Open the editor of a remark under the question."""
        if self.editor is not None:
            self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self.editor = editor = RemarkEditor(path, words, self)
        editor.kept.connect(self._kept)
        editor.dropped.connect(self._close)
        self._stack.addWidget(editor)
        self._arrange()
        editor.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def commit(self) -> None:
        """Give on a remark that is being written."""
        if self.editor is not None:
            self.editor.keep()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place_card()
        return False

    def _kept(self, words: str) -> None:
        path = self.editor.path if self.editor is not None else self.view.path
        self._close()
        self.remarked.emit(path, words)

    def _close(self) -> None:
        editor, self.editor = self.editor, None
        if editor is not None:
            path = editor.path
            self._stack.removeWidget(editor)
            editor.hide()
            editor.deleteLater()
            self._arrange()
            self.closed.emit(path)

    def _arrange(self) -> None:
        beside = self._wide and self.card.last is not None
        layout = self._block.layout()
        layout.setContentsMargins(0, 0, CARD + _GAP if beside else 0, 0)
        self.card.setVisible(beside)
        self.setVisible(self._stack.count() > 0)
        self._block.setMinimumHeight(self.card.sizeHint().height() if beside else 0)
        self._place_card()
        self._block.updateGeometry()

    def _place_card(self) -> None:
        height = min(self.card.sizeHint().height(), max(40, self._block.height()))
        self.card.setGeometry(self._block.width() - CARD, 0, CARD, height)

    def _check_line(self, view: BesideView) -> QWidget:
        holder = QWidget(self)
        line = row(holder, gap=8)
        path = view.path
        if view.check == "open":
            line.addWidget(
                Button(text("ui.check.confirm"), "mini", "check", lambda: self.check_wanted.emit(path, True))
            )
        else:
            line.addWidget(IconText(view.checked, "ok", "check"), 1)
            line.addWidget(Button(text("ui.check.take_back"), "mini", "", lambda: self.check_wanted.emit(path, False)))
        line.addStretch(0 if view.check == "checked" else 1)
        return holder

    def _remark_line(self, remark: RemarkView) -> QWidget:
        line = RemarkLine(remark, self)
        line.edit_wanted.connect(lambda: self.edit(remark.path, remark.words))
        return line

    def _last_line(self, last: LastAnswer) -> QWidget:
        holder = QWidget(self)
        line = row(holder, gap=8)
        words = tr("ui.last.was", place=last.place, words=last.words or "—").strip()
        label = Label(words, "table", "text2", wrap=True)
        line.addWidget(label, 1)
        if last.difference:
            line.addWidget(Label(last.difference, "table", "accent", bold=True))
        if last.value is not None:
            path = last.path
            line.addWidget(Button(text("ui.last.take"), "mini", "undo", lambda: self.take_wanted.emit(path)))
        return holder


class LastCard(QWidget):
    """The last visit's answer at the right of its question; a bar in the accent says that it is another one now."""

    take_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.last: LastAnswer | None = None
        stack = column(self, (14, 2, 0, 2), 2)
        self._head = Label("", "meta", "text3")
        self._words = Label("", "body", "text", wrap=True)
        self._difference = Label("", "table", "accent", bold=True)
        self.take = Button(text("ui.last.take"), "mini", "undo", self._take)
        line = row(gap=6)
        line.addWidget(self._difference)
        line.addWidget(self.take)
        line.addStretch(1)
        stack.addWidget(self._head)
        stack.addWidget(self._words)
        stack.addLayout(line)
        stack.addStretch(1)
        self.setFixedWidth(CARD)
        self.hide()

    def show_last(self, last: LastAnswer | None) -> None:
        self.last = last
        if last is None:
            return
        self._head.set_words(tr("ui.last.at", at=last.at))
        self._words.set_words(last.words or tr("ui.last.none"))
        self._words.set_colour("text" if last.changed else "text2")
        self._difference.set_words(last.difference)
        self._difference.setVisible(bool(last.difference))
        self.take.setVisible(last.value is not None)
        self.setAccessibleName(f"{tr('ui.last.at', at=last.at)} {last.words or tr('ui.last.none')} {last.difference}")
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        changed = self.last is not None and self.last.changed
        painter.fillRect(
            QRectF(0, 2, 3 if changed else 1, self.height() - 4), theme().colour("accent" if changed else "line2")
        )
        painter.end()

    def _take(self) -> None:
        if self.last is not None:
            self.take_wanted.emit(self.last.path)


class RemarkLine(QWidget):
    """A remark: what was said, by whom and when. One from another desk has another ground and says so."""

    edit_wanted = Signal()

    def __init__(self, remark: RemarkView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.remark = remark
        line = row(self, (14, 6, 6, 6), 8)
        words = column(gap=0)
        said = f"{remark.place}：{remark.words}" if remark.place else remark.words
        words.addWidget(Label(said, "table", wrap=True))
        who = ("·" if language() == "zh" else " · ").join(
            part for part in (tr("ui.remark.other") if remark.other else "", remark.who, remark.when) if part
        )
        words.addWidget(Label(who, "meta", "warn" if remark.other else "text2"))
        line.addLayout(words, 1)
        edit = Button("", "mini", "pencil", self.edit_wanted.emit, tip=text("ui.remark.edit"))
        line.addWidget(edit, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(f"{tr('ui.remark.title')}：{said}，{who}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        other = self.remark.other
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("warn_weak" if other else "weak"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.fillRect(QRectF(0, 6, 3, self.height() - 12), theme().colour("warn" if other else "accent"))
        painter.end()


class RemarkEditor(QWidget):
    """Ctrl+Enter keeps, Esc leaves it as it was; an emptied remark is taken away."""

    kept = Signal(str)
    dropped = Signal()

    def __init__(self, path: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path, self._was = path, words
        stack = column(self, (0, 2, 0, 2), 6)
        self.field = QPlainTextEdit(words)
        self.field.setFont(font("body"))
        self.field.setFixedHeight(66)
        self.field.setTabChangesFocus(True)
        self.field.setPlaceholderText(tr("ui.remark.placeholder"))
        self.field.setAccessibleName(tr("ui.remark.title"))
        self.field.installEventFilter(self)
        stack.addWidget(self.field)
        line = row(gap=8)
        line.addWidget(Button(text("ui.remark.keep"), "secondary", "check", self.keep))
        line.addWidget(Button(text("ui.remark.drop"), "quiet", on_click=self.dropped.emit))
        line.addWidget(Label(text("ui.remark.keys"), "meta", "text3"))
        line.addStretch(1)
        stack.addLayout(line)
        self.setFocusProxy(self.field)

    def keep(self) -> None:
        """Give on what is written, if it is another remark than before."""
        words = self.field.toPlainText().strip()
        if words == self._was:
            self.dropped.emit()
        else:
            self.kept.emit(words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            key = cast("QKeyEvent", event)
            enter = key.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and key.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.keep()
                return True
            if key.key() == Qt.Key.Key_Escape:
                self.dropped.emit()
                return True
        if event.type() == QEvent.Type.ShortcutOverride and cast("QKeyEvent", event).key() == Qt.Key.Key_Escape:
            event.accept()  # Esc closes the editor, not the page
            return True
        return False
