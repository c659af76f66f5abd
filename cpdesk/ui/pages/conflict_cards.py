"""One field two people changed: both values as cards to choose from, and a place for a third."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import text, tr
from cpdesk.ui.sync_views import ConflictFieldView, ConflictView, SideView, Written
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Button, IconText, Label, column, row
from cpdesk.ui.widgets.choices import ComboBox, Option
from cpdesk.ui.widgets.fields import TextField

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ConflictListButton(QAbstractButton):
    """A record in conflict in the list; with None the entry for the state of sync itself."""

    def __init__(self, view: ConflictView | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.conflict = view
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._speak()

    @property
    def view(self) -> ConflictView:
        assert self.conflict is not None
        return self.conflict

    def sizeHint(self) -> QSize:
        return QSize(200, 62 if self.conflict is not None else 44)

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
        painter.setPen(
            QPen(theme().colour("accent" if here or self.hasFocus() else "line"), 2 if self.hasFocus() else 1)
        )
        painter.setBrush(theme().colour("weak" if here else "surface"))
        painter.drawRoundedRect(area, 8, 8)
        painter.setPen(theme().colour("accent" if here else "text"))
        painter.setFont(font("h3"))
        inner = area.adjusted(14, 0, -14, 0)
        if self.conflict is None:
            ink = theme().colour("accent" if here else "text2")
            paint_icon(painter, "sync", ink, QRectF(inner.left(), area.center().y() - 9, 18, 18))
            painter.drawText(inner.adjusted(28, 0, 0, 0), _LEFT, tr("ui.sync.state"))
        else:
            painter.drawText(QRectF(inner.left(), area.top() + 9, inner.width(), 21), _LEFT, self._fit(self.view.title))
            painter.setFont(font("meta"))
            painter.setPen(theme().colour("text2"))
            painter.drawText(QRectF(inner.left(), area.top() + 31, inner.width(), 20), _LEFT, self.view.people)
        painter.end()

    def _fit(self, words: str) -> str:
        return QFontMetricsF(font("h3")).elidedText(words, Qt.TextElideMode.ElideRight, self.width() - 30)

    def _speak(self) -> None:
        self.setAccessibleName(
            tr("ui.sync.state") if self.conflict is None else f"{self.view.title} {self.view.people}"
        )


class SideCard(QAbstractButton):
    """One of the two values."""

    def __init__(self, side: SideView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(f"{side.value}, {side.who}, {side.known}")
        self.setToolTip(side.value)

    def sizeHint(self) -> QSize:
        return QSize(220, 84 if self._side.known else 68)

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
        disc = QRectF(area.left() + 15, area.top() + 16, 17, 17)
        painter.setPen(QPen(theme().colour("accent" if here else "field"), 1.4))
        painter.setBrush(theme().colour("surface"))
        painter.drawEllipse(disc)
        if here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("accent"))
            painter.drawEllipse(disc.adjusted(4.5, 4.5, -4.5, -4.5))
        inner = area.adjusted(50, 0, -14, 0)
        self._line(painter, QRectF(inner.left(), area.top() + 11, inner.width(), 26), self._side.value, "h2", here)
        self._line(painter, QRectF(inner.left(), area.top() + 38, inner.width(), 20), self._side.who, "meta", False)
        self._line(painter, QRectF(inner.left(), area.top() + 56, inner.width(), 20), self._side.known, "meta", False)
        painter.end()

    def _line(self, painter: QPainter, area: QRectF, words: str, style: str, strong: bool) -> None:
        made = font(style)
        painter.setFont(made)
        painter.setPen(theme().colour("accent" if strong else "text2" if style == "meta" else "text"))
        painter.drawText(area, _LEFT, QFontMetricsF(made).elidedText(words, Qt.TextElideMode.ElideRight, area.width()))


class ConflictFieldBlock(QWidget):
    """← → choose a side, E writes a third value, ↓ goes to the next field. Nothing is chosen beforehand."""

    chosen = Signal(str, object)

    def __init__(self, view: ConflictFieldView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(view.label)
        stack = column(self, (12, 0, 0, 0), 8)
        head = row(gap=8)
        head.addWidget(Label(view.label, "h3"))
        head.addWidget(Label(view.place, "meta", "text2"), 1)
        head.addWidget(Label(text("ui.sync.original", value=view.original), "meta", "text2"))
        stack.addLayout(head)
        sides = row(gap=12)
        self.cards = {"here": SideCard(view.here), "there": SideCard(view.there)}
        for side, card in self.cards.items():
            card.clicked.connect(lambda _checked=False, side=side: self.choose(side))
            sides.addWidget(card, 1)
        stack.addLayout(sides)
        self.third: ComboBox | TextField | None = None
        if view.can_write:
            stack.addLayout(self._make_third())
        self.problem = IconText("", "bad", "alert")
        self.problem.hide()
        stack.addWidget(self.problem)

    def choice(self) -> str | Written | None:
        """`here`, `there`, a value of one's own, or nothing yet."""
        if self.third is not None and self.third.isVisibleTo(self):
            written = self._written()
            return Written(written) if written else None
        return next((side for side, card in self.cards.items() if card.isChecked()), None)

    def choose(self, side: str) -> None:
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

    def show_problem(self, words: str) -> None:
        """Why the third value is none."""
        self.problem.set_words(words)
        self.problem.setVisible(bool(words))

    def _make_third(self) -> QHBoxLayout:
        line = row(gap=12)
        line.addWidget(Button(text("ui.sync.write"), "quiet", "pencil", self.write))
        if self.view.options:
            combo = ComboBox([Option(option.code, option.words) for option in self.view.options], None)
            combo.currentIndexChanged.connect(lambda _place: self._wrote())
            self.third = combo
        else:
            field = TextField()
            field.textChanged.connect(lambda _words: self._wrote())
            self.third = field
        self.third.setAccessibleName(f"{self.view.label} {tr('ui.sync.third')}")
        self.third.setMaximumWidth(320)
        self.third.hide()
        line.addWidget(self.third, 1)
        line.addStretch(1)
        return line

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
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.choose("here" if event.key() == Qt.Key.Key_Left else "there")
        elif event.key() == Qt.Key.Key_E and self.third is not None:
            self.write()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.fillRect(QRectF(-0.0, 0, 3, self.height()), theme().colour("accent"))
        painter.end()
