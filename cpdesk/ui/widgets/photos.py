"""Photos and signatures: a strip of thumbnails with an add button, and a pad to sign on."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import text, tr
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Button, Label, column, row

_THUMB = QSize(112, 76)


class AddPhoto(QAbstractButton):
    """A dashed place that asks for a photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(_THUMB)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("ui.photo.add"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(tr("ui.photo.add"))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme().colour("accent" if self.hasFocus() else "field"), 2 if self.hasFocus() else 1.4)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme().colour("subtle"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        ink = theme().colour("accent" if self.isEnabled() else "text3")
        paint_icon(painter, "camera", ink, QRectF(self.width() / 2 - 10, 16, 20, 20))
        painter.setPen(ink)
        painter.setFont(font("meta"))
        painter.drawText(self.rect().adjusted(4, 40, -4, -6), Qt.AlignmentFlag.AlignCenter, tr("ui.photo.add"))
        painter.end()


class Thumbnail(QWidget):
    """One photo; Del takes it away."""

    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._caption = ""
        self.setFixedSize(_THUMB)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_image(self, image: QImage, caption: str) -> None:
        self._image, self._caption = image, caption
        self.setAccessibleName(caption)
        self.setToolTip(caption)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(frame, 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(frame, theme().colour("sunken"))
        if self._image.isNull():
            paint_icon(painter, "camera", theme().colour("text3"), QRectF(frame.center().x() - 10, 22, 20, 20))
        else:
            painter.drawImage(frame, self._image, cover(self._image, frame))
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(theme().colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 6, 6)
        painter.end()


def cover(image: QImage, frame: QRectF) -> QRectF:
    """The middle part of an image with the shape of `frame`."""
    ratio = min(image.width() / frame.width(), image.height() / frame.height())
    width, height = frame.width() * ratio, frame.height() * ratio
    return QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)


def thumbnail(content: bytes | None) -> QImage:
    """A picture small enough for a strip; empty when it is not on this desk yet."""
    image = QImage.fromData(content) if content else QImage()
    return image.scaledToWidth(320) if image.width() > 320 else image


class PhotoField(QWidget):
    """One photo question: the photo or the place for it, and a button to take it away."""

    add_requested = Signal()
    chosen = Signal(object)
    moved_on = Signal()

    def __init__(self, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = row(self, gap=8)
        self.thumbnail = Thumbnail(self)
        self.thumbnail.removed.connect(self._remove)
        self.add = AddPhoto(self)
        self.add.clicked.connect(lambda _checked=False: self.add_requested.emit())
        self.remove_button = Button("", "quiet", "trash", self._remove, tip=text("ui.photo.remove"))
        line.addWidget(self.thumbnail)
        line.addWidget(self.add)
        line.addWidget(self.remove_button, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        self._value: str | None = None
        self.setFocusProxy(self.add)
        self.show_value(value)

    def value(self) -> str | None:
        return self._value

    def show_value(self, value: str | None) -> None:
        self._value = value
        self.thumbnail.setVisible(bool(value))
        self.remove_button.setVisible(bool(value))
        if not value:
            self.thumbnail.show_image(QImage(), "")

    def show_image(self, image: QImage) -> None:
        self.thumbnail.show_image(image, self._value or "")

    def set_bad(self, bad: bool) -> None:
        self.add.update()

    def _remove(self) -> None:
        self.show_value(None)
        self.chosen.emit(None)


class SignaturePad(QWidget):
    """Sign with mouse, finger or pen. `signed` carries a PNG once the pad is confirmed."""

    signed = Signal(object)
    cleared = Signal()
    moved_on = Signal()

    def __init__(self, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self, gap=6)
        self.sheet = _Sheet(self)
        stack.addWidget(self.sheet)
        line = row(gap=8)
        self.keep = Button(text("ui.sign.keep"), "secondary", "check", self._keep)
        self.again = Button(text("ui.sign.again"), "quiet", on_click=self._again)
        self.state = Label("", "meta", "text2")
        line.addWidget(self.keep)
        line.addWidget(self.again)
        line.addWidget(self.state)
        line.addStretch(1)
        stack.addLayout(line)
        self.setFocusProxy(self.keep)
        self.sheet.changed.connect(self._changed)
        self.show_value(value)

    def show_value(self, value: str | None) -> None:
        self.state.set_words(text("ui.sign.kept") if value else "")
        self._changed()

    def show_image(self, image: QImage) -> None:
        self.sheet.show_image(image)

    def set_bad(self, bad: bool) -> None:
        self.sheet.update()

    def _changed(self) -> None:
        self.keep.setEnabled(self.sheet.has_strokes())

    def _keep(self) -> None:
        self.signed.emit(self.sheet.png())
        self.moved_on.emit()

    def _again(self) -> None:
        self.sheet.wipe()
        self.cleared.emit()


class _Sheet(QWidget):
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strokes: list[list[QPointF]] = []
        self._image = QImage()
        self.setFixedHeight(140)
        self.setMaximumWidth(480)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("ui.sign.pad"))

    def has_strokes(self) -> bool:
        return any(len(stroke) > 1 for stroke in self._strokes)

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def wipe(self) -> None:
        self._strokes, self._image = [], QImage()
        self.changed.emit()
        self.update()

    def png(self) -> bytes:
        """The strokes in ink on white, at twice the size."""
        image = QImage(self.size() * 2, QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(2, 2)
        self._draw_strokes(painter, QPen(Qt.GlobalColor.black, 2.4))
        painter.end()
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(content.data())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._image = QImage()
        self._strokes.append([event.position()])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._strokes:
            self._strokes[-1].append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(theme().colour("field"), 1.2))
        painter.setBrush(theme().colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        if not self._image.isNull():
            painter.drawImage(QRectF(self.rect()).adjusted(4, 4, -4, -4), self._image)
        elif not self._strokes:
            painter.setPen(theme().colour("text3"))
            painter.setFont(font("table"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("ui.sign.pad"))
        self._draw_strokes(painter, QPen(theme().colour("text"), 2.2))
        painter.end()

    def _draw_strokes(self, painter: QPainter, pen: QPen) -> None:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self._strokes:
            path = QPainterPath(stroke[0])
            for point in stroke[1:]:
                path.lineTo(point)
            painter.drawPath(path)
