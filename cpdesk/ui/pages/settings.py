"""设置: language and theme, changed while one looks; the server and the enrolment code."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cpdesk.ui.language import language, text, tr
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, Line, Scroll, Words, column, row
from cpdesk.ui.widgets.choices import Option, Segmented
from cpdesk.ui.widgets.fields import NumberField, TextField

Field = TypeVar("Field", bound=QWidget)


class SettingsPage(QWidget):
    """Emits what was changed; the presenter writes it down and dresses the window."""

    changed = Signal(str, object)
    enrol_wanted = Signal(str, str)
    lock_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = column(self)
        holder = QWidget()
        across = row(holder, (32, 24, 32, 24))
        stack = column(gap=16)
        across.addLayout(stack, 100)
        across.addStretch(1)
        stack.addWidget(self._make_look())
        stack.addWidget(self._make_person())
        stack.addWidget(self._make_photos())
        stack.addWidget(self._make_server())
        stack.addStretch(1)
        outer.addWidget(Scroll(holder))

    def minimumSizeHint(self) -> QSize:
        return QSize(640, 400)

    def show_settings(self, *, person: str, township: str, lock_minutes: int, sync_minutes: int) -> None:
        self.languages.show_value(language())
        self.themes.show_value(theme().mode)
        self.person.show_value(person)
        self.township.show_value(township)
        self.lock_minutes.show_value(str(lock_minutes))
        self.sync_minutes.show_value(str(sync_minutes))

    def show_photos(self, *, program: str, folder: str) -> None:
        """The camera program and the folder of a phone's photos."""
        self.camera_program.show_value(program)
        self.photo_folder.show_value(folder)

    def show_server(self, address: str, enrolled_as: str) -> None:
        """Where this desk is enrolled, or the way to do it."""
        self.address.show_value(address)
        self._enrolled.set_words(text("ui.settings.enrolled", who=enrolled_as) if enrolled_as else "")
        self._enrolled.setVisible(bool(enrolled_as))
        self._code_area.setVisible(not enrolled_as)

    def show_enrol_problem(self, words: Words) -> None:
        self._problem.set_words(words)
        self._problem.setVisible(bool(words))
        self.enrol.setEnabled(True)

    def _make_look(self) -> Block:
        card, stack = _card("ui.settings.look")
        self.languages = Segmented(
            [Option("zh", text("ui.language.zh")), Option("en", text("ui.language.en"))], language()
        )
        self.languages.chosen.connect(lambda code: self.changed.emit("language", code))
        stack.addLayout(_line("ui.settings.language", "ui.settings.language_help", self.languages))
        stack.addWidget(Line())
        self.themes = Segmented(
            [Option("light", text("ui.settings.light")), Option("dark", text("ui.settings.dark"))], theme().mode
        )
        self.themes.chosen.connect(lambda mode: self.changed.emit("theme", mode))
        stack.addLayout(_line("ui.settings.theme", "ui.settings.theme_help", self.themes))
        return card

    def _make_person(self) -> Block:
        card, stack = _card("ui.settings.desk")
        self.person = _field(TextField(), 200)
        self.person.committed.connect(lambda value: self.changed.emit("person", value))
        stack.addLayout(_line("ui.settings.person", "ui.settings.person_help", self.person))
        stack.addWidget(Line())
        self.township = _field(TextField(), 200)
        self.township.committed.connect(lambda value: self.changed.emit("township_code", value))
        stack.addLayout(_line("ui.settings.township", "ui.settings.township_help", self.township))
        stack.addWidget(Line())
        self.lock_minutes = _field(NumberField(step=1), 96)
        self.lock_minutes.committed.connect(lambda value: self._whole("lock_after_minutes", value))
        lock = row(gap=12)
        lock.addWidget(self.lock_minutes)
        lock.addWidget(Label(text("ui.settings.minutes"), "body", "text2"))
        lock.addWidget(Button(text("ui.action.lock"), "secondary", "lock", self.lock_wanted.emit))
        holder = QWidget()
        holder.setLayout(lock)
        lock.setContentsMargins(0, 0, 0, 0)
        stack.addLayout(_line("ui.settings.lock", "ui.settings.lock_help", holder))
        return card

    def _make_photos(self) -> Block:
        card, stack = _card("ui.settings.photos")
        self.camera_program = _field(TextField(), 360)
        self.camera_program.committed.connect(lambda value: self.changed.emit("camera_program", value.strip()))
        stack.addLayout(_line("ui.settings.camera", "ui.settings.camera_help", self.camera_program))
        stack.addWidget(Line())
        self.photo_folder = _field(TextField(), 360)
        self.photo_folder.committed.connect(lambda value: self.changed.emit("photo_folder", value.strip()))
        stack.addLayout(_line("ui.settings.photo_folder", "ui.settings.photo_folder_help", self.photo_folder))
        return card

    def _make_server(self) -> Block:
        card, stack = _card("ui.settings.server")
        self._enrolled = IconText("", "ok", "check", ground=True)
        stack.addWidget(self._enrolled)
        self.address = _field(TextField(placeholder="https://"), 360)
        stack.addLayout(_line("ui.settings.address", "ui.settings.address_help", self.address))
        self._code_area = QWidget()
        code_stack = column(self._code_area, gap=12)
        code_stack.addWidget(Line())
        self.code = _field(TextField(), 360)
        code_stack.addLayout(_line("ui.settings.code", "ui.settings.code_help", self.code))
        self._problem = IconText("", "bad", "alert")
        self._problem.hide()
        code_stack.addWidget(self._problem)
        buttons = row(gap=12)
        buttons.addStretch(1)
        self.enrol = Button(text("ui.settings.enrol"), "primary", "key", self._enrol)
        buttons.addWidget(self.enrol)
        code_stack.addLayout(buttons)
        stack.addWidget(self._code_area)
        stack.addWidget(Line())
        self.sync_minutes = _field(NumberField(step=1), 96)
        self.sync_minutes.committed.connect(lambda value: self._whole("sync_every_minutes", value))
        stack.addLayout(_line("ui.settings.every", "ui.settings.every_help", self.sync_minutes))
        return card

    def _whole(self, name: str, value: str) -> None:
        if value.isdigit():
            self.changed.emit(name, int(value))

    def _enrol(self) -> None:
        if not self.address.text().strip() or not self.code.text().strip():
            self.show_enrol_problem(text("ui.settings.enrol_missing"))
            return
        self.show_enrol_problem("")
        self.enrol.setEnabled(False)
        self.enrol_wanted.emit(self.address.text().strip(), self.code.text().strip())


def _card(title_key: str) -> tuple[Block, QVBoxLayout]:
    card = Block("card")
    card.setMaximumWidth(760)
    stack = column(card, (20, 16, 20, 16), 12)
    stack.addWidget(Label(text(title_key), "h2"))
    return card, stack


def _line(label_key: str, help_key: str, control: QWidget) -> QHBoxLayout:
    line = row(gap=16)
    words = column(gap=2)
    words.addWidget(Label(text(label_key), "h3"))
    words.addWidget(Label(text(help_key), "meta", "text2", wrap=True))
    line.addLayout(words, 1)
    line.addWidget(control)
    control.setAccessibleName(tr(label_key))
    return line


def _field(field: Field, width: int) -> Field:
    field.setFixedWidth(width)
    return field
