"""Days, months, years, times and moments: typed in any usual way, or picked from a calendar. Kept as ISO 8601."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Final

from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QMenu, QWidget, QWidgetAction

from cpdesk.base.clock import BEIJING
from cpdesk.ui.fonts import font
from cpdesk.ui.language import language, text
from cpdesk.ui.widgets.basic import Button, row
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn
from cpdesk.ui.widgets.fields import DateField, TextField

_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_FIRST_OF_MONTH: Final = "-01"


def normalise_month(typed: str) -> str:
    """`2026.3`, `202603`, `2026年3月` as the first day of the month; anything else as it was.

    >>> normalise_month("2026年3月")
    '2026-03-01'
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    parts = re.findall(r"\d+", plain)
    if len(parts) == 1 and len(parts[0]) == 6:
        parts = [parts[0][:4], parts[0][4:]]
    if len(parts) < 2 or len(parts[0]) != 4 or not 1 <= int(parts[1]) <= 12:
        return plain
    return f"{parts[0]}-{int(parts[1]):02}{_FIRST_OF_MONTH}"


def normalise_year(typed: str) -> str:
    """`1996`, `1996年` as the first day of the year; two digits stand for the nearest such year that is not to come.

    >>> normalise_year("1996年")
    '1996-01-01'
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    parts = re.findall(r"\d+", plain)
    if not parts or len(parts[0]) not in (2, 4):
        return plain
    year = int(parts[0])
    if len(parts[0]) == 2:
        this_year = datetime.now(BEIJING).year
        year += this_year // 100 * 100
        year -= 100 if year > this_year else 0
    return f"{year:04}-01-01"


def normalise_time(typed: str) -> str:
    """`8:5`, `0805`, `8点05分` and `下午3:20` as `HH:MM`; anything else as it was.

    >>> normalise_time("下午3点20")
    '15:20'
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    late = plain.startswith(("下午", "晚上", "pm", "PM")) or plain.lower().endswith("pm")
    parts = re.findall(r"\d+", plain)
    if len(parts) == 1:
        digits = parts[0]
        parts = [digits[:-2], digits[-2:]] if len(digits) in (3, 4) else [digits, "0"]
    if len(parts) < 2:
        return plain
    hour, minute = int(parts[0]), int(parts[1])
    hour += 12 if late and hour < 12 else 0
    return f"{hour:02}:{minute:02}" if hour <= 23 and minute <= 59 else plain


class MonthField(TextField):
    """A month; shown as `2026-03`, kept as its first day."""

    def normalised(self, typed: str) -> str:
        return normalise_month(typed)

    def shown(self, value: str) -> str:
        return value[:7] if _DAY.match(value) else value


class YearField(TextField):
    """A year; shown as `1996`, kept as its first day. ↑ ↓ step."""

    def normalised(self, typed: str) -> str:
        return normalise_year(typed)

    def shown(self, value: str) -> str:
        return value[:4] if _DAY.match(value) else value

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = self.text().strip()
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and typed.isdecimal():
            self.setText(str(int(typed) + (1 if event.key() == Qt.Key.Key_Up else -1)))
            self.setModified(True)
            return
        super().keyPressEvent(event)


class TimeField(TextField):
    """A time of day, `HH:MM`; ↑ ↓ step by five minutes."""

    STEP_MIN: Final = 5

    def normalised(self, typed: str) -> str:
        return normalise_time(typed)

    def shown(self, value: str) -> str:
        return value[:5] if re.match(r"\d{2}:\d{2}", value) else value

    def commit(self) -> None:
        if self.isModified() or not self._last.startswith(self.text()):  # seconds that are not shown stay
            super().commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now = normalise_time(self.text())
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and re.fullmatch(r"\d{2}:\d{2}", now):
            step = self.STEP_MIN if event.key() == Qt.Key.Key_Up else -self.STEP_MIN
            minutes = (int(now[:2]) * 60 + int(now[3:]) + step) % (24 * 60)
            self.setText(f"{minutes // 60:02}:{minutes % 60:02}")
            self.setModified(True)
            return
        super().keyPressEvent(event)


