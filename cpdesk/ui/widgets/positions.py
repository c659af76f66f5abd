"""Points, lines and areas: typed or pasted as coordinates, or placed on the village map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from cpdesk.ui.coordinates import (
    Position,
    area_m2,
    in_district,
    length_m,
    looks_swapped,
    parse_position,
    read_lexical,
    read_line,
)
from cpdesk.ui.language import text, tr
from cpdesk.ui.views import PlaceView
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, clear, column, row, set_property
from cpdesk.ui.widgets.editor import Editor
from cpdesk.ui.widgets.fields import NumberField, TextField
from cpdesk.ui.widgets.village_map import VillageMap


class MapPane(QWidget):
    """The map with its buttons; made when it is first opened."""

    placed = Signal(object)
    taken_back = Signal()

    def __init__(self, places: Sequence[PlaceView], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self, gap=4)
        self.map = VillageMap(places, self)
        self.map.placed.connect(self.placed)
        self.map.taken_back.connect(self.taken_back)
        stack.addWidget(self.map)
        line = row(gap=4)
        for icon, tip, action in (
            ("plus", "ui.map.nearer", lambda: self.map.zoom(0.7)),
            ("minus", "ui.map.farther", lambda: self.map.zoom(1 / 0.7)),
            ("target", "ui.map.fit", self.map.fit),
        ):
            line.addWidget(Button("", "quiet", icon, action, tip=text(tip)))
        line.addWidget(Label(text("ui.map.keys"), "meta", "text2", wrap=True), 1)
        stack.addLayout(line)
        self.setMaximumWidth(720)


class PointField(Editor):
    """One point: a line for coordinates in any usual way, altitude, accuracy, and the map behind a button."""

    def __init__(
        self,
        value: str | None,
        places: Sequence[PlaceView] = (),
        parent: QWidget | None = None,
        *,
        map_open: bool = False,
    ) -> None:
        super().__init__(parent)
        self._places = tuple(places)
        self._position: Position | None = None
        self._value = ""
        self._pane: MapPane | None = None
        stack = column(self, gap=6)
        line = row(gap=8)
        self.coordinates = _Coordinates("", text("ui.point.coordinates"), self)
        self.coordinates.setFixedWidth(270)
        self.altitude, self.accuracy = NumberField(parent=self), NumberField(parent=self)
        line.addWidget(self.coordinates)
        beside = row(gap=8)
        for field, key in ((self.altitude, "ui.point.altitude"), (self.accuracy, "ui.point.accuracy")):
            field.setFixedWidth(72)
            field.setAccessibleName(tr(key))
            beside.addWidget(Label(text(key), "table", "text2"))
            beside.addWidget(field)
            beside.addWidget(Label("m", "table", "text2"))
            field.chosen.connect(lambda _words: self._typed_beside())
            field.moved_on.connect(self.moved_on)
        self.map_button = Button(text("ui.point.map"), "quiet", "map", self.toggle_map)
        line.addWidget(self.map_button)
        line.addStretch(1)
        stack.addLayout(line)
        self.sexagesimal = Label("", "meta", "text2")
        beside.addSpacing(8)
        beside.addWidget(self.sexagesimal)
        beside.addStretch(1)
        stack.addLayout(beside)
        self.doubt = row(gap=8)
        self.doubt_words = IconText("", "warn", "warning")
        self.swap_button = Button(text("ui.point.swap"), "secondary", on_click=self.swap)
        self.doubt.addWidget(self.doubt_words, 1)
        self.doubt.addWidget(self.swap_button)
        stack.addLayout(self.doubt)
        self._stack = stack
        self.coordinates.chosen.connect(self._typed)
        self.coordinates.moved_on.connect(self.moved_on)
        self.setFocusProxy(self.coordinates)
        self.show_value(value)
        if map_open:
            self.toggle_map()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.coordinates.setAccessibleName(f"{name} {tr('ui.point.coordinates')}")

    def show_places(self, places: Sequence[PlaceView]) -> None:
        self._places = tuple(places)
        if self._pane is not None:
            self._pane.map.show_places(places)

    def position(self) -> Position | None:
        return self._position

    def show_value(self, value: str | None) -> None:
        self._value = value or ""
        self._position = read_lexical(self._value)
        here = self._position
        self.coordinates.show_value(here.shown() if here is not None else self._value)
        for field, number in (
            (self.altitude, here.altitude_m if here is not None else None),
            (self.accuracy, here.accuracy_m if here is not None else None),
        ):
            field.show_value(f"{number:g}" if number is not None else "")
        self._show_doubt()
        if self._pane is not None:
            self._pane.map.show_points([here] if here is not None else [], "point")

    def set_bad(self, bad: bool) -> None:
        self.coordinates.set_bad(bad)

    def commit(self) -> None:
        for field in (self.coordinates, self.altitude, self.accuracy):
            field.commit()

    def toggle_map(self) -> None:
        """Open the map, or fold it away."""
        if self._pane is None:
            self._pane = MapPane(self._places, self)
            self._pane.placed.connect(self.place)
            self._pane.taken_back.connect(lambda: self._give(None))
            self._stack.addWidget(self._pane)
            self._pane.map.show_points([self._position] if self._position is not None else [], "point")
            opened = True
        else:
            opened = not self._pane.isVisibleTo(self)
            self._pane.setVisible(opened)
        self.map_button.set_words(text("ui.point.fold" if opened else "ui.point.map"))
        if opened and self.isVisible():
            self._pane.map.setFocus()

    def place(self, position: Position) -> None:
        """Take a point of the map; altitude stays as typed, the accuracy of a reading does not hold for it."""
        known = self._position.altitude_m if self._position is not None else None
        self._give(replace(position, altitude_m=known))

    def swap(self) -> None:
        """Exchange latitude and longitude."""
        if self._position is not None:
            self._give(self._position.swapped())

    def _typed(self, typed: str | None) -> None:
        if not typed:
            self._give(None)
            return
        position = parse_position(typed)
        if position is None:  # kept as typed, so that nothing is lost; the form says that it is no position
            self._value = typed
            self._position = None
            self._show_doubt()
            self.chosen.emit(typed)
            return
        before = self._position
        if position.altitude_m is None and before is not None:
            position = replace(position, altitude_m=before.altitude_m, accuracy_m=before.accuracy_m)
        self._give(position)

    def _typed_beside(self) -> None:
        if self._position is not None:
            self._give(
                replace(
                    self._position, altitude_m=_number(self.altitude.text()), accuracy_m=_number(self.accuracy.text())
                )
            )

    def _give(self, position: Position | None) -> None:
        value = position.lexical() if position is not None else ""
        if value == self._value:
            self.show_value(value)
            return
        self.show_value(value)
        self.chosen.emit(value or None)

    def _show_doubt(self) -> None:
        here = self._position
        self.sexagesimal.set_words(here.in_degrees_minutes_seconds() if here is not None else "")
        self.sexagesimal.setVisible(here is not None)
        outside = here is not None and not in_district(here)
        swapped = here is not None and looks_swapped(here)
        self.doubt_words.set_words(text("ui.point.swapped" if swapped else "ui.point.outside") if outside else "")
        self.doubt_words.setVisible(outside)
        self.swap_button.setVisible(swapped)


class _Coordinates(TextField):
    """Keeps a text that names a position as it was typed until it is left."""

    def commit(self) -> None:
        if self.isModified():
            super().commit()

    def normalised(self, typed: str) -> str:
        return typed.strip()


class LineField(Editor):
    """A trace or the ring of a shape: points typed, pasted as lines, or placed on the map; length and area shown."""

    def __init__(
        self,
        value: str | None,
        places: Sequence[PlaceView] = (),
        parent: QWidget | None = None,
        *,
        closed: bool = False,
    ) -> None:
        super().__init__(parent)
        self._closed = closed
        self._points: list[Position] = []
        stack = column(self, gap=6)
        self.pane = MapPane(places, self)
        self.pane.placed.connect(self.add_point)
        self.pane.taken_back.connect(self.undo_point)
        stack.addWidget(self.pane)
        line = row(gap=8)
        self.field = _PointLine("", text("ui.line.add"), self)
        self.field.setFixedWidth(210)
        self.field.pasted.connect(self.paste)
        self.field.committed.connect(self._typed)
        self.undo_button = Button(text("ui.line.undo"), "quiet", "undo", self.undo_point)
        self.clear_button = Button(text("ui.line.clear"), "quiet", "trash", self.clear_points)
        self.measure = Label("", "h3")
        for widget in (self.field, self.undo_button, self.clear_button):
            line.addWidget(widget)
        line.addStretch(1)
        stack.addWidget(self.measure)
        stack.addLayout(line)
        self._frame = Block("inset", self)
        self._listed = column(self._frame, (12, 6, 12, 6), 2)
        self._frame.setMaximumWidth(720)
        stack.addWidget(self._frame)
        self.field.moved_on.connect(self.moved_on)
        self.setFocusProxy(self.field)
        self._value = ""
        self.show_value(value)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.field.setAccessibleName(f"{name} {tr('ui.line.add')}")

    def show_places(self, places: Sequence[PlaceView]) -> None:
        self.pane.map.show_places(places)

    def points(self) -> list[Position]:
        return list(self._points)

    def show_value(self, value: str | None) -> None:
        self._value = value or ""
        self._points = read_line(self._value)
        if self._closed and len(self._points) > 1 and _same(self._points[0], self._points[-1]):
            self._points.pop()
        self.pane.map.show_points(self._points, "shape" if self._closed else "trace")
        self.measure.set_words(self._measured())
        self.measure.setVisible(bool(self._points))
        self.undo_button.setEnabled(bool(self._points))
        self.clear_button.setEnabled(bool(self._points))
        clear(self._listed)
        for number, point in enumerate(self._points[-_LISTED_MAX:], max(1, len(self._points) - _LISTED_MAX + 1)):
            far = "" if in_district(point) else "  " + tr("ui.line.outside")
            self._listed.addWidget(Label(f"{number}.  {point.shown()}{far}", "meta", "text2"))
        self._frame.setVisible(bool(self._points))

    def set_bad(self, bad: bool) -> None:
        set_property(self.field, "bad", "true" if bad else "false")

    def add_point(self, position: Position) -> None:
        """Put one more point at the end."""
        self._give([*self._points, position])

    def undo_point(self) -> None:
        """Take the last point away."""
        if self._points:
            self._give(self._points[:-1])

    def clear_points(self) -> None:
        """Take all points away."""
        self._give([])

    def paste(self, block: str) -> bool:
        """Points copied from a sheet or a message, one on each line; False when a line is no point."""
        lines = [line for line in block.replace(";", "\n").splitlines() if line.strip()]
        found = [parse_position(line) for line in lines]
        points = [point for point in found if point is not None]
        if not points or len(points) < len(lines):
            return False
        self._give([*self._points, *points])
        return True

    def _typed(self, typed: str) -> None:
        is_point = not typed or self.paste(typed)
        self.field.set_bad(not is_point)
        if is_point:
            self.field.clear()
            self.field.show_value("")

    def _give(self, points: list[Position]) -> None:
        ring = [*points, points[0]] if self._closed and len(points) > 2 else points
        value = ";".join(point.lexical() for point in ring)
        self.show_value(value)
        self.chosen.emit(value or None)

    def _measured(self) -> str:
        count = len(self._points)
        if count < 2:
            return tr("ui.line.points", n=count) if count else ""
        length = length_m(self._points, closed=self._closed)
        shown = f"{length:,.1f} m" if length < 1000 else f"{length / 1000:,.2f} km"
        if self._closed and count > 2:
            return tr("ui.line.area", n=count, length=shown, area=f"{area_m2(self._points):,.0f} m²")
        return tr("ui.line.length", n=count, length=shown)


_LISTED_MAX = 12


class _PointLine(TextField):
    """Enter takes what is typed and stays for the next point; in the empty line it moves on."""

    pasted = Signal(str)

    def _enter(self) -> None:
        is_empty = not self.text().strip()
        self.commit()
        if is_empty:
            self.moved_on.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            block = QGuiApplication.clipboard().text()
            if len(block.strip().splitlines()) > 1:
                self.pasted.emit(block)
                return
        super().keyPressEvent(event)


def _same(one: Position, other: Position) -> bool:
    return (one.latitude, one.longitude) == (other.latitude, other.longitude)


def _number(words: str) -> float | None:
    try:
        return float(words) if words else None
    except ValueError:
        return None


__all__ = ["LineField", "MapPane", "PointField"]
