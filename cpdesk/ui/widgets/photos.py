"""Photos: thumbnails, a place that asks for one, and the control of a photo question."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import text, tr
from cpdesk.ui.requests import FileOpened, FileWanted
from cpdesk.ui.theme import theme
from cpdesk.ui.views import CameraView, ContentView
from cpdesk.ui.widgets.attachments import given_by
from cpdesk.ui.widgets.basic import Button, Label, column, row
from cpdesk.ui.widgets.camera import Camera
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn

_THUMB = QSize(112, 76)


class AddPhoto(QAbstractButton):
    """A dashed place that asks for a photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bad = self.over = False
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
        strong = self.hasFocus() or self.over
        pen = QPen(theme().colour("bad" if self.bad else "accent" if strong else "field"), 2 if strong else 1.4)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme().colour("weak" if self.over else "subtle"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        ink = theme().colour("accent" if self.isEnabled() else "text3")
        paint_icon(painter, "camera", ink, QRectF(self.width() / 2 - 10, 16, 20, 20))
        painter.setPen(ink)
        painter.setFont(font("meta"))
        painter.drawText(self.rect().adjusted(4, 40, -4, -6), Qt.AlignmentFlag.AlignCenter, tr("ui.photo.add"))
        painter.end()


class Thumbnail(QWidget):
    """One photo; Del takes it away, a double click or Space opens it."""

    removed = Signal()
    opened = Signal()

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
        if event.key() == Qt.Key.Key_Space:
            self.opened.emit()
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

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


class PhotoField(Editor):
    """One photo question: the photo or the place for it. A file may be dropped, a picture pasted (Ctrl V) or taken
    with the camera program (F4)."""

    def __init__(self, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        stack = column(self, gap=8)
        line = row(gap=8)
        stack.addLayout(line)
        self.camera = Camera(self)
        self.thumbnail = Thumbnail(self)
        self.thumbnail.removed.connect(self._remove)
        self.thumbnail.opened.connect(lambda: self.requested.emit(FileOpened("")))
        self.add = AddPhoto(self)
        self.add.clicked.connect(lambda _checked=False: self.requested.emit(FileWanted("")))
        self.paste_button = Button(text("ui.photo.paste"), "quiet", "copy", self.paste)
        self.remove_button = Button("", "quiet", "trash", self._remove, tip=text("ui.photo.remove"))
        self.facts = Label("", "meta", "text2", wrap=True)
        words = column(gap=2)
        words.addWidget(self.facts)
        words.addStretch(1)
        buttons = row(gap=4)
        buttons.addWidget(self.camera.button)
        buttons.addWidget(self.paste_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        words.addLayout(buttons)
        line.addWidget(self.thumbnail)
        line.addWidget(self.add)
        line.addLayout(words, 1)
        stack.addWidget(self.camera.bar)
        self._value: str | None = None
        EnterMovesOn(self, self.thumbnail, self.add)
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
            self.facts.set_words("")

    def show_content(self, content: ContentView) -> None:
        self.thumbnail.show_image(content.image, " · ".join(content.facts) or tr("ui.photo.one"))
        self.facts.set_words("\n".join(content.facts))

    def show_camera(self, view: CameraView | None) -> None:
        self.camera.show_camera(view)

    def set_bad(self, bad: bool) -> None:
        self.add.bad = bad
        self.add.update()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.add.setAccessibleName(f"{name} {tr('ui.photo.add')}")

    def paste(self) -> None:
        """Take the picture or the picture file on the clipboard."""
        self._take(QApplication.clipboard().mimeData())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()
            self.add.over = True
            self.add.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.add.over = False
        self.add.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add.over = False
        self.add.update()
        event.acceptProposedAction()
        self._take(event.mimeData())

    def _take(self, data: QMimeData) -> None:
        given = given_by(data, image=True)
        if given is not None:
            self.requested.emit(given)

    def _remove(self) -> None:
        self.show_value(None)
        self.chosen.emit(None)


__all__ = ["AddPhoto", "PhotoField", "Thumbnail", "cover", "thumbnail"]
