"""A sheet to draw on with mouse, finger or pen: for a signature, a sketch, or marks over a photo."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
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
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.language import text, tr
from cpdesk.ui.requests import ContentGiven, FileWanted
from cpdesk.ui.theme import theme
from cpdesk.ui.views import ContentView
from cpdesk.ui.widgets.attachments import given_by, jpeg_of, png_of
from cpdesk.ui.widgets.basic import Button, Label, column, row
from cpdesk.ui.widgets.choices import Option, Segmented
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn

Stroke = tuple[str, float, list[QPointF]]
"""Colour token, width in sheet pixels, points in sheet pixels."""
PENS: Final = ("text", "bad", "series1", "series2")


class Sheet(QWidget):
    """Strokes over a ground. `image` is what lies under them: the photo, or what was drawn and kept before."""

    changed = Signal()

    def __init__(self, size: QSize, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self._strokes: list[Stroke] = []
        self.image = QImage()
        self.pen = "text"
        self.width_px = 2.2
        self.bad = False
        self.setFixedHeight(size.height())
        self.setMinimumWidth(280)
        self.setMaximumWidth(size.width())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr(hint))

    def strokes(self) -> int:
        """How many strokes were drawn since the sheet was last wiped."""
        return sum(len(points) > 1 for _, _, points in self._strokes)

    def has_strokes(self) -> bool:
        return self.strokes() > 0

    def show_image(self, image: QImage) -> None:
        """Put an image under the strokes; strokes of before go, since they lie in it or belonged to another."""
        self.image = image
        self._strokes = []
        self.update()

    def wipe(self) -> None:
        self._strokes, self.image = [], QImage()
        self.changed.emit()
        self.update()

    def undo(self) -> None:
        """Take the last stroke back; what lies under it stays."""
        if self._strokes:
            self._strokes.pop()
            self.changed.emit()
            self.update()

    def ground(self) -> QRectF:
        """Where the image lies: whole, in the middle."""
        area = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        if self.image.isNull():
            return area
        size = self.image.size().toSizeF().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = area.center().x() - size.width() / 2, area.center().y() - size.height() / 2
        return QRectF(QPointF(left, top), size)

    def picture(self) -> QImage:
        """The sheet as a picture: over an image in its own size, else ink on white, at twice the size."""
        ground = self.ground()
        if self.image.isNull():
            picture = QImage(self.size() * 2, QImage.Format.Format_RGB32)
            picture.fill(Qt.GlobalColor.white)
            ground = QRectF(self.rect())
        else:
            picture = self.image.convertToFormat(QImage.Format.Format_RGB32)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(picture.width() / ground.width(), picture.height() / ground.height())
        painter.translate(-ground.topLeft())
        self._draw_strokes(painter, on_paper=True)
        painter.end()
        return picture

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._strokes.append((self.pen, self.width_px, [event.position()]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._strokes:
            self._strokes[-1][2].append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.changed.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._takes_back(event):
            event.accept()  # a stroke is taken back before an answer is
            return True
        return super().event(event)

    def _takes_back(self, event: QEvent) -> bool:
        undo = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        return undo and bool(self._strokes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._takes_back(event):
            self.undo()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(theme().colour("bad" if self.bad else "accent" if self.hasFocus() else "field"), 1.2))
        painter.setBrush(theme().colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        if not self.image.isNull():
            painter.drawImage(self.ground(), self.image)
        elif not self._strokes:
            painter.setPen(theme().colour("text3"))
            painter.setFont(font("table"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr(self._hint))
        self._draw_strokes(painter, on_paper=False)
        painter.end()

    def _draw_strokes(self, painter: QPainter, *, on_paper: bool) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width, points in self._strokes:
            pen = QPen(theme().colour(ink), width)
            if ink == "text" and (on_paper or not self.image.isNull()):
                pen.setColor(Qt.GlobalColor.black)  # over a photo the ink is what paper will show
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            path = QPainterPath(points[0])
            for point in points[1:]:
                path.lineTo(point)
            painter.drawPath(path)


class SignaturePad(Editor):
    """A signature: black ink, kept when it is confirmed."""

    SHEET = QSize(480, 140)
    HINT = "ui.sign.pad"
    KEEP, AGAIN, KEPT = "ui.sign.keep", "ui.sign.again", "ui.sign.kept"
    NAME = "ui.sign.name"
    OVER = False

    def __init__(self, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._stack = column(self, gap=6)
        self.sheet = Sheet(self.SHEET, self.HINT, self)
        self._stack.addWidget(self.sheet)
        line = row(gap=8)
        self.keep = Button(text(self.KEEP), "secondary", "check", self._keep)
        self.undo_button = Button("", "quiet", "undo", self.sheet.undo, tip=text("ui.draw.undo"))
        self.again = Button(text(self.AGAIN), "quiet", on_click=self._again)
        self.state = Label("", "meta", "text2")
        for widget in (self.keep, self.undo_button, self.again, self.state):
            line.addWidget(widget)
        line.addStretch(1)
        self._stack.addLayout(line)
        EnterMovesOn(self, self.sheet)
        self.setFocusProxy(self.sheet)
        self.sheet.changed.connect(self._changed)
        self.show_value(value)

    def show_value(self, value: str | None) -> None:
        if self._value and not value:
            self.sheet.wipe()
        self._value = value
        self._changed()

    def show_content(self, content: ContentView) -> None:
        if not self.sheet.has_strokes():
            self.sheet.show_image(content.image)

    def set_bad(self, bad: bool) -> None:
        self.sheet.bad = bad
        self.sheet.update()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.sheet.setAccessibleName(f"{name} {tr(self.HINT)}")

    def _changed(self) -> None:
        drawn = self.sheet.has_strokes()
        self.keep.setEnabled(drawn)
        self.undo_button.setEnabled(drawn)
        self.again.setEnabled(drawn or bool(self._value) or not self.sheet.image.isNull())
        self.state.set_words(text(self.KEPT) if self._value and not drawn else "")

    def _keep(self) -> None:
        picture = self.sheet.picture()
        content = self.encoded(picture)
        self.sheet.show_image(picture)
        self._changed()
        self.requested.emit(ContentGiven("", tr(self.NAME), content=content, over=self.OVER))
        self.moved_on.emit()

    def encoded(self, picture: QImage) -> bytes:
        """The bytes that are kept."""
        return png_of(picture)

    def _again(self) -> None:
        self.sheet.wipe()
        self.chosen.emit(None)


class DrawingField(SignaturePad):
    """A sketch: a larger sheet and coloured pens."""

    SHEET = QSize(720, 320)
    HINT = "ui.draw.pad"
    KEEP, AGAIN, KEPT = "ui.draw.keep", "ui.draw.again", "ui.draw.kept"
    NAME = "ui.draw.name"

    def __init__(self, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(value, parent)
        self.pens = Segmented([Option(ink, text(f"ui.draw.pen.{ink}")) for ink in PENS], PENS[0], self)
        self.widths = Segmented([Option(str(px), text(f"ui.draw.width.{px}")) for px in (2, 5)], "2", self)
        self.pens.chosen.connect(self._pen)
        self.widths.chosen.connect(self._width)
        line = row(gap=12)
        line.addWidget(self.pens)
        line.addWidget(self.widths)
        line.addStretch(1)
        self._stack.insertLayout(0, line)
        self._tools = line

    def _pen(self, ink: str) -> None:
        self.sheet.pen = ink

    def _width(self, px: str) -> None:
        self.sheet.width_px = float(px)


class AnnotationField(DrawingField):
    """Marks over a photo: the photo is chosen, dropped or pasted; undo takes marks back, the photo stays."""

    HINT = "ui.draw.photo_first"
    NAME = "ui.draw.marked"
    OVER = True

    def encoded(self, picture: QImage) -> bytes:
        return jpeg_of(picture)

    def __init__(self, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(value, parent)
        self.setAcceptDrops(True)
        self.choose = Button(text("ui.photo.add"), "secondary", "camera", lambda: self.requested.emit(FileWanted("")))
        self._tools.insertWidget(0, self.choose)
        self._pen("bad")
        self._width("5")
        self.pens.show_value("bad")
        self.widths.show_value("5")
        EnterMovesOn(self, self.choose)
        self.setFocusProxy(self.choose)

    def show_content(self, content: ContentView) -> None:
        super().show_content(content)
        self._changed()

    def _changed(self) -> None:
        super()._changed()
        self.sheet.setEnabled(not self.sheet.image.isNull())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._take(QApplication.clipboard().mimeData())
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._take(event.mimeData())

    def _take(self, data: object) -> None:
        given = given_by(data, image=True)
        if given is not None:
            self.requested.emit(given)