class DayField(Editor):
    """A day with a calendar behind a button (↓) and a button for today."""

    def __init__(self, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = row(self, gap=4)
        self.field = DateField(value, parent=self)
        self.field.setFixedWidth(132)
        self.field.chosen.connect(self.chosen)
        self.calendar_button = Button("", "quiet", "calendar", self.open_calendar, tip=text("ui.date.calendar"))
        self.today_button = Button(text("ui.date.today"), "quiet", on_click=self._today)
        for widget in (self.field, self.calendar_button, self.today_button):
            line.addWidget(widget)
        line.addStretch(1)
        for button in (self.calendar_button, self.today_button):
            button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # one stop of the Tab key: ↓ opens, T writes today
        self.setFocusProxy(self.field)
        self.setMaximumWidth(280)
        self.field.installEventFilter(self)
        EnterMovesOn(self, self.field)

    def text(self) -> str:
        return self.field.text()

    def show_value(self, value: str | None) -> None:
        self.field.show_value(value)

    def set_bad(self, bad: bool) -> None:
        self.field.set_bad(bad)

    def commit(self) -> None:
        self.field.commit()

    def pick(self, day: QDate) -> None:
        """Take a day of the calendar."""
        self.field.setText(day.toString("yyyy-MM-dd"))
        self.field.setModified(True)
        self.commit()
        self.field.setFocus()

    def open_calendar(self) -> None:
        """Show the month around the answer, or this month."""
        self.commit()
        menu = QMenu(self)
        calendar = QCalendarWidget(menu)
        calendar.setFont(font("table"))
        calendar.setLocale(QLocale("zh_CN" if language() == "zh" else "en_GB"))
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        day = QDate.fromString(self.field.text(), "yyyy-MM-dd")
        if day.isValid():
            calendar.setSelectedDate(day)
        calendar.clicked.connect(self.pick)
        calendar.activated.connect(self.pick)
        calendar.clicked.connect(lambda _day: menu.close())
        calendar.activated.connect(lambda _day: menu.close())
        action = QWidgetAction(menu)
        action.setDefaultWidget(calendar)
        menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.field.mapToGlobal(QPoint(0, self.field.height() + 2)))
        calendar.setFocus()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched is self.field:
            if event.key() == Qt.Key.Key_Down:
                self.open_calendar()
                return True
            if event.key() == Qt.Key.Key_T and not self.field.text():
                self._today()
                return True
        return False

    def _today(self) -> None:
        today = datetime.now(BEIJING).date()
        self.pick(QDate(today.year, today.month, today.day))


class MomentField(Editor):
    """A day and a time; the value carries the zone of Beijing."""

    def __init__(self, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = row(self, gap=8)
        self.day, self.time = DateField(parent=self), TimeField(parent=self)
        self.day.setFixedWidth(132)
        self.time.setFixedWidth(84)
        self.day.setPlaceholderText("2026-11-23")
        self.time.setPlaceholderText("08:30")
        self.now_button = Button(text("ui.date.now"), "quiet", on_click=self._now)
        self.now_button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        for widget in (self.day, self.time, self.now_button):
            line.addWidget(widget)
        line.addStretch(1)
        self._value = ""
        self.day.committed.connect(lambda _words: self._changed())
        self.time.committed.connect(lambda _words: self._changed())
        self.day.moved_on.connect(self.time.setFocus)
        self.time.moved_on.connect(self.moved_on)
        self.setFocusProxy(self.day)
        self.show_value(value)

    def show_value(self, value: str | None) -> None:
        self._value = value or ""
        day, _, clock = self._value.partition("T")
        self.day.show_value(day)
        self.time.show_value(clock)

    def set_bad(self, bad: bool) -> None:
        self.day.set_bad(bad)
        self.time.set_bad(bad)

    def commit(self) -> None:
        self.day.commit()
        self.time.commit()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.day.setAccessibleName(name)
        self.time.setAccessibleName(name)

    def _changed(self) -> None:
        """Both halves make the value; with one alone the typed half waits for the other."""
        day, clock = self.day.text().strip(), self.time.normalised(self.time.text())
        if day and clock:
            made = f"{day}T{clock}:00.000+08:00" if re.fullmatch(r"\d{2}:\d{2}", clock) else f"{day}T{clock}"
        else:
            made = day or clock
        if made != self._value:
            self._value = made
            self.chosen.emit(made or None)

    def _now(self) -> None:
        now = datetime.now(BEIJING)
        for field, words in ((self.day, date.isoformat(now.date())), (self.time, f"{now:%H:%M}")):
            field.setText(words)
            field.setModified(True)
            field.commit()


__all__ = [
    "DayField", "MomentField", "MonthField", "TimeField", "YearField", "normalise_month", "normalise_time",
    "normalise_year",
]  # fmt: skip
