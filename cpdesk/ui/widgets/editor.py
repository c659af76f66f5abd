"""What every control of a question has in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.views import CameraView, ContentView, PlaceView


class Editor(QWidget):
    """A control that gives one answer.

    `chosen` carries the new lexical value or None; `moved_on` asks for the next question; `requested` carries a
    request of `cpdesk.ui.requests` whose path the question fills in.
    """

    chosen = Signal(object)
    moved_on = Signal()
    requested = Signal(object)

    def show_value(self, value: str | None) -> None:
        """Show the answer as it stands now."""
        raise NotImplementedError

    def set_bad(self, bad: bool) -> None:
        """Mark the control as holding an answer to mend."""

    def commit(self) -> None:
        """Give on what is typed but not left yet."""

    def show_places(self, places: Sequence[PlaceView]) -> None:
        """Show these known places on the map, where the control has one."""

    def show_content(self, content: ContentView) -> None:
        """Show the file that the answer names."""

    def show_camera(self, view: CameraView | None) -> None:
        """Show how waiting for a photo stands; None when nothing waits any longer."""

    def show_media(self, name: str, image: QImage) -> None:
        """Show a picture of the form, asked for by name."""


class EnterMovesOn(QObject):
    """Lets Enter in any of the parts of a control go to the next question."""

    def __init__(self, editor: Editor, *parts: QWidget) -> None:
        super().__init__(editor)
        self._editor = editor
        for part in parts:
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._editor.commit()
                self._editor.moved_on.emit()
                return True
        return False
