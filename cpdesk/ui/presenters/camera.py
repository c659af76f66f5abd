"""Waiting for a photo: the camera program is started, its folders are looked at again and again off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from cpdesk.base.errors import CpdeskError
from cpdesk.model.records import Changes
from cpdesk.operations.camera import Arrival, Watch, WatchedFolder, camera_folders, start_camera
from cpdesk.ui.language import language, tr
from cpdesk.ui.pages.form_body import FormBody
from cpdesk.ui.presenters.base import Presenter
from cpdesk.ui.requests import (
    CameraRequest,
    CameraStopped,
    CameraWanted,
    ContentGiven,
    PhotoFolderWanted,
    PictureChosen,
)
from cpdesk.ui.views import CameraPicture, CameraView
from cpdesk.ui.widgets.editor import Editor

_EVERY_MS: Final = 300
"""Two looks find a picture whole, so it is shown within a second."""
_PICTURES_MAX: Final = 20

Keep = Callable[[ContentGiven, Callable[[], None]], None]
"""Takes a file as the answer, and calls back once it is kept."""


class _Round(QObject):
    """Looks at some folders one look after the other: a share that blocks holds up its own round alone."""

    def __init__(self, owner: CameraWait, watch: Watch) -> None:
        super().__init__(owner)
        self._owner, self._watch = owner, watch
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._over = False

    def look(self, before: Callable[[], None] | None = None) -> None:
        """Look once, and again after a while. `before` is called behind the first look, on the same thread."""

        def work() -> list[tuple[Arrival, QImage]]:
            arrivals = self._watch.look()
            if before is not None:
                before()
            return [(each, QImage.fromData(each.preview) if each.preview else QImage()) for each in arrivals]

        self._owner.presenter.run(work, self._looked, on_error=self._failed)

    def end(self) -> None:
        """Look no more; what is under way is not told."""
        self._over = True
        self._timer.stop()
        self.deleteLater()

    def _looked(self, arrivals: list[tuple[Arrival, QImage]]) -> None:
        if self._over:
            return
        self._timer.start()
        if arrivals:
            self._owner.arrived(arrivals)

    def _failed(self, error: Exception) -> None:
        if self._over:
            return
        if isinstance(error, CpdeskError):  # no camera program: photos may still come from a phone
            self._timer.start()
            self._owner.not_started(error)
        else:
            self._owner.stop()
            self._owner.presenter.desk.show_fault(error)


class CameraWait(QObject):
    """At most one question waits for a photo at a time."""

    def __init__(self, presenter: Presenter, window: QWidget, keep: Keep) -> None:
        super().__init__(presenter)
        self.presenter = presenter
        self._window, self._keep = window, keep
        self._body: FormBody | None = None
        self._path = ""
        self._rounds: list[_Round] = []
        self._view = CameraView()

    def take(self, request: CameraRequest, body: FormBody) -> None:
        """Do what the control asks."""
        if isinstance(request, CameraWanted):
            self._begin(request.path, body)
        elif isinstance(request, CameraStopped):
            self.stop()
        elif isinstance(request, PictureChosen):
            self._choose(request)
        elif isinstance(request, PhotoFolderWanted):
            self._choose_folder()

    def show_again(self) -> None:
        """The page was shown anew: the waiting goes on as long as its question stands there."""
        if self._path:
            self._show()

    def stop(self) -> None:
        """Wait no longer."""
        editor = self._editor()
        for each in self._rounds:
            each.end()
        self._rounds = []
        self._path = ""
        if editor is not None:
            editor.show_camera(None)

    def arrived(self, arrivals: list[tuple[Arrival, QImage]]) -> None:
        """Pictures came: the newest stands last, one that was written again moves there."""
        fresh = {str(arrival.path): image for arrival, image in arrivals}
        pictures = [each for each in self._view.pictures if each.key not in fresh]
        pictures += [CameraPicture(key, image) for key, image in fresh.items()]
        kept = "" if self._view.kept in fresh else self._view.kept
        self._view = replace(self._view, pictures=tuple(pictures[-_PICTURES_MAX:]), kept=kept)
        self._show()

    def not_started(self, error: CpdeskError) -> None:
        """There is no camera program, or it failed: said in the bar, with the way out."""
        self._view = replace(self._view, fault=error.message(language()), remedy=error.remedy(language()))
        self._show()

    def _begin(self, path: str, body: FormBody) -> None:
        program = str(self.presenter.ctx.settings.get("camera_program"))
        if path == self._path:  # its window was closed or never came: only the program is started again
            self._view = replace(self._view, fault="", remedy="")
            self._show()
            self.presenter.run(lambda: start_camera(program), lambda _nothing: None, on_error=self._not_again)
            return
        self.stop()
        self._path, self._body = path, body
        self._view = CameraView()
        system = _Round(self, Watch(camera_folders()))
        self._rounds = [system]
        system.look(lambda: start_camera(program))  # what lies there before the camera starts is old
        self._watch_own(str(self.presenter.ctx.settings.get("photo_folder")))

    def _not_again(self, error: Exception) -> None:
        if isinstance(error, CpdeskError):
            self.not_started(error)
        else:
            self.presenter.desk.show_fault(error)

    def _watch_own(self, folder: str) -> None:
        """Watch the person's own folder too: a round of its own, since a share or a phone may be slow."""
        for each in self._rounds[1:]:
            each.end()
        del self._rounds[1:]
        if folder:
            own = _Round(self, Watch([WatchedFolder(Path(folder), outside=True)]))
            self._rounds.append(own)
            own.look()
        self._view = replace(self._view, folder=tr("ui.camera.also", folder=folder) if folder else "")
        self._show()

    def _choose(self, request: PictureChosen) -> None:
        if request.path != self._path or not request.key:
            return
        rounds = self._rounds

        def kept() -> None:
            if self._rounds is rounds and self._path == request.path:
                self._view = replace(self._view, kept=request.key)
                self._show()

        self._keep(ContentGiven(request.path, Path(request.key).name, file=request.key), kept)

    def _choose_folder(self) -> None:
        settings = self.presenter.ctx.settings
        before = str(settings.get("photo_folder"))
        folder = QFileDialog.getExistingDirectory(self._window, tr("ui.camera.folder_title"), before)
        if not folder:
            return

        def written(_nothing: None) -> None:
            self.presenter.desk.tell(Changes(settings=True))
            if self._path:
                self._watch_own(folder)

        self.presenter.run(lambda: settings.set("photo_folder", folder), written, key="settings-write")

    def _editor(self) -> Editor | None:
        block = self._body.question(self._path) if self._body is not None and self._path else None
        return block.editor if block is not None and isinstance(block.editor, Editor) else None

    def _show(self) -> None:
        editor = self._editor()
        if editor is None:
            self.stop()
        else:
            editor.show_camera(self._view)
