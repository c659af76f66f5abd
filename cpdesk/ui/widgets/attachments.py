"""Sound, film and other files of an answer: chosen, dropped or pasted; their size shown; opened with the system."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.requests import ContentGiven, FileOpened, FileWanted
from cpdesk.ui.views import ContentView
from cpdesk.ui.widgets.basic import Block, Button, ElidedLabel, column, row, set_property
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn

_KINDS = {"audio": "sound", "video": "film", "image": "image"}


def size_words(size_bytes: int) -> str:
    """A size as people read it: KB below one megabyte, else MB."""
    if size_bytes < 1_000_000:
        return tr("ui.file.kb", n=max(1, round(size_bytes / 1000)))
    return tr("ui.file.mb", n=size_bytes / 1_000_000)


class AttachmentField(Editor):
    """One file. The answer names it by its hash; what a person sees is kind and size."""

    def __init__(self, file_kind: str, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = file_kind.split("/", maxsplit=1)[0]
        self._value: str | None = None
        self._shown = ""
        self.setAcceptDrops(True)
        stack = column(self)
        self.frame = Block("drop", self)
        line = row(self.frame, (14, 8, 8, 8), 8)
        self.choose = Button("", "secondary", _KINDS.get(self._kind, "clip"), self._choose)
        self.open_button = Button(text("ui.file.open"), "quiet", "eye", self._open)
        self.remove_button = Button("", "quiet", "trash", self._remove, tip=text("ui.file.remove"))
        self.state = ElidedLabel("", "table", "text2")
        line.addWidget(self.state, 1)
        line.addWidget(self.choose)
        line.addWidget(self.open_button)
        line.addWidget(self.remove_button)
        stack.addWidget(self.frame)
        self.setMaximumWidth(560)
        EnterMovesOn(self, self.choose)
        self.setFocusProxy(self.choose)
        self.show_value(value)

    def show_value(self, value: str | None) -> None:
        self._value = value
        kind = self._kind if self._kind in _KINDS else "file"
        self.choose.set_words(text(f"ui.file.choose_{kind}" if not value else "ui.file.other"))
        if not value:
            self.state.set_words(text("ui.file.drop"))
        elif value != self._shown:
            self.state.set_words(value)
        self.open_button.setVisible(bool(value))
        self.remove_button.setVisible(bool(value))

    def show_content(self, content: ContentView) -> None:
        self._shown = self._value or ""
        suffix = self._shown.rpartition(".")[2].upper()
        self.state.set_words(" · ".join((content.name or suffix, size_words(content.size_bytes), *content.facts)))

    def set_bad(self, bad: bool) -> None:
        set_property(self.frame, "bad", "true" if bad else "false")

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.choose.setAccessibleName(f"{name} {self.choose.text()}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            given = given_by(QApplication.clipboard().mimeData(), image=self._kind == "image")
            if given is not None:
                self.requested.emit(given)
        elif event.key() == Qt.Key.Key_Delete and self._value:
            self._remove()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            set_property(self.frame, "over", "true")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_property(self.frame, "over", "false")

    def dropEvent(self, event: QDropEvent) -> None:
        set_property(self.frame, "over", "false")
        given = given_by(event.mimeData(), image=self._kind == "image")
        if given is not None:
            event.acceptProposedAction()
            self.requested.emit(given)

    def _choose(self) -> None:
        self.requested.emit(FileWanted(""))

    def _open(self) -> None:
        self.requested.emit(FileOpened(""))

    def _remove(self) -> None:
        self.show_value(None)
        self.chosen.emit(None)


def given_by(data: object, *, image: bool) -> ContentGiven | None:
    """The first local file that was dropped or copied, or the picture on the clipboard as PNG."""
    assert isinstance(data, QMimeData)
    for url in data.urls():
        if url.isLocalFile():
            return ContentGiven("", url.fileName(), file=url.toLocalFile())
    picture = data.imageData() if image and data.hasImage() else None
    if not isinstance(picture, QImage) or picture.isNull():
        return None
    return ContentGiven("", tr("ui.photo.pasted"), content=png_of(picture))


def png_of(picture: QImage) -> bytes:
    """A picture as the bytes of a PNG."""
    return _encoded(picture, "PNG", -1)


def jpeg_of(picture: QImage) -> bytes:
    """A photo as the bytes of a JPEG of good quality: a tenth of what a PNG would take."""
    return _encoded(picture, "JPG", 90)


def _encoded(picture: QImage, kind: str, quality: int) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, kind, quality)  # type: ignore[call-overload]
    return bytes(content.data())
