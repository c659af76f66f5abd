"""Settings: written at once, seen at once."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from cpdesk.model.records import Changes
from cpdesk.operations import syncing
from cpdesk.ui import language as window_language
from cpdesk.ui.language import tr
from cpdesk.ui.pages.settings import SettingsPage
from cpdesk.ui.presenters.base import Desk, Presenter
from cpdesk.ui.presenters.words import fault_words
from cpdesk.ui.theme import apply_theme


class SettingsPresenter(Presenter):
    """Language and theme change the running window; the rest is written down."""

    def __init__(self, desk: Desk, page: SettingsPage) -> None:
        super().__init__(desk)
        self.page = page
        page.changed.connect(self._changed)
        page.enrol_wanted.connect(self._enrol)
        desk.changed.connect(self._refresh_on)

    def refresh(self) -> None:
        settings = self.ctx.settings
        self.page.show_settings(
            person=str(settings.get("person")),
            township=str(settings.get("township_code")),
            lock_minutes=int(settings.get("lock_after_minutes")),
            sync_minutes=int(settings.get("sync_every_minutes")),
        )
        self.page.show_photos(
            program=str(settings.get("camera_program")),
            folder=str(settings.get("photo_folder")),
        )
        self.run(lambda: syncing.sync_state(self.ctx), self._show_server, key="settings", latest=True)

    def _show_server(self, state: syncing.SyncState) -> None:
        address = state.server_url or str(self.ctx.settings.get("server_url"))
        self.page.show_server(address, state.person if state.enrolled else "")

    def _changed(self, name: str, value: object) -> None:
        self.run(lambda: self.ctx.settings.set(name, value), lambda _nothing: self._apply(name), key="settings-write")

    def _apply(self, name: str) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        if name == "language":
            window_language.set_language(app, str(self.ctx.settings.get("language")))
            self.desk.language_changed.emit()
        elif name == "theme":
            apply_theme(app, str(self.ctx.settings.get("theme")))
        self.desk.tell(Changes(settings=True))

    def _refresh_on(self, changes: Changes) -> None:
        if changes.settings:
            self.refresh()

    def _enrol(self, address: str, code: str) -> None:
        self.run(
            lambda: syncing.enrol_desk(self.ctx, address, code),
            self._enrolled,
            key="sync",
            on_error=lambda error: self.page.show_enrol_problem(fault_words(error)),
        )

    def _enrolled(self, changes: Changes) -> None:
        self.page.show_enrol_problem("")
        self.desk.tell(changes)
        self.desk.shell.toast.say(tr("ui.settings.enrolled_now"))
