"""A scale of agreement on one line, and a matrix: several questions that share their choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cpdesk.ui.fonts import font, width_px
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import say, tr
from cpdesk.ui.theme import theme
from cpdesk.ui.views import MatrixView, OptionView
from cpdesk.ui.widgets.basic import Block, IconText, Label, Line, column, row
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn

_DOT: Final = 9.0


class Scale(Editor):
    """Options as dots in equal columns: digits and ← → choose, Del takes back. `several` ticks more than one."""

    def __init__(
        self,
        options: Sequence[Option],
        value: str | None = None,
        parent: QWidget | None = None,
        *,
        words: bool = True,
        line: bool = True,
        several: bool = False,
    ) -> None:
        super().__init__(parent)
        self._options = list(options)
        self._picked: set[str] = set()
        self._current = 0
        self._words, self._line, self._several = words, line, several
        self._bad = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(66 if words else 40)
        if words:
            self.setMaximumWidth(120 * len(self._options))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        EnterMovesOn(self, self)
        self.show_value(value)

    def show_value(self, value: str | None) -> None:
        self._picked = set((value or "").split())
        chosen = [place for place, option in enumerate(self._options) if option.code in self._picked]
        if chosen and not self._several:
            self._current = chosen[0]
        self.setAccessibleDescription(tr("ui.list_separator").join(say(self._options[place].words) for place in chosen))
        self.update()

    def set_bad(self, bad: bool) -> None:
        self._bad = bad
        self.update()

    def choose(self, place: int) -> None:
        """Choose the option at a place; once more takes it back."""
        if not 0 <= place < len(self._options) or not self.isEnabled():
            return
        self._current = place
        code = self._options[place].code
        picked = self._picked ^ {code} if self._several or code in self._picked else {code}
        value = " ".join(option.code for option in self._options if option.code in picked)
        self.show_value(value)
        self.chosen.emit(value or None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(key), 0)
        if step:
            if self._several or self._picked:
                self._current = (self._current + step) % len(self._options)
            if not self._several and self._options[self._current].code not in self._picked:
                self.choose(self._current)
            self.update()
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            place = key - Qt.Key.Key_1
            if self._several or place >= len(self._options) or self._options[place].code not in self._picked:
                self.choose(place)
        elif key == Qt.Key.Key_Space:
            self.choose(self._current)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._picked:
            self.show_value(None)
            self.chosen.emit(None)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self.choose(int(event.position().x() // self._step()))

    def sizeHint(self) -> QSize:
        return QSize(96 * len(self._options), self.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step, middle = self._step(), 20.0
        if self._line:
            painter.setPen(QPen(theme().colour("line2"), 2))
            painter.drawLine(QPointF(step / 2, middle), QPointF(self.width() - step / 2, middle))
        for place, option in enumerate(self._options):
            centre = QPointF(step * (place + 0.5), middle)
            chosen = option.code in self._picked
            here = self.hasFocus() and place == self._current
            ink = "bad" if self._bad and not chosen else "accent" if chosen or here else "field"
            painter.setPen(QPen(theme().colour(ink), 2 if chosen or here else 1.4))
            painter.setBrush(theme().colour("surface"))
            if here:
                painter.setBrush(theme().colour("weak"))
                painter.drawEllipse(centre, _DOT + 5, _DOT + 5)
                painter.setBrush(theme().colour("surface"))
            painter.drawEllipse(centre, _DOT, _DOT)
            if chosen and self._several:
                tick = QRectF(centre.x() - 8, centre.y() - 8, 16, 16)
                paint_icon(painter, "check", theme().colour("accent"), tick)
            elif chosen:
                painter.setBrush(theme().colour("accent"))
                painter.drawEllipse(centre, _DOT - 4, _DOT - 4)
            if self._words:
                painter.setFont(font("table", bold=chosen))
                painter.setPen(theme().colour("accent" if chosen else "text"))
                words = painter.fontMetrics().elidedText(say(option.words), Qt.TextElideMode.ElideRight, int(step) - 6)
                painter.drawText(QRectF(step * place, 40, step, 22), Qt.AlignmentFlag.AlignCenter, words)
        painter.end()

    def _step(self) -> float:
        return self.width() / max(1, len(self._options))


class MatrixHead(QWidget):
    """The options' words above the columns."""

    def __init__(self, options: tuple[OptionView, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(34)

    def show_options(self, options: tuple[OptionView, ...]) -> None:
        self._options = options
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme().colour("text2"))
        painter.setFont(font("meta"))
        step = self.width() / max(1, len(self._options))
        for place, option in enumerate(self._options):
            area = QRectF(step * place + 2, 0, step - 4, self.height())
            words = painter.fontMetrics().elidedText(option.words, Qt.TextElideMode.ElideRight, int(area.width()))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()


class MatrixBlock(QWidget):
    """Questions as rows under shared choices; Enter and ↓ go to the next row."""

    answered = Signal(str, object)
    moved_on = Signal(str)
    requested = Signal(object)

    def __init__(self, view: MatrixView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        stack = column(self, gap=8)
        head = row(gap=6)
        self._number, self._label = Label("", "h3", "text2"), Label("", "h3", wrap=True)
        head.addWidget(self._number)
        head.addWidget(self._label, 1)
        stack.addLayout(head)
        self._hint = Label("", "meta", "text2", wrap=True)
        stack.addWidget(self._hint)
        self._frame = Block("grid", self)
        self._lines = column(self._frame, (12, 2, 4, 4))
        stack.addWidget(self._frame)
        self._problem = IconText("", "bad", "alert")
        stack.addWidget(self._problem)
        self.scales: dict[str, Scale] = {}
        self._made_for: tuple[object, ...] = ()
        self.show_matrix(view)

    def show_matrix(self, view: MatrixView) -> None:
        """Show the questions as they stand; rows are made anew only when other questions are asked."""
        self.view = view
        kind = (view.options, tuple((each.path, each.label, each.readonly) for each in view.rows))
        if kind != self._made_for:
            self._made_for = kind
            self._make_rows(view)
        self._number.set_words(view.number)
        self._number.setVisible(bool(view.number))
        self._label.set_words(view.label)
        self._hint.set_words(view.hint)
        self._hint.setVisible(bool(view.hint))
        for question in view.rows:
            scale = self.scales[question.path]
            scale.show_value(question.value)
            scale.set_bad(bool(question.problem) and not question.soft)
        problem = next(
            (tr("ui.matrix.problem", label=each.label, problem=each.problem) for each in view.rows if each.problem), ""
        )
        self._problem.set_words(problem)
        self._problem.setVisible(bool(problem))

    def focus_editor(self, path: str = "") -> None:
        """Put the cursor into the row of a question, else into the first one without an answer."""
        still_open = [each.path for each in self.view.rows if not each.value]
        target = path if path in self.scales else (still_open or list(self.scales))[0]
        self.scales[target].setFocus(Qt.FocusReason.TabFocusReason)

    def current_path(self) -> str:
        """The question with the focus."""
        return next((path for path, scale in self.scales.items() if scale.hasFocus()), "")

    def commit(self) -> None:
        """A pick is given on at once; nothing waits."""

    def _make_rows(self, view: MatrixView) -> None:
        from cpdesk.ui.widgets.basic import clear

        clear(self._lines)
        self.scales = {}
        labels = max((width_px(each.label, "body") for each in view.rows), default=80.0)
        wide = min(300, round(labels) + 26)
        head = row()
        corner = QWidget(self._frame)
        corner.setFixedWidth(wide)
        head.addWidget(corner)
        head.addWidget(MatrixHead(view.options, self._frame))
        self._lines.addLayout(head)
        options = [Option(option.code, option.words) for option in view.options]
        for question in view.rows:
            self._lines.addWidget(Line(self._frame))
            line = row()
            label = Label(question.label + (" *" if question.required else ""), "body", wrap=True, parent=self._frame)
            label.setFixedWidth(wide)
            several = question.control in ("multi", "checklist")
            scale = Scale(options, question.value, self._frame, words=False, line=False, several=several)
            scale.setAccessibleName(f"{view.label} {question.label}".strip())
            scale.setEnabled(not question.readonly)
            scale.chosen.connect(lambda value, path=question.path: self.answered.emit(path, value))
            scale.moved_on.connect(lambda path=question.path: self._leave(path))
            scale.installEventFilter(self)
            self.scales[question.path] = scale
            line.addWidget(label)
            line.addWidget(scale)
            self._lines.addLayout(line)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched in self.scales.values():
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            scales = list(self.scales.values())
            place = next(at for at, scale in enumerate(scales) if scale is watched) + step
            if step and 0 <= place < len(scales):
                scales[place].setFocus()
            return bool(step)
        return False

    def _leave(self, path: str) -> None:
        paths = list(self.scales)
        place = paths.index(path) + 1
        if place < len(paths):
            self.scales[paths[place]].setFocus()
        else:
            self.moved_on.emit(self.view.path)
