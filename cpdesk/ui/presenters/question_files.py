"""Files of questions on the survey page: choosing, keeping, showing and opening them; pictures of the form itself."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from cpdesk.base.files import disk_faults
from cpdesk.operations import attachments, photos
from cpdesk.operations.surveys import OpenSurvey
from cpdesk.ui.language import tr
from cpdesk.ui.pages.form_body import FormBody
from cpdesk.ui.presenters.base import Presenter
from cpdesk.ui.presenters.camera import CameraWait
from cpdesk.ui.presenters.defaults import FILE_NAME
from cpdesk.ui.presenters.words import moment_long
from cpdesk.ui.requests import CameraRequest, ContentGiven, FileOpened, FileWanted, MediaOpened, Request
from cpdesk.ui.views import ContentView
from cpdesk.ui.widgets.photos import thumbnail

_DRAWN_ON = ("annotation", "drawing", "signature")
"""Controls that need the picture in its full size, since they give it back with more on it."""
_NAME_MAX = 80
_FILTERS = {
    "image": "*.jpg *.jpeg *.png *.bmp *.webp *.tif *.tiff",
    "audio": "*.mp3 *.m4a *.wav *.amr *.ogg *.aac *.wma",
    "video": "*.mp4 *.mov *.avi *.3gp *.mkv *.wmv",
}


class QuestionFiles(QObject):
    """Does what controls of files ask; `answer` is told the reference of what was kept and the name it had."""

    def __init__(
        self, presenter: Presenter, window: QWidget, answer: Callable[[str, str | None, str], None], *, key: str
    ) -> None:
        super().__init__(presenter)
        self._presenter, self._window, self._answer, self._key = presenter, window, answer, key
        self._opened: Path | None = None
        self._survey: OpenSurvey | None = None
        self._body: FormBody | None = None
        self._camera = CameraWait(presenter, window, self._keep_photo)

    def take(self, survey: OpenSurvey, request: Request) -> None:
        """Do what a control asks."""
        if isinstance(request, FileWanted):
            self._ask(survey, request.path)
        elif isinstance(request, ContentGiven):
            self._keep(survey, request)
        elif isinstance(request, CameraRequest):
            if self._body is not None:
                self._camera.take(request, self._body)
        elif isinstance(request, FileOpened):
            reference = survey.session.state(request.path).value
            name = _shown_name(survey.session.entry(f"{request.path}{FILE_NAME}"), reference)
            self._open(name, lambda: attachments.content(self._presenter.ctx, reference))
        elif isinstance(request, MediaOpened):
            self._open(request.name, lambda: attachments.form_file(self._presenter.ctx, survey.form, request.name))

    def show(self, survey: OpenSurvey, body: FormBody) -> None:
        """Bring the files that the questions on the page name, and the form's pictures beside them."""
        ctx = self._presenter.ctx
        if self._survey is None or survey.record.id != self._survey.record.id:
            self._camera.stop()
        self._survey, self._body = survey, body
        self._camera.show_again()
        for block in body.file_blocks():
            reference = block.view.value or ""
            block.content_of = reference

            def shown(view: ContentView, block: object = block, reference: str = reference) -> None:
                from cpdesk.ui.widgets.questions import QuestionBlock

                if isinstance(block, QuestionBlock) and block.view.value == reference:
                    block.show_content(view)

            whole = block.view.control in _DRAWN_ON
            name = survey.session.entry(f"{block.view.path}{FILE_NAME}")
            self._presenter.run(
                lambda reference=reference, whole=whole, name=name: self._content_view(  # type: ignore[misc]
                    reference, name, whole=whole
                ),
                shown,
            )
        for holder in body.media_blocks():
            for name in holder.media_names():
                self._presenter.run(
                    lambda name=name: attachments.form_file(ctx, survey.form, name),  # type: ignore[misc]
                    lambda content, name=name, holder=holder: holder.show_media(name, _image(content)),  # type: ignore[misc]
                )

    def forget(self) -> None:
        """Wait for no photo any longer; delete the copies that were made for other programs to open."""
        self._camera.stop()
        if self._opened is not None:
            shutil.rmtree(self._opened, ignore_errors=True)
            self._opened = None

    def _content_view(self, reference: str, name: str, *, whole: bool) -> ContentView:
        ctx = self._presenter.ctx
        known = attachments.facts(ctx, reference)
        if known is None:
            return ContentView(QImage(), 0, (tr("ui.file.not_here"),), name)
        picture = reference.rpartition(".")[2] in attachments.PICTURES
        content = attachments.content(ctx, reference) if picture else None
        image = _image(content) if whole else thumbnail(content)
        words: list[str] = []
        if known.taken_at:
            words.append(tr("ui.photo.taken", at=moment_long(known.taken_at, ctx.clock)))
        if known.position is not None:
            latitude, longitude = known.position
            words.append(tr("ui.photo.place", latitude=f"{latitude:.5f}", longitude=f"{longitude:.5f}"))
        if known.width_px:
            words.append(f"{known.width_px} × {known.height_px} px")
        return ContentView(image, known.size_bytes, tuple(words), name)

    def _ask(self, survey: OpenSurvey, path: str) -> None:
        kind = survey.session.definition(path).mediatype.split("/")[0]
        title = tr(f"ui.file.choose_{kind if kind in _FILTERS else 'file'}")
        name, _filter = QFileDialog.getOpenFileName(self._window, title, "", f"({_FILTERS.get(kind, '*')})")
        if name:
            self._keep(survey, ContentGiven(path, Path(name).name, file=name))

    def _keep_photo(self, given: ContentGiven, kept: Callable[[], None]) -> None:
        if self._survey is not None:
            self._keep(self._survey, given, kept)

    def _keep(self, survey: OpenSurvey, given: ContentGiven, kept: Callable[[], None] = lambda: None) -> None:
        node = survey.session.definition(given.path)
        ctx = self._presenter.ctx
        before = survey.session.entry(given.path) if given.over else ""
        picture = node.mediatype.startswith("image/")

        def work() -> str:
            content = given.content
            if given.file:
                file = Path(given.file)
                with disk_faults(file):
                    content = file.read_bytes()
            source = attachments.content(ctx, before) if before else None
            if source is not None:
                content = photos.with_shot_of(content, source, name=given.name)
            if picture:
                edge_px = _edge_max_px(node.attributes)
                return attachments.keep_picture(ctx, content, name=given.name, edge_max_px=edge_px)
            return attachments.keep_file(ctx, content, name=given.name)

        name = "" if picture else given.name

        def done(reference: str) -> None:
            self._answer(given.path, reference, name)
            kept()

        self._presenter.run(work, done, key=self._key)

    def _open(self, name: str, read: Callable[[], bytes | None]) -> None:
        """Give a copy to the program that the system has for such files. It lies in a folder of its own, readable by
        this person only, until the survey is left."""

        def work() -> Path | None:
            content = read()
            if content is None:
                return None
            if self._opened is None:
                folder = self._presenter.ctx.paths.cache / "opened"
                shutil.rmtree(folder, ignore_errors=True)  # what a crash left behind
                with disk_faults(folder):
                    folder.mkdir(mode=0o700, parents=True)
                self._opened = folder
            copy = self._opened / Path(name).name
            with disk_faults(copy):
                copy.write_bytes(content)
            return copy

        def done(copy: Path | None) -> None:
            if copy is None:
                self._presenter.desk.shell.toast.say(tr("ui.file.not_here"))
            elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(copy))):
                self._presenter.desk.shell.toast.say(tr("ui.file.no_program", name=copy.suffix))

        self._presenter.run(work, done)


def _shown_name(name: str, reference: str) -> str:
    """What a copy is called: as the file was, with the ending that was kept. The name may come from another desk, so
    only plain signs of it are taken."""
    plain = re.sub(r"[^\w\-（）()《》【】 ]", "_", name.rpartition(".")[0] or name).strip()[:_NAME_MAX]
    return f"{plain}.{reference.rpartition('.')[2]}" if plain else reference


def _edge_max_px(attributes: dict[str, str]) -> int | None:
    words = attributes.get("max-pixels", "")
    return int(words) if words.isdecimal() else None


def _image(content: bytes | None) -> QImage:
    return QImage.fromData(content) if content else QImage()
