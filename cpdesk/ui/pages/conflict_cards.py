"""One field two people changed: both values as cards to choose from, a place for a third, a comment, the history."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import Text, say, text, tr
from cpdesk.ui.sync_views import ConflictFieldView, SideView, Written
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, column, row
from cpdesk.ui.widgets.choices import ComboBox, Option
from cpdesk.ui.widgets.fields import TextField

_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
PICTURE: Final = QSize(112, 84)
"""Of a photograph beside the values, px."""


class NavButton(QAbstractButton):
    """An entry of the list at the left: a title, a line under it, a count at the right."""

    def __init__(self, title: Text | str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._icon = title, icon
        self._under, self._count, self._tone = "", "", "text2"
        self.key = ""
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._speak()

    def show_under(self, under: str, count: str = "", tone: str = "text2") -> None:
        self._under, self._count, self._tone = under, count, tone
        self._speak()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 62 if self._under else 44)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._speak()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        here = self.isChecked()
        focus = self.hasFocus()
        painter.setPen(QPen(theme().colour("accent" if here or focus else "line"), 2 if focus else 1))
        painter.setBrush(theme().colour("weak" if here else "surface"))
        painter.drawRoundedRect(area, 8, 8)
        inner = area.adjusted(14, 0, -14, 0)
        ink = theme().colour("accent" if here else "text2")
        if self._icon:
            paint_icon(painter, self._icon, ink, QRectF(inner.left(), area.center().y() - 9, 18, 18))
            inner.setLeft(inner.left() + 28)
        if self._count:
            painter.setFont(font("meta"))
            painter.setPen(theme().colour(self._tone))
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._count)
            inner.setRight(inner.right() - QFontMetricsF(font("meta")).horizontalAdvance(self._count) - 8)
        painter.setPen(theme().colour("accent" if here else "text"))
        top = QRectF(inner.left(), area.top() + 9, inner.width(), 21) if self._under else inner
        _fitted(painter, top, say(self._title), "h3")
        if self._under:
            painter.setPen(theme().colour("text2"))
            _fitted(painter, QRectF(inner.left(), area.top() + 31, inner.width(), 20), self._under, "meta")
        painter.end()

    def _speak(self) -> None:
        self.setAccessibleName(" ".join(part for part in (say(self._title), self._under, self._count) if part))


class SideCard(QAbstractButton):
    """One of the two values, with its picture and what the rules say against it."""

    def __init__(self, number: int, side: SideView, *, tall: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._side, self._tall = number, side, tall or side.picture is not None
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("，".join(part for part in (side.value, side.who, side.against) if part))
        self.setToolTip(side.value)

    def sizeHint(self) -> QSize:
        return QSize(220, PICTURE.height() + (20 if self._side.picture is not None else 0) if self._tall else 68)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        here = self.isChecked()
        painter.setPen(QPen(theme().colour("accent" if here else "line"), 1.4 if here else 1))
        painter.setBrush(theme().colour("weak" if here else "surface"))
        painter.drawRoundedRect(area, 8, 8)
        disc = QRectF(area.left() + 15, area.top() + 15, 18, 18)
        painter.setPen(QPen(theme().colour("accent" if here else "field"), 1.4))
        painter.setBrush(theme().colour("accent" if here else "surface"))
        painter.drawEllipse(disc)
        painter.setFont(font("meta"))
        painter.setPen(theme().colour("on_accent" if here else "text2"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._number))
        inner = area.adjusted(48, 0, -14, 0)
        if self._side.picture is not None:
            shown = QRectF(area.right() - PICTURE.width() - 10, area.top() + 10, PICTURE.width(), PICTURE.height())
            paint_picture(painter, shown, self._side.picture)
            inner.setRight(shown.left() - 10)
        painter.setPen(theme().colour("accent" if here else "text"))
        _fitted(painter, QRectF(inner.left(), area.top() + 11, inner.width(), 26), self._side.value, "h2")
        painter.setPen(theme().colour("text2"))
        _fitted(painter, QRectF(inner.left(), area.top() + 38, inner.width(), 20), self._side.who, "meta")
        painter.end()


class Picture(QWidget):
    """A photograph beside the two values."""

    def __init__(self, image: QImage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = image
        self.setFixedSize(PICTURE)
        self.setAccessibleName(tr("ui.conflict.picture"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_picture(painter, QRectF(self.rect()), self._image)
        painter.end()


class ConflictFieldBlock(QWidget):
    """1 and 2 (or ← →) choose a side, E writes a third value, C a comment, H opens the history, ↑ ↓ walk. Nothing is
    chosen beforehand.

    With `pictures` room is left for a photograph also where this field has none, so that the cards of all fields stand
    under each other."""

    chosen = Signal(str, object)
    walked = Signal(int)
    entered = Signal()
    take_back_wanted = Signal(str)

    def __init__(self, view: ConflictFieldView, *, pictures: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(view.label)
        stack = column(self, (12, 2, 0, 6), 6)
        stack.addLayout(self._make_head())
        if view.explanation:
            stack.addWidget(IconText(view.explanation, "warn", "info"))
        sides = row(gap=12)
        tall = view.picture is not None
        self.cards = {"here": SideCard(1, view.here, tall=tall), "there": SideCard(2, view.there, tall=tall)}
        for side, card in self.cards.items():
            card.clicked.connect(lambda _checked=False, side=side: self.choose(side))
            sides.addWidget(card, 1)
        if view.picture is not None:
            sides.addWidget(Picture(view.picture))
        elif pictures:
            sides.addSpacing(PICTURE.width() + 12)
        stack.addLayout(sides)
        for number, shown in enumerate((view.here, view.there), 1):
            if shown.against:
                words = text("ui.conflict.against", n=number, words=shown.against)
                stack.addWidget(IconText(words, "bad", "alert"))
        self.third: ComboBox | TextField | None = None
        self.comment = TextField()
        self.comment.setPlaceholderText(tr("ui.conflict.why"))
        self.comment.setAccessibleName(tr("ui.conflict.comment"))
        self.comment.setMaximumWidth(420)
        self.comment.hide()
        self.past = Block("inset")
        self.decided = Block("inset")
        if view.decided is None:
            stack.addLayout(self._make_actions())
        else:
            self._show_decided(stack)
        self._make_past()
        stack.addWidget(self.past)
        self.problem = IconText("", "bad", "alert")
        self.problem.hide()
        stack.addWidget(self.problem)

    def choice(self) -> str | Written | None:
        """`here`, `there`, a value of one's own, or nothing yet."""
        if self.third is not None and self.third.isVisibleTo(self):
            written = self._written()
            return Written(written) if written else None
        return next((side for side, card in self.cards.items() if card.isChecked()), None)

    def why(self) -> str:
        """The comment that goes with the decision."""
        return self.comment.text().strip()

    def choose(self, side: str) -> None:
        if self.view.decided is not None:
            return
        for name, card in self.cards.items():
            card.setChecked(name == side)
        if self.third is not None:
            self.third.hide()
        self.problem.hide()
        self.setAccessibleDescription(self.cards[side].accessibleName())
        self.chosen.emit(self.view.id, side)

    def write(self) -> None:
        """Open the place for a third value."""
        if self.third is None:
            return
        for card in self.cards.values():
            card.setChecked(False)
        self.third.show()
        self.third.setFocus()
        self._wrote()

    def remark(self) -> None:
        """Open the place for a comment."""
        if self.view.can_comment and self.view.decided is None:
            self.comment.show()
            self.comment.setFocus()

    def toggle_past(self) -> None:
        """Show or hide who answered what when."""
        if self.view.history:
            self.past.setVisible(not self.past.isVisibleTo(self))

    def show_problem(self, words: str) -> None:
        """Why the third value is none."""
        self.problem.set_words(words)
        self.problem.setVisible(bool(words))

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        head = row(gap=8)
        head.addWidget(Label(self.view.label, "h3"))
        head.addWidget(Label(self.view.place, "meta", "text2"), 1)
        if self.view.original:
            head.addWidget(Label(text("ui.sync.original", value=self.view.original), "meta", "text2"))
        if self.view.history:
            head.addWidget(Button(text("ui.conflict.history"), "mini", "clock", self.toggle_past, tip="H"))
        return head

    def _make_actions(self) -> QHBoxLayout:
        line = row(gap=8)
        if self.view.can_write:
            line.addWidget(Button(text("ui.sync.write"), "mini", "pencil", self.write, tip="E"))
            self.third = self._make_third()
            line.addWidget(self.third, 1)
        if self.view.can_comment:
            line.addWidget(Button(text("ui.conflict.comment"), "mini", "note", self.remark, tip="C"))
            line.addWidget(self.comment, 1)
        line.addStretch(1)
        return line

    def _make_third(self) -> ComboBox | TextField:
        made: ComboBox | TextField
        if self.view.options:
            made = ComboBox([Option(option.code, option.words) for option in self.view.options], None)
            made.currentIndexChanged.connect(lambda _place: self._wrote())
        else:
            made = TextField()
            made.textChanged.connect(lambda _words: self._wrote())
        made.setAccessibleName(f"{self.view.label} {tr('ui.sync.third')}")
        made.setMaximumWidth(320)
        made.hide()
        return made

    def _show_decided(self, stack: QVBoxLayout) -> None:
        decided = self.view.decided
        assert decided is not None
        if decided.side:
            self.cards[decided.side].setChecked(True)
        for card in self.cards.values():
            card.setEnabled(False)
        line = row(self.decided, (14, 4, 4, 4), 8)
        said = tr("ui.conflict.decided", value=decided.words)
        if decided.comment:
            said = tr("ui.conflict.decided_why", words=said, why=decided.comment)
        line.addWidget(IconText(said, "ok", "check"), 1, Qt.AlignmentFlag.AlignVCenter)
        self.undo = Button(text("ui.conflict.take_back"), "quiet", "undo", self._take_back)
        line.addWidget(self.undo)
        stack.addWidget(self.decided)

    def _make_past(self) -> None:
        lines = column(self.past, (14, 8, 14, 8), 2)
        for words in self.view.history:
            lines.addWidget(Label(words, "meta", "text2", wrap=True))
        self.past.hide()

    # what happens ---------------------------------------------------------------------------------------------------

    def _take_back(self) -> None:
        self.take_back_wanted.emit(self.view.id)

    def _written(self) -> str:
        if isinstance(self.third, ComboBox):
            return str(self.third.currentData() or "")
        return self.third.text().strip() if self.third is not None else ""

    def _wrote(self) -> None:
        self.problem.hide()
        written = self._written()
        self.setAccessibleDescription(written)
        self.chosen.emit(self.view.id, Written(written))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_1):
            self.choose("here")
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_2):
            self.choose("there")
        elif key == Qt.Key.Key_E:
            self.write()
        elif key == Qt.Key.Key_C:
            self.remark()
        elif key == Qt.Key.Key_H:
            self.toggle_past()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.walked.emit(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, 3, self.height()), theme().colour("accent"))
        painter.end()


def paint_picture(painter: QPainter, area: QRectF, image: QImage) -> None:
    """A photograph that fills a rounded place, cut at its edges."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    shape = QPainterPath()
    shape.addRoundedRect(area, 6, 6)
    painter.fillPath(shape, theme().colour("sunken"))
    if not image.isNull():
        painter.setClipPath(shape)
        scale = max(area.width() / image.width(), area.height() / image.height())
        wide, high = area.width() / scale, area.height() / scale
        painter.drawImage(area, image, QRectF((image.width() - wide) / 2, (image.height() - high) / 2, wide, high))
    else:
        paint_icon(
            painter, "image", theme().colour("text3"), QRectF(area.center().x() - 9, area.center().y() - 9, 18, 18)
        )
    painter.restore()


def _fitted(painter: QPainter, area: QRectF, words: str, style: str) -> None:
    made = font(style)
    painter.setFont(made)
    painter.drawText(area, _LEFT, QFontMetricsF(made).elidedText(words, Qt.TextElideMode.ElideRight, area.width()))
