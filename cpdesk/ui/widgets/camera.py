"""Taking a photo for a question: the button that starts the camera program and the bar that shows what came."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import Text, text, tr
from cpdesk.ui.requests import CameraStopped, CameraWanted, PhotoFolderWanted, PictureChosen
from cpdesk.ui.theme import theme
from cpdesk.ui.views import CameraPicture, CameraView
from cpdesk.ui.widgets.basic import Block, Button, ElidedLabel, IconText, Label, column, row
from cpdesk.ui.widgets.editor import Editor

_SHOT: Final = QSize(96, 66)
_SHOTS_MAX: Final = 4
"""So many of the newest are shown: more would not fit beside a question."""


class Shot(QAbstractButton):
    """One picture that arrived; a press takes it. The one in the survey has a tick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = CameraPicture("")
        self._kept = False
        self.setFixedSize(_SHOT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def key(self) -> str:
        return self._picture.key

    def show_picture(self, picture: CameraPicture, number: int, *, kept: bool) -> None:
        """Show a picture with its number among those that arrived."""
        self._picture, self._kept = picture, kept
        self.setAccessibleName(tr("ui.camera.shot_bad" if picture.image.isNull() else "ui.camera.shot", n=number))
        self.setToolTip(self.accessibleName())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        from cpdesk.ui.widgets.photos import cover

        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame, image = QRectF(self.rect()), self._picture.image
        shape = QPainterPath()
        shape.addRoundedRect(frame, 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(frame, theme().colour("sunken"))
        if image.isNull():
            paint_icon(painter, "alert", theme().colour("warn"), QRectF(frame.center().x() - 10, 23, 20, 20))
        else:
            painter.drawImage(frame, image, cover(image, frame))
        painter.setClipping(False)
        if self._kept:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("ok"))
            painter.drawEllipse(QRectF(frame.right() - 24, 4, 20, 20))
            paint_icon(painter, "check", theme().colour("on_accent"), QRectF(frame.right() - 22, 6, 16, 16))
        if self.hasFocus() or self._kept:
            painter.setPen(QPen(theme().colour("accent" if self.hasFocus() else "ok"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 6, 6)
        painter.end()


class CameraBar(Block):
    """Says what it waits for, shows what came, and takes it. Enter takes the newest, Esc waits no longer."""

    chosen = Signal(str)
    folder_wanted = Signal()
    stopped = Signal()
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("inset", parent)
        self.view = CameraView()
        stack = column(self, (12, 8, 8, 8), 6)
        head = row(gap=8)
        self.state = IconText("", "info", "camera")
        self.stop = Button(text("ui.camera.stop"), "quiet", "close", self.stopped.emit, tip=text("ui.camera.stop_tip"))
        said = column()  # keeps icon and words on one line, in the middle of the button's height
        said.addStretch(1)
        said.addWidget(self.state)
        said.addStretch(1)
        head.addLayout(said, 1)
        head.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignTop)
        stack.addLayout(head)
        self._help = Label("", "meta", "text2", wrap=True)
        stack.addWidget(self._help)
        self._row = QWidget(self)
        across = row(self._row, gap=8)
        self.shots = [Shot(self._row) for _ in range(_SHOTS_MAX)]
        for shot in self.shots:
            shot.clicked.connect(lambda _checked=False, shot=shot: self.chosen.emit(shot.key))
            across.addWidget(shot)
        self.use = Button(text("ui.camera.use"), "primary", "check", self._use)
        self.done = Button(text("ui.camera.done"), "secondary", "", self.finished.emit)
        across.addWidget(self.use)
        across.addWidget(self.done)
        across.addStretch(1)
        stack.addWidget(self._row)
        foot = row(gap=8)
        self._folder = ElidedLabel("", "meta", "text2")
        self.choose = Button(text("ui.camera.folder"), "mini", "folder", self.folder_wanted.emit)
        foot.addWidget(self._folder, 1)
        foot.addWidget(self.choose)
        stack.addLayout(foot)
        self.show_camera(self.view)

    def show_camera(self, view: CameraView) -> None:
        """Show how the waiting stands."""
        self.view = view
        newest = view.newest()
        first = max(0, len(view.pictures) - _SHOTS_MAX)
        shown = view.pictures[first:]
        for place, shot in enumerate(self.shots):
            shot.setVisible(place < len(shown))
            if place < len(shown):
                shot.show_picture(shown[place], first + place + 1, kept=shown[place].key == view.kept)
        settled = bool(view.kept) and view.kept == newest
        self.use.set_words(text("ui.camera.replace" if view.kept else "ui.camera.use"))
        self.use.setVisible(bool(newest) and not settled)
        self.done.setVisible(settled)
        self._row.setVisible(bool(shown))
        words, help_words, tone, icon = self._said(newest, settled=settled)
        self.state.set_words(words)
        self.state.set_tone(tone, icon)
        self._help.set_words(help_words)
        self._help.setVisible(bool(help_words))
        self._folder.set_words(view.folder)

    def _said(self, newest: str, *, settled: bool) -> tuple[Text | str, Text | str, str, str]:
        view = self.view
        if settled:
            return text("ui.camera.kept"), text("ui.camera.kept_help"), "ok", "check"
        if newest:
            return text("ui.camera.again" if view.kept else "ui.camera.arrived"), "", "info", "camera"
        if view.pictures:
            return text("ui.camera.unreadable"), text("ui.camera.unreadable_help"), "warn", "alert"
        if view.fault:
            return view.fault, view.remedy, "warn", "alert"
        return text("ui.camera.waiting"), text("ui.camera.waiting_help"), "info", "camera"

    def _use(self) -> None:
        self.chosen.emit(self.view.newest())


class Camera(QObject):
    """The camera of one control: its button, its bar and its keys. F4 takes a photo, Esc waits no longer."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._editor = editor
        self.button = Button(
            text("ui.camera.take"), "secondary", "camera", self._start, tip=text("ui.camera.take_tip"), parent=editor
        )
        self.bar = CameraBar(editor)
        self.bar.hide()
        self.bar.chosen.connect(lambda key: editor.requested.emit(PictureChosen("", key)))
        self.bar.folder_wanted.connect(lambda: editor.requested.emit(PhotoFolderWanted("")))
        self.bar.stopped.connect(self._stop)
        self.bar.finished.connect(self._finish)
        editor.installEventFilter(self)

    def show_camera(self, view: CameraView | None) -> None:
        """Show how the waiting stands; None when nothing waits any longer."""
        focus = self._editor.window().focusWidget()
        here = focus is not None and self._editor.isAncestorOf(focus)
        if view is None:
            if focus is not None and self.bar.isAncestorOf(focus):
                self.button.setFocus()
            self.bar.hide()
            return
        self.bar.show_camera(view)
        self.bar.show()
        target = next((each for each in (self.bar.use, self.bar.done) if not each.isHidden()), None)
        if here and target is not None:  # who went on to another question is not called back
            target.setFocus(Qt.FocusReason.TabFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        escape = event.key() == Qt.Key.Key_Escape and not self.bar.isHidden()
        if event.type() == QEvent.Type.ShortcutOverride and escape:
            event.accept()  # Esc ends the waiting, not the survey
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        if escape:
            self._stop()
        elif event.key() == Qt.Key.Key_F4 and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._start()
        else:
            return False
        return True

    def _start(self) -> None:
        self._editor.requested.emit(CameraWanted(""))

    def _stop(self) -> None:
        self._editor.requested.emit(CameraStopped(""))

    def _finish(self) -> None:
        self._stop()
        self._editor.moved_on.emit()
