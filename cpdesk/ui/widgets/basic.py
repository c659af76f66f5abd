"""Labels, buttons, chips, pills, cards and lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cpdesk.ui.fonts import font, line_px
from cpdesk.ui.icons import icon, paint_icon
from cpdesk.ui.language import Text, say
from cpdesk.ui.theme import PILL, theme

Words = Text | str
_STYLES: Final = {
    "chip": "table",
    "figure": "table",
    "segment": "table",
    "mini": "table",
    "doubt": "meta",
    "mark": "meta",
}


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet selects by, and have the widget dressed again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Label(QLabel):
    """A text in a token style and colour that follows the language."""

    def __init__(
        self,
        words: Words = "",
        style: str = "body",
        colour: str = "text",
        *,
        bold: bool | None = None,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words, self._style, self._bold = words, style, bold
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setProperty("c", colour)
        self.setFont(font(style, bold=bold))
        self._show()

    def set_words(self, words: Words) -> None:
        self._words = words
        self._show()

    def words(self) -> str:
        return self.text()

    def set_colour(self, colour: str) -> None:
        set_property(self, "c", colour)

    def set_bold(self, bold: bool) -> None:
        self._bold = bold
        self.setFont(font(self._style, bold=bold))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setFont(font(self._style, bold=self._bold))
            self._show()

    def _show(self) -> None:
        self.setText(say(self._words))


class ElidedLabel(Label):
    """A one-line label that gives way: shortened with … when there is no room, whole in its tool tip."""

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() + 0.5)
        if shown != self.text() and self.toolTip() != self.text():
            self.setToolTip(self.text())
        painter.setPen(theme().colour(str(self.property("c"))))
        painter.setFont(self.font())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class Button(QPushButton):
    """A button: kinds `primary`, `secondary`, `quiet`, `danger`, `choice`, `chip`, `error`, `segment`, `tile`,
    `mini`, `doubt`, `mark`, `figure`."""

    _ICON: ClassVar = {
        "primary": "on_accent",
        "quiet": "accent",
        "mini": "accent",
        "doubt": "warn",
        "danger": "bad",
        "error": "bad",
    }

    def __init__(
        self,
        words: Words = "",
        kind: str = "secondary",
        icon_name: str = "",
        on_click: Callable[[], object] | None = None,
        *,
        style: str | None = None,
        tip: Words = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words, self._kind, self._icon_name, self._tip = words, kind, icon_name, tip
        self._style = style or _STYLES.get(kind, "body")
        self.setProperty("k", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)
        self._show()
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())

    def set_words(self, words: Words) -> None:
        self._words = words
        self._show()

    def set_tip(self, tip: Words) -> None:
        """Say something else when the mouse rests on it."""
        if tip != self._tip:
            self._tip = tip
            self.setToolTip(say(tip))

    def set_kind(self, kind: str) -> None:
        self._kind = kind
        set_property(self, "k", kind)
        self._show()

    def set_icon(self, name: str) -> None:
        self._icon_name = name
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._kind not in ("choice", "tile"):
            self.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange):
            self._show()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _show(self) -> None:
        self.setFont(font(self._style, bold=True if self._kind == "primary" else None))
        words = say(self._words)
        self.setText(words.replace("&", "&&"))
        tip = say(self._tip)
        self.setToolTip(tip)
        self.setAccessibleName(words or tip)
        if self._icon_name:
            self.setIcon(icon(self._icon_name, self._ICON.get(self._kind, "text2"), 16))
            self.setIconSize(QSize(16, 16))
        elif self._kind == "choice":
            self.setIcon(QIcon())


class Pill(QWidget):
    """A status: icon and word on a weak ground, never colour alone. Tones: mute, info, ok, warn, bad."""

    TONES: ClassVar = {
        "mute": ("text2", "sunken"),
        "info": ("accent", "weak"),
        "ok": ("ok", "ok_weak"),
        "warn": ("warn", "warn_weak"),
        "bad": ("bad", "bad_weak"),
    }

    def __init__(
        self, words: Words = "", tone: str = "mute", icon_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words, self._tone, self._icon = words, tone, icon_name
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say(words))

    def show_status(self, words: Words, tone: str, icon_name: str = "") -> None:
        self._words, self._tone, self._icon = words, tone, icon_name
        self.setAccessibleName(say(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(pill_width(say(self._words), self._icon)), PILL)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(say(self._words))
            self.updateGeometry()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not say(self._words):
            return
        painter = QPainter(self)
        paint_pill(painter, QRectF(self.rect()), say(self._words), self._tone, self._icon)
        painter.end()


def pill_width(words: str, icon_name: str) -> float:
    """Width of a pill."""
    return QFontMetricsF(font("meta")).horizontalAdvance(words) + 20 + (18 if icon_name else 0)


def paint_pill(
    painter: QPainter, area: QRectF, words: str, tone: str, icon_name: str = "", *, on_selected: bool = False
) -> None:
    """Draw a pill at the left of `area`, centred in its height; on a selected row its ground is `surface`."""
    ink, ground = Pill.TONES[tone]
    shape = QRectF(area.left(), area.center().y() - PILL / 2, pill_width(words, icon_name), PILL)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour("surface" if on_selected else ground))
    painter.drawRoundedRect(shape, PILL / 2, PILL / 2)
    inner = shape.adjusted(10, 0, -10, 0)
    if icon_name:
        paint_icon(painter, icon_name, theme().colour(ink), QRectF(shape.left() + 8, shape.center().y() - 7, 14, 14))
        inner.setLeft(shape.left() + 26)
    painter.setPen(theme().colour(ink))
    painter.setFont(font("meta"))
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
    painter.restore()


class Avatar(QWidget):
    """The first character of a person's name in a disc."""

    def __init__(self, name: str = "", size: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setFixedSize(size, size)
        self.set_name(name)

    def set_name(self, name: str) -> None:
        self._name = name
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("weak"))
        painter.drawEllipse(self.rect())
        painter.setPen(theme().colour("accent"))
        painter.setFont(font("h3" if self._size > 40 else "meta", bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._name[:1])
        painter.end()


class CheckBox(QCheckBox):
    """A check box painted from tokens; 24 px target."""

    def __init__(self, words: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._show()

    def set_words(self, words: Words) -> None:
        self._words = words
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show()

    def sizeHint(self) -> QSize:
        return QSize(round(QFontMetricsF(self.font()).horizontalAdvance(self.text())) + 30, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(1, self.height() / 2 - 8.5, 17, 17)
        paint_check(painter, box, checked=self.isChecked(), focus=self.hasFocus(), enabled=self.isEnabled())
        painter.setPen(theme().colour("text" if self.isEnabled() else "text3"))
        painter.setFont(self.font())
        painter.drawText(self.rect().adjusted(28, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()

    def _show(self) -> None:
        self.setFont(font("body"))
        self.setText(say(self._words))
        self.setAccessibleName(say(self._words))
        self.updateGeometry()


def paint_check(painter: QPainter, box: QRectF, *, checked: bool, focus: bool = False, enabled: bool = True) -> None:
    """Draw a check box."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = painter.pen()
    pen.setColor(theme().colour("accent" if checked or focus else "field"))
    pen.setWidthF(2.0 if focus else 1.2)
    painter.setPen(pen)
    painter.setBrush(theme().colour("accent" if checked and enabled else "surface" if enabled else "sunken"))
    painter.drawRoundedRect(box, 4, 4)
    if checked:
        paint_icon(painter, "check", theme().colour("on_accent" if enabled else "text3"), box.adjusted(1, 1, -1, -1))
    painter.restore()


class IconText(QWidget):
    """A sentence with an icon before it: info, warn or bad; with a ground it is a notice."""

    def __init__(self, words: Words, tone: str, icon_name: str, *, ground: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        ink, weak = Pill.TONES[tone]
        self._icon_name, self._ink, self._ground = icon_name, ink, weak if ground else ""
        self.label = Label(words, "table", ink if tone != "mute" else "text2", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(36 if ground else 26, 8 if ground else 0, 12 if ground else 0, 8 if ground else 0)
        row.addWidget(self.label, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def set_words(self, words: Words) -> None:
        self.label.set_words(words)

    def set_tone(self, tone: str, icon_name: str) -> None:
        """Say it in another tone."""
        self._ink, weak = Pill.TONES[tone]
        self._icon_name, self._ground = icon_name, weak if self._ground else ""
        self.label.set_colour(self._ink)
        self.update()

    def words(self) -> str:
        return self.label.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, top = 0.0, self.label.y() + 1.5
        if self._ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour(self._ground))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
            left = 12.0
        paint_icon(painter, self._icon_name, theme().colour(self._ink), QRectF(left, top, 16, 16))
        painter.end()


class Line(QFrame):
    """A hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("k", "line")
        self.setFixedHeight(1)


class Block(QWidget):
    """A plain container dressed by the style sheet: `card`, `inset`, `bar`, `foot`, `pane-left`, `surface` …"""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("k", kind)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


class Scroll(QScrollArea):
    """A vertical scroll area with a transparent ground around `content`."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content.setProperty("k", "scroll")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)


class ClickBlock(Block):
    """A block that can be pressed."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: object) -> None:
        self.clicked.emit()


def column(
    parent: QWidget | None = None, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 0
) -> QVBoxLayout:
    """A vertical layout with given margins (left, top, right, bottom) and gap."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    return layout


def row(parent: QWidget | None = None, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 0) -> QHBoxLayout:
    """A horizontal layout with given margins (left, top, right, bottom) and gap."""
    layout = QHBoxLayout(parent) if parent is not None else QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    return layout


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    for place in reversed(range(layout.count())):
        item = layout.takeAt(place)
        inner: QLayout | None = item.layout()
        if inner is not None:
            clear(inner)
        widget: QWidget | None = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


__all__ = [
    "Avatar", "Block", "Button", "CheckBox", "ClickBlock", "ElidedLabel", "IconText", "Label", "Line", "Pill", "Scroll",
    "Words", "clear", "column", "line_px", "paint_check", "paint_pill", "pill_width", "row", "set_property",
]  # fmt: skip
