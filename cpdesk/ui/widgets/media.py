"""Pictures, sounds and films that a form shows beside a label."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cpdesk.ui.language import text
from cpdesk.ui.theme import theme
from cpdesk.ui.views import MediaView
from cpdesk.ui.widgets.basic import Button, clear
from cpdesk.ui.widgets.choices import FlowLayout

_HEIGHT_MAX = 160
_WIDTH_MAX = 320


class LabelPicture(QWidget):
    """A picture of the form, whole, at most 320 × 160; pressing it opens it in its full size."""

    pressed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._image = QImage()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name.rpartition("/")[2])
        self.hide()

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.updateGeometry()
        self.setVisible(not image.isNull())
        self.update()

    def sizeHint(self) -> QSize:
        if self._image.isNull():
            return QSize(1, 1)
        size = self._image.size()
        return size.scaled(QSize(_WIDTH_MAX, _HEIGHT_MAX), Qt.AspectRatioMode.KeepAspectRatio).boundedTo(size)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.pressed.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self._image, QRectF(self._image.rect()))
        painter.setPen(QPen(theme().colour("accent" if self.hasFocus() else "line2"), 2 if self.hasFocus() else 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


class MediaStrip(QWidget):
    """All media of a label: pictures shown, sounds and films as buttons. `opened` carries the name of one."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = FlowLayout(self)
        self._shown: tuple[MediaView, ...] = ()
        self._pictures: dict[str, LabelPicture] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_list(self, media: tuple[MediaView, ...]) -> None:
        """Show these media and no others."""
        if media == self._shown:
            return
        self._shown = media
        self._pictures = {}
        clear(self._line)
        for each in media:
            if each.kind == "image":
                picture = LabelPicture(each.name, self)
                picture.pressed.connect(lambda name=each.big or each.name: self.opened.emit(name))
                self._pictures[each.name] = picture
                self._line.addWidget(picture)
            else:
                play = self._play_button(each.kind, each.name)
                self._line.addWidget(play)
        self.setVisible(bool(media))

    def _play_button(self, kind: str, name: str) -> Button:
        icon = "sound" if kind == "audio" else "film"
        return Button(text(f"ui.media.{kind}"), "secondary", icon, lambda: self.opened.emit(name))

    def show_media(self, name: str, image: QImage) -> None:
        """Show a picture once it has been read."""
        if name in self._pictures:
            self._pictures[name].show_image(image)
            self.updateGeometry()
