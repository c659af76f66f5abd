"""Icons: own line drawings in `resources/icons`, coloured from tokens, cached by name, colour, size and scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cpdesk.base.resources import resource_path
from cpdesk.ui.theme import theme

_SCALE = 2.0


@cache
def _drawing(name: str) -> str:
    return resource_path(f"icons/{name}.svg").read_text(encoding="utf-8")


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode("utf-8")))


def paint_icon(painter: QPainter, name: str, colour: QColor, area: QRectF) -> None:
    """Draw an icon with the painter's own scale, sharp at any."""
    _renderer(name, colour.name()).render(painter, area)


@cache
def _pixmap(name: str, colour: str, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(round(size * _SCALE), round(size * _SCALE)))
    pixmap.setDevicePixelRatio(_SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, colour).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def pixmap(name: str, ink: str = "text2", size: int = 18) -> QPixmap:
    """An icon in a token's colour of the theme in use."""
    return _pixmap(name, theme().hex(ink), size)


def icon(name: str, ink: str = "text2", size: int = 18, *, disabled: str = "text3") -> QIcon:
    """The same as a QIcon for buttons, with its disabled look."""
    made = QIcon(pixmap(name, ink, size))
    made.addPixmap(pixmap(name, disabled, size), QIcon.Mode.Disabled)
    return made
